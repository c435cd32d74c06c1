"""Answers with a group each: checked at the border, standardised within groups, regrouped at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.groups import names_of, sample_moments
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import Mask


def level_free(data: IndicatorMatrix, missing: str) -> IndicatorMatrix:
    """Standardise every indicator within each group, by the group's own weighted mean and deviation."""
    values = data.values.copy()
    for name in names_of(data):
        rows = np.asarray(data.groups == name)
        mean, cov = sample_moments(data.subset(rows), missing)
        values[rows] = (values[rows] - mean[0]) / np.sqrt(np.diag(cov[0]))
    return replace(data, values=values)


def regrouped(member: Mask, clusters: NDArray[np.int64] | None, size: int, rng: np.random.Generator) -> Mask:
    """Deal respondents to the first of two groups at random, many times.

    Parameters
    ----------
    member : ndarray of shape (n_respondents,)
        Who is in the first group.
    clusters : ndarray of shape (n_respondents,), optional
        Respondents of a cluster are alike, so single ones must not change sides. Clusters that lie in one
        group change groups as wholes, as many staying in each group; within a cluster of both groups (a
        person asked in two waves) the labels are shuffled.

    Returns
    -------
    ndarray of shape (size, n_respondents)

    References
    ----------
    Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., chapters 3 and 6 (the
    unit that was assigned is the unit that is permuted; shuffling within blocks).
    """
    if clusters is None:
        return rng.permuted(np.tile(member, (size, 1)), axis=1)
    place = np.unique(clusters, return_inverse=True)[1]
    share = np.bincount(place, weights=member) / np.bincount(place)
    whole = (share == 0) | (share == 1)
    sides = np.zeros((size, len(share)), dtype=bool)
    sides[:, whole] = rng.permuted(np.tile(share[whole] == 1, (size, 1)), axis=1)
    drawn = sides[:, place]
    mixed = np.flatnonzero(~whole[place])
    mixed = mixed[np.argsort(place[mixed], kind="stable")]
    order = np.argsort(place[mixed] + rng.random((size, len(mixed))), axis=1)
    shuffled = np.zeros((size, len(mixed)), dtype=bool)
    np.put_along_axis(shuffled, order, np.broadcast_to(member[mixed], shuffled.shape), axis=1)
    drawn[:, mixed] = shuffled
    return np.asarray(drawn)


def n_exchangeable(data: IndicatorMatrix) -> int:
    """Count what can change sides: respondents, or clusters."""
    return len(data.values) if data.clusters is None else len(np.unique(data.clusters))


def crosses(data: IndicatorMatrix) -> bool:
    """Say whether any cluster holds respondents of several groups."""
    if data.clusters is None or data.groups is None:
        return False
    pairs = {*zip(data.clusters.tolist(), data.groups.tolist(), strict=True)}
    return len(pairs) > n_exchangeable(data)
