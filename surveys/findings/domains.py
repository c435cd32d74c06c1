"""What an answer can be, as far as any condition tells values apart: a few stand for all."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations, islice, permutations
from typing import Any, Final, NamedTuple

from surveys.document.conditions import ACCOUNT
from surveys.findings.subject import Subject
from surveys.logic.tree import (
    Among,
    Count,
    Expression,
    Rank,
    Reference,
    State,
    Test,
    Today,
    Value,
    WayOut,
    leaves,
    looked_at,
    terms,
)
from surveys.questions.base import Question
from surveys.questions.parts import Row
from surveys.questions.pieces import Ends

# Answers with more values than this are not gone through.
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

    @property
    def values(self) -> Domain:
        """What it can be if it is one that comparisons see."""
        return frozenset(each for each in self.domain if each is not None and not isinstance(each, WayOut))


@dataclass
class Told:
    """What conditions tell apart in one answer.

    `whole` says that a few values cannot stand for all: another answer or today is on the other side.
    """

    constants: set[Any] = field(default_factory=set)
    ways_out: set[WayOut] = field(default_factory=set)
    is_counted: bool = False
    is_ranked: bool = False
    whole: bool = False


def answers_of(subject: Subject, conditions: Iterable[Expression]) -> dict[str, Answer]:
    """Name → answer, for all that conditions ask about and whose values can be gone through."""
    told: dict[str, Told] = defaultdict(Told)
    for expression in conditions:
        for leaf in leaves(expression):
            _tell(leaf, told)
    found: dict[str, Answer] = {}
    for name, apart in told.items():
        if Reference(name).is_account:
            known = ACCOUNT.get(name.partition(".")[2]) or {*apart.constants, OTHER}
            found[name] = Answer(frozenset({*known, None}), -1, is_due=False, is_filed=False)
            continue
        code = name.partition(".")[0]
        if code not in subject.parts:
            continue
        part, asked = subject.parts[code], subject.where[code]
        values = _values(subject, name, part, apart)
        if values is not None:
            outs = {each for each in apart.ways_out if getattr(part, each.value, False)}
            # What is drawn or known stands whether or not its page is asked.
            filed = asked.question.account is not None or asked.question.nature.is_drawn
            is_whole = name == code and not _has_way_out(part)
            due = asked.question.required is True and not filed and is_whole
            found[name] = Answer(frozenset({*values, *outs, None}), asked.number, is_due=due, is_filed=filed)
    return found


def _tell(leaf: Test, told: dict[str, Told]) -> None:
    """Note what one test tells apart."""
    each = list(terms(leaf))
    constants = {term for term in each if not isinstance(term, Reference | Count | Rank | Today)}
    compared = sum(isinstance(term, Reference | Count | Rank | Today) for term in each) > 1
    for term in each:
        reference = looked_at(term)
        if reference is None:
            continue
        apart = told[reference.name]
        if isinstance(leaf, State) and leaf.word != "answered":
            apart.ways_out.add(WayOut(leaf.word))
        elif isinstance(leaf, Among):
            apart.constants.update(leaf.options)
        elif isinstance(term, Count):
            apart.constants.update(term.options)
            apart.is_counted = True
        elif isinstance(term, Rank):
            apart.constants.add(term.option)
            apart.is_ranked = True
        else:
            apart.constants.update(constants)
            apart.whole = apart.whole or compared


def _has_way_out(part: Question | Row) -> bool:
    return bool(getattr(part, "dont_know", False) or getattr(part, "not_applicable", False))


def _values(subject: Subject, name: str, part: Question | Row, apart: Told) -> set[Value] | None:
    """Give the values that stand for all; None where they are too many, or nothing is known of them."""
    known = subject.known.answers.get(name)
    kind = known.kind if known is not None else None
    question = subject.where[part.code].question
    if known is not None and kind == "choice":
        return set(known.options or ())
    if kind in {"several", "ranking"}:
        return _bounded(_lists(question, apart, ordered=kind == "ranking" and apart.is_ranked))
    if kind in {"number", "rating"}:
        scales: Mapping[str, object] = subject.document.scales
        named = question.scale_code()
        ends = question.ends(subject.document.scales) if named is None or named in scales else None
        if ends is None or ends.low > ends.high:
            return None
        if apart.whole:
            return _bounded(range(int(ends.low), int(ends.high) + 1)) if ends.step == 1 else None
        return set(_numbers(ends, apart.constants))
    if apart.whole:
        return None
    if kind == "day":
        days = {day for day in apart.constants if isinstance(day, date)}
        first, last = question.days()
        within = {min(max(day, first), last) for day in (*_days(days), date(2000, 1, 1))}
        return {*within} if first <= last else None
    if kind == "words":
        return {*apart.constants, OTHER}
    return None


def _bounded(values: Iterable[Value]) -> set[Value] | None:
    found = set(islice(values, MOST_VALUES))
    return found if len(found) < MOST_VALUES else None


def _numbers(ends: Ends, named: set[Any]) -> Iterator[float]:
    low, high, step = ends.low, ends.high, ends.step
    yield low
    yield high
    for constant in named:
        if isinstance(constant, int | float) and math.isfinite(constant):
            below, above = math.floor(constant / step) * step, math.ceil(constant / step) * step
            near = (constant,) if step < 1 and low <= constant <= high else ()
            for value in (below - step, below, *near, above, above + step):
                yield min(max(value, low), high)


def _days(named: set[date]) -> Iterator[date]:
    for day in named:
        yield day
        if day > date.min:
            yield day - timedelta(1)
        if day < date.max:
            yield day + timedelta(1)


def _lists(question: Question, apart: Told, *, ordered: bool) -> Iterator[tuple[str, ...]]:
    """Give the options that can be chosen together; those that no condition names stand for one another."""
    offered = question.offered()
    alone = [option.code for option in offered if option.exclusive]
    named = [option.code for option in offered if option.code in apart.constants and not option.exclusive]
    others = [option.code for option in offered if option.code not in {*named, *alone}]
    if not apart.is_counted and not ordered:
        others = others[:1]
    most = question.nature.at_most or len(offered)
    yield from ((code,) for code in alone)
    for number in range(len(others) + 1):
        for size in range(len(named) + 1):
            if 0 < number + size <= most:
                for chosen in combinations(named, size):
                    together = (*chosen, *others[:number])
                    yield from permutations(together) if ordered else (together,)
