"""Standard errors from slopes and curvature at the optimum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.cbsem.discrepancy import Likelihood
from csi_model.cbsem.optimise import Objective


class Sandwich(NamedTuple):
    """Covariance of the estimates and the trace that a scaled test divides by."""

    covariance: F64
    trace: float


def inverse(information: F64) -> F64:
    """Inverse of an information matrix, in the parameters' own scale for accuracy."""
    scale = np.sqrt(np.abs(np.diagonal(information)))
    return np.asarray(np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale))


def huber_white(
    objective: Objective,
    theta: F64,
    unrestricted: Sequence[F64],
    clusters: Sequence[NDArray[np.generic] | None] | None = None,
    priors: Sequence[F64] | None = None,
) -> Sandwich:
    """Sandwich of observed information and casewise scores, with Yuan and Bentler's trace (MLR).

    Parameters
    ----------
    unrestricted : sequence of ndarray
        Saturated moments of each group.
    clusters : sequence of arrays of shape (n,) or None, optional
        Sampling units of each group's respondents: scores are added up within a unit first, over groups too.
    priors : sequence of ndarray, optional
        What the prior of each group's saturated moments adds to curvature and scores: that of as many more
        respondents, answers normal.

    Notes
    -----
    The trace is ``tr(B1 A1^-1) - tr(B0 A0^-1)``, A from curvature and B from scores, 1 at the saturated
    and 0 at the model's moments: lavaan's ``yuan.bentler.mplus``. With G clusters the cross-products B of the
    scores are those of cluster sums, times G / (G - 1), as lavaan's and Mplus's (``TYPE = COMPLEX``). Scores
    of weighted respondents are weighted: curvature counts a weight once, their cross-products twice.

    References
    ----------
    Yuan & Bentler (2000), Sociological Methodology 30; Asparouhov & Muthen (2005), FCSM; Binder (1983),
    International Statistical Review 51 (clusters).
    """
    bread = inverse(objective.observed(theta))
    slopes: list[tuple[NDArray[np.generic] | None, F64]] = []
    trace = 0.0
    for group, part in enumerate(objective.parts):
        if not isinstance(part, Likelihood):
            raise TypeError("casewise scores need a likelihood")
        moments, jacobian = objective.structure.moments(group, theta)
        units = None if clusters is None else clusters[group]
        slopes.append(_by_unit(part.scores(moments) @ jacobian, units))
        _, free = _by_unit(part.scores(unrestricted[group]), units)
        more = 0.0 if priors is None else priors[group]
        curvature = part.curvature(unrestricted[group]) + more
        trace += float(np.sum(np.linalg.inv(curvature) * (free.T @ free + more)))
    meat = _cross_products(slopes)
    trace -= float(np.sum(bread * meat))
    return Sandwich(bread @ meat @ bread, abs(trace))


def _by_unit(scores: F64, clusters: NDArray[np.generic] | None) -> tuple[NDArray[np.generic] | None, F64]:
    """Clusters and scores summed within, with the factor for their number; as given where there are none."""
    if clusters is None:
        return None, scores
    labels, place = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(labels), scores.shape[1]))
    np.add.at(sums, place.reshape(-1), scores)
    return labels, np.asarray(sums * np.sqrt(len(labels) / (len(labels) - 1.0)))


def _cross_products(groups: Sequence[tuple[NDArray[np.generic] | None, F64]]) -> F64:
    """Cross-products of scores; a unit that is in several groups (asked in two waves) is one."""
    scores = np.concatenate([each for _, each in groups])
    names = [labels for labels, _ in groups if labels is not None]
    if names:
        labels, place = np.unique(np.concatenate(names), return_inverse=True)
        sums = np.zeros((len(labels), scores.shape[1]))
        np.add.at(sums, place.reshape(-1), scores)
        scores = sums
    return np.asarray(scores.T @ scores)
