"""How well a fitted model describes and explains the correlations."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64

SINGULAR = 1e-10


def srmr(corr: F64, implied: F64) -> F64:
    """Standardised root mean square residual over the lower triangle, diagonal included.

    References
    ----------
    Henseler et al. (2014), Organizational Research Methods 17(2), 182-209.
    """
    rows, columns = np.tril_indices(corr.shape[-1])
    return np.asarray(np.sqrt(((corr - implied)[..., rows, columns] ** 2).mean(axis=-1)))


def d_uls(corr: F64, implied: F64) -> F64:
    """Squared Euclidean distance, half the sum of squared residuals over the whole matrix.

    References
    ----------
    Dijkstra and Henseler (2015), Computational Statistics & Data Analysis 81, 10-23.
    """
    return np.asarray(((corr - implied) ** 2).sum(axis=(-2, -1)) / 2)


def d_g(corr: F64, implied: F64) -> F64:
    r"""Geodesic distance; ``nan`` where one of the matrices is not positive definite.

    Notes
    -----
    .. math:: \tfrac12 \sum_k (\ln \varphi_k)^2, \quad \varphi_k \text{ eigenvalues of } S^{-1} \Sigma

    cSEM takes the logarithm to base 10: its figure is this one divided by (ln 10)² = 5.3019.

    References
    ----------
    Dijkstra and Henseler (2015), Computational Statistics & Data Analysis 81, 10-23.
    """
    with np.errstate(all="ignore"):
        ratios = _ratios(corr, implied)
        return np.asarray((np.log(np.where(ratios > 0, ratios, np.nan)) ** 2).sum(axis=-1) / 2)


def d_ml(corr: F64, implied: F64) -> F64:
    """Maximum-likelihood discrepancy ln|Σ| − ln|S| + tr(SΣ⁻¹) − p; ``nan`` as in `d_g`."""
    with np.errstate(all="ignore"):
        ratios = _ratios(corr, implied)
        ratios = np.where(ratios > 0, ratios, np.nan)
        return np.asarray((np.log(ratios) + 1 / ratios - 1).sum(axis=-1))


def _ratios(corr: F64, implied: F64) -> F64:
    """Eigenvalues of S⁻¹Σ; ``nan`` where S is singular."""
    found = np.full(corr.shape[:-1], np.nan)
    usable = np.isfinite(corr).all(axis=(-2, -1)) & np.isfinite(implied).all(axis=(-2, -1))
    values, vectors = np.linalg.eigh(corr[usable])
    values = np.where(values > SINGULAR, values, np.nan)
    good = np.isfinite(values).all(axis=-1)
    root = vectors[good] / np.sqrt(values[good])[..., None, :]
    inner = np.full(corr[usable].shape[:-1], np.nan)
    inner[good] = np.linalg.eigvalsh(np.swapaxes(root, -1, -2) @ implied[usable][good] @ root)
    found[usable] = inner
    return found
