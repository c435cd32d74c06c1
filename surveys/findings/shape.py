"""Whether each part has the shape of its kind: what has not is named and left out, and the rest is judged."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from surveys.document.conditions import ACCOUNT
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Problem, SurveyError
from surveys.findings import places
from surveys.findings.finding import Finding, error
from surveys.logic.reading import LONGEST
from surveys.questions.parts import CODE, OPTION_CODE

TEXTS: Final = frozenset({"text", "title", "name", "fallback", "without"})
CONDITIONS: Final = frozenset({"show_if", "when", "valid_if"})
# What must hold parts, and the code of a finding where it holds too few.
HOLDING: Final = {
    "options": "options-few",
    "rows": "node-empty",
    "questions": "node-empty",
    "sections": "node-empty",
    "constructs": "node-empty",
    "dimensions": "node-empty",
    "indicators": "node-empty",
    "languages": "node-empty",
}
ROUNDS: Final = 60
NAMES: Final = 64

# The variant of a finding of shape by what pydantic says; of all else the finding says no more than that.
SAID: Final = {
    "extra_forbidden": "unknown",
    **dict.fromkeys(("bool_parsing", "bool_type"), "truth"),
    **dict.fromkeys(("int_parsing", "int_type", "float_parsing", "float_type"), "number"),
    "int_from_float": "whole",
    "string_type": "text",
    "literal_error": "choice",
    "tuple_type": "list",
    **dict.fromkeys(("dict_type", "model_type"), "object"),
    "string_pattern_mismatch": "pattern",
    "string_too_long": "long",
    "too_long": "many",
    "greater_than_equal": "least",
    "less_than_equal": "most",
    **dict.fromkeys(("int_parsing_size", "finite_number"), "limit"),
}
LIMITS: Final = ("max_length", "ge", "le")
# What a text has to be made of, where a sentence says it better than the pattern.
PATTERNS: Final = {CODE: "code", OPTION_CODE: "option"}

Location = tuple[str | int, ...]


class Shaped(NamedTuple):
    """A document of what has the right shape, None where nothing is left; what was left out, by its names."""

    document: Questionnaire | None
    findings: tuple[Finding, ...]
    left_out: frozenset[str]


class Fault(NamedTuple):
    """What pydantic refused."""

    location: Location
    kind: str
    cause: Any
    expected: str
    limit: str
    pattern: str


def shaped(given: dict[str, Any]) -> Shaped:
    """Make a document of plain values, leaving out what has not the shape of its kind."""
    work = _Mending(given)
    for _ in range(ROUNDS):
        try:
            document = Questionnaire.model_validate(work.plain)
        except ValidationError as refusal:
            faults = list(_whole(work.plain, _faults(refusal, ())))
            if work.plain is given:
                work.plain = copy.deepcopy(given)
            for fault in faults:
                work.name(fault)
            for fault in faults:
                work.mend(fault)
            work.sweep()
            if not work.plain:
                break
        else:
            work.found += _otherwise(work.plain, document)
            return Shaped(document, tuple(work.found), frozenset(work.left_out))
    if not work.found:
        work.found.append(error("document-shape", places.whole(given), "nothing"))
    return Shaped(None, tuple(work.found), frozenset(work.left_out))


def _faults(refusal: ValidationError, before: Location) -> Iterator[Fault]:
    for each in refusal.errors(include_url=False, include_input=False):
        about = each.get("ctx", {})
        cause = about.get("error")
        location = (*before, *each["loc"])
        if isinstance(cause, ValidationError):  # a question is read by the class of its type
            yield from _faults(cause, location)
        else:
            expected = str(about.get("expected", "")).replace(", ", " / ").replace(" or ", " / ")
            limit = next((str(about[name]) for name in LIMITS if name in about), "")
            yield Fault(location, each["type"], cause, expected, limit, str(about.get("pattern", "")))


def _whole(plain: dict[str, Any], faults: Iterable[Fault]) -> Iterator[Fault]:
    """Give one fault for each value: what may be of several kinds was tried as each.

    A list is not too short because something in it could not be read.
    """
    found: dict[Location, list[Fault]] = {}
    for fault in faults:
        location = _there(plain, fault)
        found.setdefault(location, []).append(fault._replace(location=location))
    holding = {each[:number] for each in found for number in range(len(each))}
    for location, tried in found.items():
        if tried[0].kind == "too_short" and location in holding:
            continue
        choices = ["true / false" if SAID.get(each.kind) == "truth" else each.expected for each in tried]
        if len(tried) > 1 and all(choices):
            yield tried[0]._replace(kind="literal_error", expected=" / ".join(choices))
        else:
            yield tried[0]


def _there(plain: Any, fault: Fault) -> Location:
    """Give a fault's location as far as the file leads: behind a value stands what it was tried as."""
    node = plain
    for number, step in enumerate(fault.location):
        if isinstance(node, dict):
            is_there = step in node or fault.kind == "missing"
        else:
            is_there = isinstance(node, list) and isinstance(step, int)
        if not is_there:
            return fault.location[:number]
        node = node.get(step) if isinstance(node, dict) else node[step] if step in range(len(node)) else None
    return fault.location


class _Mending:
    """Plain values from which parts are taken out until the rest is a document."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self.plain = plain
        self.found: list[Finding] = []
        self.left_out: set[str] = set()
        self._told: set[tuple[int, str | int]] = set()  # what is missing because it was taken out here
        self._kept: list[Any] = []  # keeps what `_told` names alive, so that no id is given twice

    def name(self, fault: Fault) -> None:
        """Note a fault, unless it is there because something was taken out before."""
        *before, last = fault.location or ("",)
        holder = self._at(before)
        if holder is None or (id(holder), last) in self._told:
            return
        place = places.place_of(self.plain, fault.location)
        if fault.kind in {"missing", "too_short"} and last in HOLDING:
            owner = "languages" if last == "languages" else places.place_of(self.plain, before)
            self.found.append(error(HOLDING[str(last)], owner))
        elif fault.kind != "missing":
            self.found.append(self._wrong(fault, str(last), place))
        elif last not in TEXTS:  # a text that is missing is found with the texts
            self.found.append(error("document-shape", place, "missing", key=last))

    def mend(self, fault: Fault) -> None:
        """Take out as little as makes the rest right."""
        *before, last = fault.location or ("",)
        holder = self._at(before)
        if holder is None:
            return
        if fault.kind == "missing" and last in TEXTS:
            holder[last] = {}
        elif fault.kind == "missing" and last == "code" and not before:
            holder[last] = "questionnaire"
        elif fault.kind == "missing" or (fault.kind == "too_short" and last != "languages"):
            self._take(holder, last)
            self._leave(before)
        elif isinstance(last, int):
            self._leave(fault.location)
        elif last in {"code", "id", "type"} and before:
            self._leave(before)
        else:
            if before and before[0] in {"scales", "pipes"}:
                self._remember(last)  # its name is not unknown for all that
            self._take(holder, last)

    def _wrong(self, fault: Fault, key: str, place: str) -> Finding:
        refusal = fault.cause if isinstance(fault.cause, SurveyError) else None
        if refusal is not None and refusal.problem is Problem.TYPE_UNKNOWN:
            variant = "type" if isinstance(refusal.context["type"], str) else "text"
            return error("document-shape", place, variant, key="type", **refusal.context)
        if key == "account" and fault.kind == "literal_error":
            code = (self._at(list(fault.location[:-1])) or {})[key]
            return error("account-unknown", place, code=code, known=", ".join(ACCOUNT))
        unreadable = refusal is not None and refusal.problem is Problem.LOGIC_UNREADABLE
        if key in CONDITIONS and (unreadable or fault.kind == "string_too_long"):
            about = {"reason": refusal} if refusal is not None else {"limit": LONGEST}
            return error("logic-unreadable", place, "" if refusal is not None else "long", **about)
        if refusal is not None:
            return error("document-shape", place, "refused", key=key, reason=refusal)
        variant = PATTERNS.get(fault.pattern) or SAID.get(fault.kind, "")
        return error("document-shape", place, variant, key=key, known=fault.expected, limit=fault.limit)

    def _at(self, location: list[str | int]) -> Any:
        node: Any = self.plain
        for step in location:
            inside = isinstance(node, dict) and step in node
            listed = isinstance(node, list) and isinstance(step, int) and step < len(node)
            if not (inside or listed):
                return None
            node = node[step]
        return node if isinstance(node, dict | list) else None

    def _take(self, holder: Any, key: Any) -> None:
        """Take one value out of what holds it."""
        if isinstance(holder, dict):
            self._remember(holder.pop(key, None))
        elif isinstance(key, int) and key < len(holder):
            self._remember(holder[key])
            holder[key] = _GONE
        self._kept.append(holder)
        self._told.add((id(holder), key))

    def _leave(self, location: list[str | int] | Location) -> None:
        """Leave out a part; what holds it is not blamed for having too few then."""
        if not location:
            self.plain = {}
            return
        *before, last = location
        holder = self._at(before)
        if holder is not None:
            self._take(holder, last)
            if isinstance(holder, list) and before:
                *above, name = before
                self._kept.append(self._at(above))
                self._told.add((id(self._at(above)), name))

    def _remember(self, part: Any) -> None:
        parts = [part]
        while parts:
            each = parts.pop()
            if isinstance(each, str) and len(each) <= NAMES:
                self.left_out.add(each)
            elif isinstance(each, dict):
                parts += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                parts += each

    def sweep(self) -> None:
        """Close the gaps that were left in lists."""
        parts: list[Any] = [self.plain]
        while parts:
            each = parts.pop()
            if isinstance(each, list):
                each[:] = [item for item in each if item is not _GONE]
            parts += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()


_GONE: Final = object()


def _otherwise(plain: Any, read: Any, top: Any = None, at: Location = ()) -> Iterator[Finding]:
    """Find what was read as something else than it is written as: a number or yes and no in quotes."""
    top = plain if top is None else top
    if isinstance(read, BaseModel) and isinstance(plain, dict):
        values = read.__dict__
        for key, value in plain.items():
            other = values.get("for_" if key == "for" else key)
            if type(value) is not type(other) or isinstance(value, dict):  # else it is what it was
                yield from _otherwise(value, other, top, (*at, key))
    elif isinstance(read, Mapping) and isinstance(plain, dict):
        for key, value in plain.items():
            if type(value) is not type(other := read.get(key)) or isinstance(value, dict):
                yield from _otherwise(value, other, top, (*at, key))
    elif isinstance(read, tuple) and isinstance(plain, list):
        for number, (one, other) in enumerate(zip(plain, read, strict=False)):
            yield from _otherwise(one, other, top, (*at, number))
    elif plain is not None and _kind(plain) != _kind(read):
        yield error("document-shape", places.place_of(top, at), _kind(read), key=at[-1])


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    return "text" if isinstance(value, str) else "number" if isinstance(value, int | float) else ""
