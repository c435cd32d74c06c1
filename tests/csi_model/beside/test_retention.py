"""Perceived value, switching cost, the retention map and price tolerance."""

import numpy as np
import pytest
from scipy.stats import norm

from csi_model.beside.facets import facet_scores
from csi_model.beside.price_tolerance import price_tolerance
from csi_model.beside.retention import SEGMENTS, retention_map
from csi_model.errors import DataError
from csi_model.inference.making import share_interval
from csi_model.inference.means import weighted_means

FACETS = ("benefit_cost", "benefit_cost", "alternative", "alternative")


def _answers(rng, n, means, spread=15.0):
    level = 10 * rng.standard_normal((n, 1))
    return np.clip(np.asarray(means) + level + spread * rng.standard_normal((n, len(means))), 0, 100)


def test_facets_add_up_to_the_whole():
    rng = np.random.default_rng(1)
    points = _answers(rng, 300, [60, 55, 70, 65])
    points[rng.random(points.shape) < 0.1] = np.nan
    result = facet_scores(points, FACETS)
    whole = sum(result.shares[f] * result.facets[f].value for f in result.facets)
    assert result.total.value == pytest.approx(whole, abs=1e-10)
    assert result.shares == pytest.approx({"benefit_cost": 0.5, "alternative": 0.5})
    assert list(result.facets) == ["benefit_cost", "alternative"]


def test_facets_count_equally_by_default_whatever_their_number_of_items():
    points = np.tile([80.0, 80, 80, 20], (40, 1)) + np.linspace(-1, 1, 40)[:, None]
    result = facet_scores(points, ("a", "a", "a", "b"))
    assert result.total.value == pytest.approx(50)


def test_standard_error_of_the_whole_equals_that_of_respondent_scores():
    """Second derivation: without gaps the score's plain standard error."""
    rng = np.random.default_rng(2)
    points = _answers(rng, 250, [60, 55, 70, 65])
    result = facet_scores(points, FACETS)
    assert result.total.se == pytest.approx(result.scores.std(ddof=1) / np.sqrt(250), rel=1e-12)
    np.testing.assert_allclose(result.scores, points.mean(axis=1))


def test_clusters_widen_the_interval_where_neighbours_answer_alike():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(40), 10)
    values = 60 + 8 * rng.standard_normal(40)[cluster] + 10 * rng.standard_normal(400)
    plain, clustered = weighted_means(values)[1], weighted_means(values, clusters=cluster)[1]
    assert clustered[0, 0] > 3 * plain[0, 0]
    by_hand = np.array([values[cluster == k].mean() for k in range(40)]).var(ddof=1) / 40
    assert clustered[0, 0] == pytest.approx(by_hand, rel=1e-10)


def test_map_names_the_four_corners():
    satisfaction = np.repeat([90.0, 30, 90, 30], 10)
    cost = np.repeat([90.0, 90, 10, 10], 10)
    result = retention_map(satisfaction, cost)
    assert SEGMENTS == ("loyal", "captive", "free_to_go", "at_risk")
    np.testing.assert_array_equal(result.membership, np.repeat([0, 1, 2, 3], 10))
    np.testing.assert_allclose(result.shares.value, 0.25)


def test_map_shares_respect_weights_and_missing_scores():
    satisfaction = np.repeat([90.0, 30, np.nan], [30, 30, 10])
    cost = np.full(70, 80.0)
    weights = np.repeat([3.0, 1.0, 9.0], [30, 30, 10])
    result = retention_map(satisfaction, cost, weights=weights)
    np.testing.assert_allclose(result.shares.value, [0.75, 0.25, 0, 0])
    assert result.n_used == 60
    assert (result.membership[60:] == -1).all()


def test_map_intervals_cover_planted_shares():
    rng = np.random.default_rng(4)
    truth = np.array([0.45, 0.1, 0.4, 0.05])
    hits = []
    for _ in range(500):
        place = rng.choice(4, size=250, p=truth)
        satisfaction = np.where(np.isin(place, [0, 2]), 80.0, 40.0)
        cost = np.where(np.isin(place, [0, 1]), 80.0, 20.0)
        shares = retention_map(satisfaction, cost).shares
        hits.append((shares.low <= truth) & (truth <= shares.high))
    covered = np.mean(hits, axis=0)
    assert ((covered > 0.925) & (covered < 0.985)).all(), covered


def test_map_gives_loyalty_by_segment_and_hides_small_segments():
    rng = np.random.default_rng(5)
    place = np.repeat([0, 1, 2, 3], [100, 100, 100, 8])
    satisfaction = np.where(np.isin(place, [0, 2]), 80.0, 40.0)
    cost = np.where(np.isin(place, [0, 1]), 80.0, 20.0)
    loyalty = np.array([85.0, 70, 60, 20])[place] + rng.normal(0, 5, place.size)
    result = retention_map(satisfaction, cost, loyalty=loyalty)
    np.testing.assert_allclose(result.loyalty.value[:3], [85, 70, 60], atol=2)
    assert np.isnan(result.loyalty.value[3])


def test_map_cautions_when_many_stand_at_a_cut():
    result = retention_map(np.linspace(56, 64, 60), np.linspace(10, 90, 60))
    assert [caution.about for caution in result.cautions if caution.code == "near-cut"] == [("100%",)]


def test_share_interval_of_nobody_is_the_exact_bound():
    interval = share_interval(np.array([0.0, 1.0]), np.zeros(2), 100)
    np.testing.assert_allclose(interval.high[0], 1 - 0.025 ** (1 / 100))
    np.testing.assert_allclose(interval.low[1], 0.025 ** (1 / 100))
    np.testing.assert_array_equal([interval.low[0], interval.high[1]], [0, 1])


def test_price_tolerance_falls_and_finds_where_half_have_left():
    staying = np.zeros((100, 3))
    staying[:90, 0] = staying[:60, 1] = staying[:20, 2] = 1
    result = price_tolerance(np.array([5.0, 10, 20]), staying)
    np.testing.assert_allclose(result.staying.value, [0.9, 0.6, 0.2])
    assert result.tolerated.value == pytest.approx(12.5)
    assert result.points.value == pytest.approx((0.95 * 5 + 0.75 * 5 + 0.4 * 10) / 20 * 100)


def test_price_tolerance_pools_contradicting_steps_and_says_so():
    staying = np.zeros((100, 3))
    staying[:60, 0] = staying[:80, 1] = staying[:55, 2] = 1
    result = price_tolerance(np.array([5.0, 10, 20]), staying)
    np.testing.assert_allclose(result.staying.value, [0.7, 0.7, 0.55])
    assert np.isnan([result.tolerated.value, result.tolerated.high]).all()
    assert [c.code for c in result.cautions] == ["not-monotone"]


def test_price_tolerance_pools_by_weight():
    """Steps 1 and 2 contradict; 40 respondents of weight 3 answered both, 60 of weight 1 only the first."""
    staying = np.full((100, 3), 0.25)
    staying[:40, 0], staying[40:, 0] = 0.5, 0.75
    staying[:40, 1], staying[40:, 1] = 0.75, np.nan
    staying[40:, 2] = np.nan
    weights = np.repeat([3.0, 1.0], [40, 60])
    result = price_tolerance(np.array([5.0, 10, 20]), staying, weights=weights)
    first, second = (120 * 0.5 + 60 * 0.75) / 180, 0.75
    pooled = (180 * first + 120 * second) / 300
    np.testing.assert_allclose(result.staying.value, [pooled, pooled, 0.25], rtol=1e-12)
    twice = np.r_[np.repeat(staying[:40], 3, axis=0), staying[40:]]
    repeated = price_tolerance(np.array([5.0, 10, 20]), twice)
    np.testing.assert_allclose(repeated.staying.value, result.staying.value, rtol=1e-12)
    assert repeated.tolerated.value == pytest.approx(result.tolerated.value, rel=1e-12)


STEPS = np.array([5.0, 10, 20, 40])


def _limits(rng, n, *, cluster_sd=0.0, size=10):
    """Whether each of n customers stays at each step: half leave by an increase of 12 percent."""
    common = cluster_sd * rng.standard_normal(n // size)[np.arange(n) // size]
    limit = 12 * np.exp(common + 0.8 * rng.standard_normal(n))
    return (limit[:, None] > STEPS).astype(float)


def _true_half():
    """Where straight lines between the true shares cross one half."""
    shares = norm.sf(np.log(STEPS / 12) / 0.8)
    return 10 + 10 * (shares[1] - 0.5) / (shares[1] - shares[2])


def test_ends_of_the_tolerated_increase_are_where_half_may_have_left(rng):
    """Second derivation: at either end the interpolated answers' mean is 1.96 standard errors from 1/2."""
    staying, weights = _limits(rng, 240), rng.uniform(0.5, 2, 240)
    cluster = np.arange(240) // 10
    found = price_tolerance(STEPS, staying, weights=weights, clusters=cluster)
    start = np.column_stack([np.ones(240), staying])
    at = np.append(0.0, STEPS)
    for end, side in ((found.tolerated.low, 1), (found.tolerated.high, -1)):
        there = np.array([np.interp(end, at, row) for row in start])
        mean, covariance = weighted_means(there, weights, cluster)
        assert (mean[0] - 0.5) / np.sqrt(covariance[0, 0]) == pytest.approx(side * 1.959964, rel=1e-6)
    areas = np.trapezoid(start, at, axis=1) / 40 * 100
    mean, covariance = weighted_means(areas, weights, cluster)
    assert found.points.value == pytest.approx(mean[0], rel=1e-12)
    assert found.points.se == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-10)
    assert found.tolerated.se == pytest.approx((found.tolerated.high - found.tolerated.low) / 3.92, rel=0.1)


@pytest.mark.parametrize("weighted", [False, True])
def test_tolerated_increase_keeps_its_coverage(rng, weighted):
    hits = []
    for _ in range(400):
        staying = _limits(rng, 200)
        weights = rng.lognormal(0, 0.5, 200) if weighted else None
        found = price_tolerance(STEPS, staying, weights=weights).tolerated
        hits.append(found.low <= _true_half() <= found.high)
    assert 0.92 < np.mean(hits) < 0.98


def test_clusters_widen_the_tolerated_increase_to_its_coverage(rng):
    plain, clustered, truth = [], [], []
    for _ in range(300):
        staying = _limits(rng, 300, cluster_sd=0.8)
        truth.append(price_tolerance(STEPS, staying).tolerated)
        clustered.append(price_tolerance(STEPS, staying, clusters=np.arange(300) // 10).tolerated)
    centre = np.mean([found.value for found in truth])
    plain = [found.low <= centre <= found.high for found in truth]
    inside = [found.low <= centre <= found.high for found in clustered]
    assert np.mean(plain) < 0.85
    assert 0.9 < np.mean(inside) < 0.985


def test_half_that_never_leaves_has_an_open_end():
    staying = np.zeros((100, 2))
    staying[:90, 0] = staying[:52, 1] = 1
    found = price_tolerance(np.array([5.0, 10]), staying).tolerated
    assert np.isnan([found.value, found.high]).all()
    assert 5 < found.low < 10
    staying[:] = 1
    found = price_tolerance(np.array([5.0, 10]), staying)
    assert np.isnan([found.tolerated.value, found.tolerated.low, found.tolerated.high]).all()
    assert (found.points.value, found.points.se) == (100, 0)


def test_without_variation_the_interval_is_the_point():
    found = price_tolerance(np.array([5.0, 10]), np.tile([0.75, 0.25], (40, 1))).tolerated
    np.testing.assert_allclose([found.value, found.low, found.high], 7.5, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: facet_scores(np.full((10, 2), 50.0), ("a", "b")), "floor"),
        (lambda: facet_scores(np.full((50, 2), 500.0), ("a", "b")), "scales"),
        (lambda: facet_scores(np.full((50, 2), 50.0), ("a",)), "facets"),
        (lambda: retention_map(np.full(50, 50.0), np.full(49, 50.0)), "length"),
        (lambda: retention_map(np.full(50, 50.0), np.full(50, 50.0), cuts=(60, 500)), "cuts"),
        (lambda: retention_map(np.full(50, 50.0), np.full(50, 50.0), weights=-np.ones(50)), "weights"),
        (lambda: price_tolerance(np.array([10.0, 5]), np.ones((50, 2))), "increases"),
        (lambda: price_tolerance(np.array([5.0, 10]), np.full((50, 2), 7.0)), "range"),
    ],
)
def test_retention_refuses_with_a_named_reason(call, code):
    with pytest.raises(DataError) as refusal:
        call()
    assert refusal.value.code == code
    assert refusal.value.remedy
