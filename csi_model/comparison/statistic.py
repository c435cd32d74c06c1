"""What is compared between samples: points, loadings, paths, effects and qualities of a PLS model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.comparison.draws import Statistic
from csi_model.comparison.micom import WeightSolver
from csi_model.measures import validity
from csi_model.pls.products import own
from csi_model.pls.stages import solve
from csi_model.resampling import draws
from csi_model.specify import ModelSpec

RELATIONS = (
    "weights",
    "loadings",
    "paths",
    "total_effects",
    "indirect_effects",
    "r_squared",
    "alpha",
    "rho_a",
    "rho_c",
    "ave",
    "htmt",
    "htmt2",
)


"""Estimates that do not depend on the level of answers."""


METHODS = ("pls", "plsc")


# Fields of `draws.Draws` that are points go by a longer name beside weights and paths.
_POINTS = {"constructs": "points", "dimensions": "dimension_points", "indicators": "indicator_points"}


def pls_statistic(
    spec: ModelSpec, *, scheme: str = "path", method: str = "pls", center: F64 | None = None
) -> Statistic:
    """Make the function that gives every estimate of a PLS model from means and covariances.

    Parameters
    ----------
    spec : ModelSpec
    scheme : {"path", "factorial", "centroid"}
    method : {"pls", "plsc"}
    center : ndarray of shape (n_indicators,), optional
        That of :func:`csi_model.stages.center`, for models with interactions; means and covariances then
        go over the indicators and their products.

    Returns
    -------
    callable
        (B, p) means and (B, p, p) covariances in scale points -> mapping of

        ``points``, ``r_squared``, ``alpha``, ``rho_a``, ``rho_c``, ``ave`` : (B, n_constructs)
        ``dimension_points`` : (B, n_dimensions), where the model has dimensions
        ``indicator_points``, ``weights``, ``loadings``, ``shares`` : (B, n_indicators), each in its own
        construct
        ``paths``, ``total_effects``, ``indirect_effects``, ``points_per_point`` : (B, n_constructs,
        n_constructs), [target, source]
        ``htmt``, ``htmt2`` : (B, n_pairs), pairs of constructs in the order of ``numpy.tril_indices(n, -1)``

        A fit that did not converge is ``nan`` throughout; a figure that does not exist (an interaction's
        points) is ``nan``.
    """
    pairs = np.tril_indices(len(spec.constructs), -1)

    def statistic(means: F64, covariance: F64) -> Mapping[str, F64]:
        moments = Moments(means, covariance)
        drawn = draws.estimates(moments, spec, scheme, method, center)._asdict()
        with np.errstate(all="ignore"):
            corr = own(moments, spec).corr
            found = {_POINTS.get(name, name): np.array(value) for name, value in drawn.items()}
            found["indirect_effects"] = found["total_effects"] - found["paths"]
            found["htmt"] = found["htmt"][:, pairs[0], pairs[1]]
            found["htmt2"] = validity.htmt2(corr, spec.block_mask)[:, pairs[0], pairs[1]]
        failed = ~np.isfinite(found["points"][:, spec.scored]).all(axis=1)
        for value in found.values():
            value[failed] = np.nan
        return {key: value for key, value in found.items() if value.size}

    return statistic


def pls_weights(spec: ModelSpec, *, scheme: str = "path") -> WeightSolver:
    """Make the function that gives standardised outer weights from correlations, for MICOM.

    They are those of the constructs that have points, in order. Interactions are left out of the model: no
    composite of answers, they have no measurement of their own (two-stage approach).
    """
    measured = without_interactions(spec)

    def weights(corr: F64) -> F64:
        moments = Moments(np.zeros(corr.shape[:2]), corr)
        fit = solve(moments, measured, scheme)
        return np.where(fit.converged[:, None, None], fit.weights * measured.block_mask, np.nan)

    return weights


def without_interactions(spec: ModelSpec) -> ModelSpec:
    """Give the model without its interactions and their paths; one without any comes back as it is."""
    products = {construct.id for construct in spec.constructs if construct.product}
    if not products:
        return spec
    return replace(
        spec,
        constructs=tuple(construct for construct in spec.constructs if construct.id not in products),
        paths=tuple(path for path in spec.paths if path[0] not in products),
    )
