"""One covariance model of several groups at once, with what is held equal between them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.errors import SpecificationError
from csi_model.estimation import by_covariance
from csi_model.inference.making import from_normal
from csi_model.inference.plain import number
from csi_model.measures.points import by_common_weights, points
from csi_model.options import Options
from csi_model.pls.products import own
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

if TYPE_CHECKING:
    from csi_model.cbsem import CbsemResult

FEWEST = 2


def multigroup(
    spec: ModelSpec, sample: Sample, by: str, options: Options, *, equal: Collection[str] = ()
) -> dict[str, Any]:
    """Fit one covariance model to the groups of a label of the sample; give its document.

    Parameters
    ----------
    by
        Name of the labels; the group that comes first is the reference, whose construct means are zero.
    equal : collection of {"loadings", "intercepts", "residuals", "means", "regressions"}
        What is the same in all groups, beside parameters of one label. It is tested against nothing equal.

    Returns
    -------
    dict
        As `document` for `fit`, `estimates` and `defined`; `groups` has each group's figures, its points by
        question shares averaged over groups (`group_weights` own: by its own), and errors with these fixed.

    Raises
    ------
    SpecificationError
        Another method; fewer than two groups; what cannot be held equal.
    ConvergenceError, DataError, IdentificationError
        As the covariance model says.
    """
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    if options.method != "cbsem":
        raise SpecificationError(
            f"Several groups at once are fitted by cbsem, not by {options.method}.",
            code="multigroup",
            remedy="Choose method cbsem, or estimate each group apart (manyi estimate --group).",
        )
    used = by_covariance.usable(sample, options)
    if len(used.label(by).present) < FEWEST:
        raise SpecificationError(
            f"{by} has fewer than two groups with answers in use.",
            code="one-group",
            remedy="Name a column with two values or more, or fit one group.",
        )
    result = by_covariance.fit_covariance(spec, used, options, groups=by, equal=equal)
    tested = None
    if equal:
        free = by_covariance.fit_covariance(spec, used, options, groups=by)
        if result.fit.df > free.fit.df:
            step = cbsem.difference(("equal", result), ("free", free))
            figures = {"chi2": step.chi2, "p": step.p, "cfi_change": step.cfi_change}
            tested = {"df": step.df} | {name: number(value) for name, value in figures.items()}
    found = result.document()
    for name, each in _scored(spec, used, by, options, result).items():
        found["groups"][name] |= each
    unlabelled = [caution.plain() for caution in (*used.cautions, *used.unlabelled(by))]
    return {
        **found,
        "method": "cbsem",
        "multigroup": by,
        "equal": list(equal),
        "equality": tested,
        "index": spec.index,
        "point_weights": options.group_weights,
        "n_respondents": used.n_given,
        "cautions": unlabelled + found["cautions"],
    }


def _scored(
    spec: ModelSpec, used: Sample, by: str, options: Options, result: CbsemResult
) -> dict[str, dict[str, Any]]:
    """Give points of constructs with errors and intervals, and respondents in use, of each group."""
    places = used.label(by).rows()
    parts = [used.where(places[name]) for name in result.groups]
    fits = []
    for group, part in enumerate(parts):
        estimator = Estimator(spec, part, options)
        moments = own(estimator.moments, spec)
        weights = by_covariance.question_weights(spec, result, moments, group)
        of_weights = by_covariance.weight_variance(spec, result, moments, group)
        fits.append((estimator, points(spec, moments.level, moments.cov, weights[None]), of_weights))
    mass = np.array([used.weights[places[name]].sum() for name in result.groups])
    common = np.einsum("g,gpj->pj", mass / mass.sum(), [each.construct_shares[0] for _, each, _ in fits])
    found = {}
    for name, part, (estimator, fitted, of_weights) in zip(result.groups, parts, fits, strict=True):
        if options.group_weights == "own":
            scored, added = fitted, of_weights
        else:
            scored, added = by_common_weights(spec, fitted, common), np.zeros_like(of_weights)
        errors = by_covariance.point_errors(estimator, scored, added)
        scores = from_normal(scored.constructs[0], errors, level=options.level)
        table = replace(scores, axes=(spec.construct_ids,)).plain("points")
        found[name] = {"n_used": len(part), "constructs": table}
    return found
