"""Partitions of the respondents: who is held out when."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from csi_model.answers.sample import Sample
from csi_model.arrays import I64
from csi_model.errors import DataError

FOLDS = 10


def draw_folds(sample: Sample, n_folds: int, rng: np.random.Generator) -> I64:
    """Deal respondents, or whole clusters where there are any, into folds of equal size; labels from 0."""
    names, unit = np.unique(
        np.arange(len(sample)) if sample.clusters is None else sample.clusters.number, return_inverse=True
    )
    if not 2 <= n_folds <= len(names):
        raise DataError(
            f"{n_folds} folds of {len(names)} respondents or clusters.",
            code="folds",
            remedy=f"Ask for 2 to {len(names)} folds; 10 are usual.",
        )
    return np.asarray((rng.permutation(len(names)) % n_folds)[unit.ravel()], dtype=np.int64)


def check_folds(folds: ArrayLike, n: int) -> I64:
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
