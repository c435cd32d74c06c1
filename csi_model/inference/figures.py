"""A number with its standard error and interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError


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


def critical(level: float, df: float = np.inf) -> float:
    """Two-sided critical value of the normal or Student's distribution for a nominal level."""
    if not 0 < level < 1:
        msg = f"A level of {level} is no probability between 0 and 1."
        raise DataError(msg, code="level", remedy="Use 0.95, say.")
    return float(stats.t.ppf((1 + level) / 2, df))
