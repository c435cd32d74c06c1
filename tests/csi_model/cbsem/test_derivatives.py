"""Gradients, information and likelihoods against finite differences and other programs' formulas."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from csi_model.cbsem.discrepancy import LeastSquares, Likelihood, normal_weight
from csi_model.cbsem.models import given
from csi_model.cbsem.moments import by_pattern, log_likelihood
from csi_model.cbsem.optimise import Objective
from csi_model.cbsem.ordinal import bivariate_normal_cdf, ordinal_statistics
from csi_model.cbsem.samples import Fitting, discrepancies, reduce, structure_of
from csi_model.cbsem.saturated import saturated
from tests.csi_model.cbsem.drawn import TEXT, draw


def objective_of(data, estimator="ML", *, means=False):
    model = given(TEXT)
    names = model.written.observed
    values = np.column_stack([data[name] for name in names])
    samples = (reduce(values, names, ordered=estimator == "WLSMV"),)
    structure = structure_of(model, samples, means=means, ordinal=estimator == "WLSMV")
    return Objective(structure, discrepancies(samples, structure, Fitting(estimator)))


def slope_by_differences(function, at, step=1e-5):
    return np.array(
        [(function(at + step * e) - function(at - step * e)) / (2.0 * step) for e in np.eye(at.size)]
    )


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS", "WLSMV", "FIML"])
def test_gradient_equals_finite_differences(estimator):
    data = draw(120, 3, share_missing=0.1 if estimator == "FIML" else 0.0)
    if estimator == "WLSMV":
        data = {name: np.clip(np.rint(x), 3, 7) for name, x in data.items()}
    fiml = estimator == "FIML"
    objective = objective_of(data, "ML" if fiml else estimator, means=fiml)
    at = objective.structure.start + 0.05
    ours = objective.gradient(at)
    np.testing.assert_allclose(
        ours, slope_by_differences(objective.value, at), atol=1e-6 * np.abs(ours).max()
    )


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_observed_information_equals_finite_differences(missing):
    objective = objective_of(draw(120, 4, share_missing=missing), means=missing > 0.0)
    at = objective.structure.start + 0.05
    ours = objective.observed(at)
    np.testing.assert_allclose(
        ours, slope_by_differences(objective.gradient, at), atol=1e-6 * np.abs(ours).max()
    )


def test_expected_information_is_the_mean_of_the_observed_one():
    """At a sample that the model reproduces exactly, both are the same."""
    objective = objective_of(draw(400, 5))
    at = objective.structure.start + 0.1
    sigma = objective.structure.implied(0, at).sigma
    part = objective.parts[0]
    n = part.patterns.n_respondents
    cross = (n * sigma + n * np.outer(part.mean, part.mean))[None]
    exact = type(part.patterns)(
        part.patterns.values,
        part.patterns.seen,
        part.patterns.n,
        part.patterns.total,
        cross,
        part.patterns.member,
    )
    there = Objective(objective.structure, [Likelihood(exact, 0.0, part.mean)])
    np.testing.assert_allclose(there.observed(at), there.expected(at), rtol=1e-8, atol=1e-6)


def test_casewise_likelihood_equals_scipy():
    data = draw(60, 6, share_missing=0.2)
    values = np.column_stack(list(data.values()))
    patterns = by_pattern(values[~np.isnan(values).all(axis=1)])
    mean, covariance, logl, _ = saturated(patterns)
    by_hand = 0.0
    for row in patterns.values:
        seen = ~np.isnan(row)
        by_hand += multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).logpdf(row[seen])
    assert logl == pytest.approx(by_hand, rel=1e-10)
    # EM's fixpoint is a maximum: the slope of the saturated likelihood is zero.
    moments = np.concatenate([mean, covariance[np.tril_indices(len(mean))]])
    assert np.abs(Likelihood(patterns, logl).slope(moments)).max() < 1e-4
    assert log_likelihood(patterns, mean + 0.01, covariance) < logl


def test_scores_add_up_to_the_slope():
    data = draw(80, 7, share_missing=0.15)
    values = np.column_stack(list(data.values()))
    part = Likelihood(by_pattern(values), 0.0)
    moments = np.concatenate([np.full(9, 5.1), (np.eye(9) * 2.0 + 0.3)[np.tril_indices(9)]])
    np.testing.assert_allclose(part.scores(moments).sum(axis=0), -part.slope(moments), rtol=1e-9, atol=1e-8)


def test_normal_weight_inverts_the_covariance_of_sample_moments():
    generator = np.random.default_rng(17)
    root = generator.standard_normal((3, 3))
    sigma = root @ root.T + np.eye(3)
    a, b = np.tril_indices(3)
    gamma = sigma[np.ix_(a, a)] * sigma[np.ix_(b, b)] + sigma[np.ix_(a, b)] * sigma[np.ix_(b, a)]
    np.testing.assert_allclose(normal_weight(sigma) @ gamma, np.eye(6), atol=1e-10)
    assert LeastSquares(np.ones(2), np.array([1.0, 2.0]), 10.0).value(np.zeros(2)) == pytest.approx(15.0)


def test_bivariate_normal_equals_scipy():
    for x, y, rho in [(0.3, -0.7, 0.5), (1.5, 2.0, -0.8), (-1.0, 0.2, 0.93), (0.0, 0.0, 0.0)]:
        ours = bivariate_normal_cdf(np.array(x), np.array(y), np.array(rho))
        theirs = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([x, y])
        assert ours == pytest.approx(theirs, abs=1e-7)


def test_polychoric_recovers_the_correlation_and_gamma_its_spread():
    generator = np.random.default_rng(18)
    estimates, claimed = [], []
    for _ in range(200):
        z = generator.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 300)
        codes = np.digitize(z, [-0.8, 0.2, 1.0]).astype(float)
        found = ordinal_statistics(codes, ("x", "y"))
        estimates.append(found.correlations[0, 1])
        claimed.append(np.sqrt(found.gamma[-1, -1] / 300))
    assert np.mean(estimates) == pytest.approx(0.5, abs=0.015)
    assert np.std(estimates) == pytest.approx(np.mean(claimed), rel=0.15)
