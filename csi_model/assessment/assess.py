"""Is measurement distinct, does the model fit and foretell? The costly checks beside a fit, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import RandomGroups, source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.assessment.distinct import htmt_intervals
from csi_model.assessment.exact_fit import exact_fit
from csi_model.assessment.of_covariance import Checks
from csi_model.assessment.predict import predict
from csi_model.assessment.redundancy import redundancy
from csi_model.errors import ModelError
from csi_model.inference.plain import number
from csi_model.options import Options
from csi_model.pls import products
from csi_model.resampling.bootstrap import LARGE
from csi_model.specify import ModelSpec

RESAMPLES = 1000


FOLDS = 10


def assess(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options,
    *,
    n_folds: int = FOLDS,
    overall: Mapping[str, F64] | None = None,
) -> dict[str, Any]:
    """Give HTMT and HTMT2 with intervals, PLSpredict and the test of exact fit as plain values.

    Parameters
    ----------
    options
        `bootstrap` resamples are drawn (1,000 where it is 0) by `seed`; folds are dealt by `seed` too.
    overall
        Construct → answers of one question on the whole of it, (n_respondents,): redundancy analysis.

    Returns
    -------
    dict
        ``htmt`` and ``htmt2``: rows of source, target, value, low, high, one-sided upper end.
        ``prediction``: power, folds, and for each indicator q2_predict, rmse and mae of the model, the linear
        benchmark and the mean, in scale points; a covariance model has no predictions of its own, so
        ``method`` is pls then too. ``exact_fit``: the ``method`` tested, and statistic, critical value and p
        of each distance; of chi-square for a covariance model. Of a covariance model also ``modification``
        (what it leaves out and would better have, with the index above 3.84) and, where `bootstrap` is asked
        for, ``parameters`` (their resampled errors and intervals). ``redundancy``: how well the questions
        of a construct foretell its question on the whole. ``cautions``: what could not be assessed
        and why; its part is None.

    See Also
    --------
    distinct.htmt_intervals, predict.predict, exact_fit.exact_fit, of_covariance.Checks, redundancy.redundancy
    """
    n = options.bootstrap or RESAMPLES
    wide = products.augment(spec, data, options.missing)
    drawn_from: Any = None
    if len(wide.values) > LARGE and options.missing != "fiml":
        drawn_from = RandomGroups(wide, np.random.default_rng([options.seed, 1]))
    drawn_from = drawn_from or source(wide, options.missing)
    found: dict[str, Any] = {"n": n, "seed": options.seed, "level": options.level}
    cautions: list[dict[str, str]] = []

    def part(name: str, work: Callable[[], Any]) -> None:
        found[name] = None
        try:
            found[name] = work()
        except ModelError as error:
            cautions.append(error.plain() | {"code": f"{name}-{error.code}"})

    def ratios(kind: str) -> list[list[Any]]:
        how = {"kind": kind, "scheme": options.scheme}
        found = htmt_intervals(spec, wide, drawn_from, n, options.seed, level=options.level, **how)
        return _pairs(spec, found)

    own = Checks(spec, data, options, n) if options.method == "cbsem" else None

    def tested() -> dict[str, Any]:
        if own is not None:
            return own.exact_fit()
        return _distances(
            exact_fit(spec, wide, drawn_from, n, options.seed, scheme=options.scheme, method=options.method)
        )

    part("htmt", lambda: ratios("htmt"))
    part("htmt2", lambda: ratios("htmt2"))
    part("prediction", lambda: _prediction(spec, data, options, n_folds))
    part("exact_fit", lambda: {"method": options.method} | tested())
    if own is not None:
        part("modification", own.modification)
        if options.bootstrap:
            part("parameters", own.parameters)
    if overall:
        part("redundancy", lambda: redundancy(spec, data, options, overall, n))
    return found | {"cautions": cautions}


def _pairs(spec: ModelSpec, found: Any) -> list[list[Any]]:
    names = spec.construct_ids
    tables: list[NDArray[np.float64]] = [found.value, found.low, found.high, found.upper]
    return [
        [names[column], names[row], *(number(table[row, column]) for table in tables)]
        for row in range(len(names))
        for column in range(row)
    ]


def _prediction(spec: ModelSpec, data: IndicatorMatrix, options: Options, n_folds: int) -> dict[str, Any]:
    rng = np.random.default_rng([options.seed, 3])
    found = predict(spec, data, rng=rng, n_folds=n_folds, scheme=options.scheme)
    errors = {"": found.pls, "_lm": found.lm, "_naive": found.naive}
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
