"""A PLS model's estimates as one function of moments, for comparisons of groups and waves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.groups import grouped, names_of
from csi_model.answers.moments import source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.comparison.draws import Sample
from csi_model.comparison.pairs import Comparison, compare_samples
from csi_model.comparison.statistic import METHODS, RELATIONS, pls_statistic, without_interactions
from csi_model.errors import Caution, DataError, ModelError, SpecificationError
from csi_model.estimation.estimate import estimate
from csi_model.options import Options, Progress
from csi_model.pls import products
from csi_model.specify import ModelSpec


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
        wide = products.augment(spec, part, missing)
        center = products.center(spec, wide)
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
        values[rows] = products.augment(spec, data.subset(rows), missing).values[:, : values.shape[1]]
    return replace(data, values=values)


def labels_by(data: IndicatorMatrix) -> NDArray[np.str_]:
    """Give the label of the group of each respondent; refuse answers without groups."""
    if data.groups is None:
        raise DataError("The answers have no groups.", code="groups", remedy="Give prepare a label per row.")
    return data.groups


def selected(
    data: IndicatorMatrix, floor: int, chosen: Sequence[str]
) -> tuple[IndicatorMatrix, list[Caution]]:
    """Give the answers of the groups that are chosen and large enough, and cautions about the others."""
    labels = labels_by(data)
    cautions = list(data.cautions)
    without = np.isin(labels, ("", "nan"))
    known = sorted(set(labels[~without].tolist()))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise DataError(
            f"There is no group {unknown[0]!r}.",
            code="unknown-group",
            remedy=f"Choose among {', '.join(known[:12])}.",
        )
    if without.any():
        message = f"{int(without.sum())} of {len(labels)} respondents were left out: they are of no group."
        cautions.append(Caution("rows-left-out", message))
    wanted = list(chosen) or [name for name in known if (labels == name).sum() >= floor]
    for name in known:
        if name not in wanted and not chosen:
            n = int((labels == name).sum())
            cautions.append(
                Caution("small-group", f"{name}: {n} respondents, fewer than {floor}; not compared.")
            )
    if len(set(wanted)) < 2:
        has = f"only {wanted[0]} has" if wanted else "no group has"
        raise DataError(
            f"There is nothing to compare: {has} {floor} answers or more."
            if not chosen
            else "Only one group was given.",
            code="one-group",
            remedy="Give two groups or more.",
        )
    kept = np.isin(labels, wanted)
    return replace(data.subset(kept), n_respondents=data.n_respondents), cautions


def covariance_levels(spec: ModelSpec, data: IndicatorMatrix, options: Options) -> dict[str, Any]:
    """Give configural, metric and scalar invariance of the covariance model as plain values."""
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    if not np.allclose(data.weights, data.weights[0]):
        raise DataError(
            "The covariance model takes no weights.",
            code="weights",
            remedy="Leave out the weights, or the covariance model's invariance.",
        )
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    found = cbsem.assess_invariance(
        spec,
        columns,
        labels_by(data).tolist(),
        missing="fiml" if options.missing == "fiml" else "listwise",
        level=1 - options.level,
    )
    plain: dict[str, Any] = found.document()
    return plain
