"""Partitions of the respondents: who is held out when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.answers.sample import IndicatorMatrix
from csi_model.errors import DataError

Labels = NDArray[np.int64]


def draw_folds(data: IndicatorMatrix, n_folds: int, rng: np.random.Generator) -> Labels:
    """Deal respondents, or whole clusters where there are any, into folds of equal size; labels from 0."""
    names, unit = np.unique(
        np.arange(len(data.values)) if data.clusters is None else data.clusters, return_inverse=True
    )
    if not 2 <= n_folds <= len(names):
        raise DataError(
            f"{n_folds} folds of {len(names)} respondents or clusters.",
            code="folds",
            remedy=f"Ask for 2 to {len(names)} folds; 10 are usual.",
        )
    return np.asarray((rng.permutation(len(names)) % n_folds)[unit.ravel()], dtype=np.int64)


def label_folds(held_out: Sequence[ArrayLike], n_respondents: int) -> Labels:
    """Turn lists of held-out rows, from 0, into a label per respondent.

    Raises
    ------
    DataError
        The rows are no partition; the message names the first row that is left over or doubled.
    """
    labels = np.full(n_respondents, -1, dtype=np.int64)
    for number, rows in enumerate(held_out):
        for row in np.asarray(rows, dtype=np.int64).ravel():
            if not 0 <= row < n_respondents or labels[row] >= 0:
                raise DataError(
                    f"Row {row} of fold {number + 1} is in an earlier fold, or not in the data.",
                    code="folds",
                    remedy=f"Hold out every row from 0 to {n_respondents - 1} exactly once.",
                )
            labels[row] = number
    if (labels < 0).any():
        raise DataError(
            f"Row {int(np.flatnonzero(labels < 0)[0])} is in no fold.",
            code="folds",
            remedy="Hold out every row exactly once.",
        )
    return labels


def check_folds(folds: ArrayLike, n: int) -> Labels:
    """Return folds as labels from 0, (n_repetitions, n_respondents), or say why they are no partition."""
    given = np.atleast_2d(np.asarray(folds))
    numbers = given.dtype.kind in "iuf"
    if given.ndim != 2 or given.shape[1] != n or not given.size:
        raise DataError(
            f"Folds of shape {given.shape} for {n} respondents.",
            code="folds",
            remedy="Give every respondent one label a repetition.",
        )
    if not numbers or not np.isfinite(given).all():
        raise DataError(
            "A respondent's fold is missing or no number, so the folds are no partition.",
            code="folds",
            remedy="Give every respondent the number of his fold.",
        )
    for row, deal in enumerate(given):
        if len(np.unique(deal)) < 2:
            raise DataError(
                f"Repetition {row + 1} has a single fold: nobody is left to learn from.",
                code="folds",
                remedy="Use two folds at least; 10 are usual.",
            )
    return np.stack([np.unique(deal, return_inverse=True)[1].ravel() for deal in given]).astype(np.int64)
