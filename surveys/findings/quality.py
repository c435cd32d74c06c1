"""Quality rules: each is one that is known, about questions that are asked, with values that can be used."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from surveys.errors import SurveyError
from surveys.findings.finding import Finding, error
from surveys.findings.subject import Conditioned, Subject
from surveys.findings.ways import Paths, TooManyError
from surveys.logic.columns import can_hold
from surveys.logic.reading import parse
from surveys.logic.tree import leaves, references
from surveys.logic.writing import to_text


class Wanted(NamedTuple):
    """What a value must be: a number within limits, a whole one where `whole`."""

    low: float
    high: float
    whole: bool = False

    def holds(self, value: Any) -> bool:
        """Tell whether a value is so."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{'1, 2, …' if self.whole else 'x'} [{self.low:g}, {self.high:g}]"


MANY: Final = 1_000_000
RULES: Final[Mapping[str, Mapping[str, Wanted]]] = {
    "speeder": {"median_divisor": Wanted(1, MANY), "seconds_per_item": Wanted(0, MANY)},
    "straightline": {},
    "contradiction": {},
    "attention": {},
    "item_missing": {"share": Wanted(0, 1)},
    "burst": {
        "times_usual": Wanted(1, MANY),
        "least": Wanted(1, MANY, whole=True),
        "top_sd": Wanted(0, MANY),
    },
}
FLAGS: Final = Wanted(1, 6, whole=True)


def find(subject: Subject) -> Iterator[Finding]:
    """Find rules that would flag nobody, everybody, or fail when a wave is checked."""
    for name, rule in subject.document.quality.items():
        place = f"quality.{name}"
        if name == "flags_to_exclude":
            yield from _values(place, {name: FLAGS}, {name: rule})
        elif name not in RULES:
            known = ", ".join((*RULES, "flags_to_exclude"))
            yield error("quality-rule", "quality" if "." in name else place, "unknown", known=known)
        elif name == "contradiction":
            yield from _contradictions(subject, place, rule)
        elif not isinstance(rule, dict):
            yield error("quality-rule", place, "value", key=name, value=rule, wanted="{…}")
        elif name == "attention":
            yield from _attention(subject, place, rule)
        elif name == "straightline":
            yield from _same(subject, place, rule)
        else:
            yield from _values(place, RULES[name], rule)


def _values(place: str, wanted: Mapping[str, Wanted], rule: Mapping[str, Any]) -> Iterator[Finding]:
    for key, each in wanted.items():
        if not each.holds(rule.get(key)):
            yield error("quality-rule", place, "value", key=key, value=rule.get(key, "–"), wanted=each)
    yield from _further(place, rule, wanted)


def _further(place: str, rule: Mapping[str, Any], known: Mapping[str, Any] | set[str]) -> Iterator[Finding]:
    for key in rule:
        if key not in known:
            yield error("quality-rule", place, "value", key=key, value=rule[key], wanted="–")


def _same(subject: Subject, place: str, rule: Mapping[str, Any]) -> Iterator[Finding]:
    named = rule.get("constructs", [])
    system = subject.document.indicators
    known = [construct.id for construct in system.constructs] if system is not None else []
    if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
        yield error("quality-rule", place, "value", key="constructs", value=named, wanted="[…]")
        return
    for each in named:
        if each not in known and not subject.is_left_out(each):
            yield error("quality-rule", place, "construct", code=each, known=", ".join(known) or "–")
    yield from _further(place, rule, {"constructs"})


def _attention(subject: Subject, place: str, rule: Mapping[str, Any]) -> Iterator[Finding]:
    if not rule:
        return
    code, correct = rule.get("code"), rule.get("correct")
    slot = _slots(subject).get(code) if isinstance(code, str) else None
    if slot is None:
        if not subject.is_left_out(code):
            yield error("quality-rule", place, "code", code=code)
    elif not Wanted(*slot, whole=True).holds(correct):
        wanted = Wanted(*slot, whole=True)
        yield error("quality-rule", place, "value", key="correct", value=correct, wanted=wanted)
    yield from _further(place, rule, {"code", "correct"})


def _slots(subject: Subject) -> dict[str, tuple[int, int]]:
    """Code → ends of what is stored for it, where it is one number."""
    scales = subject.document.scales
    found: dict[str, tuple[int, int]] = {}
    for asked in subject.questions:
        if (named := asked.question.scale_code()) is None or named in scales:
            for slot in asked.question.slots(scales):
                if slot.kind != "state":
                    found.setdefault(slot.code, (slot.low, slot.high))
    return found


def _contradictions(subject: Subject, place: str, rule: Any) -> Iterator[Finding]:
    if not isinstance(rule, list) or not all(isinstance(each, str) for each in rule):
        yield error("quality-rule", place, "value", key="contradiction", value=rule, wanted="[…]")
        return
    slots, sound = _slots(subject), True
    for text in rule:
        try:
            expression = parse(text)
        except SurveyError as refusal:
            yield error("quality-rule", place, reason=refusal)
            continue
        for leaf in leaves(expression):
            if not can_hold(leaf):
                sound = False
                yield error("quality-rule", place, "number", test=to_text(leaf))
                continue
            for name in {each.name for each in references(leaf)} - slots.keys():
                sound = False
                if not subject.is_left_out(name):
                    yield error("quality-rule", place, "code", code=name)
        with suppress(TooManyError):
            asked = Conditioned(place, "rule", text, expression, 0, 0)
            paths = Paths(subject, (asked,))
            if sound and not paths.can_be(paths.of(expression)):
                yield error("quality-rule", place, "never")
