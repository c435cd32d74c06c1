"""Products of questions, which the interaction of two constructs is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.specify import Construct, ModelSpec


def augment(spec: ModelSpec, values: F64) -> F64:
    """Give answers and, behind them, the products of indicators that interactions need.

    Products are of deviations from the means of what was answered (`center`), and missing where an answer is.
    A model without interactions takes the answers as they are.
    """
    around, pairs = center(spec, values), pairs_of(spec)
    if around is None:
        return values
    deviations = values - around
    return np.concatenate([values, deviations[:, pairs[:, 0]] * deviations[:, pairs[:, 1]]], axis=1)


def center(spec: ModelSpec, wide: F64) -> F64 | None:
    """Give the means around which `augment` formed the products, or None for a model without any."""
    if not len(pairs_of(spec)):
        return None
    return np.asarray(np.nanmean(wide[:, : len(spec.indicator_ids)], axis=0))


def blocks(spec: ModelSpec) -> NDArray[np.int64]:
    """Give the number of the construct that each column of `augment` belongs to."""
    n, pairs = len(spec.constructs), pairs_of(spec)
    homes = spec.home[pairs]
    return np.concatenate([spec.home, n + n * homes[:, 0] + homes[:, 1]])


def own(moments: Moments, spec: ModelSpec) -> Moments:
    """Give the moments of the indicators alone, without products."""
    p = len(spec.indicator_ids)
    asked = None if moments.asked is None else moments.asked[:, :p]
    return Moments(moments.mean[:, :p], moments.cov[:, :p, :p], asked)


def pairs_of(spec: ModelSpec) -> NDArray[np.int64]:
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
    pairs = pairs_of(spec)
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
