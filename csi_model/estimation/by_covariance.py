"""The index from the covariance model: a common-factor fit in the shape of a PLS solution."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.answers.sample import Sample, unit_of
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.means import weighted_means
from csi_model.measures.points import Points, points
from csi_model.options import Options
from csi_model.pls import stages
from csi_model.pls.algorithm import Solution
from csi_model.remedies import REMEDIES
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

if TYPE_CHECKING:
    from csi_model.cbsem import CbsemResult


STEP = 1e-3  # of a parameter's error, by which it is moved for a slope


class Fitted(NamedTuple):
    """A covariance fit: as a batch of one, its own document, standard errors, and cautions.

    `of_weights` is what the estimated weights add to the variance of construct points, (n_constructs,).
    """

    solution: Solution
    document: dict[str, Any]
    errors: dict[str, F64]
    of_weights: F64
    cautions: tuple[Caution, ...]


def fit(spec: ModelSpec, sample: Sample, moments: Moments, options: Options) -> Fitted:
    """Fit the model: by maximum likelihood, of all answers given where there are gaps, or otherwise.

    Construct points use the factor score weights of each construct's own indicators, for the second order
    those of its components (`CbsemResult.index_weights`); their own error is a part of that of the points. Of
    ordered answers (WLSMV) they weigh standardised answers, as theirs are the latent responses' weights.
    Each construct is turned so that its loadings sum to a positive number. With clusters or weights, errors
    and test are robust (MLR).

    Raises
    ------
    ConvergenceError, IdentificationError
        As the covariance model says.
    """
    result = fit_covariance(spec, sample, options)
    solution, path_errors = _as_solution(spec, result, moments)
    found = result.document()
    errors = {"paths": path_errors}
    return Fitted(solution, found, errors, weight_variance(spec, result, moments), result.cautions)


def fit_covariance(
    spec: ModelSpec,
    sample: Sample,
    options: Options,
    groups: str | None = None,
    equal: Collection[str] = (),
) -> CbsemResult:
    """Fit the model to rows that are usable, of groups where labels are named."""
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    return cbsem.fit(
        spec,
        sample,
        estimator=_estimator(sample, options),  # type: ignore[arg-type]
        missing=treatment(sample, options),
        groups=groups,
        equal=equal,
    )


def point_errors(estimator: Estimator, scored: Points, of_weights: F64 | float) -> F64:
    r"""Give standard errors of construct points, (n_constructs,).

    Parameters
    ----------
    of_weights : ndarray of shape (n_constructs,) or 0
        What the weights' own error adds (`weight_variance`); 0 where the weights are given.

    Notes
    -----
    With shares :math:`\omega` and questions' points :math:`\bar s` the variance of
    :math:`P = \omega' \bar s` is :math:`\omega' V_s \omega + \bar s' V_\omega \bar s`: means and the
    parameters of a covariance structure are independent under normality. The first term is sd²/n, or
    linearised where respondents have weights or stand in clusters, or answers have gaps.
    """
    return np.asarray(np.sqrt(_variance_of_answers(estimator, scored) + of_weights))


def _variance_of_answers(estimator: Estimator, scored: Points) -> F64:
    spec, sample = estimator.spec, estimator.sample
    covariance = estimator.level_covariance()
    if covariance is not None:
        shares = scored.construct_shares[0]
        return np.asarray(np.einsum("pj,pq,qj->j", shares, covariance, shares))
    if sample.clusters is None and np.allclose(sample.weights, 1.0):
        return np.asarray(scored.sd[0] ** 2 / len(sample))
    shares = scored.construct_shares[0] * unit_of(spec.scales)[:, None]
    units = None if sample.clusters is None else sample.clusters.number
    _, covariance = weighted_means(sample.values, sample.weights, units)
    return np.asarray(np.einsum("pj,pq,qj->j", shares, covariance, shares))


def weight_variance(spec: ModelSpec, result: CbsemResult, moments: Moments, group: int = 0) -> F64:
    """Give what the error of the estimated weights adds to the variance of construct points, (n_constructs,).

    By the delta method from the covariance of the parameters, with central differences of a thousandth of
    each parameter's error: weights fall back where they would be negative, so they have no formula for all.
    """
    spread = np.sqrt(np.diag(result.covariance))
    step = STEP * np.where(spread > 0, spread, 1.0)
    moves = np.concatenate([np.diag(step), -np.diag(step)])
    weights = np.stack(
        [question_weights(spec, replace(result, theta=result.theta + each), moments, group) for each in moves]
    )
    level, cov = (np.repeat(part, len(moves), axis=0) for part in (moments.level, moments.cov))
    up, down = np.split(points(spec, level, cov, weights).constructs, 2)
    slope = (up - down) / (2 * step[:, None])
    return np.asarray(np.einsum("kj,kl,lj->j", slope, result.covariance, slope))


def unused(sample: Sample, *, scheme: str, interval: str, bootstrap: int) -> tuple[Caution, ...]:
    """Name what was asked for and means nothing to a covariance model."""
    found = []
    if bootstrap:
        message = "The covariance model's standard errors are its own; no resamples were drawn."
        found.append(Caution("bootstrap-not-used", message, about=(f"bootstrap {bootstrap}",)))
    asked = {
        f"scheme {scheme}": scheme != "path",
        f"interval {interval}": interval != "percentile",
        "strata": sample.strata is not None,
    }
    names = ", ".join(name for name, is_asked in asked.items() if is_asked)
    if names:
        message = f"These options mean nothing to a covariance model and changed nothing: {names}."
        found.append(Caution("options-not-used", message, about=(names,)))
    return tuple(found)


def treatment(sample: Sample, options: Options) -> Literal["fiml", "listwise"]:
    """Say how a covariance model takes the gaps of a sample: likelihoods take each answer given, by default.

    Without gaps there is nothing to treat, unless ``fiml`` itself is asked for: it gives means too.
    """
    if options.missing == "fiml":
        return "fiml"
    there = not np.isnan(sample.values).any() and not any(np.isnan(c).any() for c in sample.beside.values())
    casewise = options.missing == "em" and _estimator(sample, options) in {"ML", "MLR"}
    return "fiml" if casewise and not there else "listwise"


def _estimator(sample: Sample, options: Options) -> str:
    return options.estimator or ("ML" if sample.clusters is None else "MLR")


def usable(sample: Sample, options: Options) -> Sample:
    """Give the rows that the model is fitted on: points and errors must be of the same ones.

    Raises
    ------
    DataError
        No row is complete, and the estimator or the treatment of gaps takes no others.
    """
    if treatment(sample, options) == "fiml":
        return sample
    complete = _complete(sample)
    left_out = len(sample) - len(complete)
    taker = options.estimator if options.missing == "em" else f"--missing {options.missing}"
    if not len(complete):
        raise DataError(
            f"No row is complete, and a covariance model by {taker} takes no others.",
            code="no-rows",
            remedy=REMEDIES["listwise-used"],
        )
    if not left_out:
        return complete
    message = f"{left_out} incomplete rows are left out: a covariance model by {taker} takes none."
    return replace(
        complete, cautions=(*complete.cautions, Caution("listwise-used", message, about=(f"{left_out}",)))
    )


def _complete(sample: Sample) -> Sample:
    """Give the rows without any gap, in what stands beside the model too."""
    there = np.ones(len(sample), dtype=bool)
    for column in sample.beside.values():
        there &= ~np.isnan(column)
    there &= ~np.isnan(sample.values).any(axis=1)
    if there.all():
        return sample
    return replace(sample.where(there), n_given=sample.n_given, cautions=sample.cautions)


def question_weights(spec: ModelSpec, result: CbsemResult, moments: Moments, group: int = 0) -> F64:
    """Give the weights of standardised questions, (n_indicators, n_constructs), for variances of one."""
    codes = spec.indicator_ids
    sd = np.ones(len(codes)) if result.structure.ordinal else np.sqrt(np.diag(moments.cov[0]))
    corr = moments.corr[0]
    weights = np.zeros((len(codes), len(spec.construct_ids)))
    for name, share in result.index_weights(group).items():
        for code, weight in share.items():
            weights[codes.index(code), spec.place[name]] = weight * sd[codes.index(code)]
    with np.errstate(invalid="ignore", divide="ignore"):
        weights /= np.sqrt(np.einsum("pj,pq,qj->j", weights, corr, weights))
    return weights


def _as_solution(spec: ModelSpec, result: CbsemResult, moments: Moments) -> tuple[Solution, F64]:
    names, codes, place = spec.construct_ids, spec.indicator_ids, spec.place
    corr, weights = moments.corr[0], question_weights(spec, result, moments)
    loadings = corr @ weights
    paths, errors = np.zeros((len(names), len(names))), np.full((len(names), len(names)), np.nan)
    turn = result.directions()
    for row in result.estimates:
        if row.op == "=~" and row.rhs in codes and row.lhs in place:
            loadings[codes.index(row.rhs), place[row.lhs]] = turn[row.lhs] * row.std_all
        elif row.op == "~" and row.lhs in place and row.rhs in place:
            paths[place[row.lhs], place[row.rhs]] = turn[row.lhs] * turn[row.rhs] * row.std_all
            errors[place[row.lhs], place[row.rhs]] = row.se_std_all
    latent = list(result.structure.latent)
    covariance = result.latent_covariance()
    order = [latent.index(name) for name in names]
    covariance = covariance[np.ix_(order, order)]
    with np.errstate(invalid="ignore"):  # a variance below zero, which `heywood` names
        spread = np.sqrt(np.diag(covariance)) * [turn[name] for name in names]
    shares = result.r_squared[0]
    endogenous = np.asarray(spec.path_matrix.any(axis=1))
    r_squared = np.array([float(shares.get(name, 0.0)) * endogenous[place[name]] for name in names])
    solution = Solution(
        weights[None],
        loadings[None],
        (covariance / np.outer(spread, spread))[None],
        paths[None],
        r_squared[None],
        np.array([result.iterations]),
        np.array([result.converged]),
        stages.component_weights(spec, (weights.T @ corr @ weights)[None]),
    )
    return solution, errors
