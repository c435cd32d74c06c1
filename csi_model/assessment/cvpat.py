"""The cross-validated predictive ability test: whose errors on unseen respondents are smaller on average?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.assessment.folds import FOLDS, draw_folds
from csi_model.assessment.predict import Prediction, predict
from csi_model.errors import DataError
from csi_model.inference import seeds
from csi_model.inference.making import from_normal
from csi_model.inference.means import weighted_means
from csi_model.inference.plain import number
from csi_model.options import Options
from csi_model.specify import ModelSpec

RIVALS = ("indicator_average", "linear_model")


def losses(answers: F64, guesses: F64) -> F64:
    """Give each respondent's mean squared error over the questions answered, (n,); ``nan`` for none."""
    squares = (answers - guesses) ** 2
    there = ~np.isnan(squares)
    count = there.sum(axis=1)
    total = np.where(there, squares, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(squares), np.nan), where=count > 0))


def contest(mine: F64, rival: F64, sample: Sample, *, level: float, one_sided: bool) -> dict[str, Any]:
    r"""Test whether the mean loss is lower than a rival's.

    Parameters
    ----------
    mine, rival : ndarray of shape (n,)
        Losses of the same respondents; who has none is left out.
    one_sided
        Against a benchmark the alternative is a lower loss; between two models a different one.

    Returns
    -------
    dict
        ``loss``, ``rival_loss``, their ``difference`` (below 0: better than the rival) with ``se``, ``ci``,
        ``t``, ``df`` and ``p``; t and p are None where the losses do not differ for anybody.

    Notes
    -----
    .. math:: t = \bar D / \mathrm{se}(\bar D), \quad D_i = L_i - L_i^{rival}

    with units − 1 degrees of freedom, units being respondents or clusters; the standard error is that of a
    weighted mean, linearised.

    References
    ----------
    Liengaard et al. (2021), Decision Sciences 52(2), 362-392; Sharma, Liengaard, Hair, Sarstedt and Ringle
    (2023), European Journal of Marketing 57(6), 1662-1677.
    """
    kept = np.isfinite(mine) & np.isfinite(rival)
    clusters = None if sample.clusters is None else sample.clusters.number[kept]
    table = np.column_stack([mine, rival, mine - rival])[kept]
    mean, cov = weighted_means(table, sample.weights[kept], clusters)
    difference, error = float(mean[2]), float(np.sqrt(cov[2, 2]))
    df = (len(table) if clusters is None else len(np.unique(clusters))) - 1
    t = difference / error if error > 1e-12 * (mean[0] + mean[1]) else np.nan
    p = stats.t.cdf(t, df) if one_sided else 2 * stats.t.sf(abs(t), df)
    less = from_normal(difference, error, level=level, df=df).plain("difference")
    return {
        "loss": float(mean[0]),
        "rival_loss": float(mean[1]),
        **less,
        "t": number(t),
        "df": df,
        "p": number(p),
        "n": len(table),
    }


def against_benchmarks(spec: ModelSpec, sample: Sample, found: Prediction, level: float) -> dict[str, Any]:
    """Hold a model's predictions against both benchmarks, on the whole and for each explained construct.

    The training mean of a question is the *indicator average*, least squares on questions the *linear model*.
    """
    truth, own = _answers(sample, found.codes), dict(zip(found.codes, range(len(found.codes)), strict=True))
    guesses = (found.predicted_naive, found.predicted_lm)

    def block(columns: Sequence[int]) -> dict[str, Any]:
        mine = losses(truth[:, columns], found.predicted[:, columns])
        return {
            name: contest(
                mine, losses(truth[:, columns], guess[:, columns]), sample, level=level, one_sided=True
            )
            for name, guess in zip(RIVALS, guesses, strict=True)
        }

    blocks = {name: [own[code] for code in codes] for name, codes in _explained(spec).items()}
    return {
        "technique": found.technique,
        "benchmark": found.benchmark,
        "overall": block(range(len(found.codes))),
        "constructs": {name: block(columns) for name, columns in blocks.items()},
    }


def compare_predictions(
    spec: ModelSpec,
    sample: Sample,
    other: ModelSpec,
    other_sample: Sample,
    options: Options | None = None,
) -> dict[str, Any]:
    """Test whether one model foretells unseen respondents better than another.

    Parameters
    ----------
    sample, other_sample
        The same rows, prepared for either model. Who is in one of them alone is left out.
    options
        Its seed deals the folds, the same for both; its scheme and level hold.

    Returns
    -------
    dict
        ``overall``: on all questions that both models foretell, which ``questions`` names; ``constructs``: of
        those that both explain by the same questions. See `contest`; the other model is the rival, p is
        two-sided.

    Raises
    ------
    DataError
        There is no question that both foretell, or no respondent of both; what `predict` refuses.
    SpecificationError
        A model of covariances alone.
    """
    options = options or Options()
    for model in (spec, other):
        model.check_of_composites()
    first = sample.where(np.isin(sample.rows, other_sample.rows))
    second = other_sample.where(np.isin(other_sample.rows, sample.rows))
    if not len(first):
        raise DataError(
            "The two models have no respondent in common.",
            code="no-rows",
            remedy="Prepare both from the same answers.",
        )
    deal = draw_folds(first, FOLDS, seeds.generator(options.seed, seeds.FOLDS))
    mine, rival = (
        predict(model, rows, folds=deal, scheme=options.scheme, missing=options.missing)
        for model, rows in ((spec, first), (other, second))
    )
    shared = [code for code in mine.codes if code in rival.codes]
    if not shared:
        raise DataError(
            "The two models foretell no question in common.",
            code="no-target",
            remedy="Compare models that explain the same construct.",
        )
    explained = _explained(other)
    blocks = {name: codes for name, codes in _explained(spec).items() if explained.get(name) == codes}

    def test(codes: Sequence[str]) -> dict[str, Any]:
        parts = [
            losses(_answers(rows, codes), found.predicted[:, [found.codes.index(code) for code in codes]])
            for found, rows in ((mine, first), (rival, second))
        ]
        return contest(parts[0], parts[1], first, level=options.level, one_sided=False)

    return {
        "technique": mine.technique,
        "n_folds": FOLDS,
        "seed": options.seed,
        "questions": shared,
        "overall": test(shared),
        "constructs": {name: test(codes) for name, codes in blocks.items()},
    }


def _answers(sample: Sample, codes: Sequence[str]) -> F64:
    return np.asarray(sample.values[:, [sample.codes.index(code) for code in codes]])


def _explained(spec: ModelSpec) -> dict[str, list[str]]:
    """Construct that others lead to → its questions."""
    return {
        construct.id: [spec.indicator_ids[row] for row in np.flatnonzero(spec.block_mask[:, place])]
        for place, construct in enumerate(spec.constructs)
        if spec.path_matrix[place].any()
    }
