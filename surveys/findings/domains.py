"""What an answer can be, as far as any condition tells values apart: a few stand for all."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final, NamedTuple

from surveys.findings.answers import kind_of
from surveys.findings.logic import ACCOUNT, constants_of
from surveys.findings.subject import Subject
from surveys.logic.tree import Choice, Expression, Value, leaves
from surveys.questions.base import Question, Row

# A set of options is judged by those that conditions name; more sets than this are not gone through.
MOST_VALUES: Final = 256
OTHER: Final = "\x00any other"

Domain = frozenset[Value]


class Answer(NamedTuple):
    """An answer that conditions ask about: its values, and None for no answer.

    `is_due` says that whoever is asked must answer with a value; `order` is that of the document.
    """

    domain: Domain
    order: int
    is_due: bool
    is_filed: bool


def answers_of(subject: Subject, conditions: Iterable[Expression]) -> dict[str, Answer]:
    """Name → answer, for all that conditions ask about and whose values can be gone through."""
    constants: dict[str, set[float | int | str]] = defaultdict(set)
    for expression in conditions:
        for leaf in leaves(expression):
            name = f"account.{leaf.reference.name}" if leaf.reference.account else leaf.reference.name
            constants[name].update(constants_of(leaf))
    found: dict[str, Answer] = {}
    for name, named in constants.items():
        if name.startswith("account."):
            known = ACCOUNT.get(name.partition(".")[2]) or {*map(str, named), OTHER}
            found[name] = Answer(frozenset({*known, None}), -1, is_due=False, is_filed=False)
        elif name in subject.parts:
            part, asked = subject.parts[name], subject.where[name]
            domain = _domain(subject, part, asked.question, named)
            if domain is not None:
                filed = asked.question.account is not None
                due = asked.question.required is True and not filed and not _has_way_out(part)
                found[name] = Answer(frozenset({*domain, None}), asked.number, is_due=due, is_filed=filed)
    return found


def _has_way_out(part: Question | Row) -> bool:
    return bool(getattr(part, "dont_know", False) or getattr(part, "not_applicable", False))


def _domain(
    subject: Subject, part: Question | Row, question: Question, named: set[float | int | str]
) -> set[Value] | None:
    kind = kind_of(part)
    if kind == "one" and isinstance(part, Question):
        return {Choice(option.code, option.value) for option in part.offered()}
    if kind == "several" and isinstance(part, Question):
        sets = list(_sets(part, named))
        return set(sets) if len(sets) < MOST_VALUES else None
    if kind == "number":
        scales: Mapping[str, object] = subject.document.scales
        if question.scale_code() is not None and question.scale_code() not in scales:
            return None
        ends = question.ends(subject.document.scales)
        return (
            set(_numbers(ends.low, ends.high, named)) if ends is not None and ends.low <= ends.high else None
        )
    return None


def _numbers(low: int, high: int, named: set[float | int | str]) -> Iterator[int]:
    yield low
    yield high
    for constant in named:
        if isinstance(constant, int | float) and math.isfinite(constant):
            for value in (math.floor(constant) - 1, math.floor(constant), math.ceil(constant)):
                yield min(max(value, low), high)
            yield min(max(math.ceil(constant) + 1, low), high)


def _sets(part: Question, named: set[float | int | str]) -> Iterator[frozenset[str]]:
    """Give the sets of named options that can be ticked together, with one unnamed option for all others."""
    offered, most = part.offered(), part.nature.at_most
    options = [option for option in offered if option.code in named]
    options += [option for option in offered if option.code not in named and not option.exclusive][:1]
    alone = {option.code for option in offered if option.exclusive}
    yield from (frozenset({code}) for code in alone)
    free = [option.code for option in options if option.code not in alone]
    for size in range(1, min(len(free), most or len(free), 8) + 1):
        yield from map(frozenset, combinations(free, size))
