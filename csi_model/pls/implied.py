"""The correlations that a path model implies, and their distance from those found."""

from __future__ import annotations

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64, Mask
from csi_model.measures.fit import d_g, d_ml, d_uls, srmr
from csi_model.pls import algorithm, consistent
from csi_model.specify import ModelSpec


def implied(corr: F64, solution: algorithm.Solution, spec: ModelSpec, method: str, structure: str) -> F64:
    """Give the indicator correlations that batches of fits imply.

    Parameters
    ----------
    method : {"pls", "plsc"}
        With pls all constructs are composites, whose own indicators may correlate freely. With plsc those
        that are corrected are common factors. As in cSEM.
    structure : {"estimated", "saturated"}
        Construct correlations as the paths imply them, or as observed (which tests measurement alone).
    """
    composites = composites_of(spec, method)
    constructs = solution.construct_corr
    if structure == "estimated":
        constructs = structural_corr(solution.paths, constructs, solution.r_squared, spec.path_matrix)
    return implied_corr(corr, solution.loadings, constructs, spec.block_mask, composites)


def composites_of(spec: ModelSpec, method: str) -> Mask:
    """Say which constructs are composites, whose own questions may correlate freely.

    By pls all are: a mode says how weights are estimated, no more. By plsc those that are not corrected.
    """
    if method == "plsc":
        return np.asarray(np.logical_not(consistent.factors_of(spec)))
    return np.ones(len(spec.constructs), dtype=bool)


def fit_of(corr: F64, solution: algorithm.Solution, spec: ModelSpec, method: str) -> dict[str, F64]:
    """Give the measures of fit of batches of fits, each (n_batch,).

    `srmr_saturated` (also `srmr`), `d_uls` and `d_g` are of first-order constructs by their kind (see
    `composites_of`) with their observed correlations; `srmr_estimated` is of the model that `implied` tests,
    ``nan`` where a model has second-order constructs or interactions; `srmr_factor` takes all constructs for
    common factors, whatever they are.

    References
    ----------
    Henseler, Hubona and Ray (2016), Industrial Management & Data Systems 116(1), 2-20.
    """
    first = np.flatnonzero(spec.home_mask.any(axis=0))
    loadings, between = solution.loadings[:, :, first], solution.construct_corr[:, first[:, None], first]
    block, composites = spec.home_mask[:, first], composites_of(spec, method)[first]
    saturated = implied_corr(corr, loadings, between, block, composites)
    estimated = np.full(len(corr), np.nan)
    if spec.is_plain:
        estimated = srmr(corr, implied(corr, solution, spec, method, "estimated"))
    own = srmr(corr, saturated)
    return {
        "srmr": own,
        "srmr_saturated": own,
        "srmr_estimated": estimated,
        "srmr_factor": srmr(corr, implied_corr(corr, loadings, between, block)),
        "d_uls": d_uls(corr, saturated),
        "d_g": d_g(corr, saturated),
    }


def distances(corr: F64, implied_corr: F64) -> F64:
    """Give the distances of batches of matrices, (n_batch, 4), in the order of `DISTANCES`."""
    found = [srmr(corr, implied_corr), d_uls(corr, implied_corr), d_g(corr, implied_corr)]
    return np.stack([*found, d_ml(corr, implied_corr)], axis=-1)


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


def implied_by_paths(moments: Moments, spec: ModelSpec, scheme: str, method: str) -> F64:
    """Solve batches of moments and give the correlations that the paths imply; ``nan`` where a fit failed."""
    corr = moments.corr
    solution = algorithm.solve(corr, spec, scheme)
    with np.errstate(all="ignore"):
        if method == "plsc":
            solution = consistent.correct(corr, solution, spec)
        found = implied(corr, solution, spec, method, "estimated")
    return np.where(solution.converged[:, None, None], found, np.nan)
