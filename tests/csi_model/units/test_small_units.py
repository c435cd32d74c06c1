"""Shrinkage, funnel limits, tiers and Holm's correction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from csi_model.errors import DataError
from csi_model.inference.many import between_variance, holm
from csi_model.units.funnel import beyond_limits
from csi_model.units.shrink import shrink_units
from csi_model.units.tiers import tier_units


def _network(rng, n_units, between_sd, low=1.0, high=6.0):
    truth = 70 + between_sd * rng.standard_normal(n_units)
    se = rng.uniform(low, high, n_units)
    return truth, truth + se * rng.standard_normal(n_units), se


@settings(max_examples=60, deadline=None)
@given(
    arrays(float, st.integers(3, 20), elements=st.floats(0, 100)),
    st.randoms(use_true_random=False),
)
def test_shrunken_figures_lie_between_the_raw_ones_and_the_common_mean(points, random):
    se = np.array([random.uniform(0.5, 8) for _ in points])
    result = shrink_units(points, se)
    low, high = np.minimum(points, result.centre) - 1e-9, np.maximum(points, result.centre) + 1e-9
    assert ((low <= result.points.value) & (result.points.value <= high)).all()
    assert ((result.reliability >= 0) & (result.reliability < 1)).all()


def test_less_precise_units_borrow_more():
    points, se = np.array([60.0, 60, 75, 80, 85, 70]), np.array([1.0, 6, 2, 2, 2, 2])
    result = shrink_units(points, se)
    assert result.reliability[0] > result.reliability[1]
    assert result.points.value[1] > result.points.value[0]
    assert result.points.se[1] < se[1]


def test_between_variance_solves_its_score_equation():
    """A second derivation: at the REML solution the score of Viechtbauer (2005, eq. 8) is zero."""
    rng = np.random.default_rng(3)
    _, points, se = _network(rng, 40, 5.0)
    tau2 = between_variance(points, se)
    weight = 1 / (se**2 + tau2)
    projection = np.diag(weight) - np.outer(weight, weight) / weight.sum()
    score = points @ projection @ projection @ points - np.trace(projection)
    assert tau2 > 0
    assert abs(score) < 1e-5


def test_equal_precision_gives_the_textbook_variance():
    rng = np.random.default_rng(4)
    points = 70 + 6 * rng.standard_normal(25)
    assert between_variance(points, np.full(25, 2.0)) == pytest.approx(points.var(ddof=1) - 4, rel=1e-6)


def test_shrunken_intervals_cover_and_shrinkage_beats_the_raw_figures():
    rng = np.random.default_rng(5)
    covered, raw_error, own_error = [], 0.0, 0.0
    for _ in range(300):
        truth, points, se = _network(rng, 30, 3.0)
        result = shrink_units(points, se)
        covered.append((result.points.low <= truth) & (truth <= result.points.high))
        own_error += ((result.points.value - truth) ** 2).sum()
        raw_error += ((points - truth) ** 2).sum()
    assert 0.93 < np.mean(covered) < 0.97
    assert own_error < 0.6 * raw_error


def test_units_that_differ_by_chance_only_shrink_to_one_figure():
    result = shrink_units(np.array([70.0, 70.1, 69.9, 70.05]), np.full(4, 5.0))
    assert np.ptp(result.points.value) == 0
    assert {"few-units", "no-difference"} == {c.code for c in result.cautions}


def test_holm_equals_its_definition():
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(holm(p), [0.03, np.nan, 0.06, 0.06, 0.02])


def test_holm_names_any_true_null_rarely():
    rng = np.random.default_rng(6)
    wrong = [(holm(rng.uniform(size=48)) <= 0.05).any() for _ in range(2000)]
    assert 0.03 < np.mean(wrong) < 0.065


def test_tiers_account_for_the_unit_being_part_of_the_whole():
    """Simulated difference to the overall figure has the variance that the tiers use."""
    rng = np.random.default_rng(7)
    se, shares = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.3, 0.2])
    draws = 70 + se * rng.standard_normal((200_000, 3))
    simulated = (draws - (draws @ shares)[:, None]).std(axis=0)
    result = tier_units(np.full(3, 70.0), se, shares=shares)
    np.testing.assert_allclose(result.difference.se, simulated, rtol=0.01)


def test_tiers_find_planted_units_and_leave_the_rest_alone():
    points = np.full(48, 72.0)
    points[[0, 1]] = [85, 55]
    tiers = tier_units(points, np.full(48, 2.0)).tier
    assert tiers[0] == "above"
    assert tiers[1] == "below"
    assert set(tiers[2:]) == {"with"}


def test_tier_margin_asks_for_more_than_a_trifle():
    points = np.array([72.0, 70, 70, 70])
    se = np.full(4, 0.2)
    assert tier_units(points, se).tier[0] == "above"
    assert tier_units(points, se, margin=2.0).tier == ("with",) * 4


def test_funnel_limits_widen_with_the_standard_error():
    """Around the precision-weighted mean, which the first unit alone decides here."""
    edges = np.array([1.95, 1.97, 3.08, 3.1])
    se = np.array([1e-4, 1, 2, 3, 4])
    for side in (1, -1):
        points = 70 + side * np.append(0.0, edges * se[1:])
        np.testing.assert_array_equal(beyond_limits(points, se), side * np.array([0, 0, 1, 1, 2]))


def test_a_funnel_of_units_that_do_not_differ_flags_about_five_percent():
    rng = np.random.default_rng(8)
    se = rng.uniform(0.5, 1.5, 2000)
    found = beyond_limits(70 + se * rng.standard_normal(2000), se)
    assert np.mean(found != 0) == pytest.approx(0.05, abs=0.015)
    assert np.mean(np.abs(found) == 2) == pytest.approx(0.002, abs=0.003)


@pytest.mark.parametrize(
    ("points", "se", "code"),
    [
        ([70, 71], [1, 1], "few-units"),
        ([70, 71, 72], [1, 0, 1], "zero-se"),
        ([70, np.nan, 72], [1, 1, 1], "not-finite"),
        ([70, 71, 72], [1, 1], "shape"),
    ],
)
def test_shrinkage_refuses_what_it_cannot_use(points, se, code):
    with pytest.raises(DataError) as refusal:
        shrink_units(np.array(points, float), np.array(se, float))
    assert refusal.value.code == code
    assert refusal.value.remedy
