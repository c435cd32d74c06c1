"""How well a fitted model describes and explains the correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]
SINGULAR = 1e-10


def f_squared(construct_corr: F64, path_matrix: Mask, r_squared: F64) -> F64:
    """Effect size of each path, `[target, source]`; ``nan`` where there is none.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, section 9.3: (R² − R² without the source) / (1 − R²).
    """
    found = np.full(construct_corr.shape, np.nan)
    for target in np.flatnonzero(path_matrix.any(axis=1)):
        sources = np.flatnonzero(path_matrix[target])
        for source in sources:
            rest = sources[sources != source]
            without = np.zeros(construct_corr.shape[:-2])
            if len(rest):
                wanted = construct_corr[..., rest, target]
                system = construct_corr[..., rest[:, None], rest]
                solved = np.linalg.solve(system, wanted[..., None])[..., 0]
                without = (solved * wanted).sum(axis=-1)
            found[..., target, source] = (r_squared[..., target] - without) / (1 - r_squared[..., target])
    return found


def r_squared_adjusted(r_squared: F64, path_matrix: Mask, n: int) -> F64:
    """Adjust R² for the number of sources (Ezekiel 1930); 0 stays for exogenous constructs."""
    sources = path_matrix.sum(axis=1)
    return np.asarray(np.where(sources > 0, 1 - (1 - r_squared) * (n - 1) / (n - 1 - sources), r_squared))


def implied_corr(
    corr: F64, loadings: F64, construct_corr: F64, block: Mask, composites: Mask | None = None
) -> F64:
    """Give the indicator correlations that a model with these construct correlations implies.

    Parameters
    ----------
    corr : ndarray of shape (..., n_indicators, n_indicators)
    composites : boolean ndarray of shape (n_constructs,), optional
        Constructs that are composites of their indicators: these may correlate freely among each other, so
        their observed correlations stand. All others are common factors; by default all are.
    """
    own = np.where(block, loadings, 0.0)
    implied = own @ construct_corr @ np.swapaxes(own, -1, -2)
    diagonal = np.arange(corr.shape[-1])
    implied[..., diagonal, diagonal] = 1.0
    if composites is not None:
        free = block[:, composites].astype(int)
        implied = np.where(free @ free.T > 0, corr, implied)
    return np.asarray(implied)


def structural_corr(paths: F64, construct_corr: F64, r_squared: F64, path_matrix: Mask) -> F64:
    r"""Give the construct correlations that the paths imply (the *estimated* model).

    The observed `construct_corr` instead make the *saturated* model, which tests measurement alone.

    Parameters
    ----------
    paths, construct_corr : ndarray of shape (..., n_constructs, n_constructs)
    r_squared : ndarray of shape (..., n_constructs)

    Notes
    -----
    .. math:: (I - B)^{-1} \Psi (I - B')^{-1}

    with :math:`\Psi` the correlations of exogenous constructs and 1 − R² of the others. The diagonal is set
    to 1 (as in cSEM): it misses 1 where the observed correlations of a target's sources are not the
    implied ones.

    References
    ----------
    Dijkstra and Henseler (2015), MIS Quarterly 39(2), 297-316.
    """
    exogenous: Mask = np.logical_not(np.any(path_matrix, axis=1))
    residual = np.where(exogenous[:, None] & exogenous, construct_corr, 0.0)
    diagonal = np.arange(len(exogenous))
    residual[..., diagonal, diagonal] = np.where(exogenous, 1.0, 1 - r_squared)
    total = np.linalg.inv(np.eye(len(exogenous)) - paths)
    implied = total @ residual @ np.swapaxes(total, -1, -2)
    implied[..., diagonal, diagonal] = 1.0
    return np.asarray(implied)


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
