"""One sample estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from csi_model.answers.moments import RandomGroups, source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.errors import SpecificationError
from csi_model.estimation import by_covariance, weight_effect
from csi_model.estimation.cautions import cautions_of
from csi_model.estimation.result import Result
from csi_model.measures import points
from csi_model.options import Options, Progress
from csi_model.pls import consistent
from csi_model.pls.products import augment, center, own
from csi_model.pls.stages import solve_one
from csi_model.resampling import bootstrap
from csi_model.resampling.plan import resampled
from csi_model.specify import ModelSpec


def estimate_one(
    spec: ModelSpec, data: IndicatorMatrix, options: Options, *, progress: Progress | None = None
) -> Result:
    """Estimate one sample: solution, points, and intervals where resamples are asked for."""
    large = len(data.values) > bootstrap.LARGE and options.missing != "fiml"
    _check_method(spec, options.method)
    given = data
    if options.method == "cbsem":
        data = by_covariance.usable(data, options.missing)
    data = augment(spec, data, options.missing)
    moments_of = source(data, options.missing) if not large else None
    drawn_from = moments_of or RandomGroups(data, np.random.default_rng([options.seed, 1]))
    if isinstance(drawn_from, RandomGroups):
        moments = drawn_from.sample()
    else:
        moments = drawn_from.of_counts(np.ones((1, len(data.values))))
    fitted = None
    if options.method == "cbsem":
        fitted = by_covariance.fit(spec, data, moments, options)
        solution = fitted.solution
    else:
        solution = solve_one(moments, spec, options.scheme, center(spec, data))
        moments = own(moments, spec)
        if options.method == "plsc":
            solution = consistent.correct(moments.corr, solution, spec)
            consistent.check(solution, moments.corr, spec)
    scored = points.points(spec, moments.mean, moments.cov, solution.weights)
    if fitted is not None:
        fitted.errors["constructs"] = by_covariance.point_errors(spec, data, scored)
    drawn = None
    if options.bootstrap and fitted is None:
        drawn = resampled(spec, data, drawn_from, options, progress)
    result = Result(
        spec, options, moments, solution, scored, drawn, data.n_respondents, len(data.values), (),
        covariance=fitted, interval_kind=drawn.kind if drawn else "percentile",
        weighting=weight_effect.measure(
            spec, given, lambda plain: estimate_one(spec, plain, replace(options, bootstrap=0)).points
        ),
    )  # fmt: skip
    return replace(result, cautions=(*data.cautions, *cautions_of(result, given)))


def _check_method(spec: ModelSpec, method: str) -> None:
    """Refuse what a method cannot estimate; the covariance model takes second-order constructs."""
    refused = {
        "Second-order constructs": method == "plsc" and any(c.components for c in spec.constructs),
        "Interactions": method != "pls" and any(c.product for c in spec.constructs),
    }
    for what, is_refused in refused.items():
        if is_refused:
            raise SpecificationError(
                f"{what} are estimated by PLS, not by {method}.",
                code="staged",
                remedy="Choose method pls, or leave them out.",
            )
