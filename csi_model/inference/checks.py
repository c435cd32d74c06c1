"""Estimates with their uncertainty: the small calculus that every comparison and decision room shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError


def check_answers(values: F64) -> F64:
    """Return answers as a (n_respondents, n_columns) float array, or say what is wrong with them."""
    values = np.asarray(values, float)
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or values.size == 0:
        msg = f"Answers must be a table of respondents x questions, not an array of shape {values.shape}."
        raise DataError(msg, code="shape", remedy="Give one row per respondent and one column per question.")
    if np.isinf(values).any():
        msg = "Answers contain infinite values."
        raise DataError(msg, code="not-finite", remedy="Mark missing answers as nan.")
    return values


def check_points(points: F64, what: str = "Scores") -> None:
    """Refuse what is not points from 0 to 100; gaps are ``nan``."""
    if ((points < 0) | (points > 100)).any():
        remedy = "Turn answers into points first: 100 (x - low) / (high - low)."
        raise DataError(f"{what} lie outside 0 to 100 points.", code="scales", remedy=remedy)


def check_floor(answers: F64, floor: int) -> None:
    """Refuse a column of answers with fewer than the floor."""
    answered = (~np.isnan(answers)).sum(axis=0)
    if (answered < floor).any():
        k = int(np.argmin(answered))
        msg = f"Item {k + 1} has {int(answered[k])} answers, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit, or leave the item out.")


def check_weights(weights: F64 | None, n: int) -> F64:
    """Return respondent weights of length n (ones by default), refusing negative or all-zero ones."""
    if weights is None:
        return np.ones(n)
    weights = np.asarray(weights, float)
    if weights.shape != (n,):
        msg = f"{n} respondents but weights of shape {weights.shape}."
        raise DataError(msg, code="weights", remedy="Give exactly one weight per respondent.")
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        msg = "Weights must be finite, none negative and not all zero."
        raise DataError(msg, code="weights", remedy="Rake or trim the weights again.")
    return weights


def check_length(labels: NDArray[np.generic], n: int, name: str) -> NDArray[np.generic]:
    """Return one label per respondent, or say which column has the wrong length."""
    labels = np.asarray(labels)
    if labels.shape != (n,):
        msg = f"{n} respondents but {name} of shape {labels.shape}."
        raise DataError(msg, code="length", remedy=f"Give exactly one entry of {name} per respondent.")
    return labels


def check_standard_errors(points: F64, standard_errors: F64) -> tuple[F64, F64]:
    """Return figures and their standard errors as equal, finite vectors."""
    points, standard_errors = np.asarray(points, float), np.asarray(standard_errors, float)
    if points.ndim != 1 or points.shape != standard_errors.shape:
        msg = f"Figures {points.shape} and standard errors {standard_errors.shape} do not pair."
        raise DataError(msg, code="shape", remedy="Give one standard error per figure.")
    if not (np.isfinite(points).all() and np.isfinite(standard_errors).all()) or (standard_errors < 0).any():
        msg = "Figures and standard errors must be finite and standard errors not negative."
        raise DataError(msg, code="not-finite", remedy="Leave out figures below the floor of answers.")
    return points, standard_errors
