"""How often the units would differ as much if others of them had got the measure."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, Mask

MOST_ASSIGNMENTS = 5000  # of which all are tried; of more, as many at random less one
BATCH = 1000


class Permutation(NamedTuple):
    """Chance of a difference at least as large, (n_figures,), and the smallest that can come out."""

    p: F64
    least: float


def permutation(change: F64, weights: F64, treated: Mask, rng: np.random.Generator) -> Permutation:
    r"""Give the two-sided p of a difference between treated units and others, over assignments of units.

    Parameters
    ----------
    change : ndarray of shape (n_units, n_figures)
        Change of each unit.
    weights : ndarray of shape (n_units,)
        What a unit counts, on one scale for all units.
    treated : boolean ndarray of shape (n_units,)

    Notes
    -----
    .. math:: p = \#\{ |D(a)| \ge |D| \} / \# a

    over all assignments :math:`a` of as many units as were treated, D the difference of weighted means; of
    more than `MOST_ASSIGNMENTS` a sample, the true one counted in. Exact where the measure was given out at
    random; else it says how unusual the treated units are among all.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21; MacKinnon and Webb (2018), Stata Journal 18,
    3-26 (few treated clusters, where the wild bootstrap fails).
    """
    n, k = len(treated), int(treated.sum())
    number = comb(n, k)
    if number <= MOST_ASSIGNMENTS:
        chosen = np.zeros((number, n), bool)
        chosen[np.arange(number)[:, None], list(combinations(range(n), k))] = True
        least = (2 if 2 * k == n else 1) / number  # of two halves either may be the treated one
    else:
        order = np.argsort(rng.random((MOST_ASSIGNMENTS - 1, n)), axis=1)
        chosen = np.concatenate([treated[None], order < k])
        least = 1 / MOST_ASSIGNMENTS
    seen = np.abs(_difference(treated[None], change, weights))
    scale = np.maximum(np.abs(change).max(axis=0), 1.0)
    as_large = sum(
        (np.abs(_difference(chosen[at : at + BATCH], change, weights)) >= seen - 1e-9 * scale).sum(axis=0)
        for at in range(0, len(chosen), BATCH)
    )
    return Permutation(np.asarray(as_large / len(chosen)), least)


def _difference(chosen: Mask, change: F64, weights: F64) -> F64:
    arms = [side * weights for side in (chosen, ~chosen)]
    means = [arm @ change / arm.sum(axis=1, keepdims=True) for arm in arms]
    return np.asarray(means[0] - means[1])
