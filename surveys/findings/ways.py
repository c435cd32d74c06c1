"""Which answers lead where: whether anybody can meet a condition, gone through by what answers can be.

A way is a set of demands, one an answer: the values that it may have. A condition becomes the ways in which
it holds. An answer has a value only if its question is asked, so a demand for one brings in the conditions
under which it is asked, back to the first page. Where that takes more ways than `MOST`, nothing is said.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from surveys.findings.domains import Answer, Domain, answers_of
from surveys.findings.subject import Conditioned, Subject
from surveys.logic.binding import bound
from surveys.logic.holding import evaluate
from surveys.logic.tree import Expression, Junction, Not, Test, Today, Value, references, terms

MOST: Final = 256
MOST_STATES: Final = 50_000
_NEXT: Final = count()
STEPS: Final = 4000
# A test of more answers than this, such as one against a list of others, is not gone through.
MOST_ASKED: Final = 2

Way = Mapping[str, Domain]
Ways = Sequence[Way]
ANY: Final[Ways] = ({},)


class TooManyError(Exception):
    """There are more ways than are gone through."""


class Paths:
    """The ways through a questionnaire by its sound conditions."""

    def __init__(self, subject: Subject, sound: Iterable[Conditioned]) -> None:
        self.subject = subject
        self._pages: dict[int, list[Expression]] = {}
        self._stops: dict[int, list[Conditioned]] = {}
        self._own: dict[str, list[Expression]] = {}
        conditions = tuple(sound)
        for condition in conditions:
            if condition.kind == "section":
                self._pages.setdefault(condition.page, []).append(condition.expression)
            elif condition.kind == "stop":
                self._stops.setdefault(condition.page, []).append(condition)
            elif condition.kind not in {"valid", "quota"}:
                found = self._own.setdefault(condition.place, [])
                found += [*condition.outer, condition.expression]
        self.answers: dict[str, Answer] = answers_of(subject, [each.expression for each in conditions])
        self._passed: set[str] = set()
        self._alive: dict[tuple[int, str | None], Ways] = {}
        self._asked: dict[str, tuple[Ways, Ways]] = {}
        self._known: dict[object, int] = {}

    def state_of(self, condition: Conditioned) -> int:
        """Give a number that two conditions share if and only if the same can be said of both.

        It stands for the condition, for what it asks about, and for all that decides who is asked that.
        """
        upto = condition.place if condition.kind == "stop" else None
        where = self._state_of_page(condition.page, upto)
        parts = (condition.expression, *condition.outer)
        return _number((condition.kind, parts, where, *self._states(parts)))

    def _states(self, parts: Iterable[Expression]) -> Iterator[int]:
        names = dict.fromkeys(each.name for part in parts for each in references(part))
        return map(self._state_of_answer, names)

    def _state_of_answer(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = -1  # what leads back to itself
            code = name.partition(".")[0]
            choices = self.subject.choices.get(name)
            options = tuple(choices.items()) if choices is not None else ()
            own: list[Expression] = []
            page = -1
            if code in self.subject.where:
                where = self.subject.where[code]
                own = self._own.get(self.subject.place(code)) or self._own.get(where.place, [])
                page = self._state_of_page(where.page)
            states = tuple(self._states(own))
            self._known[name] = _number((name, self.answers.get(name), options, tuple(own), page, states))
        return self._known[name]

    def _state_of_page(self, number: int, upto: str | None = None) -> int:
        if (number, upto) not in self._known:
            self._known[number, upto] = -1
            stops = [(page, stop.expression) for page, stop in self._heeded(number, upto)]
            pages = [self._pages.get(page, []) for page in {number, *(page for page, _stop in stops)}]
            parts = [*(stop for _page, stop in stops), *(each for page in pages for each in page)]
            places = tuple(page for page, _stop in stops)
            states = tuple(self._states(parts))
            self._known[number, upto] = _number((places, tuple(parts), number, states))
        return self._known[number, upto]

    def disregard(self, stop: Conditioned) -> None:
        """Go on as if a stop were not there."""
        self._passed.add(stop.place)
        self._known.clear()
        self._alive.clear()
        self._asked.clear()

    def of(self, expression: Expression, *, holds: bool = True) -> Ways:
        """Give the ways in which a condition holds, or does not."""
        match expression:
            case Not(part=part):
                return self.of(part, holds=not holds)
            case Junction(word=word, parts=parts):
                each = (self.of(part, holds=holds) for part in parts)
                return self.both(*each) if (word == "and") == holds else _either(each)
        return self._of_test(expression, holds=holds)

    def _of_test(self, test: Test, *, holds: bool) -> Ways:
        names = list(dict.fromkeys(each.name for each in references(test)))
        if not 0 < len(names) <= MOST_ASKED or not self.answers.keys() >= set(names) or _asks_today(test):
            return ANY
        *others, last = names
        ready = bound(test, self.subject.choices)
        found: dict[Domain, set[Value]] = {}
        first = others[0] if others else ""
        for value in self.answers[first].domain if others else (None,):
            allowed = frozenset(
                each
                for each in self.answers[last].domain
                if evaluate(ready, {first: value, last: each}) == holds
            )
            found.setdefault(allowed, set()).add(value)
        return tuple(
            {last: allowed} | ({first: frozenset(values)} if others else {})
            for allowed, values in found.items()
            if allowed
        )

    def both(self, *each: Ways) -> Ways:
        """Give the ways that are ways of all."""
        found: Ways = ANY
        for ways in each:
            found = _bounded(
                joined for one in found for two in ways if (joined := _joined(one, two)) is not None
            )
        return found

    def page(self, number: int, *, asked: bool = True) -> Ways:
        """Give the ways on which a page is asked, or is not, as far as its own condition says."""
        conditions = self._pages.get(number, [])
        if not asked:
            return _either(self.of(each, holds=False) for each in conditions)
        return self.both(*map(self.of, conditions))

    def alive(self, before: int, upto: str | None = None) -> Ways:
        """Give the ways on which no stop before a page has ended the interview.

        With `upto` the stops of that page itself count too, those before that place.
        """
        if (before, upto) not in self._alive:
            self._alive[before, upto] = self.both(
                *(
                    _either([self.of(stop.expression, holds=False), self.page(number, asked=False)])
                    for number, stop in self._heeded(before, upto)
                )
            )
        return self._alive[before, upto]

    def _heeded(self, before: int, upto: str | None = None) -> Iterator[tuple[int, Conditioned]]:
        for number in range(before + (upto is not None)):
            for stop in self._stops.get(number, []):
                if stop.place == upto:
                    return
                if stop.place not in self._passed:
                    yield number, stop

    def asked(self, name: str) -> tuple[Ways, Ways]:
        """Give the ways on which a question or row is asked, and those on which it is not."""
        if name not in self._asked:
            code = name.partition(".")[0]
            where = self.subject.where[code]
            own = self._own.get(self.subject.place(code)) or self._own.get(where.place, [])
            yes = self.both(self.alive(where.page), self.page(where.page), *map(self.of, own))
            ended = (
                self.both(self.page(number), self.of(stop.expression))
                for number, stop in self._heeded(where.page)
            )
            left = (self.of(each, holds=False) for each in own)
            no = _either([*ended, self.page(where.page, asked=False), *left])
            self._asked[name] = (yes, no)
        return self._asked[name]

    def can_be(self, ways: Ways, *, due: Container[str] = ()) -> bool:
        """Tell whether anybody can go one of the ways: whether every answer on it can be as it demands.

        `due` are answers that count as given wherever their questions are asked.
        """
        left: list[tuple[Way, frozenset[str]]] = [(way, frozenset()) for way in ways]
        for _ in range(STEPS):
            if not left:
                return False
            way, done = left.pop()
            name = self._open(way, done, due)
            if name is None:
                return True
            yes, no = self.asked(name)
            demanded = no if way[name] == frozenset({None}) else yes
            done |= {name}
            left += [(joined, done) for each in demanded if (joined := _joined(way, each)) is not None]
        raise TooManyError

    def _open(self, way: Way, done: frozenset[str], due: Container[str]) -> str | None:
        """Find the last answer whose demand says whether its question is asked, and was not looked at yet."""
        found: str | None = None
        for name, allowed in way.items():
            answer = self.answers[name]
            if name in done or answer.is_filed or answer.order < 0:
                continue
            is_due = answer.is_due or name in due
            decides = None not in allowed or (is_due and allowed == frozenset({None}))
            if decides and (found is None or answer.order > self.answers[found].order):
                found = name
        return found


_NUMBERS: Final[dict[object, int]] = {}


def _number(state: object) -> int:
    """Give the number of a state; equal states have one number."""
    if len(_NUMBERS) > MOST_STATES and state not in _NUMBERS:
        _NUMBERS.clear()
    return _NUMBERS.setdefault(state, next(_NEXT))


def _asks_today(test: Test) -> bool:
    return any(isinstance(each, Today) for each in terms(test))


def _joined(one: Way, two: Way) -> Way | None:
    found = dict(one)
    for name, allowed in two.items():
        both = found[name] & allowed if name in found else allowed
        if not both:
            return None
        found[name] = both
    return found


def _either(each: Iterable[Ways]) -> Ways:
    return _bounded(way for ways in each for way in ways)


def _bounded(ways: Iterable[Way]) -> Ways:
    found: dict[frozenset[tuple[str, Domain]], Way] = {}
    for way in ways:
        found.setdefault(frozenset(way.items()), way)
        if len(found) > MOST:
            raise TooManyError
    return tuple(found.values())
