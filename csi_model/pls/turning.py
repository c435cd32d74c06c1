"""The direction of constructs whose questions point in opposite ways: a resample's is the sample's."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64
from csi_model.pls.algorithm import Solution
from csi_model.specify import ModelSpec

MIXED = 0.5  # of the absolute loadings, what is left of their sum where questions point in opposite ways


def turned(solution: Solution, loadings: F64, spec: ModelSpec) -> Solution:
    """Turn constructs of opposite questions, in batches of fits, so that loadings go with those given.

    A fit turns a construct so that its loadings sum to a positive number. Where questions point in opposite
    ways, that sum is near zero and says nothing: draws would turn at random, and spread by their signs.

    Parameters
    ----------
    loadings : ndarray of shape (n_indicators, n_constructs)
        Of the sample. Only constructs whose loadings there largely cancel out are turned; the rule of sums,
        which is that of cSEM and seminr too, holds for all others.
    """
    mine = np.where(spec.block_mask, loadings, 0.0)
    is_mixed = np.abs(mine.sum(axis=0)) < MIXED * np.abs(mine).sum(axis=0)
    sign = np.where(is_mixed & ((solution.loadings * mine).sum(axis=1) < 0), -1.0, 1.0)
    for place, construct in enumerate(spec.constructs):
        if construct.product:
            sign[:, place] = np.prod([sign[:, spec.place[name]] for name in construct.product], axis=0)
    if (sign > 0).all():
        return solution
    each, both = sign[:, None, :], sign[:, :, None] * sign[:, None, :]
    return solution._replace(
        weights=solution.weights * each,
        loadings=solution.loadings * each,
        construct_corr=solution.construct_corr * both,
        paths=solution.paths * both,
        components=None if solution.components is None else solution.components * both,
    )
