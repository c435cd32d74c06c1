"""What to do first: importance and performance, stated importance, a ranking with its stability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from csi_model.effects import points_per_point
from csi_model.errors import DataError
from csi_model.intervals import (
    F64,
    Estimate,
    check_answers,
    check_weights,
    from_draws,
    n_effective,
    share_interval,
    weighted_means,
)


class Levels(NamedTuple):
    """Importance (index points per point) or performance (points 0-100) on levels 2, 3 and 4."""

    constructs: F64  # (..., n_constructs)
    dimensions: F64  # (..., n_dimensions)
    indicators: F64  # (..., n_indicators)


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
class Stated:
    """What respondents said matters: pick-n counts.

    Attributes
    ----------
    shares : Estimate
        Share 0-1 of those who had the option that picked it, (n_options,).
    rank_agreement : float
        Spearman correlation with derived importance, ``nan`` without it.
    hidden : tuple of int
        Options in the upper half by derived but the lower by stated importance: hidden drivers.
    overrated : tuple of int
        The other way round: said to matter, with little effect on the index.
    """

    shares: Estimate
    rank_agreement: float
    hidden: tuple[int, ...]
    overrated: tuple[int, ...]


@dataclass(frozen=True)
class Ranking:
    """Candidates by what is to be gained, and how firm the order is.

    Attributes
    ----------
    potential : Estimate
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

    potential: Estimate
    order: NDArray[np.int64]
    rank: NDArray[np.int64]
    rank_low: F64
    rank_high: F64
    top_share: F64
    top: int


def unstandardised_effects(total_effects: F64, score_sd: F64) -> F64:
    """Turn standardised total effects into points of the target per point of the source.

    Parameters
    ----------
    total_effects : ndarray of shape (..., n_constructs, n_constructs)
        ``[target, source]``, standardised.
    score_sd : ndarray of shape (..., n_constructs)
        Standard deviation of construct points (the weighted means with shares that sum to 1).

    References
    ----------
    Ringle & Sarstedt (2016), Industrial Management & Data Systems 116:1865-1886, step 3.
    """
    score_sd = np.asarray(score_sd, float)
    if (score_sd <= 0).any() or not np.isfinite(score_sd).all():
        msg = "A construct's points do not vary."
        raise DataError(msg, code="zero-variance", remedy="Leave the construct out or join units.")
    return np.asarray(points_per_point(np.asarray(total_effects, float), score_sd))


def importance(effects_on_target: F64, shares: F64, dimensions: F64) -> Levels:
    """Spread construct importance over dimensions and questions.

    Parameters
    ----------
    effects_on_target : ndarray of shape (..., n_constructs)
        Unstandardised total effects on the target; the target's own entry is taken as 1.
    shares : ndarray of shape (..., n_indicators, n_constructs)
        Question shares of construct points; every column sums to 1, zero off the block.
    dimensions : ndarray of bool, shape (n_dimensions, n_indicators)
        Which questions a dimension has.

    Returns
    -------
    Levels
        Target points per point: a construct's importance is the sum over its dimensions, a dimension's the
        sum over its questions.

    References
    ----------
    Ringle & Sarstedt (2016), Industrial Management & Data Systems 116:1865-1886, step 4 (indicator level).
    """
    effects, shares = np.asarray(effects_on_target, float), np.asarray(shares, float)
    if shares.shape[-1:] != effects.shape[-1:] or np.shape(dimensions)[-1:] != shares.shape[-2:-1]:
        msg = f"Effects {effects.shape}, shares {shares.shape}, dimensions {np.shape(dimensions)} do not fit."
        raise DataError(msg, code="shape", remedy="Shares are indicators x constructs.")
    indicators = np.einsum("...pj,...j->...p", shares, effects)
    return Levels(effects, indicators @ np.asarray(dimensions, float).T, indicators)


def performance(indicator_points: F64, shares: F64, dimensions: F64) -> Levels:
    """Points on the three levels from question means.

    Parameters
    ----------
    indicator_points : ndarray of shape (..., n_indicators)
    shares, dimensions
        As for :func:`importance`. A dimension uses its own questions' shares, renormalised.
    """
    points, shares = np.asarray(indicator_points, float), np.asarray(shares, float)
    own = shares.sum(axis=-1)
    member = np.asarray(dimensions, float)
    mass = own @ member.T
    if (mass <= 0).any():
        msg = "A dimension has no weight in its construct."
        raise DataError(msg, code="shares", remedy="Leave the dimension out or give its questions weight.")
    return Levels(np.einsum("...pj,...p->...j", shares, points), (own * points) @ member.T / mass, points)


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


def stated_importance(
    picks: F64,
    *,
    derived: F64 | None = None,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = 30,
    level: float = 0.95,
) -> Stated:
    """Stated importance from pick-3 answers, beside derived importance.

    Parameters
    ----------
    picks : ndarray of shape (n_respondents, n_options)
        1 picked, 0 not picked, ``nan`` not offered (or the question not answered).
    derived : ndarray of shape (n_options,), optional
        Derived importance of the same options.

    Notes
    -----
    Shares of one respondent's picks are negatively correlated; intervals are for each option by itself.
    """
    picks = check_answers(picks)
    offered = ~np.isnan(picks)
    if not np.isin(picks[offered], (0.0, 1.0)).all():
        raise DataError("Picks are neither 0 nor 1.", code="picks", remedy="Give one 0/1 column per option.")
    if (offered.sum(axis=0) < floor).any():
        k = int(np.argmin(offered.sum(axis=0)))
        msg = f"Option {k} was offered to {int(offered[:, k].sum())} respondents, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit, or leave the option out.")
    weights = check_weights(weights, len(picks))
    means, covariance = weighted_means(picks, weights, clusters)
    shares = share_interval(means, np.sqrt(np.diag(covariance)), n_effective(weights), level=level)
    agreement = np.nan
    hidden: tuple[int, ...] = ()
    overrated: tuple[int, ...] = ()
    if derived is not None:
        derived = np.asarray(derived, float)
        if derived.shape != means.shape:
            msg = f"{means.size} options but derived importance of shape {derived.shape}."
            raise DataError(msg, code="shape", remedy="Give derived importance of the same options.")
        strong, said = derived > np.median(derived), means > np.median(means)
        if np.ptp(derived) > 0 and np.ptp(means) > 0:
            agreement = float(stats.spearmanr(derived, means).statistic)
        hidden = tuple(np.flatnonzero(strong & ~said).tolist())
        overrated = tuple(np.flatnonzero(~strong & said).tolist())
    return Stated(shares, agreement, hidden, overrated)


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


def weakest_ties(names: Sequence[str], ranking: Ranking) -> tuple[tuple[str, str], ...]:
    """Neighbouring candidates whose rank intervals overlap, so that their order is not to be read as one."""
    named = [names[k] for k in ranking.order]
    low, high = ranking.rank_low[ranking.order], ranking.rank_high[ranking.order]
    return tuple((named[k], named[k + 1]) for k in range(len(named) - 1) if high[k] >= low[k + 1])
