"""Weights of respondents and robust estimators: lavaan 0.6-14's figures, and what a weight means."""

import numpy as np
import pytest

from csi_model.answers.prepare import prepare_items
from csi_model.cbsem import assess_invariance, bollen_stine, bootstrap, fit
from csi_model.errors import DataError, SpecificationError
from tests.csi_model.cbsem.drawn import TEXT, draw
from tests.csi_model.cbsem.worlds import skewed_world

MODEL = "IMG =~ i1 + i2 + i3\nQUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\nQUAL ~ IMG\nSAT ~ IMG + QUAL\n"
# Estimator and weights -> chi-square, scaled; estimate and error of IMG =~ i3 and QUAL =~ q2.
LAVAAN = {
    ("ML", None): (24.81716102, None, (1.04224646, 0.07613168), (1.08074377, 0.07205505)),
    ("MLR", None): (24.81716102, 19.94996093, (1.04224646, 0.11013787), (1.08074377, 0.08636925)),
    ("MLM", None): (24.81716102, 19.50385831, (1.04224646, 0.10634844), (1.08074377, 0.08433749)),
    ("MLR", "w"): (19.28739635, 14.67018502, (1.08948595, 0.10143373), (1.0489201, 0.10933398)),
}


@pytest.mark.parametrize("case", LAVAAN)
def test_estimators_and_weights_give_lavaans_figures(case):
    chi2, scaled, image, quality = LAVAAN[case]
    found = fit(MODEL, skewed_world(), estimator=case[0], weights=case[1])
    assert (found.fit.chi2, found.fit.df) == (pytest.approx(chi2, abs=1e-5), 24)
    assert found.fit.chi2_scaled == (None if scaled is None else pytest.approx(scaled, abs=1e-4))
    for lhs, rhs, wanted in (("IMG", "i3", image), ("QUAL", "q2", quality)):
        row = found.estimate(lhs, "=~", rhs)
        assert (row.est, row.se) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_a_weight_counts_like_copies_in_a_cluster(missing):
    """Copies of a respondent in one cluster are that respondent weighted, but for G/(G - 1)."""
    data = draw(240, 21, share_missing=0.1 if missing == "fiml" else 0.0)
    times = 1 + np.arange(240) % 3
    units = np.repeat(np.arange(240), times)
    copies = {name: np.repeat(column, times) for name, column in data.items()}
    weighted = fit(TEXT, data, estimator="MLR", missing=missing, weights=times)
    copied = fit(TEXT, copies, estimator="MLR", missing=missing, clusters=units)
    np.testing.assert_allclose(weighted.theta, copied.theta, rtol=1e-5, atol=1e-7)
    factor = 240 / 239
    np.testing.assert_allclose(np.diag(copied.covariance), np.diag(weighted.covariance) * factor, rtol=1e-4)
    assert weighted.fit.chi2_scaled == pytest.approx(copied.fit.chi2_scaled * factor, rel=1e-4)
    assert weighted.fit.n_respondents == 240
    assert fit(TEXT, data, missing=missing, weights=7.5 * times).fit == weighted.fit


def test_weighted_scores_are_added_up_within_clusters():
    data, times = draw(200, 22), np.tile([1.0, 3.0], 100)
    twice = {name: np.tile(column, 2) for name, column in data.items()}
    once = fit(TEXT, data, estimator="MLR", weights=times)
    halves = np.concatenate([times * 0.25, times * 0.75])
    found = fit(TEXT, twice, estimator="MLR", weights=halves, clusters=np.tile(np.arange(200), 2))
    np.testing.assert_allclose(found.theta, once.theta, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.diag(found.covariance), np.diag(once.covariance) * 200 / 199, rtol=1e-5)


def test_a_unit_of_two_groups_is_one():
    """The same answers of the same units in both groups: two equal parameters differ without error."""
    data = draw(200, 23)
    twice = {name: np.tile(column, 2) for name, column in data.items()}
    groups, units = np.repeat(["x", "y"], 200), np.tile(np.arange(200), 2)
    found = fit(TEXT, twice, estimator="MLR", groups=groups, clusters=units)
    names = found.structure.names
    k, other = (names.index(f"C ~ B (group {group})") for group in (1, 2))
    spread = found.covariance
    assert spread[k, other] == pytest.approx(spread[k, k], rel=1e-6)
    apart = fit(TEXT, twice, estimator="MLR", groups=groups, clusters=np.arange(400))
    assert abs(apart.covariance[k, other]) < 1e-9


def test_weights_of_groups_keep_their_shares():
    """One group as heavy as the other twice over: what is held equal lies nearer to it."""
    one, two = draw(300, 24), draw(300, 25)
    both = {name: np.concatenate([one[name], two[name]]) for name in one}
    groups = np.repeat(["x", "y"], 300)
    text = TEXT.replace("C ~ A + B", "C ~ A + p*B")
    apart = [fit(TEXT, data).estimate("C", "~", "B").est for data in (one, two)]
    plain = fit(text, both, groups=groups).estimate("C", "~", "B").est
    heavy = fit(text, both, groups=groups, weights=np.repeat([20.0, 1.0], 300)).estimate("C", "~", "B").est
    assert min(apart) < plain < max(apart)
    assert abs(heavy - apart[0]) < 0.5 * abs(plain - apart[0])


def test_maximum_likelihood_with_weights_says_that_it_is_robust():
    data = skewed_world()
    found = fit(MODEL, data, weights="w")
    assert found.estimator == "MLR"
    assert [caution.code for caution in found.cautions] == ["weights-robust"]
    equal = fit(MODEL, data, weights=np.full(300, 3.0))
    assert (equal.estimator, equal.cautions) == ("ML", ())


def test_weights_reach_what_is_resampled():
    data = skewed_world()
    found = fit(MODEL, data, estimator="MLR", weights="w")
    drawn = bootstrap(found, 120, seed=3)
    np.testing.assert_allclose(drawn.se, np.sqrt(np.diag(found.covariance)), rtol=0.4)
    exact = bollen_stine(found, 60, seed=3)
    assert exact.p > 0.2
    # Under weights the resampled chi-squares are as much too large as the scaling factor says.
    assert exact.draws.mean() == pytest.approx(24 * found.fit.scaling_factor, rel=0.25)


def test_invariance_of_weighted_groups_is_judged_by_scaled_differences():
    data = skewed_world()
    groups = (np.arange(300) % 2).astype(str)
    names = [name for name in data if name != "w"]
    sample = prepare_items(names, data, weights=data["w"], groups=groups)
    found = assess_invariance(MODEL, sample, "group", estimator="MLR")
    assert found.reached == "scalar"
    assert found.configural.fit.chi2_scaled < found.configural.fit.chi2


@pytest.mark.parametrize(
    ("options", "error", "word"),
    [
        ({"estimator": "MLM", "weights": "w"}, SpecificationError, "MLM takes no weights"),
        ({"estimator": "GLS", "weights": "w"}, SpecificationError, "GLS takes no weights"),
        ({"estimator": "ULS", "weights": "w"}, SpecificationError, "ULS takes no weights"),
        ({"estimator": "WLSMV", "weights": "w"}, SpecificationError, "WLSMV takes no weights"),
        ({"weights": "v"}, DataError, "no column 'v' to weigh by"),
        ({"weights": -np.ones(300)}, DataError, "negative"),
        ({"weights": np.zeros(300)}, DataError, "weight"),
        ({"weights": np.ones(3)}, DataError, "weights"),
    ],
)
def test_weights_that_mean_nothing_are_refused(options, error, word):
    with pytest.raises(error, match=word) as caught:
        fit(MODEL, skewed_world(), **options)
    assert caught.value.remedy
