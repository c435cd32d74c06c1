"""What to improve first: ranks by what is to be gained, and how stable they are over resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import percentile
from csi_model.inference.making import from_draws
from csi_model.measures.importance import Levels, leads
from csi_model.resampling.plan import Resampled

LEVELS = Levels._fields
SIBLINGS = 5  # so many show what level can be reached
STEP = 5.0  # points that can be hoped for where fewer do
AGREED = 0.9  # share of resamples


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
    gain : Figure
        Index points if each were raised as far as can be hoped for (`room`): what sorts them.
    potential : Figure
        Importance x (100 - performance): index points if all the room left were used.
    quadrant : tuple of str
        See `quadrants`; ``unclear`` where fewer than nine in ten resamples agree, or where it would
        contradict the rank.
    order : ndarray
        Positions of candidates, the most promising first.
    rank : Figure
        1 is first; its interval is that of the rank over resamples.
    top_share : ndarray
        Share of resamples in which the candidate is among the first ``top``.
    """

    names: tuple[str, ...]
    importance: Figure
    performance: Figure
    gain: Figure
    potential: Figure
    quadrant: tuple[str, ...]
    order: NDArray[np.int64]
    rank: Figure
    top_share: F64
    top: int

    def place_of(self, k: int) -> dict[str, Any]:
        """Give the rank of a candidate and how firm it is, as plain values."""
        written: dict[str, Any] = self.rank.at(k).plain("rank", ("ci",), named=True)
        return written | {"rank": int(self.rank.value[k]), "top_share": float(self.top_share[k])}


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
    The gain is importance x `room`. Every resample is ranked anew; the interval of a rank is of the
    percentiles of these ranks, after Goldstein & Spiegelhalter (1996), JRSS A 159:385-443: an order is only
    as good as its intervals.
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
    x, y = importance.value, performance.value
    figure_of = partial(from_draws, level=result.options.level, df=drawn.df, n=performance.n)
    gain = figure_of(x * room(y), dx * room(dy))
    order, ranks = _ranks(gain.value, dx * room(dy))
    low, high = percentile(ranks, result.options.level)
    ranked_as = figure(order.astype(float), low=low, high=high, level=result.options.level)
    first = min(top, len(kept))
    top_share = (ranks <= first).mean(axis=0)
    return Ranking(
        tuple(names[k] for k in kept),
        importance,
        performance,
        gain,
        figure_of(x * (100 - y), dx * (100 - dy)),
        _advice(quadrants(x, y), quadrants(dx, dy), top_share),
        np.argsort(order),
        ranked_as,
        top_share,
        first,
    )


def room(performance: F64) -> F64:
    """Say how far each candidate can be hoped to rise, in points, (…, n_candidates).

    With five candidates or more to the best of them: that level is reached already. With fewer by `STEP`, or
    to the end of the scale.
    """
    if performance.shape[-1] >= SIBLINGS:
        return np.asarray(performance.max(axis=-1, keepdims=True) - performance)
    return np.minimum(STEP, 100 - performance)


def ranked(result: Result, *, top: int = 3) -> dict[str, Any]:
    """Rank what leads to the index on each level, as plain values.

    Returns
    -------
    dict
        Level → candidates, the most promising first: ``id``, ``importance`` (index points per point) and
        ``importance_ci``, ``performance`` (0-100), ``quadrant``, ``gain`` and ``potential`` with ``_ci``,
        ``rank``, ``rank_ci``, ``top_share`` (0-1, share of resamples among the first ``top``). A
        level without candidates is empty.
    """
    found = {level: rank(result, level, top=top) for level in LEVELS}
    return {
        level: [] if each is None else [_plain(each, k) for k in each.order] for level, each in found.items()
    }


def _plain(found: Ranking, k: int) -> dict[str, Any]:
    def told(name: str, of: Figure) -> dict[str, Any]:
        written: dict[str, Any] = of.at(k).plain(name, ("ci",), named=True)
        return written

    return {
        "id": found.names[k],
        **told("importance", found.importance),
        "performance": float(found.performance.value[k]),
        "quadrant": found.quadrant[k],
        **told("gain", found.gain),
        **told("potential", found.potential),
        **found.place_of(k),
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


def quadrants(importance: F64, performance: F64) -> NDArray[np.str_]:
    """Place candidates in the importance-performance map, cut at the means, (…, n_candidates).

    Returns
    -------
    ndarray of str
        ``act`` (important, weak), ``keep`` (important, strong), ``watch`` (unimportant, weak) or
        ``enough`` (unimportant, strong).

    References
    ----------
    Martilla & James (1977), Journal of Marketing 41(1):77-79.
    """
    names = np.array([["watch", "enough"], ["act", "keep"]])
    is_important = importance >= importance.mean(axis=-1, keepdims=True)
    is_strong = performance >= performance.mean(axis=-1, keepdims=True)
    return np.asarray(names[is_important.astype(int), is_strong.astype(int)])


def _advice(quadrant: NDArray[np.str_], drawn: NDArray[np.str_], top_share: F64) -> tuple[str, ...]:
    """Keep the quadrants that resamples agree on and that do not contradict being among the first."""
    sure = (drawn == quadrant).mean(axis=0) >= AGREED
    against = (top_share >= AGREED) & np.isin(quadrant, ("watch", "enough"))
    return tuple(np.where(sure & ~against, quadrant, "unclear").tolist())


def _ranks(gain: F64, drawn: F64) -> tuple[NDArray[np.int64], F64]:
    """Ranks of the candidates, 1 first, and those of each resample that has all of them."""
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    order = stats.rankdata(-gain, method="ordinal").astype(np.int64)
    return order, np.asarray(stats.rankdata(-drawn, axis=1))
