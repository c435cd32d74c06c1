"""Answers with a group each: standardised within groups, regrouped at random."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.answers.treatment import of_all
from csi_model.arrays import Mask


def level_free(whole: Sample, missing: str) -> Sample:
    """Standardise every indicator within each group, by the group's own weighted mean and deviation."""
    values = whole.values.copy()
    for rows in whole.labels["group"].rows().values():
        found = of_all(values[rows], whole.weights[rows], missing)
        values[rows] = (values[rows] - found.mean[0]) / np.sqrt(np.diag(found.cov[0]))
    return replace(whole, values=values)


def regrouped(member: Mask, clusters: NDArray[Any] | None, size: int, rng: np.random.Generator) -> Mask:
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


def n_exchangeable(sample: Sample) -> int:
    """Count what can change sides: respondents, or clusters."""
    return len(sample) if sample.clusters is None else len(sample.clusters.present)


def crosses(whole: Sample) -> bool:
    """Say whether any cluster holds respondents of several groups."""
    if whole.clusters is None:
        return False
    pairs = np.column_stack([whole.clusters.number, whole.labels["group"].number])
    return len(np.unique(pairs, axis=0)) > n_exchangeable(whole)
