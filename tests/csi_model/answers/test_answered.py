"""Moments of what was really answered: the fit, its derivative, and effects found again under gaps."""

import numpy as np
import pytest

import csi_model
from csi_model import Options
from csi_model.answers.answered import Answered
from csi_model.answers.filling import Filling
from csi_model.answers.mean_products import MeanProducts
from csi_model.answers.moments import MeanReplaced
from csi_model.answers.prior import weak_prior
from csi_model.answers.random_groups import RandomGroups
from csi_model.answers.sampling import units_of
from csi_model.answers.treatment import source
from csi_model.resampling.estimator import Estimator
from tests.csi_model.answers.worlds import SPEC, prepared, routed, to_the_end, unknown, unlevered, whole


def test_the_fit_is_that_of_em_with_the_prior_run_to_the_end(answered, weights):
    found = answered.of_counts(np.ones((1, len(weights))))
    mean, cov = to_the_end(answered, weights)
    np.testing.assert_allclose(found.mean[0], mean, atol=1e-5)
    np.testing.assert_allclose(found.cov[0], cov, atol=2e-5)


def test_a_large_sample_is_fitted_as_a_small_one():
    values = unknown(whole(4000))
    ones = np.ones(len(values))
    found = Answered(values, ones, SPEC.home)
    mean, cov = to_the_end(found, ones)
    np.testing.assert_allclose(found.of_counts(ones[None]).mean[0], mean, atol=1e-5)
    np.testing.assert_allclose(found.of_counts(ones[None]).cov[0], cov, atol=2e-5)


def test_resamples_follow_the_derivative_of_the_fit(gappy, weights, monkeypatch):
    unlevered(monkeypatch)
    answered = Answered(gappy, weights, SPEC.home)
    n = len(weights)
    change = np.random.default_rng(2).standard_normal(n)
    change -= (weights @ change) / weights.sum()  # the prior's share is that of the whole sample
    step = 1e-3
    linear = answered.of_counts(1 + step * np.array([change, -change]))
    ends = [to_the_end(answered, weights * (1 + way * step * change)) for way in (1, -1)]
    for way, moments in enumerate(zip(*ends, strict=True)):
        wanted = moments[0] - moments[1]
        found = (linear.mean, linear.cov)[way]
        assert np.abs(found[0] - found[1] - wanted).max() < 1e-4 * np.abs(wanted).max()


def test_resamples_spread_as_em_run_to_the_end_in_each(answered, weights):
    n = len(weights)
    counts = np.random.default_rng(4).multinomial(n, np.full(n, 1 / n), size=25).astype(float)
    linear = answered.of_counts(counts)
    exact = np.array([to_the_end(answered, weights * each, 1e-6)[0] for each in counts])
    ratio = linear.mean.std(axis=0) / exact.std(axis=0)
    assert 0.9 < ratio.min() < ratio.max() < 1.05, ratio
    for question in range(len(SPEC.home)):
        assert np.corrcoef(linear.mean[:, question], exact[:, question])[0, 1] > 0.97


def test_units_and_order_change_nothing(answered, gappy, weights):
    rng = np.random.default_rng(6)
    order, stretch, shift = rng.permutation(len(gappy)), rng.uniform(0.1, 30, 12), rng.uniform(-5, 5, 12)
    other = Answered(gappy[order] * stretch + shift, weights[order], SPEC.home)
    counts = rng.multinomial(len(gappy), np.full(len(gappy), 1 / len(gappy)), size=5).astype(float)
    one, two = answered.of_counts(counts), other.of_counts(counts[:, order])
    np.testing.assert_allclose((two.mean - shift) / stretch, one.mean, atol=1e-5)
    np.testing.assert_allclose(two.cov / np.outer(stretch, stretch), one.cov, atol=1e-4)


def test_without_gaps_all_treatments_are_the_same_to_the_bit():
    data = prepared(whole(150))
    found = [
        csi_model.document(csi_model.estimate(SPEC, data, Options(missing=missing, bootstrap=40, seed=3)))
        for missing in ("mean", "em")
    ]
    assert found[0] == found[1]
    assert isinstance(source(data.values, data.weights, "em"), MeanReplaced)
    assert weak_prior(data.values, data.weights, SPEC.home).strength == 0


def test_two_questions_that_hardly_anyone_was_asked_together_have_a_fit():
    values = whole(120)
    values[:100, 0], values[18:, 5] = np.nan, np.nan  # nobody answered both
    found = Answered(values, np.ones(120), SPEC.home)
    assert np.linalg.eigvalsh(found.cov)[0] > 0.01
    target = found.prior.target
    np.testing.assert_allclose(target[0, 5], target[1, 4], atol=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_large_samples_draw_what_rows_draw(seed):
    values = unknown(routed(whole(3000, seed), seed))
    found = Answered(values, np.ones(3000), SPEC.home)
    rng = np.random.default_rng(seed)
    units = units_of(3000, None, None)
    by_rows = found.of_counts(units.counts(400, rng))
    groups = RandomGroups(found, units, rng)
    np.testing.assert_allclose(groups.sample().cov, found.of_counts(np.ones((1, 3000))).cov, atol=1e-9)
    drawn = groups.draw(400, rng)
    ratio = drawn.mean.std(axis=0) / by_rows.mean.std(axis=0)
    assert 0.85 < ratio.min() < ratio.max() < 1.18, ratio  # 400 draws each: a ratio's sd is 5 %


def test_a_question_without_a_differing_answer_in_a_resample_fails_there(gappy):
    values = gappy.copy()
    values[:, 0] = np.where(np.arange(400) < 2, 3.0, 8.0)
    found = Answered(values, np.ones(400), SPEC.home)
    counts = np.ones((2, 400))
    counts[0, :2] = 0
    spread = found.of_counts(counts).cov[:, 0, 0]
    assert spread[0] == 0 < spread[1]


def effects(values: np.ndarray, missing: str) -> np.ndarray:
    """Direct effects in points per point."""
    result = csi_model.estimate(SPEC, prepared(values), Options(missing=missing))
    return result.figure("points_per_point").value[SPEC.path_matrix]


@pytest.mark.parametrize(
    ("gaps", "mean_is_off"),
    [
        (routed, 0.3),
        (lambda values: routed(values, by_image=True), 0.3),
        (lambda values: unknown(values, 0.3), 0.1),
        (lambda values: unknown(routed(values)), 0.3),
    ],
    ids=["asked 40 %", "asked by image", "30 % do not know", "both"],
)
def test_effects_are_found_again_where_means_lose_them(gaps, mean_is_off):
    answers = whole(12_000, 9)
    wanted = effects(answers, "em")
    by_em, by_mean = (effects(gaps(answers), missing) / wanted - 1 for missing in ("em", "mean"))
    assert np.abs(by_em).max() < 0.08, by_em
    assert np.abs(by_mean).max() > mean_is_off, by_mean


def test_products_of_replaced_answers_are_made_in_each_resample(gappy):
    pairs = np.array([[0, 3], [1, 4]])
    center = np.nanmean(gappy, axis=0)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, len(gappy))
    found = MeanProducts(gappy, weights, pairs, center)
    counts = np.random.default_rng(2).multinomial(400, np.full(400, 1 / 400), size=3).astype(float)
    moments = found.of_counts(counts)
    for each, mean, cov in zip(counts, moments.mean, moments.cov, strict=True):
        mass = each * weights
        level = np.nansum(gappy * mass[:, None], axis=0) / (mass @ ~np.isnan(gappy))
        filled = np.where(np.isnan(gappy), level, gappy) - center
        wide = np.column_stack([filled, filled[:, pairs[:, 0]] * filled[:, pairs[:, 1]]])
        np.testing.assert_allclose(cov, np.cov(wide.T, aweights=mass, ddof=0), atol=1e-9)
        np.testing.assert_allclose(mean[:12], level, atol=1e-12)


def test_products_of_replaced_answers_follow_sums_in_large_samples():
    values = unknown(whole(3000), 0.3)
    pairs = np.array([[0, 3], [1, 4]])
    found = MeanProducts(values, np.ones(3000), pairs, np.nanmean(values, axis=0))
    rng, units = np.random.default_rng(3), units_of(3000, None, None)
    by_rows = found.of_counts(units.counts(300, rng))
    groups = RandomGroups(found, units, rng)
    np.testing.assert_allclose(groups.sample().cov, found.of_counts(np.ones((1, 3000))).cov, atol=1e-9)
    drawn = groups.draw(300, rng)
    for one, two in zip(drawn[:2], by_rows[:2], strict=True):
        ratio = one.std(axis=0) / two.std(axis=0)
        assert 0.8 < ratio.min() < ratio.max() < 1.25


def test_the_kinds_of_interval_all_stand_on_the_same_rows(gappy):
    data = prepared(gappy, clusters=np.repeat(np.arange(100), 4), strata=np.repeat([1, 2], 200))
    ends = {}
    for interval in ("percentile", "bca", "studentised"):
        options = Options(missing="em", bootstrap=200, interval=interval)
        found = csi_model.estimate(SPEC, data, options)
        assert found.interval_kind == interval
        figure = found.figure("constructs")
        ends[interval] = figure.high - figure.low
        assert ((figure.low < figure.value) & (figure.value < figure.high)).all()
    for width in ends.values():
        np.testing.assert_allclose(width, ends["percentile"], rtol=0.25)


def test_filled_answers_of_one_asked_of_all_average_to_the_fit(answered, weights):
    filling = Filling((answered.values - answered.center) / answered.scale, weights)
    moved, _ = filling.sums(answered.mean, answered.cov)
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)


def test_plsc_and_second_moments_of_large_samples_need_no_rows():
    values = unknown(whole(21_000))
    own = Estimator(SPEC, prepared(values), Options(method="plsc", missing="em", bootstrap=40))
    assert own.is_large
    figures = own.of_sample().paths[0][SPEC.path_matrix]
    assert np.isfinite(figures).all()
    assert "rows" not in vars(own.counted)
