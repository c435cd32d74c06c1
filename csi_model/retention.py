"""Why customers stay: perceived value, switching cost, the segments between, loyalty, price tolerance.

Price tolerance stands in a module of its own and can be had here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import Caution, DataError
from csi_model.intervals import (
    F64,
    Estimate,
    check_answers,
    check_floor,
    check_length,
    check_weights,
    from_normal,
    n_effective,
    share_interval,
    weighted_means,
)
from csi_model.price_tolerance import PriceTolerance, price_tolerance

__all__ = [
    "SEGMENTS",
    "Facets",
    "PriceTolerance",
    "RetentionMap",
    "facet_scores",
    "price_tolerance",
    "retention_map",
]

SEGMENTS = ("loyal", "captive", "free_to_go", "at_risk")


@dataclass(frozen=True)
class Facets:
    """A score of several facets, such as perceived value or switching cost.

    Attributes
    ----------
    total : Estimate
        Score of the whole, points 0-100 (shape ()).
    facets : mapping of facet to Estimate
    shares : mapping of facet to float
        Weight of each facet in the whole; the whole is exactly the weighted mean of its facets.
    items : Estimate
        (n_items,)
    scores : ndarray of shape (n_respondents,)
        Each respondent's score over answered items; ``nan`` where nothing was answered.
    """

    total: Estimate
    facets: Mapping[str, Estimate]
    shares: Mapping[str, float]
    items: Estimate
    scores: F64


@dataclass(frozen=True)
class RetentionMap:
    """Satisfaction x switching cost: four segments and what they do.

    Attributes
    ----------
    segments : tuple of str
        loyal (satisfied, costly to switch), captive (dissatisfied, costly), free_to_go (satisfied, cheap),
        at_risk (dissatisfied, cheap).
    membership : ndarray of shape (n_respondents,)
        Position in ``segments``; -1 where either score is missing.
    shares : Estimate
        Weighted shares 0-1, (4,); they sum to 1.
    loyalty : Estimate or None
        Mean loyalty points by segment, ``nan`` below the floor.
    near_cut_share : float
        Share of respondents within five points of either cut, whom another cut would move.
    cautions : tuple of Caution
    """

    segments: tuple[str, ...]
    membership: NDArray[np.int64]
    shares: Estimate
    loyalty: Estimate | None
    near_cut_share: float
    n_used: int
    cautions: tuple[Caution, ...]


def facet_scores(
    points: F64,
    facets: Sequence[str],
    *,
    shares: F64 | None = None,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = 30,
    level: float = 0.95,
) -> Facets:
    r"""Score a construct and its facets: perceived value, switching cost or loyalty.

    Parameters
    ----------
    points : ndarray of shape (n_respondents, n_items)
        Answers as points 0-100, ``nan`` where missing.
    facets : sequence of str
        Facet of every item, e.g. ``("benefit_cost", "benefit_cost", "alternative", "alternative")``.
    shares : ndarray of shape (n_items,), optional
        Non-negative item weights, such as normalised unstandardised outer weights; equal facets, and equal
        items in a facet, by default.
    weights, clusters
        Respondent weights and sampling units.
    floor : int
        Answers that every item needs.

    Notes
    -----
    Perceived value is benefit against cost, and the offer against the best alternative; switching cost is
    lost relationship investment and adjustment cost. Switching cost is no quality and never enters a
    satisfaction score. Scores are :math:`\sum_i \omega_i \bar s_i`, so that facets add up to the whole.

    References
    ----------
    Burnham, Frels & Mahajan (2003), Journal of the Academy of Marketing Science 31:109-126.
    """
    points = check_answers(points)
    labels = np.asarray(facets).astype(str)
    if labels.shape != (points.shape[1],):
        msg = f"{points.shape[1]} items but {labels.size} facet names."
        raise DataError(msg, code="facets", remedy="Name the facet of every item.")
    check_floor(points, floor)
    _check_points(points)
    names = tuple(dict.fromkeys(labels.tolist()))
    inside = (labels[:, None] == np.array(names)).astype(float)
    if shares is None:
        shares = inside @ (1 / inside.sum(axis=0)) / len(names)
    shares = np.asarray(shares, float)
    if shares.shape != labels.shape or not np.isfinite(shares).all() or (shares < 0).any():
        msg = "Item weights must be one non-negative number per item."
        raise DataError(
            msg, code="shares", remedy="Use the normalised outer weights, or none for equal ones."
        )
    mass = shares @ inside
    if (mass <= 0).any():
        msg = f"Facet {names[int(np.argmin(mass))]!r} has no weight."
        raise DataError(msg, code="shares", remedy="Give one of its items a positive weight or leave it out.")
    shares, mass = shares / shares.sum(), mass / shares.sum()
    means, covariance = weighted_means(points, weights, clusters)
    combine = np.vstack([shares, (shares[:, None] * inside / mass).T])
    values, error = combine @ means, np.sqrt(np.diag(combine @ covariance @ combine.T))
    answered = ~np.isnan(points)
    with np.errstate(invalid="ignore"):
        scores = np.where(answered, points, 0.0) @ shares / (answered @ shares)
    return Facets(
        total=from_normal(values[0], error[0], level=level),
        facets={name: from_normal(values[k + 1], error[k + 1], level=level) for k, name in enumerate(names)},
        shares=dict(zip(names, mass.tolist(), strict=True)),
        items=from_normal(means, np.sqrt(np.diag(covariance)), level=level),
        scores=scores,
    )


def retention_map(
    satisfaction: F64,
    switching_cost: F64,
    *,
    loyalty: F64 | None = None,
    cuts: tuple[float, float] = (60.0, 50.0),
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = 30,
    level: float = 0.95,
) -> RetentionMap:
    """Place customers on the map of satisfaction and switching cost.

    Parameters
    ----------
    satisfaction, switching_cost : ndarray of shape (n_respondents,)
        Points 0-100; a score at the cut counts as high.
    loyalty : ndarray of shape (n_respondents,), optional
        Points 0-100, for mean loyalty by segment.
    cuts : tuple of float
        Where satisfied and costly begin (points).

    Raises
    ------
    DataError
        Fewer respondents with both scores than the floor, cuts outside 0-100, lengths that differ.

    Notes
    -----
    Shares have logit intervals from their linearised (weighted, clustered) standard errors; a share of 0 or 1
    has the exact one-sided bound of the effective number of answers.

    References
    ----------
    Korn & Graubard (1999), Analysis of Health Surveys, section 3.2; Jones & Sasser (1995), Harvard Business
    Review 73(6):88-99 for the map.
    """
    satisfaction = np.asarray(satisfaction, float)
    n = len(satisfaction)
    switching_cost = np.asarray(check_length(np.asarray(switching_cost, float), n, "switching cost"), float)
    weights = check_weights(weights, n)
    if not all(0 <= cut <= 100 for cut in cuts):
        raise DataError(f"Cuts {cuts} are not points of 0 to 100.", code="cuts", remedy="Use 60 and 50, say.")
    both = ~np.isnan(satisfaction) & ~np.isnan(switching_cost)
    if both.sum() < floor:
        msg = f"{int(both.sum())} respondents have both scores, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit or more waves.")
    _check_points(np.column_stack([satisfaction[both], switching_cost[both]]))
    happy, costly = satisfaction >= cuts[0], switching_cost >= cuts[1]
    place = np.select([happy & costly, ~happy & costly, happy & ~costly], [0, 1, 2], 3)
    membership = np.where(both, place, -1)
    inside = (membership[both, None] == np.arange(4)).astype(float)
    labels = None if clusters is None else check_length(clusters, n, "clusters")[both]
    shares, covariance = weighted_means(inside, weights[both], labels)
    estimate = share_interval(shares, np.sqrt(np.diag(covariance)), n_effective(weights[both]), level=level)
    cautions = []
    near = (np.abs(satisfaction - cuts[0]) < 5) | (np.abs(switching_cost - cuts[1]) < 5)
    near_share = float(weights[both] @ near[both] / weights[both].sum())
    if near_share > 1 / 3:
        text = (
            f"{near_share:.0%} of customers lie within five points of a cut; their segment is a close call."
        )
        cautions.append(Caution("near-cut", text))
    if n - int(both.sum()) > 0.2 * n:
        cautions.append(Caution("missing", f"{n - int(both.sum())} of {n} respondents lack a score."))
    mean_loyalty = None
    if loyalty is not None:
        scores = np.asarray(check_length(np.asarray(loyalty, float), n, "loyalty"), float)
        mean_loyalty = _by_segment(scores, membership, weights, clusters, floor=floor, level=level)
    return RetentionMap(
        SEGMENTS, membership, estimate, mean_loyalty, near_share, int(both.sum()), tuple(cautions)
    )


def _by_segment(
    scores: F64,
    membership: NDArray[np.int64],
    weights: F64,
    clusters: NDArray[np.generic] | None,
    *,
    floor: int,
    level: float,
) -> Estimate:
    mean, error = np.full(4, np.nan), np.full(4, np.nan)
    for k in range(4):
        rows = (membership == k) & ~np.isnan(scores)
        labels = None if clusters is None else np.asarray(clusters)[rows]
        if rows.sum() >= floor and (labels is None or len(np.unique(labels)) > 1):
            value, covariance = weighted_means(scores[rows], weights[rows], labels)
            mean[k], error[k] = value[0], np.sqrt(covariance[0, 0])
    return from_normal(mean, error, level=level)


def _check_points(points: F64) -> None:
    if ((points < 0) | (points > 100)).any():
        msg = "Scores lie outside 0 to 100 points."
        raise DataError(
            msg, code="scales", remedy="Turn answers into points first: 100 (x - low) / (high - low)."
        )
