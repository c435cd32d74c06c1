"""What to improve first: ranks by what is to be gained, and how stable they are over resamples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.improvement.drivers import LEVELS, Drivers, drivers
from csi_model.inference.figures import Figure, from_draws


def ranked(result: Result, *, top: int = 3) -> dict[str, Any]:
    """Rank what leads to the index on each level, as plain values.

    Parameters
    ----------
    top : int
        How many are called the first; fewer where a level has fewer.

    Returns
    -------
    dict
        Level → candidates, the most promising first: ``id``, ``importance`` (index points per point) and
        ``importance_ci``, ``performance`` (0-100), ``quadrant``, ``potential`` (index points if all the room
        left were used) and ``potential_ci``, ``rank``, ``rank_ci``, ``top_share`` (0-1, share of resamples
        among the first ``top``). A level without candidates is empty.

    See Also
    --------
    priorities.rank_priorities, priorities.quadrants : the formulas.
    """
    found = drivers(result)
    return {level: _ranked(found, level, top, result.options.level) for level in LEVELS}


def _ranked(found: Drivers, level: str, top: int, confidence: float) -> list[dict[str, Any]]:
    x, y = getattr(found.importance, level), getattr(found.performance, level)
    # A dimension whose questions have no weight has no points.
    kept = np.flatnonzero(found.leads[level] & np.isfinite(y))
    if not len(kept):
        return []
    dx, dy = getattr(found.importance_draws, level)[:, kept], getattr(found.performance_draws, level)[:, kept]
    order = rank_priorities(x[kept], y[kept], dx, dy, top=min(top, len(kept)), level=confidence)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(dx, [tail, 1 - tail], axis=0)
    quadrant = quadrants(x[kept], y[kept]).quadrant
    return [
        {
            "id": found.names[level][kept[k]],
            "importance": float(x[kept[k]]),
            "importance_ci": [float(low[k]), float(high[k])],
            "performance": float(y[kept[k]]),
            "quadrant": quadrant[k],
            "potential": float(order.potential.value[k]),
            "potential_ci": order.potential.at(k).plain()["ci"],
            "rank": int(order.rank[k]),
            "rank_ci": [float(order.rank_low[k]), float(order.rank_high[k])],
            "top_share": float(order.top_share[k]),
        }
        for k in order.order
    ]


@dataclass(frozen=True)
class Quadrants:
    """Importance against performance.

    Attributes
    ----------
    quadrant : tuple of str
        ``act`` (important, weak), ``keep`` (important, strong), ``watch`` (unimportant, weak) or
        ``enough`` (unimportant, strong).
    importance_cut, performance_cut : float
    """

    quadrant: tuple[str, ...]
    importance_cut: float
    performance_cut: float


@dataclass(frozen=True)
class Ranking:
    """Candidates by what is to be gained, and how firm the order is.

    Attributes
    ----------
    potential : Figure
        Importance x (100 - performance): index points if all the room left were used.
    order : ndarray of shape (n_candidates,)
        Positions of candidates, the most promising first.
    rank : ndarray of shape (n_candidates,)
        1 is first.
    rank_low, rank_high : ndarray of shape (n_candidates,)
        Interval of the rank over resamples.
    top_share : ndarray of shape (n_candidates,)
        Share of resamples in which the candidate is among the first ``top``.
    """

    potential: Figure
    order: NDArray[np.int64]
    rank: NDArray[np.int64]
    rank_low: F64
    rank_high: F64
    top_share: F64
    top: int


def quadrants(
    importance_: F64,
    performance_: F64,
    *,
    importance_cut: float | None = None,
    performance_cut: float | None = None,
) -> Quadrants:
    """Place candidates in the importance-performance map; the cuts are the means by default.

    References
    ----------
    Martilla & James (1977), Journal of Marketing 41(1):77-79.
    """
    x, y = np.asarray(importance_, float), np.asarray(performance_, float)
    if x.shape != y.shape or x.ndim != 1 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        msg = "Importance and performance must be finite vectors of one length."
        raise DataError(msg, code="shape", remedy="Leave out candidates without a figure.")
    cut_x = float(x.mean()) if importance_cut is None else importance_cut
    cut_y = float(y.mean()) if performance_cut is None else performance_cut
    names = np.array([["watch", "enough"], ["act", "keep"]])
    place = names[(x >= cut_x).astype(int), (y >= cut_y).astype(int)]
    return Quadrants(tuple(place.tolist()), cut_x, cut_y)


def rank_priorities(
    importance_: F64,
    performance_: F64,
    importance_draws: F64,
    performance_draws: F64,
    *,
    top: int = 3,
    level: float = 0.95,
) -> Ranking:
    """Rank constructs, dimensions or questions by what there is to gain, with the order's stability.

    Parameters
    ----------
    importance_, performance_ : ndarray of shape (n_candidates,)
        Index points per point; points 0-100.
    importance_draws, performance_draws : ndarray of shape (n_draws, n_candidates)
        The same from common resamples (row b of both is one resample).
    top : int
        How many are called the first.

    Notes
    -----
    The potential is importance x (100 - performance): the index points to be had if all the room left were
    used. Every resample is ranked anew; ``rank_low`` and ``rank_high`` are percentiles of these ranks, after
    Goldstein & Spiegelhalter (1996), JRSS A 159:385-443: an order is only as good as its intervals.
    """
    x, y = np.asarray(importance_, float), np.asarray(performance_, float)
    dx, dy = np.asarray(importance_draws, float), np.asarray(performance_draws, float)
    if x.shape != y.shape or x.ndim != 1 or dx.shape != dy.shape or dx.shape[1:] != x.shape:
        msg = f"Importance {x.shape}, performance {y.shape}, draws {dx.shape} and {dy.shape} do not fit."
        raise DataError(msg, code="shape", remedy="Draws have one row per resample.")
    if not 1 <= top <= len(x):
        raise DataError(f"There are {len(x)} candidates, not {top}.", code="top", remedy="Ask for fewer.")
    potential, drawn = x * (100 - y), dx * (100 - dy)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    estimate = from_draws(potential, drawn, level=level)
    rank = stats.rankdata(-potential, method="ordinal").astype(np.int64)
    ranks = stats.rankdata(-drawn, axis=1)
    tail = (1 - level) / 2
    low, high = np.quantile(ranks, [tail, 1 - tail], axis=0)
    return Ranking(estimate, np.argsort(rank), rank, low, high, (ranks <= top).mean(axis=0), top)
