"""PLSc: correlations, loadings and paths corrected for attenuation to those of common factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, IdentificationError
from csi_model.measures import reliability
from csi_model.pls.algorithm import Solution
from csi_model.pls.steps import regress
from csi_model.specify import ModelSpec

ROUNDING = 1e-9  # a figure that is 1 by definition may lie a hair above


def correct(corr: F64, solution: Solution, spec: ModelSpec) -> Solution:
    r"""Correct batches of PLS fits for the unreliability of their composites.

    Parameters
    ----------
    corr : ndarray of shape (n_batch, n_indicators, n_indicators)

    Returns
    -------
    Solution
        The outer weights stay, so points stay; loadings, construct correlations, paths and R² are those of
        common factors. Constructs of mode B or with one indicator stay as they are.

    Notes
    -----
    .. math:: \hat r_{jk} = \frac{r_{jk}}{\sqrt{\rho_{A,j}\,\rho_{A,k}}}, \quad
              \hat\lambda_j = \frac{\sqrt{\rho_{A,j}}\; w_j}{w_j' w_j}

    References
    ----------
    Dijkstra and Henseler (2015), MIS Quarterly 39(2), 297-316, equations 3 to 6.
    """
    factors = factors_of(spec)
    with np.errstate(all="ignore"):
        rho = np.where(factors, reliability.rho_a(corr, solution.weights, spec.block_mask), 1.0)
        quality = np.sqrt(rho)
        disattenuated = solution.construct_corr / (quality[:, :, None] * quality[:, None, :])
        diagonal = np.arange(len(spec.constructs))
        disattenuated[:, diagonal, diagonal] = 1.0
        own = np.where(spec.block_mask, solution.weights, 0.0)
        square = (own**2).sum(axis=1)
        as_factor = own * (quality / square)[:, None, :]
        loadings = np.where(spec.block_mask & factors, as_factor, solution.loadings)
        paths = np.zeros_like(disattenuated)
        for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
            sources = np.flatnonzero(spec.path_matrix[target])
            paths[:, target, sources] = regress(disattenuated, sources, int(target))
        r_squared = np.einsum("bts,bts->bt", paths, disattenuated)
    usable = solution.converged & np.isfinite(paths).all(axis=(1, 2)) & (rho > 0).all(axis=1)
    return solution._replace(
        loadings=loadings,
        construct_corr=disattenuated,
        paths=paths,
        r_squared=r_squared,
        converged=usable,
    )


def check(solution: Solution, corr: F64, spec: ModelSpec) -> None:
    """Refuse a corrected fit that does not exist, naming the construct that cannot be corrected."""
    if solution.converged[0]:
        return
    rho = reliability.rho_a(corr, solution.weights, spec.block_mask)[0]
    bad = [
        f"{name} (rho_A {value:.2f})"
        for name, value, factor in zip(spec.construct_ids, rho, factors_of(spec), strict=True)
        if factor and not value > 0
    ]
    if bad:
        raise IdentificationError(
            f"PLSc cannot correct {', '.join(bad)}: its indicators contradict each other.",
            code="inadmissible",
            remedy="Turn or leave out an indicator, use method pls, or make it formative (mode B).",
        )
    raise IdentificationError(
        "Corrected for unreliability, some constructs are so alike that their effects cannot be told apart.",
        code="collinear",
        remedy="Join them, leave one path out, or use method pls.",
    )


def cautions(solution: Solution, spec: ModelSpec) -> list[Caution]:
    """Name what cannot be true of common factors in the first fit of a batch."""
    found = []
    names = spec.construct_ids
    corr = solution.construct_corr[0]
    for row in range(len(names)):
        for column in range(row):
            if abs(corr[row, column]) > 1 + ROUNDING:
                pair = f"{names[column]} and {names[row]}"
                message = f"{pair} correlate {corr[row, column]:.2f} when corrected."
                about = (f"{names[column]} ~ {names[row]} {corr[row, column]:.2f}",)
                found.append(Caution("inadmissible", message, about=about))
    own = np.where(spec.block_mask, solution.loadings[0], 0.0).sum(axis=1)
    found += [
        Caution(
            "inadmissible",
            f"{code} has a loading of {loading:.2f}, above 1.",
            about=(f"{code} {loading:.2f}",),
        )
        for code, loading in zip(spec.indicator_ids, own, strict=True)
        if abs(loading) > 1 + ROUNDING
    ]
    found += [
        Caution("inadmissible", f"R² of {name} is {share:.2f}, above 1.", about=(f"R² {name} {share:.2f}",))
        for name, share in zip(names, solution.r_squared[0], strict=True)
        if share > 1 + ROUNDING
    ]
    return found


def factors_of(spec: ModelSpec) -> NDArray[np.bool_]:
    """Say which constructs are corrected: reflective ones with several indicators."""
    return np.array([part.mode == "A" and len(part.indicators) > 1 for part in spec.constructs])
