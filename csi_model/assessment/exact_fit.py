"""The bootstrap test of exact fit: could the sample come from a population in which the model holds?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.errors import DataError, IdentificationError, SpecificationError
from csi_model.measures import fit
from csi_model.options import PLS_METHODS
from csi_model.pls import algorithm, consistent
from csi_model.pls.implied import distances, implied
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec

DISTANCES = ("srmr", "d_uls", "d_g", "d_ml")
FEWEST = 20


@dataclass(frozen=True)
class ExactFit:
    """Distances of the observed from the implied correlations, with their distribution if the model holds.

    Attributes
    ----------
    statistic : distance of each name in `DISTANCES`
    critical : its quantile at the level of the options, if the model holds
    p : share of draws at least as far, with one added to both counts
    draws : ndarray of shape (n_usable, 4)
        Columns in the order of `DISTANCES`.
    n_failed : resamples without a solution
    """

    statistic: dict[str, float]
    critical: dict[str, float]
    p: dict[str, float]
    draws: F64
    n_failed: int


def exact_fit(estimator: Estimator, n_resamples: int) -> ExactFit:
    r"""Test whether the model explains the correlations of the population exactly.

    Parameters
    ----------
    estimator
        Of method pls or plsc; the resamples are those that every call draws from it.

    Raises
    ------
    SpecificationError
        An unknown method; second-order constructs or interactions.
    IdentificationError
        Indicators are copies of others, or the implied correlations contradict each other, so that the
        answers cannot be transformed.
    DataError
        Fewer than 20 resamples, or half of them without a solution.

    Notes
    -----
    Answers are transformed so that the model holds in them: standardised rows z become
    :math:`z S^{-1/2} \hat\Sigma^{1/2}`. Resamples of these give the distribution of each distance. Only
    moments are needed: those of a resample are transformed instead of its rows.

    References
    ----------
    Beran and Srivastava (1985), Annals of Statistics 13(1), 95-115; Dijkstra and Henseler (2015),
    Computational Statistics & Data Analysis 81, 10-23.
    """
    spec, scheme, method = estimator.spec, estimator.options.scheme, estimator.options.method
    _check(spec, method, n_resamples)
    moments = estimator.moments
    corr = moments.corr
    solution = algorithm.solve_one(corr[0], spec, scheme)
    if method == "plsc":
        solution = consistent.correct(corr, solution, spec)
    model = implied(corr, solution, spec, method, "estimated")
    observed = distances(corr, model)[0]
    turn = _transformation(corr[0], model[0]) / np.sqrt(np.diag(moments.cov[0]))[:, None]
    parts = []
    for drawn in estimator.resamples(n_resamples):
        under = Moments(drawn.mean, turn.T @ drawn.cov @ turn).corr
        with np.errstate(all="ignore"):
            fitted = algorithm.solve(under, spec, scheme)
            if method == "plsc":
                fitted = consistent.correct(under, fitted, spec)
            found = distances(under, implied(under, fitted, spec, method, "estimated"))
        parts.append(np.where(fitted.converged[:, None], found, np.nan))
    draws = np.concatenate(parts)
    usable = draws[np.isfinite(draws).all(axis=1)]
    if len(usable) < max(FEWEST, n_resamples / 2):
        raise DataError(
            f"{n_resamples - len(usable)} of {n_resamples} resamples had no solution.",
            code="failed-draws",
            remedy="Use a smaller model or more respondents.",
        )
    critical = np.quantile(usable, estimator.options.level, axis=0)
    p = (1 + (usable >= observed).sum(axis=0)) / (1 + len(usable))
    statistic, limits, shares = (
        dict(zip(DISTANCES, row.tolist(), strict=True)) for row in (observed, critical, p)
    )
    return ExactFit(statistic, limits, shares, usable, n_resamples - len(usable))


def _check(spec: ModelSpec, method: str, n_resamples: int) -> None:
    if method not in PLS_METHODS:
        raise SpecificationError(
            f"There is no method {method!r} of exact fit.",
            code="method",
            remedy=f"Choose {' or '.join(PLS_METHODS)}.",
        )
    staged = [each.id for each in spec.constructs if each.components or each.product]
    if not spec.is_plain:
        raise SpecificationError(
            "The test of exact fit and the SRMR of the estimated model (srmr_estimated) are of first-order"
            f" constructs: of {', '.join(staged)} no correlations of questions follow from the paths.",
            code="staged",
            remedy="Read srmr_saturated, or leave out second-order constructs and interactions.",
            about=staged,
        )
    if n_resamples < FEWEST:
        raise DataError(
            f"{n_resamples} resamples are too few for a test.",
            code="bootstrap",
            remedy=f"Ask for {FEWEST} at least; 1000 are usual.",
        )


def _transformation(corr: F64, model: F64) -> F64:
    """Give S^(-1/2) Σ^(1/2), or say which of the two matrices has no root."""
    values, vectors = np.linalg.eigh(corr)
    if values[0] < fit.SINGULAR:
        raise IdentificationError(
            "Some indicators are copies of others, so exact fit cannot be tested.",
            code="collinear",
            remedy="Leave one of them out.",
        )
    theirs, axes = np.linalg.eigh(model)
    if theirs[0] < -fit.SINGULAR:
        raise IdentificationError(
            "The correlations that the model implies contradict each other.",
            code="inadmissible",
            remedy="Use method pls, or join constructs that correlate beyond 1 when corrected.",
        )
    return np.asarray(
        (vectors / np.sqrt(values)) @ vectors.T @ (axes * np.sqrt(np.maximum(theirs, 0.0))) @ axes.T
    )
