"""Figures with their uncertainty, by the normal distribution, by draws, and of shares."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import against_zero, critical, ends, spread
from csi_model.options import LEVEL


def from_normal(value: F64 | float, se: F64 | float, *, level: float = LEVEL, df: float = np.inf) -> Figure:
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
    chance = against_zero(value, se, df)
    return figure(value.copy(), se.copy(), value - half, value + half, chance, level=level)


def from_draws(
    value: F64 | float, draws: F64, *, level: float = LEVEL, df: F64 | float = np.inf, n: F64 | float = np.nan
) -> Figure:
    """Give the percentile interval of draws (first axis) around the figure they belong to.

    Parameters
    ----------
    value : ndarray or float
        The figure from the full data.
    draws : ndarray of shape (n_draws, ...)
        Resampled figures; draws that are not finite count as failed and are left out. A figure that fewer
        than half of the draws have gets neither error nor interval.
    df : float or ndarray
        Degrees of freedom of the variances, which expand the level (`kinds.expanded`).

    Notes
    -----
    ``p`` is twice the smaller share of draws on either side of zero, with one added to both counts so that
    it is never exactly zero (Davison & Hinkley 1997, Bootstrap Methods and their Application, section 4.2).
    """
    value, draws = np.asarray(value, float), np.asarray(draws, float)
    usable = np.isfinite(draws)
    if draws.shape[0] < 2:
        msg = "Fewer than two usable draws, so no interval can be given."
        raise DataError(msg, code="draws", remedy="Ask for more resamples, 1000 at least.")
    count = usable.sum(axis=0)
    enough = np.isfinite(value) & (count >= max(2, len(draws) / 2))
    low, high = ends(draws, value, df=df, level=level)
    below, above = ((draws <= 0) & usable).sum(axis=0), ((draws >= 0) & usable).sum(axis=0)
    p = np.minimum(1.0, 2 * (np.minimum(below, above) + 1) / (count + 1))
    parts = (np.where(enough, part, np.nan) for part in (spread(draws), low, high, p))
    return figure(value, *parts, n=n, level=level)


def share_interval(
    shares: F64, se: F64, n: float | F64, *, level: float = LEVEL, axes: tuple[tuple[str, ...], ...] = ()
) -> Figure:
    r"""Give shares their logit interval, which never leaves 0 to 1.

    Parameters
    ----------
    shares, se : ndarray
        Shares 0-1 and their standard errors.
    n : float or ndarray
        Effective number of answers, of all or of each share, for shares of exactly 0 or 1: there the open
        end is :math:`1 - (\alpha/2)^{1/n}` away (Clopper & Pearson 1934).
    axes : tuple of tuple of str
        Names of the shares, along each axis.
    """
    shares, se = np.asarray(shares, float), np.asarray(se, float)
    inner = (shares > 0) & (shares < 1)
    safe = np.where(inner, shares, 0.5)
    centre = np.log(safe / (1 - safe))
    half = critical(level) * se / (safe * (1 - safe))
    low, high = 1 / (1 + np.exp(-(centre - half))), 1 / (1 + np.exp(-(centre + half)))
    reach = 1 - ((1 - level) / 2) ** (1 / np.maximum(n, 1.0))
    low = np.where(inner, low, np.where(shares <= 0, 0.0, 1 - reach))
    high = np.where(inner, high, np.where(shares <= 0, reach, 1.0))
    p = from_normal(shares, se, level=level).p
    return figure(shares, se, low, high, p, level=level, axes=axes)
