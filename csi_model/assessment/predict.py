"""Out-of-sample prediction of answers: does the model foretell respondents it has not seen?

The folds' moments make one batch, so that all folds are fitted at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample
from csi_model.answers.treatment import fits
from csi_model.arrays import F64, I64
from csi_model.assessment.benchmark import by_predictors, linear_benchmark, targets_of, training_of
from csi_model.assessment.folds import FOLDS, check_folds, draw_folds
from csi_model.errors import DataError, ModelError, SpecificationError
from csi_model.pls import algorithm, products
from csi_model.pls.products import augment, own
from csi_model.pls.stages import solve_one, solve_scores
from csi_model.specify import ModelSpec

TECHNIQUES = ("DA", "EA")
BENCHMARKS = ("antecedents", "exogenous", "others")


# What the benchmark must know to be a rival: what the technique foretells from.
RIVALS = {"DA": "antecedents", "EA": "exogenous"}


class Errors(NamedTuple):
    """Prediction errors of each indicator in scale points, (n_targets,)."""

    rmse: F64
    mae: F64


@dataclass(frozen=True)
class Prediction:
    """How well the indicators of endogenous constructs are predicted.

    Attributes
    ----------
    codes : the n_targets indicators of endogenous constructs
    predicted, predicted_lm, predicted_naive : ndarray of shape (n_respondents, n_targets)
        Each respondent as predicted by fits without him, in scale points, by the linear benchmark and by the
        training mean; means over repetitions.
    pls, lm, naive : Errors
        Out of sample: of the model, of the linear benchmark, and of the training mean; means over
        repetitions. Missing answers are left out.
    pls_in_sample, lm_in_sample : Errors
        Of respondents who were in the training folds, each predicted by the mean of those fits.
    q2_predict : ndarray of shape (n_targets,)
        Up to 1; at 0 and below the model predicts no better than the training mean.
    """

    codes: tuple[str, ...]
    technique: str
    benchmark: str
    predicted: F64
    predicted_lm: F64
    predicted_naive: F64
    pls: Errors
    lm: Errors
    naive: Errors
    pls_in_sample: Errors
    lm_in_sample: Errors
    q2_predict: F64

    @property
    def power(self) -> str:
        """Predictive power (Shmueli et al. 2019): high, medium, low or none.

        By how many indicators have a lower RMSE than the linear benchmark: all, half or more, fewer,
        none. Without any positive `q2_predict` it is none.
        """
        better = (self.pls.rmse < self.lm.rmse) & (self.q2_predict > 0)
        if better.all():
            return "high"
        return "none" if not better.any() else "medium" if better.mean() >= 0.5 else "low"


def predict(
    spec: ModelSpec,
    sample: Sample,
    *,
    folds: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
    technique: str = "DA",
    benchmark: str = "",
    scheme: str = "path",
    missing: str = "mean",
) -> Prediction:
    r"""Predict every respondent's answers by the model of the others (PLSpredict).

    Parameters
    ----------
    folds : array of shape (n_respondents,) or (n_repetitions, n_respondents), optional
        Label of the fold in which each respondent is held out. Without it ten are drawn by `rng`;
        sampling clusters of `sample` stay whole.
    technique : {"DA", "EA"}
        From the direct antecedents' own scores, or from those of the earliest (exogenous) ones alone.
    benchmark : {"antecedents", "exogenous", "others"}
        What the linear benchmark regresses an indicator on: the indicators of direct antecedents (by default
        with technique DA, which knows these), those of exogenous constructs (with EA; Shmueli et al. 2019,
        cSEM), or all that are not of its own construct (seminr). Commands and pages foretell by DA and judge
        by its own benchmark; the others are those of the two packages, whose figures these are compared with.
    missing : {"mean", "em", "fiml"}
        With ``em`` moments of training are fitted to what was answered, and a held-out respondent's gaps are
        filled from the questions that foretell alone: filling from the targets would tell what is asked.

    Returns
    -------
    Prediction
        Errors are weighted by respondents' weights.

    Raises
    ------
    SpecificationError
        Unknown technique or benchmark; an interaction with an endogenous construct by technique EA.
    DataError
        Folds that are no partition of the respondents, fewer than two, or so that an indicator is constant
        or the benchmark is not determined in training.
    ConvergenceError, IdentificationError
        A training fold has no solution; the message names the fold.

    Notes
    -----
    With training means m, standard deviations D, weights W, paths B and own loadings Λ,

    .. math:: \hat x = m + (x - m) D^{-1} W A \Lambda' D, \quad A_{DA} = B', \quad
              A_{EA} = E (I - B')^{-1}

    where E keeps exogenous constructs alone;
    :math:`Q^2 = 1 - \sum (x - \hat x)^2 / \sum (x - m)^2`, with m the mean of the answers in training. A
    missing answer of the predictors counts as the training mean, or as what the other predictors let expect
    (`missing`). A second-order construct foretells its components by their correlations with it, and these
    their questions. The score of an interaction is the product of both scores by the training weights,
    standardised as in training; with one in the model, ``mean`` fills gaps with the sample's means.

    References
    ----------
    Shmueli, Ray, Velasquez Estrada and Chatla (2016), Journal of Business Research 69(10), 4552-4564;
    Shmueli, Sarstedt, Hair, Cheah, Ting, Vaithilingam and Ringle (2019), European Journal of Marketing
    53(11), 2322-2347.
    """
    benchmark = benchmark or RIVALS.get(technique, BENCHMARKS[0])
    _check_wish(spec, technique, benchmark)
    algorithm.check_scheme(scheme)
    if folds is None:
        if rng is None:
            raise DataError(
                "There are no folds and nothing to draw them by.",
                code="folds",
                remedy="Give folds, or a random generator as rng.",
            )
        deals = draw_folds(sample, FOLDS, rng)[None]
    else:
        deals = check_folds(folds, len(sample))
    wide = augment(spec, sample.values)
    if wide.shape[1] > sample.values.shape[1] and not fits(missing):
        wide = augment(spec, _mean_filled(sample))
    runs = [_run(spec, sample, wide, deal, technique, benchmark, scheme, missing) for deal in deals]
    outside, outside_lm, outside_naive, errors = (np.mean(parts, axis=0) for parts in zip(*runs, strict=True))
    model, linear, naive, model_inside, linear_inside = (Errors(*pair) for pair in errors)
    squares = np.mean([1 - (run[3][0, 0] / run[3][2, 0]) ** 2 for run in runs], axis=0)
    return Prediction(
        tuple(np.array(spec.indicator_ids)[targets_of(spec)].tolist()),
        technique,
        benchmark,
        outside,
        outside_lm,
        outside_naive,
        model,
        linear,
        naive,
        model_inside,
        linear_inside,
        squares,
    )


def _mean_filled(sample: Sample) -> F64:
    gaps = np.isnan(sample.values)
    mean = (sample.weights @ np.where(gaps, 0.0, sample.values)) / (sample.weights @ ~gaps)
    return np.where(gaps, mean, sample.values)


def _check_wish(spec: ModelSpec, technique: str, benchmark: str) -> None:
    for name, value, known in (
        ("technique", technique, TECHNIQUES),
        ("benchmark", benchmark, BENCHMARKS),
    ):
        if value not in known:
            raise SpecificationError(
                f"There is no prediction {name} {value!r}.", code=name, remedy=f"Choose {' or '.join(known)}."
            )
    endogenous = np.asarray(spec.path_matrix.any(axis=1))
    late = [c.id for c in spec.constructs if any(endogenous[spec.place[each]] for each in c.product)]
    if technique == "EA" and late:
        raise SpecificationError(
            f"The interaction {late[0]} has an endogenous construct, which is foretold itself.",
            code="staged",
            remedy="Choose technique DA.",
        )


def _run(
    spec: ModelSpec,
    sample: Sample,
    wide: F64,
    deal: I64,
    technique: str,
    benchmark: str,
    scheme: str,
    missing: str,
) -> tuple[F64, F64, F64, F64]:
    """One repetition: predictions of model, benchmark and training mean, and errors (5, 2, n_targets).

    `wide` holds the products of interactions beside the answers. The errors are those of model, benchmark and
    training mean, then of model and benchmark in sample.
    """
    moments, answered = training_of(wide, sample, deal, missing, products.blocks(spec))
    wanted = np.flatnonzero(targets_of(spec))
    expects = fits(missing) and bool(np.isnan(wide).any())
    truth = sample.values[:, wanted]
    model = _coefficients(spec, moments, technique, scheme, products.center(spec, wide))[:, :, wanted]
    linear = np.zeros_like(model)
    linear[:, : sample.values.shape[1]] = linear_benchmark(spec, own(moments, spec), deal, benchmark)[
        :, :, wanted
    ]
    shape = truth.shape
    outside, outside_lm, naive = np.empty(shape), np.empty(shape), np.empty(shape)
    inside, inside_lm = np.zeros(shape), np.zeros(shape)
    for fold, mean in enumerate(moments.mean):
        held = deal == fold
        deviations = np.where(np.isnan(wide), 0.0, wide - mean)
        naive[held] = answered[fold, wanted]
        for slopes, out, within in ((model, outside, inside), (linear, outside_lm, inside_lm)):
            away = (
                by_predictors(wide - mean, slopes[fold], moments.cov[fold])
                if expects
                else deviations @ slopes[fold]
            )
            found = mean[wanted] + away
            out[held] = found[held]
            within[~held] += found[~held]
    times = len(moments.mean) - 1
    guesses = (outside, outside_lm, naive, inside / times, inside_lm / times)
    return outside, outside_lm, naive, np.stack([_errors(truth, guess, sample.weights) for guess in guesses])


def _coefficients(spec: ModelSpec, moments: Moments, technique: str, scheme: str, center: F64 | None) -> F64:
    """Slopes of predicted indicators on the columns of the moments, (n_folds, n_columns, n_indicators)."""
    solution, scores = solve_scores(moments, spec, scheme, center)
    indicators = own(moments, spec)
    corr = indicators.corr
    for fold, converged in enumerate(solution.converged):
        try:
            algorithm.check_formative(corr[fold], spec)
            if not converged:
                alone = Moments(moments.mean[fold : fold + 1], moments.cov[fold : fold + 1])
                solve_one(alone, spec, scheme, center)
        except ModelError as error:
            message = f"With fold {fold + 1} held out: {error.message}"
            raise type(error)(message, code=error.code, remedy=error.remedy) from error
    parts = np.array([[part.id in whole.components for whole in spec.constructs] for part in spec.constructs])
    turned = np.swapaxes(solution.paths, 1, 2)
    if technique == "EA":
        exogenous = np.logical_not(spec.path_matrix.any(axis=1) | parts.any(axis=1))
        turned = exogenous[:, None] * np.linalg.inv(np.eye(len(exogenous)) - turned)
    loadings = np.where(spec.home_mask, solution.loadings, 0.0)
    loadings = loadings + loadings @ (solution.construct_corr * parts)
    sd = np.sqrt(np.einsum("bpp->bp", indicators.cov))
    return np.asarray(scores @ turned @ np.swapaxes(loadings, 1, 2) * sd[:, None, :])


def _errors(truth: F64, guess: F64, weights: F64) -> F64:
    """RMSE and MAE over the answers that are there, (2, n_targets)."""
    there = ~np.isnan(truth)
    gap = np.where(there, truth - guess, 0.0)
    total = weights @ there
    return np.stack([np.sqrt(weights @ gap**2 / total), weights @ np.abs(gap) / total])
