"""A PLS model's estimates as one function of moments, for comparisons of groups and waves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csi_model import resample, stages, validity
from csi_model.compare import Comparison, compare_samples
from csi_model.compare_draws import Progress, Sample, Statistic
from csi_model.errors import Caution, ModelError, SpecificationError
from csi_model.estimate import estimate
from csi_model.grouping import grouped, names_of
from csi_model.intervals import F64
from csi_model.micom import WeightSolver
from csi_model.moments import Moments, source
from csi_model.options import Options
from csi_model.prepare import IndicatorMatrix
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
# Fields of `resample.Draws` that are points go by a longer name beside weights and paths.
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
        drawn = resample.estimates(moments, spec, scheme, method, center)._asdict()
        with np.errstate(all="ignore"):
            corr = stages.own(moments, spec).corr
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
        fit = stages.solve(moments, measured, scheme)
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


def compare_models(
    values: F64,
    groups: NDArray[np.generic],
    spec: ModelSpec,
    rng: np.random.Generator,
    *,
    scheme: str = "path",
    method: str = "pls",
    missing: str = "mean",
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    strata: NDArray[np.generic] | None = None,
    floor: int = 30,
    level: float = 0.95,
    progress: Progress | None = None,
) -> Comparison:
    """Compare a PLS model between groups or waves: levels by plain, relations by aligned permutation.

    The estimates of each group are those of :func:`csi_model.estimate` for its respondents alone.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Scale points in the order of ``spec.indicator_ids``, ``nan`` is missing.
    groups : ndarray of shape (n_respondents,)
    spec : ModelSpec
        Second-order constructs and interactions too (method pls). Where a model has interactions, gaps are
        replaced by the group's means once, before products are formed.
    rng : numpy.random.Generator
    method : {"pls", "plsc"}
    missing : {"mean", "listwise", "fiml"}
        ``fiml`` runs EM for every draw, which takes long.

    Raises
    ------
    ModelError
        What `compare_groups` refuses; what `csi_model.estimate` refuses, with the name of the group; a
        method that is neither pls nor plsc.

    See Also
    --------
    csi_model.compare.compare_groups : the remaining parameters, errors and the method.
    """
    if method not in METHODS:
        raise SpecificationError(
            f"Groups are not compared by method {method!r}.",
            code="method",
            remedy="Choose pls or plsc; csi_model.cbsem.assess_invariance compares covariance models.",
        )
    data = grouped(
        values,
        groups,
        codes=spec.indicator_ids,
        weights=weights,
        clusters=clusters,
        strata=strata,
        missing=missing,
        floor=floor,
    )
    options = Options(method=method, scheme=scheme, missing=missing, floor=floor)
    cautions = _estimated_apart(spec, data, options)
    data = replace(_replaced(spec, data, missing), cautions=(*data.cautions, *cautions))

    def look(part: IndicatorMatrix) -> Sample:
        wide = stages.augment(spec, part, missing)
        center = stages.center(spec, wide)
        return Sample(
            wide, source(wide, missing), pls_statistic(spec, scheme=scheme, method=method, center=center)
        )

    return compare_samples(
        data,
        look,
        rng,
        n_permutations=n_permutations,
        n_resamples=n_resamples,
        missing=missing,
        aligned=RELATIONS,
        level=level,
        progress=progress,
    )


def _estimated_apart(spec: ModelSpec, data: IndicatorMatrix, options: Options) -> list[Caution]:
    """Estimate each group for its refusals and cautions; both get the group's name."""
    found = []
    for name in names_of(data):
        try:
            result = estimate(spec, data.subset(np.asarray(data.groups == name)), options)
        except ModelError as error:
            raise type(error)(
                f"Group {name}: {error.message}", code=error.code, remedy=error.remedy
            ) from None
        found += [
            replace(caution, message=f"Group {name}: {caution.message}")
            for caution in result.cautions
            if caution.code != "indicative"  # the comparison says it
        ]
    return found


def _replaced(spec: ModelSpec, data: IndicatorMatrix, missing: str) -> IndicatorMatrix:
    """Replace gaps by means within each group where products are to be formed."""
    if without_interactions(spec) is spec:
        return data
    values = data.values.copy()
    for name in names_of(data):
        rows = np.asarray(data.groups == name)
        values[rows] = stages.augment(spec, data.subset(rows), missing).values[:, : values.shape[1]]
    return replace(data, values=values)
