"""Synthetic people go through a questionnaire page by page, by the respondents' own rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Final, NamedTuple

from surveys.asking.answers import Answers
from surveys.asking.pages import Item
from surveys.asking.router import Router, decoders_of
from surveys.asking.way import Way
from surveys.codes import NOT_ASKED
from surveys.document.conditions import ACCOUNT
from surveys.logic.holding import evaluate
from surveys.logic.tree import ACCOUNT as FILED
from surveys.logic.tree import Value
from surveys.questions.reading import REMINDED, PageAnswers
from surveys.questions.sampling import Sent
from surveys.trial.people import Person, pieces_of
from surveys.trial.targets import Goal, Steering, Target, by_name, names_of

TRIES: Final = 30  # answers among which somebody who is steered chooses
MENDED: Final = 12  # times that a refused page is mended
TURNS: Final = 3  # times the number of pages that anybody goes through


class Walked(NamedTuple):
    """One person at their end: the way of the answers, and the page on which nothing was taken, if any."""

    way: Way
    stuck: str


class Walker:
    """Makes people and lets them walk; everything comes from one seed."""

    def __init__(self, router: Router, seed: int, today: date) -> None:
        self.router, self.steering = router, Steering(router)
        self._random, self._today = Random(seed), today  # noqa: S311  a simulation
        self._pieces = pieces_of(router.document)
        self._decoders = decoders_of(router.document)
        self._slots = [slot.code for slot in router.document.slots]
        self._accounts = sorted({each.account for each in router.document.questions() if each.account})

    def walk(self, target: Target | None = None, *, is_steered: bool = False) -> Walked:
        """Let one person walk to their end, by chance, to a target, or steered past all stops."""
        random = Random(self._random.getrandbits(64))  # noqa: S311
        goals = self.steering.goals(target, random) if is_steered else []
        wanted = by_name(goals)
        person = Person(self.router.document, random, self._today)
        blank = dict.fromkeys(self._slots, NOT_ASKED)
        answers = Answers(blank, {}, self._account(random, wanted), self._today, random.getrandbits(32))
        way = self.router.way(answers)
        page = way.after(None)
        for _ in range(TURNS * len(self.router.pages) + TURNS):
            if page is None:
                break
            said = self._page(page, way, person, wanted)
            if said is None:
                return Walked(way, page)
            answers = answers.saying(said)._replace(values={**answers.values, **way.filed, **said.values})
            way = self.router.way(answers)
            if way.stop is not None:
                break
            page = way.after(page) or way.gap()
        return Walked(way, page or "" if way.stop is None else "")

    def _account(self, random: Random, wanted: Mapping[str, Sequence[Goal]]) -> dict[str, Value]:
        """Make up what the customer file says: of half of the people nothing, unless a target needs it."""
        names = {name.removeprefix(FILED) for name in wanted if name.startswith(FILED)}
        if not names and random.random() < 0.5:
            return {}
        found: dict[str, Value] = {}
        for name in sorted({*self._accounts, *names}):
            goals = wanted.get(f"{FILED}{name}", ())
            words = [*ACCOUNT.get(name, ()), *(word for test, _ in goals for word in _words(test))] or ["…"]
            said = [random.choice(words) for _ in range(TRIES if goals else 1)]
            worth = [_met(goals, {f"{FILED}{name}": word}) for word in said]
            found[name] = said[worth.index(max(worth))]
        return found

    def _page(
        self, page: str, way: Way, person: Person, wanted: Mapping[str, Sequence[Goal]]
    ) -> PageAnswers | None:
        """Fill in a page and mend what is refused; None where it stays refused."""
        form: Sent = {}
        items = self.router.pages[page].items
        refused = {field for item in items for field in item.fields}
        for _ in range(MENDED):
            seen = dict(way.seen)
            for item in items:
                if refused.intersection(item.fields):
                    form = {name: sent for name, sent in form.items() if name not in item.fields}
                    form |= self._answer(item, seen, person, wanted)
                elif item.is_shown(seen, way.answers.account):
                    seen |= self._learnt(item, form)
            checked = self.router.check(page, form, way)
            if not checked.problems:
                return checked
            refused = {each.field for each in checked.problems}
            told = [item.code for item in items if item.is_wanted and refused.intersection(item.fields)]
            form[REMINDED] = [*form.get(REMINDED, ()), *told]
        return None

    def _learnt(self, item: Item, sent: Sent) -> dict[str, Value]:
        """Give what conditions see of an item that is answered so."""
        found = PageAnswers(today=self._today)
        item.read(sent, found)
        values = {slot: found.values.get(slot, NOT_ASKED) for slot in item.slots}
        return {name: decode(values, found.texts) for name, decode in self._decoders.get(item.code, ())}

    def _answer(
        self, item: Item, seen: dict[str, Value], person: Person, wanted: Mapping[str, Sequence[Goal]]
    ) -> Sent:
        """Answer an item; where a target asks about it, the best of several answers. `seen` learns of it."""
        if item.code not in self._pieces or item.lot:
            return {}
        question, piece = self._pieces[item.code]
        decoders = self._decoders.get(item.code, ())
        goals = [goal for name, _ in decoders for goal in wanted.get(name, ())]
        hints, left_out = [test for test, _ in goals], item.left_out(seen)
        said = [person.says(question, piece, hints, left_out) for _ in range(TRIES if goals else 1)]
        worth = [_met(goals, {**seen, **self._learnt(item, each)}) if goals else 0 for each in said]
        best = said[worth.index(max(worth))]
        if decoders and item.is_shown(seen, {}):
            seen |= self._learnt(item, best)
        return best


def _met(goals: Sequence[Goal], seen: Mapping[str, Value]) -> int:
    """Count the goals that are met as far as is known."""
    return sum(
        evaluate(test, seen) == holds for test, holds in goals if all(name in seen for name in names_of(test))
    )


def _words(test: object) -> list[str]:
    right = getattr(test, "right", ())
    return [each for each in (right if isinstance(right, tuple) else (right,)) if isinstance(each, str)]
