"""Estimates with their uncertainty: the small calculus that every comparison and decision room shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.errors import DataError

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Values with standard errors and intervals, all of one shape.

    Attributes
    ----------
    value, se, low, high : ndarray
        Figure, standard error and the ends of its interval, in the unit of the figure.
    p : ndarray
        Two-sided probability of a figure at least so far from zero if the truth were zero.
    """

    value: F64
    se: F64
    low: F64
    high: F64
    p: F64


def from_normal(value: F64 | float, se: F64 | float, *, level: float = 0.95, df: float = np.inf) -> Estimate:
    """Give value ± quantile x standard error, by the normal or (finite ``df``) Student's distribution.

    Parameters
    ----------
    value, se : ndarray or float
        Figures and standard errors; they broadcast.
    level : float
        Nominal coverage, 0 < level < 1.
    df : float
        Degrees of freedom of the standard error.
    """
    value, se = np.broadcast_arrays(np.asarray(value, float), np.asarray(se, float))
    half = critical(level, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(value) / se
    ratio = np.where((se == 0) & (value == 0), 0.0, ratio)
    return Estimate(value.copy(), se.copy(), value - half, value + half, 2 * stats.t.sf(ratio, df))


def from_draws(value: F64 | float, draws: F64, *, level: float = 0.95) -> Estimate:
    """Give the percentile interval of draws (first axis) around the figure they belong to.

    Parameters
    ----------
    value : ndarray or float
        The figure from the full data.
    draws : ndarray of shape (n_draws, ...)
        Resampled figures; draws that are not finite count as failed and are left out.

    Notes
    -----
    ``p`` is twice the smaller share of draws on either side of zero, with one added to both counts so that
    it is never exactly zero (Davison & Hinkley 1997, Bootstrap Methods and their Application, section 4.2).
    """
    value, draws = np.asarray(value, float), np.asarray(draws, float)
    usable = np.isfinite(draws)
    if draws.shape[0] < 2 or (usable.sum(axis=0) < 2).any():
        msg = "Fewer than two usable draws, so no interval can be given."
        raise DataError(msg, code="draws", remedy="Ask for more resamples, 1000 at least.")
    kept = np.where(usable, draws, np.nan)
    tail = (1 - level) / 2
    low, high = np.nanquantile(kept, [tail, 1 - tail], axis=0)
    count = usable.sum(axis=0)
    below = ((draws <= 0) & usable).sum(axis=0)
    above = ((draws >= 0) & usable).sum(axis=0)
    p = np.minimum(1.0, 2 * (np.minimum(below, above) + 1) / (count + 1))
    return Estimate(value, np.nanstd(kept, axis=0, ddof=1), low, high, p)


def weighted_means(
    values: F64, weights: F64 | None = None, clusters: NDArray[np.generic] | None = None
) -> tuple[F64, F64]:
    r"""Mean of every column over its answered rows, and the covariance of these means.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_columns)
        ``nan`` marks a missing answer.
    weights : ndarray of shape (n_respondents,), optional
        Respondent weights, non-negative.
    clusters : ndarray of shape (n_respondents,), optional
        Labels of sampling units; rows of one label stand or fall together.

    Returns
    -------
    means : ndarray of shape (n_columns,)
    covariance : ndarray of shape (n_columns, n_columns)
        Of the means, by linearisation.

    Notes
    -----
    With :math:`u_{ij} = w_i (x_{ij} - \bar x_j) / \sum_i w_i` over the answered rows of column j, the
    covariance is :math:`\frac{G}{G-1} \sum_g U_g U_g'`, where :math:`U_g` sums u over cluster g and a
    respondent is a cluster where none is given.

    References
    ----------
    Binder (1983), International Statistical Review 51:279-292.
    """
    values = check_answers(values)
    weights = check_weights(weights, len(values))
    answered = ~np.isnan(values)
    mass = weights[:, None] * answered
    total = mass.sum(axis=0)
    if (total <= 0).any():
        empty = np.flatnonzero(total <= 0).tolist()
        msg = f"Columns {empty} have no answer with a positive weight."
        raise DataError(msg, code="empty", remedy="Leave these questions out or add answers.")
    means = np.where(answered, values, 0.0)
    means = (weights @ means) / total
    share = mass * np.where(answered, values - means, 0.0) / total
    if clusters is not None:
        labels, place = np.unique(check_length(clusters, len(values), "clusters"), return_inverse=True)
        grouped = np.zeros((len(labels), values.shape[1]))
        np.add.at(grouped, place, share)
        share = grouped
    n = len(share)
    if n < 2:
        msg = "One sampling unit alone says nothing about uncertainty."
        raise DataError(msg, code="one-unit", remedy="Give at least two respondents or clusters.")
    return means, share.T @ share * (n / (n - 1))


def share_interval(shares: F64, se: F64, n: float, *, level: float = 0.95) -> Estimate:
    r"""Give shares their logit interval, which never leaves 0 to 1.

    Parameters
    ----------
    shares, se : ndarray
        Shares 0-1 and their standard errors.
    n : float
        Effective number of answers, for shares of exactly 0 or 1: there the open end is
        :math:`1 - (\alpha/2)^{1/n}` away (Clopper & Pearson 1934).
    """
    shares, se = np.asarray(shares, float), np.asarray(se, float)
    inner = (shares > 0) & (shares < 1)
    safe = np.where(inner, shares, 0.5)
    centre = np.log(safe / (1 - safe))
    half = critical(level) * se / (safe * (1 - safe))
    low, high = 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))
    reach = 1 - ((1 - level) / 2) ** (1 / max(n, 1.0))
    low = np.where(inner, low, np.where(shares <= 0, 0.0, 1 - reach))
    high = np.where(inner, high, np.where(shares <= 0, reach, 1.0))
    return Estimate(shares, se, low, high, from_normal(shares, se, level=level).p)


def n_effective(weights: F64) -> float:
    """Effective number of answers under unequal weights (Kish 1965, section 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


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


def check_floor(answers: F64, floor: int) -> None:
    """Refuse a column of answers with fewer than the floor."""
    answered = (~np.isnan(answers)).sum(axis=0)
    if (answered < floor).any():
        k = int(np.argmin(answered))
        msg = f"Item {k} has {int(answered[k])} answers, below the floor of {floor}."
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


def critical(level: float, df: float = np.inf) -> float:
    """Two-sided critical value of the normal or Student's distribution for a nominal level."""
    if not 0 < level < 1:
        msg = f"A level of {level} is no probability between 0 and 1."
        raise DataError(msg, code="level", remedy="Use 0.95, say.")
    return float(stats.t.ppf((1 + level) / 2, df))
