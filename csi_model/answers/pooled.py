"""The covariance within groups, which small groups with gaps share: own means, one covariance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from csi_model.answers.filling import Filling
from csi_model.answers.fitting import ROUGH, squarem
from csi_model.answers.prior import weak_prior
from csi_model.answers.sample import By, Sample
from csi_model.answers.treatment import fits
from csi_model.arrays import F64, I64
from csi_model.inference import seeds

ALONE = 500  # respondents of a group whose own answers tell its covariance
MOST_ROWS = 20_000  # of groups chosen at random: they tell a covariance well enough for all


def sharing(
    sample: Sample, by: By, parts: Mapping[str, Sample], blocks: I64, missing: str
) -> dict[str, Sample]:
    """Give the parts of a sample; a small one that has gaps holds the covariance within all groups.

    Parameters
    ----------
    blocks : ndarray of shape (p,)
        Number of the construct that each question belongs to.
    missing
        The treatment of gaps; what fits none leaves the parts as they are.
    """
    small = [name for name, part in parts.items() if len(part) < ALONE and np.isnan(part.values).any()]
    if not small or not fits(missing):
        return dict(parts)
    pooled = covariance_within(
        sample.values, sample.weights, sample.label(by).number.astype(np.int64), blocks
    )
    return {name: replace(part, pooled=pooled) if name in small else part for name, part in parts.items()}


def covariance_within(values: F64, weights: F64, group: I64, blocks: I64) -> F64:
    r"""Give the covariance within groups that fits answers with gaps best, each group having its own means.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        ``nan`` is missing.
    weights : ndarray of shape (n_respondents,)
    group : integer ndarray of shape (n_respondents,)
        −1 is none.

    Returns
    -------
    ndarray of shape (p, p)

    Notes
    -----
    EM with the groups as regressors, and the weak prior of `prior.weak_prior`: with f a respondent's expected
    deviations from the group's mean, :math:`\mu_g \leftarrow \mu_g + \bar f_g`, and :math:`\Sigma` is made of
    deviations from the new means.

    References
    ----------
    Little and Rubin (2002), Statistical Analysis with Missing Data, section 11.4.
    """
    values, weights, group = _some_groups(values, weights, group)
    p, n_groups = values.shape[1], int(group.max()) + 1
    deal = csr_array((weights, (group, np.arange(len(group)))), shape=(n_groups, len(group)))
    seen = ~np.isnan(values)
    mass, sums = deal @ seen.astype(float), deal @ np.where(seen, values, 0.0)
    whole = sums.sum(axis=0) / mass.sum(axis=0)
    around = values - np.where(mass > 0, sums / np.where(mass > 0, mass, 1.0), whole)[group]
    scale = np.sqrt((weights @ np.where(seen, around, 0.0) ** 2) / (weights @ seen))
    scale = np.where(scale > 0, scale, 1.0)
    standardised = around / scale
    prior, filling = weak_prior(standardised, weights, blocks), Filling(standardised, weights)
    size = np.bincount(group, weights).astype(float)
    upper = filling.upper

    def parts(at: F64) -> tuple[F64, F64]:
        cov = np.empty((p, p))
        cov[upper] = cov.T[upper] = at[n_groups * p :]
        return at[: n_groups * p].reshape(n_groups, p), cov

    def step(at: F64) -> F64:
        means, cov = parts(at)
        moved, square, left = np.zeros((n_groups, p)), np.zeros((p, p)), np.zeros(len(upper[0]))
        for part in filling.filled(means[group], cov):
            weighted = part.deviations * part.weights[:, None]
            np.add.at(moved, group[part.rows], weighted)
            square += weighted.T @ part.deviations
            left += part.left.T @ np.bincount(part.pattern, part.weights)
        moved /= size[:, None]
        spread = square + left[filling.place] - (moved * size[:, None]).T @ moved
        cov = (spread + prior.strength * prior.target) / (filling.total + prior.strength)
        return np.concatenate([(means + moved).ravel(), cov[upper]])

    start = np.concatenate([np.zeros(n_groups * p), prior.target[upper]])
    found = parts(squarem(step, start, ROUGH, lambda at: parts(at)[1]))[1]
    return np.asarray(found * np.outer(scale, scale), dtype=np.float64)


def _some_groups(values: F64, weights: F64, group: I64) -> tuple[F64, F64, I64]:
    """Leave out who is of no group, and where there are very many, all but some groups; number them anew."""
    sizes = np.bincount(group[group >= 0])
    order = seeds.generator(len(group)).permutation(len(sizes))
    first = int(np.searchsorted(np.cumsum(sizes[order]), MOST_ROWS)) + 1
    rows = np.flatnonzero(np.isin(group, order[:first]))
    return values[rows], weights[rows], np.unique(group[rows], return_inverse=True)[1].ravel()
