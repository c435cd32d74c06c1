"""The simulated customers, and one wave of them while they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.document.questionnaire import Questionnaire
from surveys.questions.base import Question
from surveys.questions.pieces import Slot

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Columns = dict[str, I64]


class People(NamedTuple):
    """Simulated respondents of one wave.

    `office` and each of `traits` are places in the list of offices and of a trait's options; `groups` say who
    is of which, `levels` are the constructs in standard deviations.
    """

    office: I64
    traits: Mapping[str, I64]
    groups: Mapping[str, Mask]
    levels: Mapping[str, F64]


@dataclass(frozen=True)
class Drawing:
    """People while they answer: what is `found` by slot, `decimals`, and what they would name as `worst`."""

    document: Questionnaire
    slots: Mapping[str, Slot]
    drawn: People
    rng: np.random.Generator
    traits: Mapping[str, Mapping[str, float]]
    appeal: Mapping[str, float]  # of what may be named as worst, by option
    found: Columns
    worst: Columns = field(default_factory=dict)
    decimals: dict[str, F64] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many they are."""
        return len(self.drawn.office)

    def question(self, code: str) -> Question:
        """Find a question."""
        return next(each for each in self.document.questions() if each.code == code)

    def values(self, question: str, *options: str) -> I64:
        """Give what the questionnaire stores for options of a question."""
        stored = {option.code: option.value for option in self.question(question).offered()}
        return np.array([stored[option] for option in options])

    def anything(self, code: str) -> I64:
        """Give any answers that a slot takes."""
        slot = self.slots[code]
        return self.rng.integers(slot.low, slot.high + 1, self.n)

    def linear(self, constant: float, of: Mapping[str, float]) -> F64:
        """Give a constant plus constructs times their factors."""
        total = np.full(self.n, constant)
        for construct, factor in of.items():
            total = total + factor * self.drawn.levels[construct]
        return total

    def by_group(self, share: float, where: Mapping[str, float]) -> F64:
        """Give everybody a share, and groups their own."""
        found = np.full(self.n, share)
        for group, own in where.items():
            found = np.where(self.drawn.groups[group], own, found)
        return found
