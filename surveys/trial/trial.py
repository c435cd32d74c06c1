"""The trial of a questionnaire: what people come to, what nobody does, how long it takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from surveys.asking.router import Router
from surveys.document.conditions import Placed, choices_of, conditions_of
from surveys.document.minutes import Reckoning
from surveys.logic.binding import bound
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Expression
from surveys.trial.targets import Target, targets_of
from surveys.trial.walking import Walked, Walker

PEOPLE: Final = 500
MOST: Final = 5000
Progress = Callable[[float], None]


@dataclass
class Trial:
    """What came of a trial; counts are of people.

    Attributes
    ----------
    complete, by_chance
        How many came to the end, and how many of those who were not steered.
    reached
        Place of a page, question, option, stop or quota → how many came to it.
    never
        Those to which nobody came, with their kind.
    stuck
        Page → how many were held there by answers that cannot be given.
    holds
        Condition → for how many it holds at the end of their way.
    minutes
        Of those who came to the end, (n,).
    answers
        Slot → what they answered, reserved codes too, (n,).
    """

    people: int
    seed: int
    complete: int = 0
    by_chance: int = 0
    reached: dict[str, int] = field(default_factory=dict)
    never: list[tuple[str, str]] = field(default_factory=list)
    stuck: dict[str, int] = field(default_factory=dict)
    minutes: list[float] = field(default_factory=list)
    holds: dict[Placed, int] = field(default_factory=dict)
    answers: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Give it as files and pages hold it: without the answers themselves."""
        times = np.array(self.minutes)
        return {
            "people": self.people,
            "seed": self.seed,
            "complete": self.complete,
            "by_chance": self.by_chance,
            "reached": self.reached,
            "never": [{"kind": kind, "place": place} for kind, place in self.never],
            "stuck": self.stuck,
            "holds": [[each.place, each.field, each.text, number] for each, number in self.holds.items()],
            "minutes": {
                "median": float(np.median(times)) if len(times) else None,
                "p90": float(np.quantile(times, 0.9)) if len(times) else None,
            },
        }


def run(
    router: Router, today: date, *, people: int = PEOPLE, seed: int = 1, progress: Progress | None = None
) -> Trial:
    """Let people walk: half by chance, then as many steered to what nobody has come to, or to the end.

    The same questionnaire, day and seed give the same trial.
    """
    walker, targets = Walker(router, seed, today), list(targets_of(router))
    counts = dict.fromkeys((target.place for target in targets), 0)
    trial = Trial(people, seed)
    reckoning, conditions = Reckoning(router.document), _conditions(router)
    values: list[dict[str, int]] = []
    open_targets: Iterator[Target | None] = iter(())
    for number in range(people):
        is_steered = number >= (people + 1) // 2
        target = None
        if is_steered:
            target = next((each for each in open_targets if each and not counts[each.place]), None)
            if target is None:  # all were tried once more: those that are left are tried again
                left = [each for each in targets if not counts[each.place]]
                open_targets = iter([*left, None])
                target = next(open_targets) if number % 2 else None
        walked = walker.walk(target, is_steered=is_steered)
        for each in targets:
            counts[each.place] += each.is_met(walked.way)
        for placed, expression in conditions.items():
            trial.holds[placed] = trial.holds.get(placed, 0) + evaluate(expression, walked.way.seen)
        if walked.stuck:
            trial.stuck[walked.stuck] = trial.stuck.get(walked.stuck, 0) + 1
        elif _is_through(walked):
            trial.complete += 1
            trial.by_chance += not is_steered
            trial.minutes.append(reckoning.minutes(walked.way.shown))
            values.append(walked.way.standing)
        if progress is not None and number % 10 == 0:
            progress(number / people)
    trial.reached = counts
    trial.never = [(each.kind, each.place) for each in targets if not counts[each.place]]
    slots = [slot.code for slot in router.document.slots]
    trial.answers = {slot: np.array([each[slot] for each in values], dtype=np.int64) for slot in slots}
    return trial


def _conditions(router: Router) -> dict[Placed, Expression]:
    choices = choices_of(router.document)
    return {each: bound(parse(each.text), choices) for each in conditions_of(router.document)}


def _is_through(walked: Walked) -> bool:
    return walked.way.stop is None and walked.way.gap() is None
