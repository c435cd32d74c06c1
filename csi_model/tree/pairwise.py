"""Weights from judgements of pairs: how many times more one thing matters than another."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from csi_model.arrays import F64
from csi_model.errors import SpecificationError

# Mean consistency index of random judgements, for 1 to 10 things.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)

# From here on judgements contradict each other too much.
TOLERATED = 0.1

STRONGEST = 9.0

# How far a cell may be from the reciprocal of the larger one: people write 0.33 for a third.
ROUNDING = 0.0051


class Priorities(NamedTuple):
    """Weights of judged things.

    Attributes
    ----------
    weights : (m,), summing to 1
    consistency_ratio : 0 for perfectly consistent judgements, below `TOLERATED`
    """

    weights: F64
    consistency_ratio: float


def priorities(names: Sequence[str], experts: Sequence[Any], place: str) -> Priorities:
    r"""Give the weights that pairwise judgements mean, those of several experts joined.

    Parameters
    ----------
    names : sequence of str
        The m things judged, 1 to 10.
    experts : sequence of (m, m) arrays
        `[i, j]`: how many times more thing i matters than j, from 1/9 to 9; `[j, i]` is its reciprocal. Cells
        may be texts such as "1/3".
    place : str
        What is judged, for messages.

    Raises
    ------
    SpecificationError
        No judgements, another shape, a cell that is no number from 1/9 to 9, a pair that is not reciprocal,
        more than 10 things; judgements of one expert or of all joined that contradict each other, with the
        three things that do so most.

    Notes
    -----
    The weights are the principal eigenvector of the matrix, :math:`A w = \lambda_{max} w`; of several experts
    that of the cells' geometric means. Consistency: :math:`CI = (\lambda_{max} - m)/(m - 1)`,
    :math:`CR = CI / RI_m`, refused from 0.1 on.

    References
    ----------
    Saaty (1980), The Analytic Hierarchy Process, chapter 2. Aczél and Saaty (1983), Journal of Mathematical
    Psychology 27(1), 93-102, on the geometric mean.
    """
    if not experts:
        raise _refusal(f"{place} has no judgements.", "Give a matrix for each expert.")
    if len(names) > len(RANDOM_INDEX):
        raise _refusal(f"{place} compares {len(names)} things at once, more than 10.", "Group them.")
    matrices = [_matrix(each, names, f"{place}, expert {number + 1}") for number, each in enumerate(experts)]
    for number, matrix in enumerate(matrices):
        _solve(matrix, names, f"{place}, expert {number + 1}")
    return _solve(np.exp(np.mean([np.log(each) for each in matrices], axis=0)), names, place)


def _matrix(given: Any, names: Sequence[str], place: str) -> F64:
    m = len(names)
    if not _is_square(given, m):
        raise _refusal(
            f"{place} is no table of {m} by {m}.", f"Give a row and a column to each of {', '.join(names)}."
        )
    matrix = np.array([[_number(cell, place) for cell in row] for row in given], dtype=float)
    if not np.allclose(np.diag(matrix), 1):
        raise _refusal(f"{place}: a thing compared with itself is not 1.", "Write 1 on the diagonal.")
    for i, j in combinations(range(m), 2):
        one, other = matrix[i, j], matrix[j, i]
        larger = max(one, other)
        if abs(min(one, other) - 1 / larger) > ROUNDING:
            raise _refusal(
                f"{place}: {names[i]} over {names[j]} is {one:g}, but {names[j]} over {names[i]}"
                f" is {other:g}.",
                "Make one the reciprocal of the other.",
            )
        matrix[i, j], matrix[j, i] = (larger, 1 / larger) if one >= other else (1 / larger, larger)
    return matrix


def _is_square(given: Any, m: int) -> bool:
    return (
        isinstance(given, list | tuple | np.ndarray)
        and len(given) == m
        and all(isinstance(row, list | tuple | np.ndarray) and len(row) == m for row in given)
    )


def _number(cell: Any, place: str) -> float:
    try:
        number = float(Fraction(cell)) if isinstance(cell, str) else float(cell)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        number = np.nan
    if isinstance(cell, bool) or not 1 / STRONGEST - ROUNDING <= number <= STRONGEST:
        raise _refusal(f"{place} holds {cell!r}.", "Write how many times more it matters: from 1/9 to 9.")
    return number


def _solve(matrix: F64, names: Sequence[str], place: str) -> Priorities:
    m = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    weights = np.abs(vectors[:, first].real)
    index = (values[first].real - m) / (m - 1) if m > 1 else 0.0
    ratio = max(float(index / RANDOM_INDEX[m - 1]), 0.0) if m > 2 else 0.0
    if ratio >= TOLERATED:
        i, j, k = _worst(np.log(matrix))
        raise _refusal(
            f"{place}: the judgements contradict each other (consistency ratio {ratio:.2f}), most so"
            f" {names[i]}, {names[j]} and {names[k]}: {names[i]} over {names[j]} {matrix[i, j]:.3g},"
            f" {names[j]} over {names[k]} {matrix[j, k]:.3g},"
            f" but {names[i]} over {names[k]} {matrix[i, k]:.3g}.",
            f"Judge these three again; below {TOLERATED:g} is consistent.",
        )
    return Priorities(weights / weights.sum(), ratio)


def _worst(logs: ArrayLike) -> tuple[int, int, int]:
    """Give the three things whose judgements are furthest from a_ij a_jk = a_ik."""
    cell = np.asarray(logs)
    triples = combinations(range(len(cell)), 3)
    return max(triples, key=lambda t: abs(cell[t[0], t[1]] + cell[t[1], t[2]] - cell[t[0], t[2]]))


def _refusal(message: str, remedy: str) -> SpecificationError:
    return SpecificationError(message, code="judgements", remedy=remedy)
