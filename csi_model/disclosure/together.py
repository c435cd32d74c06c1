"""What means that leave one after another tell together: of each unit, and of any few people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from csi_model.answers.labels import Labels
from csi_model.arrays import F64, I64, Mask
from csi_model.disclosure.crossing import NOT_EXACT
from csi_model.disclosure.floors import printed_of
from csi_model.disclosure.room import ENOUGH, room

LARGEST = 1e3  # a coefficient, where that of the few is one


def gives_away(means: F64, kinds: Sequence[Labels], answered: Mask, floor: int) -> bool:
    """Tell whether printed means, beside those of the units and of all, leave few people without room.

    Parameters
    ----------
    means : ndarray of shape (n_means, n)
        What each respondent counts in each mean, one figure in one wave; each sums to one.
    kinds : sequence of Labels
        Units, of one kind or more, whose figures are printed as `floors.decide` lets them be.
    answered : ndarray of shape (n,)
        Who is behind the figure.

    Notes
    -----
    A unit of fewer than `floor` answers, and who is of no unit, must be able to move by four points while no
    other moves by more than twenty (`room`). And no combination of the means may be about fewer than `floor`
    people alone: two units of twelve that one arm had and a later one has not are told by the difference.
    Values play no part.
    """
    own = [labels.where(answered) for labels in kinds]
    number = np.column_stack([labels.number for labels in own])
    _, cell = np.unique(number, axis=0, return_inverse=True)
    cell = cell.ravel()
    n = np.bincount(cell)
    groups = [(rows, False) for labels in own for rows in labels.rows().values()]
    groups += [(np.flatnonzero(labels.is_blank), False) for labels in own if labels.is_blank.any()]
    groups += [(np.flatnonzero(cell == at), len(own) > 1) for at in range(len(n))]
    shares = np.zeros((len(groups), len(n)))
    for place, (rows, _) in enumerate(groups):
        shares[place] = np.bincount(cell[rows], minlength=len(n)) / len(rows)
    rows_of = [*means[:, answered], *printed_of(own, floor)]
    sums = np.array([np.bincount(cell, each, len(n)) for each in rows_of])
    known = np.isin(np.arange(len(n)), np.flatnonzero(sums[(sums > 0).sum(axis=1) == 1].any(axis=0)))
    if (n[known] < floor).any():
        return True
    left = sums[:, ~known]
    left = left[left.any(axis=1)]
    if not left.size:
        return False
    left /= np.abs(left).max(axis=1, keepdims=True)
    for (rows, is_crossed), share in zip(groups, shares, strict=True):
        if len(rows) < floor and room(left, share[~known])[0] < (NOT_EXACT if is_crossed else ENOUGH):
            return True
    return speaks_of_few(left > 0, n[~known], floor)


def speaks_of_few(sums: Mask, n: I64, floor: int) -> bool:
    """Tell whether some combination of sums is about fewer than `floor` people and nobody else.

    Parameters
    ----------
    sums : ndarray of shape (n_sums, n_cells)
        Which cells are in which sum.
    n : ndarray of shape (n_cells,)
        People in each cell.

    Notes
    -----
    Of the combinations that count a small cell by one, a mixed-integer program finds one in which others
    than small cells count nothing, and those that count have too few people (the fewest words of a code).
    """
    alike, place = np.unique(sums, axis=1, return_inverse=True)
    people = np.bincount(place.ravel(), n, alike.shape[1])
    there = alike.any(axis=0)
    alike, people = alike[:, there].astype(float), people[there]
    n_sums, n_cells = alike.shape
    small = people < floor
    for cell in np.flatnonzero(small).tolist():
        # Unknown are how often each sum counts, and whether each cell is in the combination.
        within: F64 = np.hstack([alike.T, -LARGEST * np.eye(n_cells)])
        above: F64 = np.hstack([alike.T, LARGEST * np.eye(n_cells)])
        exactly: F64 = np.append(alike[:, cell], np.zeros(n_cells))
        few: F64 = np.append(np.zeros(n_sums), people)
        found = milp(
            np.zeros(n_sums + n_cells),
            integrality=np.append(np.zeros(n_sums), np.ones(n_cells)),
            bounds=Bounds(
                np.append(np.full(n_sums, -LARGEST), np.zeros(n_cells)),
                np.append(np.full(n_sums, LARGEST), small.astype(float)),
            ),
            constraints=[
                LinearConstraint(within, -np.inf, 0.0),
                LinearConstraint(above, 0.0, np.inf),
                LinearConstraint(exactly, 1.0, 1.0),
                LinearConstraint(few, -np.inf, floor - 1),
            ],
        )
        if found.success:
            return True
    return False
