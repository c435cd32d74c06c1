"""Indirect effects: what leads from one construct to another by way of others, path by path and in all."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, I64, Mask
from csi_model.measures.effects import total_effects

MOST = 200
ARROW = " -> "


class Routes(NamedTuple):
    """Ways of two steps and more through a recursive model, the shortest first.

    Attributes
    ----------
    places : tuple of tuple of int
        The constructs along each.
    steps : ndarray of shape (n_routes, longest)
        Places in the flattened path matrix `[target, source]`; one behind its end where a route is shorter.
    left_out : int
        Longer ones beyond the first `MOST`.
    """

    places: tuple[tuple[int, ...], ...]
    steps: I64
    left_out: int

    def products(self, paths: F64) -> F64:
        """Multiply the coefficients along each route, (n_batch, n_routes), of paths (n_batch, k, k)."""
        flat = _with_one(paths)
        found = np.ones((len(flat), len(self.places)))
        for step in self.steps.T:
            found *= flat[:, step]
        return found

    def shares(self, paths: F64, shares: F64) -> F64:
        r"""Give the units' shares in each product from those in the paths, (n_units, n_routes).

        Parameters
        ----------
        paths : ndarray of shape (k, k)
            The sample's.
        shares : ndarray of shape (n_units, k, k)
            Of `jackknife.shares`.

        Notes
        -----
        .. math:: v = \sum_s v_s \prod_{t \ne s} b_t

        the product rule: an influence value of the product is that of its linearisation.
        """
        flat = _with_one(paths[None])[0]
        moved = np.concatenate([shares.reshape(len(shares), -1), np.zeros((len(shares), 1))], axis=1)
        found = np.zeros((len(shares), len(self.places)))
        for own in range(self.steps.shape[1]):
            others = np.delete(self.steps, own, axis=1)
            found += moved[:, self.steps[:, own]] * flat[others].prod(axis=1)
        return found


def routes_of(path_matrix: Mask) -> Routes:
    """Find the specific indirect paths of a recursive model, `MOST` at most; the number of all is counted."""
    k = len(path_matrix)
    ends = [tuple(np.flatnonzero(path_matrix[:, source]).tolist()) for source in range(k)]
    layer: list[tuple[int, ...]] = [(source, target) for source in range(k) for target in ends[source]]
    found: list[tuple[int, ...]] = []
    while layer and len(found) < MOST:
        layer = [(*route, target) for route in layer for target in ends[route[-1]]]
        found += layer
    whole = round(float(ways(path_matrix).sum()))
    kept = tuple(found[:MOST])
    longest = max((len(route) - 1 for route in kept), default=0)
    steps = np.full((len(kept), longest), k * k, dtype=np.int64)
    for row, route in enumerate(kept):
        for place, (source, target) in enumerate(pairwise(route)):
            steps[row, place] = target * k + source
    return Routes(kept, steps, whole - len(kept))


def ways(path_matrix: Mask) -> F64:
    """Count the indirect ways between constructs, `[target, source]`: with every path at 1, their effect."""
    ones = path_matrix.astype(float)
    return np.asarray(total_effects(ones) - ones)


def _with_one(paths: F64) -> F64:
    flat = paths.reshape(len(paths), -1)
    return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)
