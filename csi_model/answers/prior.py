"""The weak prior that gives moments of answers with gaps a maximum, however rarely two questions meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, I64

FEWEST_PAIRS = 3
LEAST_EIGENVALUE = 0.05


class Prior(NamedTuple):
    """What respondents who were not asked would add: `strength` of them, with the correlations `target`."""

    target: F64
    strength: float


def weak_prior(values: F64, weights: F64, blocks: I64) -> Prior:
    r"""Give the prior for a covariance of standardised answers.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        Mean 0 and variance 1 over what was answered; ``nan`` is missing.
    weights : ndarray of shape (n_respondents,)
    blocks : ndarray of shape (p,)
        Number of the construct that each column belongs to.

    Returns
    -------
    Prior
        Of strength 0 without gaps.

    Notes
    -----
    The target's correlation of two questions is the mean pairwise correlation of their constructs' questions,
    pairs weighted by how many answered both. The strength is :math:`\kappa = p g`, with g the largest share
    of gaps of any column. The step of EM becomes

    .. math:: \Sigma \leftarrow (W S + \kappa T_0) / (W + \kappa)

    References
    ----------
    Schafer (1997), Analysis of Incomplete Multivariate Data, section 5.2 (ridge prior).
    """
    seen = ~np.isnan(values)
    share = 1 - seen.mean(axis=0)
    return Prior(_target(*_pairwise(values, weights), blocks), float(values.shape[1] * share.max()))


def _pairwise(values: F64, weights: F64) -> tuple[F64, F64]:
    """Correlations of those who answered both, ``nan`` where too few did, and their number."""
    seen = (~np.isnan(values)).astype(float)
    there = np.nan_to_num(values)
    mass = (seen * weights[:, None]).T @ seen
    first = (there * weights[:, None]).T @ seen
    square = (there**2 * weights[:, None]).T @ seen
    cross = (there * weights[:, None]).T @ there
    number = seen.T @ seen
    with np.errstate(all="ignore"):
        mean = first / mass
        variance = square / mass - mean**2
        corr = (cross / mass - mean * mean.T) / np.sqrt(variance * variance.T)
    corr[(number < FEWEST_PAIRS) | ~np.isfinite(corr)] = np.nan
    return corr, number


def _target(corr: F64, number: F64, blocks: I64) -> F64:
    own = (blocks[:, None] == np.unique(blocks)).astype(float)
    counted = np.where(np.isnan(corr) | np.eye(len(corr), dtype=bool), 0.0, number)
    total = own.T @ (counted * np.nan_to_num(corr)) @ own
    mass = own.T @ counted @ own
    mean = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    found = own @ mean @ own.T
    np.fill_diagonal(found, 1.0)
    least, axes = np.linalg.eigh(found)
    found = (axes * np.maximum(least, LEAST_EIGENVALUE)) @ axes.T
    sd = np.sqrt(np.diag(found))
    return np.asarray(found / np.outer(sd, sd))
