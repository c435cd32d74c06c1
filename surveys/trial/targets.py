"""What somebody should come to, and which tests lead there: what chance does not reach is steered to."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Literal, NamedTuple

from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.document.conditions import QUOTAS
from surveys.logic.holding import evaluate
from surveys.logic.tree import ACCOUNT, Expression, Junction, Not, Test, references

Kind = Literal["page", "question", "option", "stop", "quota"]
Goal = tuple[Test, bool]  # a test, and whether it should hold


class Target(NamedTuple):
    """A page, question, row, option, stop or quota that not everybody comes to, and what decides on it."""

    kind: Kind
    place: str
    page: int
    conditions: tuple[Expression, ...]

    def is_met(self, way: Way) -> bool:
        """Tell whether somebody came to it: their answers lead there."""
        section, *rest = self.place.split(".")
        if self.kind == "quota":
            return all(evaluate(each, way.seen) for each in self.conditions)
        if self.kind == "page":
            return section in way.shown
        if self.kind == "stop":
            return section in way.stops and way.stops[section].code == rest[-1]
        if rest[0] not in way.shown.get(section, ()):
            return False
        return self.kind == "question" or rest[1] not in way.left_out.get(rest[0], ())


def targets_of(router: Router) -> Iterator[Target]:
    """Give everything of a questionnaire that not everybody comes to, in its order."""
    for code, page in router.pages.items():
        own = (page.condition,) if page.condition is not None else ()
        yield Target("page", code, page.place, own)
        for item in page.items:
            if item.lot:
                continue
            around = (*own, *((item.condition,) if item.condition is not None else ()))
            if item.condition is not None:
                yield Target("question", f"{code}.{item.code}", page.place, around)
            for choice in item.choices:
                if choice.condition is not None:
                    place = f"{code}.{item.code}.{choice.code}"
                    yield Target("option", place, page.place, (*around, choice.condition))
        for condition, stop in page.stops:
            yield Target("stop", f"{code}.stops.{stop.code}", page.place, (*own, condition))
    for quota, condition in router.quota_conditions():
        yield Target("quota", f"{QUOTAS}.{quota}", len(router.pages), (condition,))


class Steering:
    """Turns a target into tests of single answers, back to the first page."""

    def __init__(self, router: Router) -> None:
        self._asked: dict[str, tuple[Expression, ...]] = {}
        self._stops: list[tuple[int, str, Expression]] = []
        for code, page in router.pages.items():
            own = (page.condition,) if page.condition is not None else ()
            for item in page.items:
                self._asked[item.code] = (*own, *((item.condition,) if item.condition is not None else ()))
            for condition, stop in page.stops:
                self._stops.append((page.place, f"{code}.stops.{stop.code}", condition))

    def goals(self, target: Target | None, random: Random) -> list[Goal]:
        """Give the tests that lead to a target, or without one to the end, one branch of each alternative."""
        found: list[Goal] = []
        for place, name, condition in self._stops:
            if target is not None and (place > target.page or name == target.place):
                break
            found += chosen(condition, random, holds=False)
        left = [test for each in (target.conditions if target else ()) for test in chosen(each, random)]
        done: set[str] = set()
        while left:
            goal = left.pop(0)
            found.append(goal)
            for name in names_of(goal[0]):
                code = name.partition(".")[0]
                if code not in done and not name.startswith(ACCOUNT):
                    done.add(code)
                    left += [test for each in self._asked.get(code, ()) for test in chosen(each, random)]
        return found


def names_of(test: Test) -> Sequence[str]:
    """Give the answers that a test looks at."""
    return [each.name for each in references(test)]


def chosen(expression: Expression, random: Random, *, holds: bool = True) -> list[Goal]:
    """Give tests that make a condition hold, or not; of alternatives one by chance."""
    match expression:
        case Not(part=part):
            return chosen(part, random, holds=not holds)
        case Junction(word=word, parts=parts):
            if (word == "and") == holds:
                return [test for part in parts for test in chosen(part, random, holds=holds)]
            return chosen(random.choice(parts), random, holds=holds)
    return [(expression, holds)]


def by_name(goals: Sequence[Goal]) -> Mapping[str, list[Goal]]:
    """Give for each answer the tests that look at it."""
    found: dict[str, list[Goal]] = {}
    for goal in goals:
        for name in names_of(goal[0]):
            found.setdefault(name, []).append(goal)
    return found
