"""One sample estimated."""

from __future__ import annotations

from dataclasses import replace

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.errors import SpecificationError
from csi_model.estimation import by_covariance, weight_effect
from csi_model.estimation.cautions import cautions_of
from csi_model.estimation.estimated import answered
from csi_model.estimation.result import Result
from csi_model.estimation.threads import one_thread
from csi_model.estimation.told import told_by
from csi_model.measures import points
from csi_model.options import Options, Progress
from csi_model.pls.products import own
from csi_model.resampling.estimator import Estimator
from csi_model.resampling.plan import resampled
from csi_model.specify import ModelSpec


def estimate_one(
    spec: ModelSpec,
    sample: Sample,
    options: Options,
    *,
    common: F64 | None = None,
    progress: Progress | None = None,
) -> Result:
    """Estimate one sample: solution, points, and intervals where resamples are asked for.

    Points are made by the `common` question shares, where they are given (`points.by_common_weights`).
    """
    _check_method(spec, options.method)
    with one_thread():
        return _estimated(spec, sample, options, common, progress)


def _estimated(
    spec: ModelSpec, sample: Sample, options: Options, common: F64 | None, progress: Progress | None
) -> Result:
    used = by_covariance.usable(sample, options) if options.method == "cbsem" else sample
    estimator = Estimator(spec, used, options, common)
    moments = own(estimator.moments, spec)
    fitted = None
    if options.method == "cbsem":
        fitted = by_covariance.fit(spec, used, moments, options)
    solution = estimator.solution if fitted is None else fitted.solution
    scored = points.points(spec, moments.level, moments.cov, solution.weights)
    if common is not None:
        scored = points.by_common_weights(spec, scored, common)
    if fitted is not None:
        fitted.errors["constructs"] = by_covariance.point_errors(
            estimator, scored, fitted.of_weights if common is None else 0.0
        )
    drawn = resampled(estimator, progress) if options.bootstrap and fitted is None else None
    result = Result(
        spec,
        options,
        moments,
        solution,
        scored,
        used.n_given,
        len(used),
        answered(spec, used),
        told_by(used, options.missing),
        estimator,
        drawn,
        covariance=fitted,
        common=common,
        failed=0 if drawn is None else int((~drawn.draws.usable).sum()),
        interval_kind="percentile" if drawn is None else drawn.kind,
        weighting=weight_effect.measure(
            spec,
            sample,
            lambda plain: estimate_one(spec, plain, replace(options, bootstrap=0), common=common).points,
        ),
    )
    cautions = (*used.cautions, *cautions_of(result, sample))
    return replace(result, cautions=cautions)


def _check_method(spec: ModelSpec, method: str) -> None:
    """Refuse what a method cannot estimate; the covariance model takes second-order constructs."""
    if spec.written is not None and method != "cbsem":
        raise SpecificationError(
            f"The model was read for the covariance model, not for {method}.",
            code="model-of-covariance",
            remedy="Choose method cbsem, or read it without covariance=True.",
        )
    is_second = any(each.components for each in spec.constructs)
    has_product = any(each.product for each in spec.constructs)
    is_repeated = any(each.components and each.approach == "repeated" for each in spec.constructs)
    refused = {
        "Interactions": method == "cbsem" and has_product,
        "Second-order constructs together with interactions": method == "plsc" and is_second and has_product,
        "Second-order constructs by repeated indicators": method == "plsc" and is_repeated,
    }
    for what, is_refused in refused.items():
        if is_refused:
            raise SpecificationError(
                f"{what} are estimated by PLS, not by {method}.",
                code="staged",
                remedy="Choose method pls, or leave them out.",
            )
