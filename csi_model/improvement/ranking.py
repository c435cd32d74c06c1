"""What to improve first: ranks by what is to be gained, and how stable they are over resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.inference.figures import Figure, from_draws
from csi_model.inference.kinds import percentile
from csi_model.measures.importance import Levels, leads
from csi_model.resampling.plan import Resampled

LEVELS = Levels._fields


@dataclass(frozen=True)
class Ranking:
    """Candidates by what is to be gained, and how firm the order is; arrays are (n_candidates,).

    Attributes
    ----------
    names : tuple of str
        In the order of the model.
    importance : Figure
        Index points per point.
    performance : Figure
        Points 0-100.
    potential : Figure
        Importance x (100 - performance): index points if all the room left were used.
    quadrant : tuple of str
        See `quadrants`.
    order : ndarray
        Positions of candidates, the most promising first.
    rank : ndarray
        1 is first.
    rank_low, rank_high : ndarray
        Interval of the rank over resamples.
    top_share : ndarray
        Share of resamples in which the candidate is among the first ``top``.
    """

    names: tuple[str, ...]
    importance: Figure
    performance: Figure
    potential: Figure
    quadrant: tuple[str, ...]
    order: NDArray[np.int64]
    rank: NDArray[np.int64]
    rank_low: F64
    rank_high: F64
    top_share: F64
    top: int


def rank(result: Result, level: str, *, among: Sequence[str] | None = None, top: int = 3) -> Ranking | None:
    """Rank constructs, dimensions or questions by what there is to gain, with the order's stability.

    Parameters
    ----------
    level : {"constructs", "dimensions", "indicators"}
    among
        Candidates; by default everything that leads to the index by the paths. What has no points (a
        dimension whose questions have no weight) is none.
    top
        How many are called the first; fewer where there are fewer candidates.

    Returns
    -------
    Ranking or None
        None without candidates.

    Raises
    ------
    DataError
        The estimation has no resamples.

    Notes
    -----
    The potential is importance x (100 - performance): the index points to be had if all the room left were
    used. Every resample is ranked anew; ``rank_low`` and ``rank_high`` are percentiles of these ranks, after
    Goldstein & Spiegelhalter (1996), JRSS A 159:385-443: an order is only as good as its intervals.
    """
    drawn = drawn_of(result)
    importance, performance = result.figure(f"importance_{level}"), result.figure(level)
    names = performance.axes[0]
    wanted = leads(result.spec)[level] if among is None else np.isin(names, list(among))
    kept = np.flatnonzero(wanted & np.isfinite(performance.value))
    if not len(kept):
        return None
    importance, performance = importance.take(kept), performance.take(kept)
    dx, dy = drawn.of(f"importance_{level}")[:, kept], drawn.of(level)[:, kept]
    potential = from_draws(
        importance.value * (100 - performance.value),
        dx * (100 - dy),
        level=result.options.level,
        df=drawn.df,
        n=performance.n,
    )
    order, ranks = _ranks(potential.value, dx * (100 - dy))
    low, high = percentile(ranks, result.options.level)
    first = min(top, len(kept))
    return Ranking(
        tuple(names[k] for k in kept),
        importance,
        performance,
        potential,
        quadrants(importance.value, performance.value),
        np.argsort(order),
        order,
        low,
        high,
        (ranks <= first).mean(axis=0),
        first,
    )


def ranked(result: Result, *, top: int = 3) -> dict[str, Any]:
    """Rank what leads to the index on each level, as plain values.

    Returns
    -------
    dict
        Level → candidates, the most promising first: ``id``, ``importance`` (index points per point) and
        ``importance_ci``, ``performance`` (0-100), ``quadrant``, ``potential`` and ``potential_ci``,
        ``rank``, ``rank_ci``, ``top_share`` (0-1, share of resamples among the first ``top``). A
        level without candidates is empty.
    """
    found = {level: rank(result, level, top=top) for level in LEVELS}
    return {
        level: [] if each is None else [_plain(each, k) for k in each.order] for level, each in found.items()
    }


def _plain(found: Ranking, k: int) -> dict[str, Any]:
    return {
        "id": found.names[k],
        "importance": float(found.importance.value[k]),
        "importance_ci": found.importance.at(k).plain()["ci"],
        "performance": float(found.performance.value[k]),
        "quadrant": found.quadrant[k],
        "potential": float(found.potential.value[k]),
        "potential_ci": found.potential.at(k).plain()["ci"],
        "rank": int(found.rank[k]),
        "rank_ci": [float(found.rank_low[k]), float(found.rank_high[k])],
        "top_share": float(found.top_share[k]),
    }


def drawn_of(result: Result) -> Resampled:
    """Give the resamples of an estimation, or refuse one without any."""
    if result.resampled is None:
        raise DataError(
            "There are no resamples, so nothing could be said about chance.",
            code="draws",
            remedy="Estimate with PLS or PLSc and 1000 resamples, 20 at least.",
        )
    return result.resampled


def quadrants(importance: F64, performance: F64) -> tuple[str, ...]:
    """Place candidates in the importance-performance map, cut at the means.

    Returns
    -------
    tuple of str
        ``act`` (important, weak), ``keep`` (important, strong), ``watch`` (unimportant, weak) or
        ``enough`` (unimportant, strong).

    References
    ----------
    Martilla & James (1977), Journal of Marketing 41(1):77-79.
    """
    names = np.array([["watch", "enough"], ["act", "keep"]])
    place = (
        (importance >= importance.mean()).astype(int),
        (performance >= performance.mean()).astype(int),
    )
    return tuple(names[place].tolist())


def _ranks(potential: F64, drawn: F64) -> tuple[NDArray[np.int64], F64]:
    """Ranks of the candidates, 1 first, and those of each resample that has all of them."""
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    order = stats.rankdata(-potential, method="ordinal").astype(np.int64)
    return order, np.asarray(stats.rankdata(-drawn, axis=1))
