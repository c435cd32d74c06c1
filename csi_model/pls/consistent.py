"""PLSc: correlations, loadings and paths corrected for attenuation to those of common factors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, IdentificationError
from csi_model.measures import effects, reliability
from csi_model.pls import consistent_stages
from csi_model.pls.algorithm import Solution
from csi_model.pls.consistent_products import with_products
from csi_model.pls.products import own
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
    with np.errstate(all="ignore"):
        rho = _rho(corr, solution, spec)
        quality = np.sqrt(rho)
        disattenuated = solution.construct_corr / (quality[:, :, None] * quality[:, None, :])
        diagonal = np.arange(len(spec.constructs))
        disattenuated[:, diagonal, diagonal] = 1.0
        found = solution._replace(loadings=_as_factors(solution, quality, spec))
        return _with_paths(found, disattenuated, np.asarray((rho > 0).all(axis=1)), spec)


def corrected(
    moments: Moments, solution: Solution, spec: ModelSpec, scheme: str, center: F64 | None
) -> Solution:
    """Correct batches of PLS fits of any model; see `correct`.

    Parameters
    ----------
    moments
        Of the indicators, and of their products where the model has interactions.
    solution
        Of `stages.solve`; a model with second-order constructs is fitted anew (`consistent_stages.solve`).
    center
        As in `stages.solve`.
    """
    corr = own(moments, spec).corr
    if spec.is_plain:
        return correct(corr, solution, spec)
    with np.errstate(all="ignore"):
        if any(construct.components for construct in spec.constructs):
            found, rho = consistent_stages.solve(corr, spec, scheme)
            return found._replace(loadings=_as_factors(found, np.sqrt(rho), spec))
        found = correct(corr, solution, spec)
        between, loadings = with_products(
            moments, solution, np.sqrt(_rho(corr, solution, spec)), found.construct_corr, spec, center
        )
        return _with_paths(
            found._replace(loadings=np.where(spec.block_mask, found.loadings, loadings)),
            between,
            found.converged,
            spec,
        )


def _rho(corr: F64, solution: Solution, spec: ModelSpec) -> F64:
    return np.where(factors_of(spec), reliability.rho_a(corr, solution.weights, spec.block_mask), 1.0)


def _as_factors(solution: Solution, quality: F64, spec: ModelSpec) -> F64:
    """Loadings, those of common factors proportional to the weights."""
    own_weights = np.where(spec.block_mask, solution.weights, 0.0)
    square = (own_weights**2).sum(axis=1)
    as_factor = own_weights * (quality / square)[:, None, :]
    return np.where(spec.block_mask & factors_of(spec), as_factor, solution.loadings)


def _with_paths(solution: Solution, corr: F64, possible: Mask, spec: ModelSpec) -> Solution:
    """Put in correlations of constructs, and the paths that follow from them."""
    paths = np.zeros_like(corr)
    for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
        sources = np.flatnonzero(spec.path_matrix[target])
        paths[:, target, sources] = regress(corr, sources, int(target))
    usable = solution.converged & np.isfinite(paths).all(axis=(1, 2)) & possible
    r_squared = np.einsum("bts,bts->bt", paths, corr)
    return solution._replace(construct_corr=corr, paths=paths, r_squared=r_squared, converged=usable)


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
            about=bad,
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
    mine = np.where(spec.block_mask, solution.loadings[0], 0.0).sum(axis=1)
    found += [
        Caution(
            "inadmissible",
            f"{code} has a loading of {loading:.2f}, above 1.",
            about=(f"{code} {loading:.2f}",),
        )
        for code, loading in zip(spec.indicator_ids, mine, strict=True)
        if abs(loading) > 1 + ROUNDING
    ]
    found += [
        Caution("inadmissible", f"R² of {name} is {share:.2f}, above 1.", about=(f"R² {name} {share:.2f}",))
        for name, share in zip(names, solution.r_squared[0], strict=True)
        if share > 1 + ROUNDING
    ]
    return found + list(_contradictions(solution, spec))


def _contradictions(solution: Solution, spec: ModelSpec) -> Iterator[Caution]:
    """Name targets that no construct can correlate with its sources as they do, where none is above 1."""
    corr = solution.construct_corr[0]
    for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
        places = np.append(np.flatnonzero(spec.path_matrix[target]), target)
        among = np.abs(corr[np.ix_(places, places)])
        is_said = (among > 1 + ROUNDING).any() or solution.r_squared[0, target] > 1 + ROUNDING
        if not is_said and not effects.definite(corr, places):
            name, *sources = (spec.construct_ids[place] for place in places[::-1])
            together = ", ".join(reversed(sources))
            message = f"Corrected correlations of {name} with and between {together} contradict each other."
            yield Caution("inadmissible", message, about=(f"{name} ~ {together}",))


def factors_of(spec: ModelSpec) -> NDArray[np.bool_]:
    """Say which constructs are corrected: reflective ones with several indicators."""
    return np.array([part.mode == "A" and len(part.indicators) > 1 for part in spec.constructs])
