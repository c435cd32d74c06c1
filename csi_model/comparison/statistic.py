"""What is compared between samples: points, loadings, paths, effects and qualities of a PLS model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.options import Options
from csi_model.pls.stages import solve
from csi_model.resampling.draws import Draws
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

# From correlations (B, p, p) to standardised outer weights (B, p, J), nan where a draw did not converge.
WeightSolver = Callable[[F64], F64]

# Estimates that do not depend on the level of answers.
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


# Fields of `Draws` that are points go by a longer name beside weights and paths.
_POINTS = {"constructs": "points", "dimensions": "dimension_points", "indicators": "indicator_points"}

# Fields of `Draws` that are not compared: what the others of theirs say already.
_LEFT_OUT = ("construct_shares", "importance_constructs", "importance_dimensions", "importance_indicators")


def named(spec: ModelSpec, draws: Draws, htmt2: F64) -> dict[str, F64]:
    """Give the estimates that are compared, by name; `htmt2` (B, n_constructs, n_constructs) is of the same.

    Returns
    -------
    dict
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
    rows, columns = np.tril_indices(len(spec.constructs), -1)
    found = {
        _POINTS.get(name, name): np.array(value)
        for name, value in draws._asdict().items()
        if name not in _LEFT_OUT
    }
    found["indirect_effects"] = draws.total_effects - draws.paths
    found["htmt"], found["htmt2"] = draws.htmt[:, rows, columns], np.array(htmt2[:, rows, columns])
    failed = ~np.isfinite(found["points"][:, spec.scored]).all(axis=1)
    for value in found.values():
        value[failed] = np.nan
    return {key: value for key, value in found.items() if value.size}


class Selections:
    """The estimates of any selection of a sample's respondents, by name."""

    def __init__(self, spec: ModelSpec, sample: Sample, options: Options, common: F64 | None = None) -> None:
        self.sample, self._estimator = sample, Estimator(spec, sample, options, common)

    def of_counts(self, counts: F64) -> dict[str, F64]:
        """Give the estimates of selections, `counts` (n_selections, n_respondents)."""
        moments = self._estimator.counted.of_counts(counts)
        return named(
            self._estimator.spec, self._estimator.of_moments(moments), self._estimator.htmt2(moments)
        )


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
