"""Standard errors, test of fit, independence model and fit measures of an optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem import fit_measures, robust_tests, standard_errors
from csi_model.cbsem.discrepancy import free_distribution_covariance, normal_weight
from csi_model.cbsem.optimise import Objective, Optimum, optimise
from csi_model.cbsem.samples import (
    LIKELIHOODS,
    Fitting,
    GroupMoments,
    discrepancies,
    n_moments,
    sample_vector,
)
from csi_model.cbsem.structure import FIXED, Row, Structure


def infer(
    objective: Objective, found: Optimum, samples: Sequence[GroupMoments], options: Fitting
) -> tuple[F64, fit_measures.ChiSquare]:
    """Covariance of the estimates and the test of exact fit."""
    df = n_moments(objective) - objective.structure.n_free
    estimator = options.estimator
    structure, theta = objective.structure, found.theta
    chi2 = 2.0 * found.half_chi2
    if estimator == "MLR":
        free = [sample_vector(sample, structure) for sample in samples]
        clusters = [sample.clusters for sample in samples]
        priors = None
        if any(sample.strength for sample in samples):
            priors = [_of_prior(sample, means=structure.mean_structure) for sample in samples]
        robust = standard_errors.huber_white(objective, theta, free, clusters, priors)
        factor = robust.trace / df if df else 1.0
        return robust.covariance, fit_measures.ChiSquare(chi2, df, chi2 / factor, factor)
    if estimator in {"MLM", "WLSMV", "ULS"}:
        projected = _projected(objective, theta, samples, estimator)
        if estimator == "WLSMV":
            scaled, factor = robust_tests.mean_and_variance_adjusted(chi2, df, projected)
            return projected.covariance, fit_measures.ChiSquare(chi2, df, scaled, factor)
        if estimator == "ULS":
            return projected.covariance, fit_measures.ChiSquare(chi2, df)
        factor = projected.trace / df if df else 1.0
        return projected.covariance, fit_measures.ChiSquare(chi2, df, chi2 / factor, factor)
    wanted = options.information or ("observed" if options.missing == "fiml" else "expected")
    metric = objective.observed(theta) if wanted == "observed" else objective.expected(theta)
    return standard_errors.inverse(metric), fit_measures.ChiSquare(chi2, df)


def _of_prior(sample: GroupMoments, *, means: bool) -> F64:
    """Information of the prior of saturated moments, of which it tells of covariances alone."""
    found = sample.strength * normal_weight(sample.covariance, means=means)
    if means:
        found[: len(sample.mean)] = 0.0
    return found


def _projected(
    objective: Objective, theta: F64, samples: Sequence[GroupMoments], estimator: str
) -> robust_tests.Projected:
    structure = objective.structure
    total = sum(sample.n for sample in samples)
    jacobians, weights, gammas, shares = [], [], [], []
    for group, sample in enumerate(samples):
        _, jacobian = structure.moments(group, theta)
        jacobians.append(jacobian)
        shares.append(sample.n / total)
        means = structure.mean_structure
        if sample.ordinal is not None:
            weights.append(np.diag(1.0 / np.diagonal(sample.ordinal.gamma)))
            gammas.append(sample.ordinal.gamma)
        elif estimator == "ULS":
            weights.append(np.eye(jacobian.shape[0]))
            gammas.append(standard_errors.inverse(normal_weight(sample.covariance, means=means)))
        else:
            implied = structure.implied(group, theta)
            weights.append(normal_weight(implied.sigma, means=means))
            gammas.append(free_distribution_covariance(sample.values, means=means))
    n = total if estimator == "MLM" else total - len(samples)
    return robust_tests.browne(jacobians, weights, gammas, shares, n)


def baseline(
    names: tuple[str, ...],
    samples: Sequence[GroupMoments],
    structure: Structure,
    options: Fitting,
) -> fit_measures.ChiSquare:
    """Test of the independence model: variances (means, thresholds) free, no covariances."""
    rows: list[Row] = []
    free = 0

    def add(row: Row) -> None:
        nonlocal free
        rows.append(replace(row, free=free))
        free += 1

    for group, sample in enumerate(samples):
        for k, name in enumerate(names):
            if sample.ordinal is not None:
                rows.append(Row(group, name, "~~", name, "theta", k, k, FIXED, 1.0))
                for c, cut in enumerate(sample.ordinal.thresholds[k]):
                    add(Row(group, name, "|", f"t{c + 1}", "tau", k, c, 0, float(cut)))
                continue
            answered = sample.values[~np.isnan(sample.values[:, k]), k]
            add(Row(group, name, "~~", name, "theta", k, k, 0, float(answered.var())))
            if structure.mean_structure:
                add(Row(group, name, "~1", "", "nu", k, k, 0, float(answered.mean())))
    independent = Structure(
        names, (), (), tuple(rows), len(samples), structure.mean_structure, structure.ordinal
    )
    objective = Objective(independent, discrepancies(samples, independent, options))
    found = optimise(objective, independent.start, polish=False)
    # No curvature of the model itself: expected and observed information are the same here.
    _, test = infer(objective, found, samples, replace(options, information="expected"))
    return test


def measure(
    objective: Objective,
    found: Optimum,
    samples: Sequence[GroupMoments],
    test: fit_measures.ChiSquare,
    base: fit_measures.ChiSquare,
    *,
    options: Fitting,
) -> fit_measures.Fit:
    """Fit measures of the optimum; chi-squares as tested."""
    structure, estimator = objective.structure, options.estimator
    n = sum(sample.n for sample in samples)
    residuals = []
    for group, sample in enumerate(samples):
        implied = structure.implied(group, found.theta)
        observed = sample.covariance
        if options.reduced and not structure.ordinal:
            observed = observed * sample.n / (sample.n - 1.0)
        means = structure.mean_structure
        residuals.append(
            (
                sample.n,
                fit_measures.srmr_squares(
                    observed,
                    implied.sigma,
                    sample.mean if means else None,
                    implied.mu if means else None,
                ),
            )
        )
    logl = None
    if estimator in LIKELIHOODS:
        logl = sum(sample.logl for sample in samples) - found.half_chi2
        if options.likelihood == "wishart":
            # lavaan evaluates the likelihood of n rows at the unbiased covariances.
            grow = n / (n - 1.0)
            logl = samples[0].logl - 0.5 * n * len(structure.observed) * np.log(grow)
            logl = float(logl - found.half_chi2 * grow)
    return fit_measures.assemble(
        test,
        base,
        n=n,
        n_parameters=structure.n_free,
        srmr=residuals,
        logl=logl,
        multiplier=n - len(samples) if options.reduced else n,
        has_p=estimator != "ULS",
        robust=estimator in {"MLR", "MLM"} and not any(np.isnan(s.values).any() for s in samples),
    )
