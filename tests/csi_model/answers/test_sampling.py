"""Sampling units: strata, clusters, thin designs, and the jackknife over them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, t

import csi_model
from csi_model import Options
from csi_model.answers.moments import MeanReplaced
from csi_model.answers.random_groups import RandomGroups
from csi_model.inference import kinds
from csi_model.resampling import bootstrap, jackknife
from csi_model.resampling.estimator import Estimator

SPEC = csi_model.ModelSpec.from_mapping(
    {
        "index": "S",
        "constructs": [{"id": "Q", "indicators": ["q1", "q2"]}, {"id": "S", "indicators": ["s1", "s2"]}],
        "paths": [["Q", "S"]],
    }
)


def survey(n, *, seed=3, skewed=False, **design):
    rng = np.random.default_rng(seed)
    noise = rng.exponential(1.2, (n, 4)) if skewed else rng.standard_normal((n, 4))
    columns = 4 + rng.standard_normal((n, 1)) + noise
    if "strata" in design:
        columns += np.unique(np.asarray(design["strata"]).astype(str), return_inverse=True)[1][:, None] % 3
    answers = dict(zip(SPEC.indicator_ids, np.clip(columns, 1, 10).T, strict=True))
    return csi_model.prepare(SPEC, answers, **design)


def textbook_error(x, strata):
    """Standard error of a proportionally stratified mean (Cochran 1977, equation 5.7), in points."""
    parts = [x[strata == name] for name in np.unique(strata)]
    return 100 / 9 * np.sqrt(sum(len(part) * part.var(ddof=1) for part in parts)) / len(x)


def test_the_acceleration_of_a_stratified_mean_is_that_of_its_strata():
    strata = np.repeat(["a", "b", "c"], [20, 50, 80])
    data = survey(150, skewed=True, strata=strata)
    shares = jackknife.jackknife(Estimator(SPEC, data, Options()))
    x = data.values[:, 0]
    deviations = np.concatenate([x[strata == name] - x[strata == name].mean() for name in "abc"])
    wanted = (deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5)
    np.testing.assert_allclose(kinds.acceleration(shares.indicators)[0], wanted, rtol=1e-9)
    np.testing.assert_allclose(shares.indicators[:, 0], 100 / 9 * deviations / 150, atol=1e-12)
    whole = x - x.mean()
    assert abs((whole**3).sum() / (6 * (whole**2).sum() ** 1.5) - wanted) > 0.1 * wanted
    size = np.array([20, 50, 80])[data.strata.number]
    error = np.sqrt((size / (size - 1) * shares.indicators[:, 0] ** 2).sum())
    np.testing.assert_allclose(error, textbook_error(x, strata), rtol=1e-9)


def test_the_jackknife_leaves_out_clusters_whole():
    data = survey(120, clusters=np.repeat(np.arange(24), 5))
    shares = jackknife.jackknife(Estimator(SPEC, data, Options()))
    assert len(shares.indicators) == 24
    totals = np.add.reduceat(data.values[:, 0] - data.values[:, 0].mean(), np.arange(0, 120, 5)) / 120
    np.testing.assert_allclose(np.sort(shares.indicators[:, 0]) * 9 / 100, np.sort(totals), atol=1e-12)


@pytest.mark.parametrize("size", [2, 3, 10])
def test_small_strata_show_the_whole_variance(size):
    strata = np.repeat(np.arange(240 // size), size)
    data = survey(240, strata=strata)
    draws = bootstrap.bootstrap(Estimator(SPEC, data, Options(bootstrap=3000)))
    wanted = textbook_error(data.values[:, 0], strata)
    assert draws.indicators[:, 0].std() == pytest.approx(wanted, rel=0.05)


def test_a_plain_sample_is_drawn_as_efron_does():
    units = survey(60).units
    weights = units.respondents(units.scaled(units.draw(50, np.random.default_rng(1))))
    assert weights.shape == (50, 60)
    assert (weights.sum(axis=1) == 60).all()
    assert (weights == np.round(weights)).all()


def test_weights_of_a_stratum_add_up_to_its_size_in_every_draw():
    strata, clusters = np.repeat(["n", "s"], [60, 40]), np.repeat(np.arange(20), 5)
    units = survey(100, strata=strata, clusters=clusters).units
    times = units.draw(30, np.random.default_rng(1))
    inner = units.redraw(times, 4, np.random.default_rng(2))
    for weights in (units.scaled(times), units.scaled(inner, 2)):
        np.testing.assert_allclose(weights[..., units.stratum == 0].sum(axis=-1), 12)
        np.testing.assert_allclose(weights[..., units.stratum == 1].sum(axis=-1), 8)
    assert (inner[:, times == 0] == 0).all()


def test_a_cluster_in_two_strata_is_two_units():
    strata, clusters = np.repeat(["n", "s"], 50), np.tile(np.arange(10), 10)
    assert len(survey(100, strata=strata, clusters=clusters).units.stratum) == 20


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_lonely_strata_are_pooled_and_named(interval):
    strata = np.array(["north"] * 40 + ["south"] * 39 + ["islands"])
    data = survey(80, strata=strata)
    assert data.units.size.tolist() == [40, 40]
    found = csi_model.estimate(SPEC, data, csi_model.Options(bootstrap=200, interval=interval))
    cautions = {caution.code: caution for caution in found.cautions}
    assert cautions["lonely-strata"].message.endswith("pooled for the intervals: islands.")
    assert cautions["lonely-strata"].remedy
    ends = found.figure("indicators")
    assert (ends.high - ends.low > 1).all()


def test_strata_of_one_respondent_each_are_one_stratum():
    data, plain = survey(80, strata=np.arange(80)), survey(80)
    assert data.units.size.tolist() == [80]
    flat = replace(data, strata=None)
    one = bootstrap.bootstrap(Estimator(SPEC, data, Options(bootstrap=2000))).indicators.std(axis=0)
    other = bootstrap.bootstrap(Estimator(SPEC, flat, Options(bootstrap=2000))).indicators.std(axis=0)
    np.testing.assert_allclose(one, other, rtol=0.1)
    assert len(plain.units.pooled) == 0


def test_moments_drawn_from_their_distribution_know_lonely_strata_and_the_whole_variance():
    strata = np.append(np.repeat(np.arange(300), 2), 999)
    data = survey(601, strata=strata)
    groups = RandomGroups(MeanReplaced(data.values, data.weights), data.units, np.random.default_rng(1))
    drawn = groups.draw(3000, np.random.default_rng(2))
    assert np.isfinite(drawn.cov).all()
    found = drawn.mean[:, 0].std() * 100 / 9
    assert found == pytest.approx(textbook_error(data.values[:-1, 0], strata[:-1]), rel=0.06)


def test_few_clusters_are_said():
    codes = []
    for size in (5, 10):
        data = survey(150, clusters=np.repeat(np.arange(150 // size), size))
        found = csi_model.estimate(SPEC, data, csi_model.Options(bootstrap=20))
        codes.append("few-clusters" in {caution.code for caution in found.cautions})
        plain = csi_model.estimate(SPEC, data)
        assert "few-clusters" not in {caution.code for caution in plain.cautions}
    assert codes == [False, True]


@pytest.mark.parametrize("size", [100, 20_100])
def test_one_cluster_is_refused(size):
    data = survey(size, clusters=np.zeros(size))
    assert csi_model.estimate(SPEC, data).n_used == size
    with pytest.raises(csi_model.DataError, match="of one cluster") as refused:
        csi_model.estimate(SPEC, data, csi_model.Options(bootstrap=20))
    assert refused.value.code == "one-cluster"


@pytest.mark.parametrize("blank", ["", "  ", None, float("nan")])
@pytest.mark.parametrize("what", ["strata", "clusters"])
def test_a_blank_stratum_or_cluster_is_refused(what, blank):
    labels = np.array(["a", "b"] * 40, dtype=object)
    labels[6] = labels[9] = blank
    with pytest.raises(
        csi_model.DataError, match=rf"column of {what} is blank in row 7 and 1 more"
    ) as refused:
        survey(80, **{what: labels})
    assert refused.value.code == "blank-label"


def test_a_blank_in_a_row_without_answers_is_none():
    data = survey(80)
    columns = {code: data.values[:, place].copy() for place, code in enumerate(data.codes)}
    for column in columns.values():
        column[3] = np.nan
    labels = np.repeat(np.arange(20.0), 4)
    labels[3] = np.nan
    assert len(csi_model.prepare(SPEC, columns, clusters=labels).clusters.present) == 20


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["a", "", "b", " "] * 20),
        np.array(["a", None, "b", float("nan")] * 20, dtype=object),
        np.array([1.0, np.nan, 2.0, np.nan] * 20),
    ],
)
def test_respondents_without_a_group_are_in_the_whole_alone(labels):
    data = survey(80, labels={"group": labels})
    found = csi_model.estimate(SPEC, data, csi_model.Options(floor=10), by="group")
    assert found.n_used == 80
    assert {name: group.n_used for name, group in found.groups.items()} == (
        {"1": 20, "2": 20} if labels.dtype.kind == "f" else {"a": 20, "b": 20}
    )
    message = next(caution.message for caution in found.cautions if caution.code == "no-group")
    assert message.startswith("40 of 80 respondents")


def test_a_pair_of_groups_with_a_blank_is_none():
    pairs = {"letter": np.array(["a", "b"] * 40), "sign": np.array(["x", "x", "", "x"] * 20)}
    found = survey(80, labels=pairs).label(("letter", "sign"))
    assert found.present == ("a / x", "b / x")
    assert found.is_blank.sum() == 20


def test_few_units_expand_the_level_of_percentiles():
    data = survey(120, clusters=np.repeat(np.arange(24), 5), strata=np.repeat(["n", "s"], 60))
    found = csi_model.estimate(SPEC, data, csi_model.Options(bootstrap=400))
    ends = found.figure("constructs")
    tail = norm.cdf(-t.ppf(0.975, 22))  # 24 clusters in two strata
    wanted = np.quantile(found.resampled.draws.constructs, [tail, 1 - tail], axis=0)
    np.testing.assert_allclose([ends.low, ends.high], wanted, rtol=1e-12)
    plain = csi_model.estimate(SPEC, survey(120), csi_model.Options(bootstrap=400))
    ends = plain.figure("constructs")
    wanted = np.quantile(plain.resampled.draws.constructs, [0.025, 0.975], axis=0)
    np.testing.assert_allclose([ends.low, ends.high], wanted, rtol=1e-12)


@pytest.mark.parametrize("missing", ["mean", "listwise"])
def test_a_sample_knows_which_of_the_rows_given_it_holds(rng, missing):
    answers = rng.integers(1, 11, (60, 4)).astype(float)
    answers[[4, 17]] = np.nan
    answers[30, 2] = np.nan
    weights = np.ones(60)
    weights[9] = 0
    columns = dict(zip(SPEC.indicator_ids, answers.T, strict=True))
    data = csi_model.prepare(SPEC, columns, missing=missing, weights=weights)
    left_out = {4, 9, 17} | ({30} if missing == "listwise" else set())
    assert data.rows.tolist() == [row for row in range(60) if row not in left_out]
    np.testing.assert_array_equal(answers[data.rows], data.values)
    twice = data.where(data.values[:, 0] > 3).where(np.arange((data.values[:, 0] > 3).sum()) % 2 == 0)
    assert 0 < len(twice.rows) < len(data.rows)
    np.testing.assert_array_equal(answers[twice.rows], twice.values)
