"""lavaan's statements as terms with their modifiers; what is not estimated is refused with its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from csi_model.errors import SpecificationError
from csi_model.specify.elements import refuse
from csi_model.specify.words import LABEL, read_modifier, read_name, split, unreadable, unsupported

OPERATOR = re.compile(r":=|==|=~|<~|~\*~|~~|~|\||<|>")
GOES_ON = ("+", "~", "*", "=", ",", "(")
BLOCKS = {
    "level": "Leave the levels out; manyi estimate --cluster gives errors that heed them.",
    "group": "Write one model, c(a, b) where groups differ: manyi estimate --multigroup or --group fits it.",
    "block": "Write one model, and fit groups: manyi estimate --multigroup or --group.",
    "class": "Write one model; manyi segments looks for classes that nobody named.",
}
BLOCK = re.compile(rf"({'|'.join(BLOCKS)})\s*:(?!=)", re.IGNORECASE)

YAML = re.compile(r"\w+\s*:\s*[\[{]")  # what remedies of cautions say of a model
WRITE_YAML = (
    "Write the model so first: manyi model FILE.lav -o model.yaml. A scale, the index and codes for no answer"
    " may stand in a comment here, as in # manyi: scale 1 10; index SAT; missing 98 99."
)

OPERATORS = {
    "|": (
        "thresholds (|)",
        "Leave the line out: manyi estimate --method cbsem --estimator WLSMV finds them by itself.",
    ),
    "~*~": ("scales of ordered answers (~*~)", "Leave the line out: ordered answers have a variance of one."),
    "<": ("an inequality (<)", "Estimate without it, and look whether the estimate keeps it."),
    ">": ("an inequality (>)", "Estimate without it, and look whether the estimate keeps it."),
}


@dataclass(frozen=True)
class Term:
    """One parameter as written: a loading, a path, a covariance, an intercept (`~1`, nothing at the right).

    Modifiers have one entry for all groups, or one a group: `values` are what it is fixed at (None is free),
    `starts` where its search begins, `labels` and `equal` (a parameter without blanks, such as QUAL=~q1) what
    it is the same as.
    """

    lhs: str
    op: str
    rhs: str
    line: int = 0
    values: tuple[float | None, ...] = ()
    starts: tuple[float | None, ...] = ()
    labels: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two terms the same parameter; a covariance has no direction."""
        ends = sorted((self.lhs, self.rhs)) if self.op == "~~" else (self.lhs, self.rhs)
        return (self.op, *ends)

    @property
    def is_modified(self) -> bool:
        """Whether any modifier stands before it."""
        return bool(self.values or self.starts or self.labels or self.equal)


@dataclass(frozen=True)
class Formula:
    """A defined parameter (`name := text`) or an equality (`text == 0` of its two sides' difference)."""

    name: str
    text: str
    line: int


@dataclass(frozen=True)
class Written:
    """All that the statements say."""

    terms: tuple[Term, ...]
    defined: tuple[Formula, ...] = ()
    equalities: tuple[Formula, ...] = ()

    def of(self, *operators: str) -> tuple[Term, ...]:
        """Give the terms of some operators."""
        return tuple(term for term in self.terms if term.op in operators)

    @property
    def latent(self) -> tuple[str, ...]:
        """Constructs in order of appearance: the left sides of `=~`."""
        return tuple(dict.fromkeys(term.lhs for term in self.of("=~")))

    @property
    def observed(self) -> tuple[str, ...]:
        """Observed variables in order of appearance, items first as in lavaan."""
        latent = set(self.latent)
        order = [term.rhs for term in self.of("=~")]
        for op in ("~", "~~", "~1"):
            order += [name for term in self.of(op) for name in (term.lhs, term.rhs)]
        return tuple(dict.fromkeys(name for name in order if name and name not in latent))


def statements(text: str) -> list[tuple[int, str]]:
    """Give the statements of a model with their line numbers, comments and semicolons resolved.

    One that ends in an operator, or whose next line begins with a plus, goes on there.
    """
    found: list[tuple[int, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        for part in raw.split("#")[0].split("!")[0].split(";"):
            line = part.strip()
            if not line:
                continue
            if found and (found[-1][1].endswith(GOES_ON) or line.startswith(("+", "*"))):
                found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
            else:
                found.append((number, line))
    return found


def parse(text: str) -> Written:
    """Read lavaan's statements.

    Raises
    ------
    SpecificationError
        Codes: syntax (a statement cannot be read), syntax-unsupported (it can, but is not estimated; the
        message names it), duplicate.
    """
    terms: dict[tuple[str, ...], Term] = {}
    defined: list[Formula] = []
    equalities: list[Formula] = []
    for number, line in statements(text):
        mark = OPERATOR.search(line)
        if block := BLOCK.match(line):
            raise unsupported(number, line, f"{block[1]}:", BLOCKS[block[1].lower()])
        if YAML.match(line):
            raise refuse(f"Line {number} ({line!r}) is a line of MODEL.yaml.", "syntax", WRITE_YAML)
        if mark is None:
            raise unreadable(number, line, "it has no operator")
        op, left, right = mark.group(), line[: mark.start()].strip(), line[mark.end() :].strip()
        if op in OPERATORS:
            raise unsupported(number, line, *OPERATORS[op])
        if not left or not right:
            raise unreadable(number, line, f"one side of {op} is empty")
        if op == ":=":
            if not LABEL.fullmatch(left):
                raise unreadable(number, line, f"{left!r} cannot be the name of a defined parameter")
            if taken := next((each for each in defined if each.name == left), None):
                raise _twice(number, line, f"{left} is defined in line {taken.line} already")
            defined.append(Formula(left, right, number))
        elif op == "==":
            equalities.append(Formula("", f"({left}) - ({right})", number))
        else:
            for lhs in split(left, "+", number, line):
                for term in _terms(_left(lhs, number, line), op, right, number, line):
                    terms[term.key] = _merged(terms.get(term.key), term, line)
    for formula in defined:
        if any(formula.name in term.labels for term in terms.values()):
            shown = f"{formula.name} := {formula.text}"
            raise _twice(formula.line, shown, f"{formula.name} labels a parameter already")
    return Written(tuple(terms.values()), tuple(defined), tuple(equalities))


def _twice(number: int, line: str, why: str) -> SpecificationError:
    return refuse(f"Line {number} ({line!r}): {why}.", "duplicate", "Give it another name.")


def _terms(lhs: str, op: str, right: str, number: int, line: str) -> Iterator[Term]:
    for part in split(right, "+", number, line):
        *modifiers, name = split(part, "*", number, line)
        if op == "~" and name == "1":
            term = Term(lhs, "~1", "", number)
        elif op == "~" and ":" in name:
            term = Term(lhs, op, ":".join(read_name(each, number, line) for each in name.split(":")), number)
        else:
            term = Term(lhs, op, read_name(name, number, line), number)
        for modifier in modifiers:
            ((kind, value),) = read_modifier(modifier, number, line).items()
            term = _with(term, kind, value, line)
        yield term


def _with(term: Term, kind: str, value: Any, line: str) -> Term:
    if getattr(term, kind):
        raise refuse(
            f"Line {term.line} ({line!r}): {_shown(term)} has two modifiers of one kind.",
            "duplicate",
            "Keep one of them.",
        )
    return replace(term, **{kind: value})


def _merged(known: Term | None, new: Term, line: str) -> Term:
    """Join what is said of one parameter in several places: each says something that the others do not."""
    if known is None:
        return new
    if not new.is_modified:
        raise refuse(
            f"Line {new.line} ({line!r}): {_shown(new)} stands in the model twice.",
            "duplicate",
            "Keep or rename one of them.",
        )
    for kind in ("values", "starts", "labels", "equal"):
        if value := getattr(new, kind):
            known = _with(known, kind, value, line)
    return known


def _shown(term: Term) -> str:
    return f"{term.lhs} {term.op} {term.rhs}".strip()


def _left(text: str, number: int, line: str) -> str:
    *modifiers, name = split(text, "*", number, line)
    for modifier in modifiers:
        read_modifier(modifier, number, line)
        raise unreadable(number, line, f"a modifier ({modifier}) stands at the left")
    return read_name(name, number, line)
