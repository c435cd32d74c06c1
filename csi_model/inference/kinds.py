"""Ends of intervals from draws: percentile, BCa and studentised (bootstrap-t)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr, ndtri, stdtr

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.options import LEVEL

# The p-quantile of R draws is the (R + 1)p-th in order (Davison and Hinkley 1997, section 5.2).
ORDERED: Literal["weibull"] = "weibull"


# A draw whose standard error is this small a part of the sample's says nothing about the scale of its error.
LEAST_ERROR = 1e-3


def spread(draws: F64) -> F64:
    """Give the standard deviation of draws, those that are not finite left out; ``nan`` of fewer than two."""
    usable = np.isfinite(draws)
    if len(draws) > 1 and usable.all():
        return np.asarray(draws.std(axis=0, ddof=1))
    count = usable.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.where(usable, draws, 0.0).sum(axis=0) / count
        squares = (np.where(usable, draws - centre, 0.0) ** 2).sum(axis=0)
        return np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)


def ends(
    draws: F64,
    point: F64,
    *,
    kind: str = "percentile",
    df: F64 | float = np.inf,
    level: float = LEVEL,
    errors: F64 | None = None,
    shares: F64 | None = None,
) -> tuple[F64, F64]:
    """Give the ends of the interval of each estimate: the one place where draws become an interval.

    Draws that are not finite are left out, estimate by estimate.

    Parameters
    ----------
    draws : ndarray of shape (n_draws, ...)
        An estimate that fewer than half of the draws have gets no interval.
    point : ndarray of shape (...)
        The estimates of the sample.
    kind : {"percentile", "bca", "studentised"}
    df : float or ndarray of shape (...)
        Degrees of freedom of the variances. Percentiles know nothing of how well few units tell the
        spread: theirs and BCa's level is `expanded`.
    errors, shares
        See `studentised` and `bca`.
    """
    if len(draws) < 2:
        nothing = np.full(draws.shape[1:], np.nan)
        return nothing, nothing
    flat, value = draws.reshape(len(draws), -1), np.ravel(point)
    own = None if errors is None else errors.reshape(len(errors), -1)
    sway = None if shares is None else shares.reshape(len(shares), -1)
    freedom = np.broadcast_to(np.ravel(df), value.shape)

    def of(rows: NDArray[np.bool_] | slice, cells: NDArray[np.int64] | slice) -> tuple[F64, F64]:
        drawn, wide = flat[rows][:, cells], expanded(level, float(freedom[cells][0]))
        if kind == "studentised" and own is not None:
            return studentised(drawn, value[cells], own[rows][:, cells], level)
        if kind == "bca" and sway is not None:
            return bca(drawn, value[cells], sway[:, cells], wide)
        low, high = _quantiles(drawn, _tails(wide))  # all are finite: nothing need be left out
        return low, high

    finite = np.isfinite(flat)
    count = finite.sum(axis=0)
    found = np.full((2, len(value)), np.nan)
    whole = count == len(flat)
    for same in set(freedom[whole].tolist()):
        cells = whole & (freedom == same)
        places = slice(None) if cells.all() else np.flatnonzero(cells)  # a slice copies nothing
        found[:, places] = of(slice(None), places)
    for cell in np.flatnonzero(~whole & (count >= max(2, len(flat) / 2))):
        found[:, cell : cell + 1] = of(finite[:, cell], np.array([cell]))
    return _shaped(found, draws)


def percentile(draws: F64, level: float = LEVEL) -> tuple[F64, F64]:
    """Give the percentile interval of each estimate; failed draws are left out.

    Parameters
    ----------
    draws : ndarray of shape (n_draws, ...)

    Notes
    -----
    An estimate that no draw has (the points of an interaction) has no interval, and takes none from others.
    Quantiles are R's (type 7), so that from the same draws the ends equal those of seminr, plspm and cSEM.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.
    """
    kept, there = _usable(draws)
    found = np.full((2, *there.shape), np.nan)
    if kept.sum() >= 2:
        flat = draws.reshape(len(draws), -1)
        if not (kept.all() and there.all()):
            flat = flat[np.ix_(kept, there)]
        found[:, there] = _quantiles(flat, _tails(level))
    return _shaped(found, draws)


def _tails(level: float) -> F64:
    return np.array([(1 - level) / 2, (1 + level) / 2])


def _quantiles(draws: F64, shares: F64) -> F64:
    """Give ``np.quantile(draws, shares, axis=0)`` to the last digit, in a fifth of its time.

    Whole columns that lie together are sorted faster than two places of scattered ones are found.
    """
    ordered = np.sort(np.ascontiguousarray(draws.T), axis=1)
    place = shares * (len(draws) - 1)
    below = np.minimum(place.astype(np.int64), len(draws) - 2)
    part, low, high = place - below, ordered[:, below], ordered[:, below + 1]
    step = high - low
    return np.asarray(np.where(part < 0.5, low + step * part, high - step * (1 - part)).T)


@lru_cache(maxsize=64)
def critical(level: float, df: float = np.inf) -> float:
    """Two-sided critical value of the normal or Student's distribution for a nominal level."""
    if not 0 < level < 1:
        msg = f"A level of {level} is no probability between 0 and 1."
        raise DataError(msg, code="level", remedy="Use 0.95, say.")
    return float(stats.t.ppf((1 + level) / 2, df))


def against_zero(value: F64, se: F64, df: float = np.inf) -> F64:
    """Give the two-sided p of value / se by the normal or (finite ``df``) Student's distribution.

    Zero without an error is no evidence of anything: its p is 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(value) / se
    ratio = np.where((se == 0) & (value == 0), 0.0, ratio)
    return np.asarray(2 * (ndtr(-ratio) if np.isinf(df) else stdtr(df, -ratio)))


def expanded(level: float, df: float) -> float:
    """Give the level whose normal quantile is Student's of the level asked for.

    References
    ----------
    Hesterberg (2015), The American Statistician 69(4), 371-386 (expanded percentile interval); its
    factor n/(n - 1) is in the draws already (`sampling.SamplingUnits`).
    """
    return float(2 * ndtr(critical(level, df)) - 1)


def bca(draws: F64, estimate: F64, shares: F64, level: float = LEVEL) -> tuple[F64, F64]:
    r"""Give the bias-corrected and accelerated interval.

    Parameters
    ----------
    draws : ndarray of shape (n_draws, ...)
    estimate : ndarray of shape (...)
    shares : ndarray of shape (n_units, ...)
        Of `jackknife.jackknife`.

    Notes
    -----
    .. math:: a = \frac{\sum_{hj} v_{hj}^3}{6\,(\sum_{hj} v_{hj}^2)^{3/2}}

    over the units j of all strata h, with :math:`v_{hj} = l_{hj}/n_h`: the acceleration of several samples;
    of a single one it is Efron's.

    References
    ----------
    Efron (1987), JASA 82, 171-185; Efron and Tibshirani (1993), equations 14.10 to 14.15; for several samples
    Davison and Hinkley (1997), Bootstrap Methods and their Application, section 5.3.
    """
    kept, there = _usable(draws)
    ends = np.full((2, *there.shape), np.nan)
    if kept.sum() >= 2:
        flat = draws.reshape(len(draws), -1)[np.ix_(kept, there)]
        point = np.ravel(estimate)[there]
        below = ((flat < point).sum(axis=0) + 0.5 * (flat == point).sum(axis=0)) / len(flat)
        bias = ndtri(np.clip(below, 0.5 / len(flat), 1 - 0.5 / len(flat)))
        skew = acceleration(shares.reshape(len(shares), -1)[:, there])
        for end, tail in enumerate(((1 - level) / 2, (1 + level) / 2)):
            shifted = bias + ndtri(tail)
            wanted = ndtr(bias + shifted / (1 - skew * shifted))
            ends[end, there] = [
                np.quantile(flat[:, k], wanted[k], method=ORDERED) for k in range(flat.shape[1])
            ]
    return _shaped(ends, draws)


def acceleration(shares: F64) -> F64:
    """Give the acceleration of each figure from the units' shares (first axis); see `bca`."""
    power = (shares**2).sum(axis=0) ** 1.5
    return np.where(power > 0, (shares**3).sum(axis=0) / (6 * np.where(power > 0, power, 1.0)), 0.0)


def studentised(draws: F64, estimate: F64, errors: F64, level: float = LEVEL) -> tuple[F64, F64]:
    r"""Give the bootstrap-t interval: each draw's deviation is measured by its own standard error.

    Parameters
    ----------
    draws, errors : ndarray of shape (n_draws, ...)
        Estimates of resamples and their standard errors (`nested.bootstrap_t`).
    estimate : ndarray of shape (...)

    Notes
    -----
    .. math:: t^* = (\hat\theta^* - \hat\theta)/\hat\sigma^*, \quad
              [\hat\theta - t^*_{(1-\alpha)}\hat\sigma,\; \hat\theta - t^*_{(\alpha)}\hat\sigma]

    with the standard deviation of the draws as :math:`\hat\sigma`. A draw with less than a thousandth of it
    as standard error is left out; where that is half of the draws, there is no interval. A figure that is the
    same in all draws (a path that the model has not) has itself as both ends. Ends may lie beyond what the
    figure can be (a loading above 1): the price of a scale that is not transformed.

    References
    ----------
    Efron and Tibshirani (1993), section 12.5, equation 12.22; Davison and Hinkley (1997), section 5.2.
    """
    kept, there = _usable(draws)
    ends = np.full((2, *there.shape), np.nan)
    if kept.sum() >= 2:
        flat = draws.reshape(len(draws), -1)[np.ix_(kept, there)]
        own = errors.reshape(len(errors), -1)[np.ix_(kept, there)]
        point, error = np.ravel(estimate)[there], spread(flat)
        still = error <= 1e-12 * np.maximum(np.abs(point), 1.0)
        with np.errstate(all="ignore"):
            ratio = np.where(own > LEAST_ERROR * error, (flat - point) / own, np.nan)
        ratio[:, still] = 0.0
        ratio[:, np.isnan(ratio).mean(axis=0) >= 0.5] = np.nan
        found = np.full((2, len(point)), np.nan)
        some = np.isfinite(ratio).any(axis=0)
        found[:, some] = np.nanquantile(
            ratio[:, some], [(1 + level) / 2, (1 - level) / 2], axis=0, method=ORDERED
        )
        ends[:, there] = point - found * error
    return _shaped(ends, draws)


def _usable(draws: F64) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which estimates any draw has, and which draws have all of these."""
    finite = np.isfinite(draws.reshape(len(draws), -1))
    there = np.asarray(finite.any(axis=0))
    return np.asarray(finite[:, there].all(axis=1)), there


def _shaped(ends: F64, draws: F64) -> tuple[F64, F64]:
    low, high = ends.reshape(2, *draws.shape[1:])
    return low, high
