"""What respondent weights do to an index: their cost in precision, and the figures without them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.answers.weights import design_effect, weight_cautions
from csi_model.arrays import F64
from csi_model.errors import Caution, ModelError
from csi_model.inference.means import n_effective
from csi_model.measures.points import Points
from csi_model.specify import ModelSpec


@dataclass(frozen=True)
class WeightEffect:
    """Weights of one estimation, and the same estimation with every respondent counting once.

    Attributes
    ----------
    design_effect : float
        Kish's 1 + cv², 1 or more.
    n_effective : float
        Answers of equal weight that would tell as much about a mean.
    max_over_mean, largest_share : float
        The largest weight in multiples of the mean, and as a share of the whole (0-1).
    unweighted : ndarray of shape (n_constructs,)
        Points 0-100 without weights, of the same respondents; ``nan`` where the model has no solution then.
    cautions : tuple of Caution
        See `weights.weight_cautions`.
    """

    design_effect: float
    n_effective: float
    max_over_mean: float
    largest_share: float
    unweighted: F64
    cautions: tuple[Caution, ...]

    def document(self, spec: ModelSpec) -> dict[str, Any]:
        """Give the block `weighting` of the result's document."""
        points = dict(zip(spec.construct_ids, self.unweighted.tolist(), strict=True))
        return {
            "design_effect": self.design_effect,
            "n_effective": self.n_effective,
            "max_over_mean": self.max_over_mean,
            "largest_share": self.largest_share,
            "index_unweighted": points[spec.index],
            "constructs_unweighted": points,
        }


def measure(spec: ModelSpec, sample: Sample, points_of: Callable[[Sample], Points]) -> WeightEffect | None:
    """Say what the weights of `sample` do, or None where all are equal.

    Parameters
    ----------
    points_of
        Estimates the points of the answers that it is given: here those without weights. Where it refuses
        them, the points are ``nan``.
    """
    weights = sample.weights
    if np.ptp(weights) <= 1e-12 * weights.max():
        return None
    try:
        unweighted = points_of(replace(sample, weights=np.ones(len(weights)))).constructs[0]
    except ModelError:
        unweighted = np.full(len(spec.construct_ids), np.nan)
    return WeightEffect(
        design_effect(weights),
        n_effective(weights),
        float(weights.max() / weights.mean()),
        float(weights.max() / weights.sum()),
        unweighted,
        weight_cautions(weights),
    )
