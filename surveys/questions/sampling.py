"""What a synthetic person says to a field: by chance and by mood, as a browser would send it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from surveys.codes import RESERVED
from surveys.logic.tree import Test, terms
from surveys.questions.pieces import Control

BLANK: Final = 0.03  # of what need not be answered
OUT: Final = 0.03  # of ratings: don't know, or does not apply
WORDS: Final = "…"
NOISE: Final = 0.13  # how far one person's ratings of a construct lie apart, as a share of the scale
YEARS: Final = 3 * 365

Sent = dict[str, list[str]]


class Sampler:
    """One person's chance: `level` is what they think of each rated question, `mood` of all others.

    Both are shares of a scale. `hints` are tests that name values worth trying.
    """

    def __init__(self, random: Random, today: date, level: Mapping[str, float], mood: float) -> None:
        self.random, self._today, self._level, self._mood = random, today, level, mood
        self.hints: Sequence[Test] = ()

    def point(self, control: Control) -> str:
        """Rate by what is thought of it; a few take a way out."""
        outs = [each.sent for each in control.choices if each.stored in RESERVED]
        if outs and self.random.random() < OUT:
            return self.random.choice(outs)
        low, high = control.ends
        share = self.random.gauss(self._level.get(control.name, self._mood), NOISE)
        return str(min(max(round(low + share * (high - low)), low), high))

    def one(self, control: Control) -> str:
        """Choose one of what is offered."""
        return self.random.choice(control.choices).sent

    def several(
        self, control: Control, *, least: int | None, most: int | None, exclusive: Collection[str] = ()
    ) -> list[str]:
        """Choose as many as are taken, or one that denies the others."""
        free = [choice.sent for choice in control.choices if choice.sent not in exclusive]
        if exclusive and (not free or self.random.random() < BLANK + 1 / (len(free) + 2)):
            return [self.random.choice(sorted(exclusive))]
        fewest, at_most = min(least or 1, len(free)), min(most or len(free), len(free))
        return self.random.sample(free, self.random.randint(fewest, max(at_most, fewest)))

    def number(self, low: float, high: float, step: float) -> str:
        """Give a number within limits, often one beside those that matter."""
        near = [
            value + shift
            for value in self._constants()
            if isinstance(value, int | float)
            for shift in (-step, 0, step)
            if low <= value + shift <= high
        ]
        if near and self.random.random() < 0.5:
            return f"{self.random.choice(near):g}"
        # Most numbers that people give lie at the lower end of what is possible.
        value = low + (high - low) * self.random.random() ** 3
        return f"{min(max(round(value / step) * step, low), high):.10g}"

    def day(self, first: date, last: date) -> str:
        """Give a day within limits that has been, often one beside those that matter."""
        last = min(last, self._today)
        first = max(first, last - timedelta(YEARS))
        days = [
            each + timedelta(shift)
            for each in self._constants()
            if isinstance(each, date) and date.min < each < date.max
            for shift in (-1, 0, 1)
        ]
        if days and self.random.random() < 0.5:
            return self.random.choice(days).isoformat()
        return (first + timedelta(self.random.randint(0, max((last - first).days, 0)))).isoformat()

    def words(self) -> str:
        """Write something, often words that matter."""
        return self.random.choice([*(each for each in self._constants() if isinstance(each, str)), WORDS])

    def _constants(self) -> Iterator[object]:
        for test in self.hints:
            for term in terms(test):
                if isinstance(term, int | float | str | date):
                    yield term
