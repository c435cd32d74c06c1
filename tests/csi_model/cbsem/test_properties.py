"""Derivatives, invariances, recovery and second derivations that need no other program."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from csi_model.cbsem import bollen_stine, fit, syntax
from csi_model.cbsem.discrepancy import LeastSquares, Likelihood, normal_weight
from csi_model.cbsem.moments import by_pattern, log_likelihood, saturated
from csi_model.cbsem.optimise import Objective
from csi_model.cbsem.ordinal import bivariate_normal_cdf, ordinal_statistics
from csi_model.cbsem.samples import Fitting, discrepancies, reduce, structure_of

TEXT = """
A =~ a1 + a2 + a3
B =~ b1 + b2 + b3
C =~ c1 + c2 + c3
B ~ A
C ~ A + B
"""
LOADINGS = {"a": (1.0, 0.8, 1.2), "b": (1.0, 1.1, 0.7), "c": (1.0, 0.9, 1.3)}
PATHS = {"B ~ A": 0.6, "C ~ A": 0.3, "C ~ B": 0.5}


def draw(n, seed, *, share_missing=0.0):
    generator = np.random.default_rng(seed)
    a = generator.standard_normal(n)
    b = 0.6 * a + 0.7 * generator.standard_normal(n)
    c = 0.3 * a + 0.5 * b + 0.6 * generator.standard_normal(n)
    data = {}
    for name, score in zip("abc", (a, b, c), strict=True):
        for k, loading in enumerate(LOADINGS[name]):
            data[f"{name}{k + 1}"] = 5.0 + loading * score + 0.6 * generator.standard_normal(n)
    if share_missing:
        for column in data.values():
            column[generator.random(n) < share_missing] = np.nan
    return data


def objective_of(data, estimator="ML", *, means=False):
    names = syntax.observed_names(TEXT)
    values = np.column_stack([data[name] for name in names])
    samples = (reduce(values, names, ordered=estimator == "WLSMV"),)
    structure = structure_of(TEXT, names, samples, means=means, ordinal=estimator == "WLSMV", invariance=None)
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
    mean, covariance, logl = saturated(patterns)
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


@pytest.mark.parametrize("options", [{}, {"missing": "fiml"}, {"estimator": "MLR"}, {"estimator": "GLS"}])
def test_rescaled_items_leave_fit_and_standardised_figures(options):
    data = draw(300, 8, share_missing=0.05 if "missing" in options else 0.0)
    factor = {name: 10.0 ** ((k % 3) - 1) for k, name in enumerate(data)}
    plain = fit(TEXT, data, **options)
    scaled = fit(TEXT, {name: 3.0 + factor[name] * x for name, x in data.items()}, **options)
    assert scaled.fit.chi2 == pytest.approx(plain.fit.chi2, rel=1e-6)
    for a, b in zip(plain.estimates, scaled.estimates, strict=True):
        if a.op != "~1":
            assert b.std_all == pytest.approx(a.std_all, abs=1e-6)
            assert (b.z or 0.0) == pytest.approx(a.z or 0.0, rel=1e-4, abs=1e-6)


def test_order_of_columns_and_rows_does_not_matter():
    data = draw(200, 9)
    shuffled = np.random.default_rng(1).permutation(200)
    other = {name: data[name][shuffled] for name in reversed(data)}
    np.testing.assert_allclose(fit(TEXT, data).theta, fit(TEXT, other).theta, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM", "GLS", "ULS"])
def test_planted_parameters_are_recovered(estimator):
    result = fit(TEXT, draw(20_000, 10), estimator=estimator)
    for name, value in PATHS.items():
        lhs, _, rhs = name.split()
        row = result.estimate(lhs, "~", rhs)
        assert abs(row.est - value) < 4.0 * row.se < 0.1
    for construct, loadings in LOADINGS.items():
        for k, loading in enumerate(loadings):
            row = result.estimate(construct.upper(), "=~", f"{construct}{k + 1}")
            assert row.est == pytest.approx(loading, abs=0.05)
    assert result.fit.cfi > 0.99
    assert result.fit.rmsea < 0.02
    assert result.iterations < 60, "rounding of a long sum must not stall the search"


def test_planted_parameters_are_recovered_from_incomplete_and_from_ordered_answers():
    fiml = fit(TEXT, draw(5000, 11, share_missing=0.2), missing="fiml")
    complete = fit(TEXT, draw(5000, 11))
    ordered = fit(
        TEXT,
        {name: np.digitize(x, [3.5, 4.5, 5.5, 6.5]) for name, x in draw(5000, 11).items()},
        estimator="WLSMV",
    )
    for name in PATHS:
        lhs, _, rhs = name.split()
        target = complete.estimate(lhs, "~", rhs).std_all
        assert fiml.estimate(lhs, "~", rhs).std_all == pytest.approx(target, abs=0.05)
        assert ordered.estimate(lhs, "~", rhs).std_all == pytest.approx(target, abs=0.05)
    assert fiml.n_used == 5000


def test_fiml_of_complete_answers_is_ml():
    data = draw(150, 12)
    ml, fiml = fit(TEXT, data, information="observed"), fit(TEXT, data, missing="fiml")
    assert fiml.fit.chi2 == pytest.approx(ml.fit.chi2, rel=1e-9)
    for row in ml.estimates:
        own = fiml.estimate(row.lhs, row.op, row.rhs)
        assert own.est == pytest.approx(row.est, abs=1e-7)
        assert own.se == pytest.approx(row.se, rel=1e-5)


def test_one_group_twice_is_one_group():
    data = draw(150, 13)
    twice = {name: np.tile(x, 2) for name, x in data.items()}
    apart = fit(TEXT, twice, groups=["x"] * 150 + ["y"] * 150, invariance="configural")
    alone = fit(TEXT, data)
    assert apart.fit.chi2 == pytest.approx(2.0 * alone.fit.chi2, rel=1e-8)
    assert apart.fit.df == 2 * alone.fit.df
    assert apart.estimate("C", "~", "B", group="y").est == pytest.approx(
        alone.estimate("C", "~", "B").est, rel=1e-6
    )


def test_labels_make_parameters_equal():
    text = TEXT.replace("a2 + a3", "k*a2 + k*a3")
    result = fit(text, draw(200, 14))
    assert result.estimate("A", "=~", "a2").est == result.estimate("A", "=~", "a3").est
    assert result.fit.df == fit(TEXT, draw(200, 14)).fit.df + 1


def test_simple_regression_is_least_squares():
    """A model of observed variables alone: maximum likelihood is ordinary least squares."""
    data = draw(100, 15)
    result = fit("a1 ~ b1 + c1", data)
    x = np.column_stack([np.ones(100), data["b1"], data["c1"]])
    by_hand, residual, *_ = np.linalg.lstsq(x, data["a1"], rcond=None)
    assert result.estimate("a1", "~", "b1").est == pytest.approx(by_hand[1], rel=1e-8)
    assert result.estimate("a1", "~~", "a1").est == pytest.approx(residual[0] / 100, rel=1e-8)
    assert result.fit.df == 0
    assert "saturated" in {caution.code for caution in result.cautions}


def test_index_weights_are_the_score_weights_of_each_block():
    result = fit(TEXT, draw(400, 16))
    for construct, weights in result.index_weights().items():
        assert sum(weights.values()) == pytest.approx(1.0)
        assert min(weights.values()) >= 0.0
        # Bartlett's weights, derived anew: loading over residual variance.
        raw = {
            item: result.estimate(construct, "=~", item).est / result.estimate(item, "~~", item).est
            for item in weights
        }
        for item, weight in weights.items():
            assert weight == pytest.approx(raw[item] / sum(raw.values()), rel=1e-9)


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


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_answers_given_twice_by_one_cluster_count_once(missing):
    """Robust over clusters of copies, errors and scaled test are those of the respondents themselves."""
    data = draw(250, 8, share_missing=0.1 if missing == "fiml" else 0.0)
    once = fit(TEXT, data, estimator="MLR", missing=missing)
    twice = {name: np.tile(column, 2) for name, column in data.items()}
    units = [f"unit {k}" for k in range(250)] * 2
    found = fit(TEXT, twice, estimator="MLR", missing=missing, clusters=units)
    blind = fit(TEXT, twice, estimator="MLR", missing=missing)
    factor = 250 / 249
    for row, own, naive in zip(once.estimates, found.estimates, blind.estimates, strict=True):
        assert own.est == pytest.approx(row.est, rel=1e-5, abs=1e-7)
        assert own.se == pytest.approx(row.se * np.sqrt(factor), rel=1e-5)
        assert naive.se == pytest.approx(row.se / np.sqrt(2), rel=1e-5)
    assert found.fit.chi2_scaled == pytest.approx(once.fit.chi2_scaled / factor, rel=1e-4)
    named = fit(TEXT, {**twice, "unit": np.array(units)}, estimator="MLR", missing=missing, clusters="unit")
    np.testing.assert_array_equal(named.covariance, found.covariance)


def test_groups_keep_their_own_clusters():
    data, units = draw(200, 9), np.arange(200) // 2
    both = {name: np.tile(column, 2) for name, column in data.items()}
    groups = ["x"] * 200 + ["y"] * 200
    alone = fit(TEXT, data, estimator="MLR", clusters=units.tolist())
    apart = fit(TEXT, both, estimator="MLR", groups=groups, clusters=[*units, *(units + 1000)])
    for row in alone.estimates:
        for group in "xy":
            own = apart.estimate(row.lhs, row.op, row.rhs, group=group)
            assert own.se == pytest.approx(row.se, rel=1e-4, abs=1e-8)


def test_a_construct_is_turned_against_its_reversed_marker():
    """The first item moves little, and against the others: the index goes with the many."""
    data = draw(400, 10)
    data["b1"] = 9 - 0.2 * data["b1"] + 0.2 * np.random.default_rng(1).standard_normal(400)
    found = fit(TEXT, data)
    assert found.directions() == {"A": 1.0, "B": -1.0, "C": 1.0}
    assert found.estimate("B", "=~", "b1").est == 1.0
    assert found.estimate("B", "~", "A").std_all < 0
    (caution,) = [caution for caution in found.cautions if caution.code == "marker-reversed"]
    assert "component of B runs against" in caution.message
    weights = found.index_weights()["B"]
    assert weights["b1"] == 0
    assert min(weights["b2"], weights["b3"]) > 0.2
    assert "marker-reversed" not in {caution.code for caution in fit(TEXT, draw(400, 10)).cautions}


def test_exact_fit_agrees_with_chi_square_where_answers_are_normal():
    found = bollen_stine(fit(TEXT, draw(300, 11)), 120, seed=2)
    assert found.failed == 0
    assert found.draws.mean() == pytest.approx(found.df, rel=0.15)
    assert found.critical == pytest.approx(36.42, rel=0.15)  # chi-square with 24 degrees of freedom, 95 %
    assert found.p == pytest.approx(found.p_normal, abs=0.15)
    again = bollen_stine(fit(TEXT, draw(300, 11)), 60, seed=2)
    np.testing.assert_array_equal(again.draws, found.draws[:60])


def test_exact_fit_rejects_a_wrong_model_and_spares_a_right_one_with_heavy_tails():
    data = draw(300, 12)
    wrong = fit(TEXT.replace("C ~ A + B", "C ~~ 0*A\nC ~~ 0*B").replace("B ~ A", "B ~~ 0*A"), data)
    assert bollen_stine(wrong, 60, seed=1).p < 0.05
    # A scale that respondents share keeps the structure; chi-square then rejects too often.
    scale = np.sqrt(4 / np.random.default_rng(5).chisquare(4, 300))
    heavy = {name: 5 + (column - 5) * scale for name, column in data.items()}
    found = bollen_stine(fit(TEXT, heavy), 60, seed=1)
    assert found.draws.mean() > 1.5 * found.df
    assert found.p > 0.05 > found.p_normal


def test_a_construct_of_constructs_is_turned_with_its_components():
    """Its first component's marker runs against the rest: weights are those of the same items without it."""
    text = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nG =~ A + B + C"
    data = draw(400, 10)
    straight = fit(text, data)
    reversed_ = fit(text, {**data, "a1": 10 - data["a1"]})
    assert reversed_.fit.chi2 == pytest.approx(straight.fit.chi2, rel=1e-6)
    assert reversed_.directions() == {"A": -1.0, "B": 1.0, "C": 1.0, "G": -1.0}
    weights = reversed_.index_weights()["G"]
    assert weights["a1"] == 0
    assert min(weight for name, weight in weights.items() if name != "a1") > 0
