"""A PLS model's estimates as one function of moments, for comparisons of groups and waves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from csi_model.compare import Comparison, Statistic, compare_groups
from csi_model.effects import points_per_point, total_effects
from csi_model.index import points
from csi_model.intervals import F64
from csi_model.micom import WeightSolver
from csi_model.pls import solve
from csi_model.specify import ModelSpec

RELATIONS = ("weights", "loadings", "paths", "total_effects", "r_squared")
"""Estimates that do not depend on the level of answers."""


def pls_statistic(spec: ModelSpec, *, scheme: str = "path") -> Statistic:
    """Make the function that gives every estimate of a PLS model from means and covariances.

    Parameters
    ----------
    spec : ModelSpec
    scheme : {"path", "factorial", "centroid"}

    Returns
    -------
    callable
        (B, p) means and (B, p, p) covariances in scale points -> mapping of

        ``points``, ``r_squared`` : (B, n_constructs)
        ``dimension_points`` : (B, n_dimensions), where the model has dimensions
        ``weights``, ``loadings``, ``shares`` : (B, n_indicators), each in its own construct
        ``paths``, ``total_effects``, ``points_per_point`` : (B, n_constructs, n_constructs), [target, source]

        A fit that did not converge is ``nan`` throughout.
    """
    block = spec.block_mask.astype(float)

    def statistic(means: F64, covariance: F64) -> Mapping[str, F64]:
        fit = solve(_correlations(covariance), spec, scheme)
        failed = ~fit.converged
        weights = np.where(failed[:, None, None], np.nan, fit.weights)
        scored = points(spec, means, covariance, weights)
        effects = np.full_like(fit.paths, np.nan)
        effects[~failed] = total_effects(fit.paths[~failed])
        found = {
            "points": scored.constructs,
            "dimension_points": scored.dimensions,
            "shares": scored.shares,
            "weights": (fit.weights * block).sum(axis=2),
            "loadings": (fit.loadings * block).sum(axis=2),
            "r_squared": fit.r_squared,
            "paths": fit.paths,
            "total_effects": effects,
            "points_per_point": points_per_point(effects, scored.sd),
        }
        for value in found.values():
            value[failed] = np.nan
        return {key: value for key, value in found.items() if value.size}

    return statistic


def pls_weights(spec: ModelSpec, *, scheme: str = "path") -> WeightSolver:
    """Make the function that gives standardised outer weights from correlations, for MICOM."""

    def weights(corr: F64) -> F64:
        fit = solve(corr, spec, scheme)
        return np.where(fit.converged[:, None, None], fit.weights * spec.block_mask, np.nan)

    return weights


def compare_models(
    values: F64,
    groups: NDArray[np.generic],
    spec: ModelSpec,
    rng: np.random.Generator,
    *,
    scheme: str = "path",
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    weights: F64 | None = None,
    floor: int = 30,
    level: float = 0.95,
) -> Comparison:
    """Compare a PLS model between groups or waves: levels by plain, relations by aligned permutation.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Scale points in the order of ``spec.indicator_ids``, no ``nan``.
    groups : ndarray of shape (n_respondents,)
    spec : ModelSpec
    rng : numpy.random.Generator

    See Also
    --------
    csi_model.compare.compare_groups : the remaining parameters, errors and the method.
    """
    return compare_groups(
        values,
        groups,
        pls_statistic(spec, scheme=scheme),
        rng,
        n_permutations=n_permutations,
        n_resamples=n_resamples,
        weights=weights,
        aligned=RELATIONS,
        floor=floor,
        level=level,
    )


def _correlations(covariance: F64) -> F64:
    sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(covariance / (sd[..., :, None] * sd[..., None, :]))
