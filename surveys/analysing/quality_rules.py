"""The rules that flag answers of a wave: speed, sameness, contradiction, attention, gaps, praise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from surveys.codes import LOWEST_ANSWER, NOT_ASKED
from surveys.collecting.alike import Scored, all_best
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.columns import Mask, can_hold, holding
from surveys.logic.reading import parse
from surveys.logic.tree import leaves
from surveys.logic.writing import to_text

DEFAULTS: dict[str, Any] = {
    "speeder": {"median_divisor": 3, "seconds_per_item": 2},
    "straightline": {"constructs": []},
    "contradiction": [],
    "attention": {},
    "item_missing": {"share": 0.4},
    "burst": {"times_usual": 5, "least": 10, "top_sd": 3},
    "flags_to_exclude": 2,
}


class Flag(IntFlag):
    """What is doubtful about a response."""

    SPEEDER = 1
    STRAIGHTLINE = 2
    CONTRADICTION = 4
    ATTENTION = 8
    ITEM_MISSING = 16
    BURST = 32
    PRAISE = 64
    ALIKE = 128

    @property
    def names(self) -> list[str]:
        """The single flags in it, in lower case."""
        return [str(flag.name).lower() for flag in self]

    @classmethod
    def read(cls, names: str) -> "Flag":
        """Read flags as they are written in a decision, `speeder+straightline`."""
        return cls(sum(cls[name.upper()] for name in names.split("+") if name))


# Flags that have one cause count once. A burst alone counts for nothing; alike answers in one are enough.
FAMILIES: Final = (
    Flag.SPEEDER,
    Flag.STRAIGHTLINE | Flag.PRAISE,
    Flag.CONTRADICTION | Flag.ATTENTION,
    Flag.ITEM_MISSING,
)


def excluding(flags: NDArray[np.int64], families: int) -> Mask:
    """Tell which flags leave a response out: those of so many families, or of a burst of alike answers."""
    number = sum((flags & int(family)).astype(bool).astype(np.int64) for family in FAMILIES)
    return np.asarray((number >= families) | ((flags & int(Flag.ALIKE)) != 0))


@dataclass(frozen=True)
class WaveAnswers:
    """The arrays that the rules look at; one row a response."""

    answers: NDArray[np.int16]
    position: Mapping[str, int]
    seconds: NDArray[np.float64]
    unit: NDArray[np.str_]  # the office's code, empty where none is known
    period: NDArray[np.str_]  # the hour in UTC; the day where only that is kept
    day: NDArray[np.str_]
    at_kiosk: Mask
    is_anonymous: bool
    asked: Scored

    def column(self, code: str, rule: str) -> NDArray[np.int16]:
        """Give the packed answers of a question; refuse a rule about one that is not asked."""
        if code not in self.position:
            reason = Because(Reason.CODE_NOT_IN_VERSION, code=code)
            raise SurveyError(Problem.QUALITY_RULE, rule=rule, reason=reason)
        return self.answers[:, self.position[code]]


def speeding(data: WaveAnswers, rule: Mapping[str, Any]) -> Mask:
    """Faster than a third of the median, or than two seconds an answered item; unknown times pass."""
    timed = data.seconds > 0
    if not timed.any():
        return timed
    answered = (data.answers[:, data.asked.places] >= LOWEST_ANSWER).sum(axis=1)
    usual = np.median(data.seconds[timed]) / rule["median_divisor"]
    return np.asarray(timed & (data.seconds < np.maximum(usual, rule["seconds_per_item"] * answered)))


def same_answer(data: WaveAnswers, codes: list[str]) -> Mask:
    """One and the same answer to every question, of which at least five were answered."""
    block = np.column_stack([data.column(code, "straightline") for code in codes])
    real = block >= LOWEST_ANSWER
    low = np.where(real, block, np.int16(32767)).min(axis=1)
    high = np.where(real, block, np.int16(LOWEST_ANSWER)).max(axis=1)
    return np.asarray((real.sum(axis=1) >= 5) & (low == high))


def contradicting(data: WaveAnswers, conditions: list[str]) -> Mask:
    """Answers for which one of the conditions holds."""
    found = np.zeros(len(data.answers), dtype=bool)
    for condition in conditions:
        expression = parse(condition)
        for leaf in leaves(expression):
            if not can_hold(leaf):
                reason = Because(Reason.CONDITION_NOT_NUMERIC, text=to_text(leaf))
                raise SurveyError(Problem.QUALITY_RULE, rule="contradiction", reason=reason)
        found |= holding(expression, lambda code: data.column(code, "contradiction"))
    return found


def inattentive(data: WaveAnswers, rule: Mapping[str, Any]) -> Mask:
    """The control question answered otherwise than it asks; not answering it is no flag."""
    if not rule:
        return np.zeros(len(data.answers), dtype=bool)
    column = data.column(rule["code"], "attention")
    return np.asarray((column >= LOWEST_ANSWER) & (column != rule["correct"]))


def mostly_missing(data: WaveAnswers, rule: Mapping[str, Any]) -> Mask:
    """More than the given share of the scored questions that were asked carry no real answer."""
    block = data.answers[:, data.asked.places]
    asked = (block != NOT_ASKED).sum(axis=1)
    missing = asked - (block >= LOWEST_ANSWER).sum(axis=1)
    return np.asarray(missing > rule["share"] * asked)


def overpraising(data: WaveAnswers, rule: Mapping[str, Any]) -> Mask:
    """Far more than elsewhere of an office's answers are all the best; those of them that are."""
    flagged = np.zeros(len(data.answers), dtype=bool)
    best = all_best(data.answers, data.asked)
    overall = best.mean() if len(best) else 0.0
    for unit in np.unique(data.unit[data.unit != ""]):
        rows = np.flatnonzero(data.unit == unit)
        if len(rows) >= rule["least"]:
            limit = overall + rule["top_sd"] * np.sqrt(overall * (1 - overall) / len(rows))
            if best[rows].mean() > limit:
                flagged[rows] |= best[rows]
    return flagged
