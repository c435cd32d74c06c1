"""Products of questions, which the interaction of two constructs is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.specify import Construct, ModelSpec


def augment(spec: ModelSpec, sample: Sample, missing: str = "mean") -> tuple[F64, tuple[Caution, ...]]:
    """Give the answers and, behind them, the products of indicators that interactions need.

    Products are of deviations from the means of the rows (`center`). Gaps are replaced by means first, with a
    caution. A model without interactions takes the answers as they are.
    """
    values, pairs = sample.values, _pairs(spec)
    if not len(pairs):
        return values, ()
    cautions: tuple[Caution, ...] = ()
    gaps = np.isnan(values)
    if gaps.any():
        if missing == "fiml":
            raise DataError(
                "Interactions and FIML moments do not go together.",
                code="interaction-fiml",
                remedy="Choose missing mean or listwise.",
            )
        mean = (sample.weights @ np.where(gaps, 0.0, values)) / (sample.weights @ ~gaps)
        values = np.where(gaps, mean, values)
        message = "Missing answers were replaced by the sample's means before interactions were formed."
        cautions = (Caution("replaced-before-product", message),)
    deviations = values - values.mean(axis=0)
    products = deviations[:, pairs[:, 0]] * deviations[:, pairs[:, 1]]
    return np.concatenate([values, products], axis=1), cautions


def center(spec: ModelSpec, wide: F64) -> F64 | None:
    """Give the means around which `augment` formed the products, or None for a model without any."""
    if not len(_pairs(spec)):
        return None
    return np.asarray(wide[:, : len(spec.indicator_ids)].mean(axis=0))


def own(moments: Moments, spec: ModelSpec) -> Moments:
    """Give the moments of the indicators alone, without products."""
    p = len(spec.indicator_ids)
    return Moments(moments.mean[:, :p], moments.cov[:, :p, :p])


def _pairs(spec: ModelSpec) -> NDArray[np.int64]:
    """Pairs of indicators whose products are appended, (n_products, 2), interaction by interaction."""
    found = [
        (first, second)
        for construct in spec.constructs
        if construct.product
        for first in np.flatnonzero(spec.home == spec.place[construct.product[0]])
        for second in np.flatnonzero(spec.home == spec.place[construct.product[1]])
    ]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def product(spec: ModelSpec, construct: Construct, moments: Moments, raw: F64, center: F64 | None) -> F64:
    r"""Coefficients of the product score on indicators and their products.

    With :math:`d = x - c` (c the centre of `augment`), :math:`\delta = \mu - c` and raw weights a and b,
    :math:`\sum_{jk} a_j b_k (d_j - \delta_j)(d_k - \delta_k)` is linear in :math:`d_j d_k` and d.
    """
    p = len(spec.indicator_ids)
    pairs = _pairs(spec)
    left, right = (spec.place[name] for name in construct.product)
    a, b = raw[:, :, left], raw[:, :, right]
    own = (spec.home[pairs[:, 0]] == left) & (spec.home[pairs[:, 1]] == right)
    found = np.zeros(moments.mean.shape)
    found[:, p:] = np.where(own, a[:, pairs[:, 0]] * b[:, pairs[:, 1]], 0.0)
    if center is not None:
        moved = moments.mean[:, :p] - center
        found[:, :p] -= a * (b * moved).sum(axis=1, keepdims=True)
        found[:, :p] -= b * (a * moved).sum(axis=1, keepdims=True)
    return found
