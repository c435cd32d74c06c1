"""Derivatives, invariances, recovery and second derivations that need no other program."""

import numpy as np
import pytest

from csi_model.cbsem import bollen_stine, fit
from tests.csi_model.cbsem.drawn import LOADINGS, PATHS, TEXT, draw


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
    apart = fit(TEXT, twice, groups=["x"] * 150 + ["y"] * 150)
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
