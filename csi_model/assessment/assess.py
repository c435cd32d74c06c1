"""Is measurement distinct, does the model fit and foretell? The costly checks beside a fit, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from csi_model.answers.sample import Sample
from csi_model.assessment.cvpat import against_benchmarks
from csi_model.assessment.exact_fit import exact_fit
from csi_model.assessment.of_covariance import Checks
from csi_model.assessment.predict import Prediction, predict
from csi_model.assessment.redundancy import redundancy
from csi_model.errors import ModelError
from csi_model.estimation.document import unformed
from csi_model.estimation.result import Result
from csi_model.inference import seeds
from csi_model.inference.figures import Figure
from csi_model.inference.plain import number
from csi_model.pls.implied import fit_of
from csi_model.resampling.estimator import Estimator
from csi_model.resampling.plan import resampled
from csi_model.specify import ModelSpec

RESAMPLES = 1000


FOLDS = 10


def assess(
    result: Result, sample: Sample, *, n_folds: int = FOLDS, overall: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Give HTMT and HTMT2 with intervals, PLSpredict and the test of exact fit as plain values.

    Parameters
    ----------
    result
        Of `estimate`. Its resamples serve here too; one without any is resampled 1,000 times by its seed, by
        which folds are dealt too.
    sample
        The answers that it was estimated from.
    overall
        Construct → code of one question on the whole of it, beside the model: redundancy analysis.

    Returns
    -------
    dict
        ``htmt`` and ``htmt2``: rows of source, target, value, low, high, one-sided upper end.
        ``prediction``: power, folds, and for each indicator q2_predict, rmse and mae of the model, the linear
        benchmark and the mean, in scale points, and of the first two in training (``_in_sample``); a
        covariance model has no predictions of its own, so ``method`` is pls then too. ``cvpat``: whether its
        losses are lower than those of both benchmarks (`cvpat.contest`). ``exact_fit``: the ``method``
        tested, and statistic, critical value and p
        of each distance; of chi-square for a covariance model. ``srmr_saturated``, ``srmr_estimated`` as the
        estimation's document. Of a covariance model also ``modification``
        (what it leaves out and would better have, with the index above 3.84) and, where `bootstrap` is asked
        for, ``parameters`` (their resampled errors and intervals). ``redundancy``: how well the questions
        of a construct foretell its question on the whole. ``cautions``: what could not be assessed
        and why; its part is None.

    See Also
    --------
    predict.predict, cvpat.compare_predictions, exact_fit.exact_fit, of_covariance.Checks,
    redundancy.redundancy
    """
    spec, options = result.spec, result.options
    n = options.bootstrap or RESAMPLES
    estimator = (result.estimator or Estimator(spec, sample, options)).again(
        method="pls" if options.method == "cbsem" else options.method,
        estimator="",
        bootstrap=n,
        interval=options.interval if result.resampled else "percentile",
    )
    found: dict[str, Any] = {"n": n, "seed": options.seed, "level": options.level}
    cautions: list[dict[str, str]] = []

    def part(name: str, work: Callable[[], Any]) -> None:
        found[name] = None
        try:
            found[name] = work()
        except ModelError as error:
            cautions.append(error.plain() | {"code": f"{name}-{error.code}"})

    own = Checks(spec, sample, options, n) if options.method == "cbsem" else None

    def tested() -> dict[str, Any]:
        return _distances(exact_fit(estimator, n)) if own is None else own.exact_fit()

    def ratios() -> dict[str, Any]:
        spec.check_of_composites()
        drawn = result.resampled or resampled(estimator)
        point = estimator.of_sample() if own is not None else result.estimates
        value = estimator.htmt2(estimator.moments)[0] if own is not None else result.figure("htmt2").value
        again = estimator.htmt2_of_resamples()
        return {
            "htmt": _ratios(spec, lambda at: drawn.figure("htmt", point.htmt[0], at), options.level),
            "htmt2": _ratios(spec, lambda at: drawn.percentiles(again, value, at), options.level),
        }

    foretold: list[Prediction] = []

    def prediction() -> dict[str, Any]:
        spec.check_of_composites()
        rng = seeds.generator(options.seed, seeds.FOLDS)
        foretold.append(
            predict(spec, sample, rng=rng, n_folds=n_folds, scheme=options.scheme, missing=options.missing)
        )
        return _prediction(foretold[0], n_folds)

    part("htmt", ratios)
    found |= found["htmt"] or {"htmt2": None}
    part("prediction", prediction)
    found["cvpat"] = None
    if foretold:
        part("cvpat", lambda: against_benchmarks(spec, sample, foretold[0], options.level))
    part("exact_fit", lambda: {"method": options.method} | tested())
    if own is None:
        fit = fit_of(result.moments.corr, result.solution, spec, options.method)
        found |= {name: number(fit[name][0]) for name in ("srmr_saturated", "srmr_estimated")}
    if own is not None:
        part("modification", own.modification)
        if options.bootstrap:
            part("parameters", own.parameters)
    if overall:
        part("redundancy", lambda: redundancy(spec, sample, options, overall, n))
    return found | {"cautions": cautions}


def _ratios(spec: ModelSpec, figure_at: Callable[[float], Figure], level: float) -> list[list[Any]]:
    """Pairs of constructs with value, both ends, and the end of the one-sided interval of the same level.

    Where that is below 1 (or a stricter limit: 0.85, 0.9) the two constructs are distinct.

    References
    ----------
    Henseler, Ringle and Sarstedt (2015), JAMS 43, 115-135; Roemer, Schuberth and Henseler (2021), Industrial
    Management & Data Systems 121(12), 2637-2650.
    """
    found, one_sided = figure_at(level), figure_at(max(abs(2 * level - 1), 1e-9))
    end = one_sided.high if level >= 0.5 else one_sided.low
    tables = [unformed(spec, table) for table in (found.value, found.low, found.high, end)]
    names = spec.construct_ids
    return [
        [names[column], names[row], *(number(table[row, column]) for table in tables)]
        for row in range(len(names))
        for column in range(row)
    ]


def _prediction(found: Prediction, n_folds: int) -> dict[str, Any]:
    errors = {
        "": found.pls,
        "_lm": found.lm,
        "_naive": found.naive,
        "_in_sample": found.pls_in_sample,
        "_lm_in_sample": found.lm_in_sample,
    }
    return {
        "method": "pls",
        "power": found.power,
        "n_folds": n_folds,
        "technique": found.technique,
        "benchmark": found.benchmark,
        "indicators": {
            code: {"q2_predict": number(found.q2_predict[k])}
            | {f"rmse{name}": number(error.rmse[k]) for name, error in errors.items()}
            | {f"mae{name}": number(error.mae[k]) for name, error in errors.items()}
            for k, code in enumerate(found.codes)
        },
    }


def _distances(found: Any) -> dict[str, Any]:
    return {
        name: {"statistic": value, "critical": found.critical[name], "p": found.p[name]}
        for name, value in found.statistic.items()
    } | {"failed": found.n_failed}
