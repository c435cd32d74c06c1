"""Conditions over whole columns of stored answers, with the meaning that they have for one respondent."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.codes import LOWEST_ANSWER
from surveys.logic.tree import Answered, Comparison, Expression, Junction, Not

Mask = NDArray[np.bool_]
# Code of a question → its stored answers (n,) int16, reserved ones too.
Column = Callable[[str], NDArray[np.int16]]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def can_hold(leaf: Comparison | Answered) -> bool:
    """Tell whether columns can decide it: they hold numbers, no words, marks or customer files."""
    if leaf.reference.account:
        return False
    if isinstance(leaf, Answered):
        return True
    constants = leaf.constant if isinstance(leaf.constant, tuple) else (leaf.constant,)
    return leaf.relation not in {"in", "not in"} and all(isinstance(each, int | float) for each in constants)


def holding(expression: Expression, column: Column) -> Mask:
    """Tell for each row whether the condition holds, (n,) bool; comparing a missing answer is false.

    Every leaf must be one that `can_hold`.
    """
    match expression:
        case Junction(word=word, parts=parts):
            each = [holding(part, column) for part in parts]
            return np.asarray(np.logical_and.reduce(each) if word == "and" else np.logical_or.reduce(each))
        case Not(part=part):
            return ~holding(part, column)
        case Answered(reference=reference):
            return np.asarray(column(reference.name) >= LOWEST_ANSWER)
        case Comparison(reference=reference, relation=relation, constant=constant):
            values = column(reference.name)
            return np.asarray((values >= LOWEST_ANSWER) & _compared(values, relation, constant))


def _compared(values: NDArray[np.int16], relation: str, constant: Any) -> Mask:
    if relation.endswith("list"):
        return np.asarray(np.isin(values, constant) != relation.startswith("not"))
    return np.asarray(_COMPARE[relation](values, constant))
