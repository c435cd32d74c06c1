"""Is measurement distinct, does the model fit and foretell? The costly checks beside a fit, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from csi_model.answers.sample import Sample
from csi_model.assessment.cvpat import against_benchmarks
from csi_model.assessment.exact_fit import exact_fit
from csi_model.assessment.folds import FOLDS
from csi_model.assessment.of_covariance import Checks
from csi_model.assessment.predict import Prediction, predict
from csi_model.assessment.redundancy import redundancy
from csi_model.errors import ModelError
from csi_model.estimation.document import unformed
from csi_model.estimation.result import Result
from csi_model.inference import seeds
from csi_model.inference.figures import Figure
from csi_model.inference.plain import number
from csi_model.options import Options
from csi_model.pls.implied import fit_of
from csi_model.resampling.estimator import Estimator
from csi_model.resampling.plan import resampled
from csi_model.specify import ModelSpec

RESAMPLES = 1000
T = TypeVar("T")


def assess(result: Result, sample: Sample, *, overall: Mapping[str, str] | None = None) -> dict[str, Any]:
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
    own = Checks(spec, sample, options, n) if options.method == "cbsem" else None
    found = _Found({"n": n, "seed": options.seed, "level": options.level})
    ratios = found.add("htmt", lambda: _both_ratios(result, estimator, is_own=own is None))
    found.parts |= ratios or {"htmt2": None}
    foretold = found.add("prediction", lambda: _foretold(spec, sample, options))
    found.parts["cvpat"] = None
    if foretold is not None:
        found.parts["prediction"] = _prediction(foretold)
        found.add("cvpat", lambda: against_benchmarks(spec, sample, foretold, options.level))
    if own is None:
        found.add("exact_fit", lambda: {"method": options.method} | _distances(exact_fit(estimator, n)))
        fit = fit_of(result.moments.corr, result.solution, spec, options.method)
        found.parts |= {name: number(fit[name][0]) for name in ("srmr_saturated", "srmr_estimated")}
    else:
        found.add("exact_fit", lambda: {"method": options.method} | own.exact_fit())
        found.add("modification", own.modification)
        if options.bootstrap:
            found.add("parameters", own.parameters)
    if overall:
        found.add("redundancy", lambda: redundancy(spec, sample, options, overall, n))
    return found.parts | {"cautions": found.cautions}


class _Found:
    """The parts of an assessment by name, and what could not be assessed and why."""

    def __init__(self, begun: dict[str, Any]) -> None:
        self.parts, self.cautions = begun, list[dict[str, str]]()

    def add(self, name: str, work: Callable[[], T]) -> T | None:
        """Do a part; None, and a caution, where that is refused."""
        self.parts[name] = None
        try:
            made = work()
        except ModelError as error:
            self.cautions.append(error.plain() | {"code": f"{name}-{error.code}"})
            return None
        self.parts[name] = made
        return made


def _both_ratios(result: Result, estimator: Estimator, *, is_own: bool) -> dict[str, Any]:
    """Give HTMT and HTMT2; a covariance model has none of its own, so they are those of `estimator`."""
    spec, level = result.spec, result.options.level
    spec.check_of_composites()
    drawn = result.resampled or resampled(estimator)
    point = result.estimates if is_own else estimator.of_sample()
    value = result.figure("htmt2").value if is_own else estimator.htmt2(estimator.moments)[0]
    again = estimator.htmt2_of_resamples()
    return {
        "htmt": _ratios(spec, lambda at: drawn.figure("htmt", point.htmt[0], at), level),
        "htmt2": _ratios(spec, lambda at: drawn.percentiles(again, value, at), level),
    }


def _foretold(spec: ModelSpec, sample: Sample, options: Options) -> Prediction:
    spec.check_of_composites()
    rng = seeds.generator(options.seed, seeds.FOLDS)
    return predict(spec, sample, rng=rng, scheme=options.scheme, missing=options.missing)


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


def _prediction(found: Prediction) -> dict[str, Any]:
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
        "n_folds": FOLDS,
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
