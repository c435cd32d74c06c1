"""Conditions over whole columns of stored answers, with the meaning that they have for one respondent."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from surveys.codes import LOWEST_ANSWER, WAYS_OUT
from surveys.logic.tree import Comparison, Expression, Junction, Not, Reference, State, Test, terms

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
_STORED: Final = {word: stored for stored, word in WAYS_OUT.items()}


def can_hold(leaf: Test) -> bool:
    """Tell whether columns can decide it: they hold numbers, no words, marks, days or customer files."""
    if any(isinstance(term, Reference) and term.is_account for term in terms(leaf)):
        return False
    if isinstance(leaf, State):
        return True
    if not isinstance(leaf, Comparison) or leaf.relation in {"in", "not in"}:
        return False
    return all(isinstance(each, int | float | Reference) for each in terms(leaf))


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
        case State(word="answered", reference=reference):
            return np.asarray(column(reference.name) >= LOWEST_ANSWER)
        case State(word=word, reference=reference):
            return np.asarray(column(reference.name) == _STORED[word])
        case Comparison(left=Reference(name=name), relation=relation, right=right):
            values = column(name)
            return np.asarray((values >= LOWEST_ANSWER) & _compared(values, relation, right, column))
    raise TypeError(f"columns cannot decide {expression}")


def _compared(values: NDArray[np.int16], relation: str, right: Any, column: Column) -> Mask:
    if isinstance(right, tuple):
        found = np.zeros(len(values), dtype=bool)
        for item in right:
            found |= _compared(values, "==", item, column)
        return np.asarray(found == (relation == "in list"))
    if isinstance(right, Reference):
        other = column(right.name)
        return np.asarray((other >= LOWEST_ANSWER) & _COMPARE[relation](values, other))
    return np.asarray(_COMPARE[relation](values, right))
