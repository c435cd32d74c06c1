"""Points of the questions that make a figure, with their covariance and shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.estimation.result import Result
from csi_model.inference.means import weighted_means
from csi_model.measures.points import by_shares
from csi_model.specify import ModelSpec


def made_of(means: F64, covariance: F64, shares: F64) -> tuple[float, float]:
    """Give the points that questions make by their shares, (n_items,), and the standard error.

    Questions without a share are left out: nobody needs to have answered them.
    """
    own = np.flatnonzero(shares)
    weights = shares[own]
    variance = float(weights @ covariance[np.ix_(own, own)] @ weights)
    return float(by_shares(means, shares[:, None])[0]), float(np.sqrt(max(variance, 0.0)))


class Items(NamedTuple):
    """The questions of one sample.

    `means` (n_items,) in points, `covariance` (n_items, n_items) of these means, `shares` (n_items,
    n_constructs) in the points of each construct, in the order of `codes`.
    """

    codes: tuple[str, ...]
    means: F64
    covariance: F64
    shares: F64


def items_of(sample: Sample, result: Result) -> Items:
    """Give what a series needs of the questions: their means are the estimation's own."""
    covariance = result.level_covariance
    if covariance is None:
        clusters = None if sample.clusters is None else sample.clusters.number
        covariance = weighted_means(sample.points, sample.weights, clusters)[1]
    points = result.points
    return Items(result.spec.indicator_ids, points.indicators[0], covariance, points.construct_shares[0])


def index_rows(spec: ModelSpec) -> NDArray[np.int64]:
    """Give the places of the index's questions, those of its components where it is of second order."""
    return np.flatnonzero(spec.block_mask[:, spec.place[spec.index]])
