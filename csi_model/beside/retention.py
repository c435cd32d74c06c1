"""The map of satisfaction and switching cost: loyal, captive, free to go, at risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_length, check_points, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal, share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.options import FLOOR, LEVEL

SEGMENTS = ("loyal", "captive", "free_to_go", "at_risk")


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
    shares : Figure
        Weighted shares 0-1, (4,); they sum to 1.
    loyalty : Figure or None
        Mean loyalty points by segment, ``nan`` below the floor.
    cautions : tuple of Caution
    """

    segments: tuple[str, ...]
    membership: NDArray[np.int64]
    shares: Figure
    loyalty: Figure | None
    n_used: int
    cautions: tuple[Caution, ...]


def retention_map(
    satisfaction: F64,
    switching_cost: F64,
    *,
    loyalty: F64 | None = None,
    cuts: tuple[float, float] = (60.0, 50.0),
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = FLOOR,
    level: float = LEVEL,
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
    check_points(np.column_stack([satisfaction[both], switching_cost[both]]))
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
        cautions.append(Caution("near-cut", text, about=(f"{near_share:.0%}",)))
    if n - int(both.sum()) > 0.2 * n:
        lacking = n - int(both.sum())
        message = f"{lacking} of {n} respondents lack a score."
        cautions.append(Caution("missing", message, about=(f"{lacking} / {n}",)))
    mean_loyalty = None
    if loyalty is not None:
        scores = np.asarray(check_length(np.asarray(loyalty, float), n, "loyalty"), float)
        mean_loyalty = _by_segment(scores, membership, weights, clusters, floor=floor, level=level)
    return RetentionMap(SEGMENTS, membership, estimate, mean_loyalty, int(both.sum()), tuple(cautions))


def _by_segment(
    scores: F64,
    membership: NDArray[np.int64],
    weights: F64,
    clusters: NDArray[np.generic] | None,
    *,
    floor: int,
    level: float,
) -> Figure:
    mean, error = np.full(4, np.nan), np.full(4, np.nan)
    for k in range(4):
        rows = (membership == k) & ~np.isnan(scores)
        labels = None if clusters is None else np.asarray(clusters)[rows]
        if rows.sum() >= floor and (labels is None or len(np.unique(labels)) > 1):
            value, covariance = weighted_means(scores[rows], weights[rows], labels)
            mean[k], error[k] = value[0], np.sqrt(covariance[0, 0])
    return from_normal(mean, error, level=level)
