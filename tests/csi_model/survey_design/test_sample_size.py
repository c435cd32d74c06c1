"""Half-widths, allocations and power, against known numbers and against simulated surveys."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi_model.errors import DataError
from csi_model.survey_design.allocation import allocate, units_half_width, units_needed
from csi_model.survey_design.design import Design
from csi_model.survey_design.power import answers_for_change, change_seen, power
from csi_model.survey_design.sample_size import answers_needed, half_width, pilot_sd


@pytest.mark.parametrize(("wanted", "n"), [(2, 246), (3, 110), (5, 40)])
def test_known_numbers_of_answers(wanted, n):
    assert answers_needed(wanted) == n
    assert half_width(n) <= wanted < half_width(n - 1)


def test_two_hundred_and_fifty_answers_are_good_for_two_points():
    """The American index asks about 250 customers a firm."""
    assert half_width(250) == pytest.approx(1.959964 * 16 / math.sqrt(250), rel=1e-6)
    assert half_width(250) < 2


designs = st.builds(
    Design,
    sd_points=st.floats(5, 30),
    cluster_size=st.floats(1, 40),
    icc=st.floats(0, 0.5),
    weighting_effect=st.floats(1, 3),
    population=st.one_of(st.just(math.inf), st.integers(50, 10**6).map(float)),
    level=st.sampled_from([0.8, 0.95, 0.99]),
)


@settings(max_examples=150, deadline=None)
@given(designs, st.floats(0.3, 10))
def test_answers_needed_is_the_least_that_suffices(design, wanted):
    n = answers_needed(wanted, design)
    assert half_width(n, design) <= wanted * (1 + 1e-8)
    assert n == 1 or half_width(n - 1, design) > wanted * (1 - 1e-8)


@settings(max_examples=80, deadline=None)
@given(designs, st.floats(1, 10), st.sampled_from([0.5, 0.8, 0.9]))
def test_answers_for_a_change_are_the_least_that_suffice(design, change, wanted):
    wanted = max(wanted, 1.5 * (1 - design.level))
    n = answers_for_change(change, wanted, design)
    assert power(change, n, n, design) >= wanted - 1e-9
    assert n == 1 or power(change, n - 1, n - 1, design) < wanted + 1e-9


def test_clusters_and_weights_multiply():
    design = Design(cluster_size=11, icc=0.1, weighting_effect=1.5)
    assert design.effect == pytest.approx(3.0)
    assert answers_needed(2, design) == math.ceil(3 * (1.959964 * 8) ** 2)
    assert answers_needed(2, Design(population=500)) == math.ceil(245.86 / (1 + 245.86 / 500))
    assert half_width(500, Design(population=500)) == 0


def test_half_width_holds_in_simulated_clusters(rng):
    """60 clusters of 8 with an intraclass correlation of 0.2: means scatter as the design effect says."""
    icc, size, clusters = 0.2, 8, 60
    draws = 4000
    level = math.sqrt(icc) * 16 * rng.standard_normal((draws, clusters))
    means = level.mean(axis=1) + math.sqrt(1 - icc) * 16 * rng.standard_normal(draws) / math.sqrt(
        clusters * size
    )
    reach = half_width(clusters * size, Design(cluster_size=size, icc=icc))
    assert 0.94 < (np.abs(means) <= reach).mean() < 0.96
    assert (np.abs(means) <= half_width(clusters * size)).mean() < 0.85


def test_half_width_holds_without_replacement_and_with_weights(rng):
    population = np.clip(70 + 16 * rng.standard_normal(800), 0, 100)
    design = Design(sd_points=population.std(ddof=1), population=800)
    picks = np.argsort(rng.random((4000, 800)), axis=1)[:, :400]
    inside = np.abs(population[picks].mean(axis=1) - population.mean()) <= half_width(400, design)
    assert 0.94 < inside.mean() < 0.96
    weights = rng.lognormal(0, 0.6, 300)
    drawn = 16 * rng.standard_normal((4000, 300))
    effect = 300 * (weights**2).sum() / weights.sum() ** 2
    weighted = np.abs(drawn @ weights / weights.sum()) <= half_width(300, Design(weighting_effect=effect))
    assert 0.94 < weighted.mean() < 0.96


def test_power_is_the_share_of_simulated_waves_that_see_the_change(rng):
    n = answers_for_change(3, 0.8)
    assert n == 447  # 2 (16 (1.95996 + 0.84162) / 3)²  = 446.5
    moved = rng.normal(3, 16 / math.sqrt(n), 20_000) - rng.normal(0, 16 / math.sqrt(n), 20_000)
    seen = np.abs(moved) > 1.959964 * 16 * math.sqrt(2 / n)
    assert seen.mean() == pytest.approx(power(3, n, n), abs=0.01)
    assert power(0, 300, 300) == pytest.approx(0.05)
    assert power(-3, n, n) == power(3, n, n)
    assert power(3, 200, 2000) < power(3, 1100, 1100)
    assert power(change_seen(250, 250), 250, 250) == pytest.approx(0.8, abs=1e-6)


def test_allocations_divide_the_total():
    sizes, sd = [5000, 3000, 2000], [20, 10, 15]
    assert allocate(900, sizes, how="equal").tolist() == [300, 300, 300]
    assert allocate(900, sizes).tolist() == [450, 270, 180]
    # 100000 : 30000 : 30000
    assert allocate(800, sizes, sd, how="neyman").tolist() == [500, 150, 150]
    assert allocate(900, [40, 5000, 5000], how="equal").tolist() == [40, 430, 430]
    assert allocate(200, [100, 9900, 10000], least=30).tolist() == [30, 85, 85]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(1, 20_000), min_size=1, max_size=48),
    st.floats(0, 1),
    st.sampled_from(["equal", "proportional", "neyman"]),
    st.integers(0, 40),
    st.randoms(use_true_random=False),
)
def test_allocations_keep_their_promises(sizes, share, how, least, random):
    sizes = np.array(sizes)
    sd = np.array([random.uniform(5, 30) for _ in sizes])
    floor = np.minimum(sizes, least)
    total = int(floor.sum() + share * (sizes.sum() - floor.sum()))
    found = allocate(total, sizes, sd, how=how, least=least)
    assert found.sum() == total
    assert (found >= floor).all()
    assert (found <= sizes).all()


def test_neyman_gives_the_whole_the_narrowest_interval():
    sizes, sd = np.array([6000, 3000, 1000]), np.array([9.0, 16.0, 28.0])
    best = units_half_width(allocate(600, sizes, sd, how="neyman"), sizes, sd)[1]
    for how in ("equal", "proportional"):
        assert best < units_half_width(allocate(600, sizes, sd, how=how), sizes, sd)[1]
    moved = allocate(600, sizes, sd, how="neyman") + np.array([15, -15, 0])
    assert best < units_half_width(moved, sizes, sd)[1]


def test_many_units_each_to_three_points():
    """48 offices of the same kind need 110 answers each, fewer where an office is small."""
    sizes = np.array([10**9] * 47 + [200])
    needed = units_needed(3, sizes)
    assert (needed[:47] == 110).all()
    assert needed[47] == math.ceil(109.27 / (1 + 109.27 / 200))
    own, whole = units_half_width(needed, sizes)
    assert (own <= 3).all()
    assert whole < 3 / math.sqrt(46)
    assert np.isnan(units_half_width([0, 5], [10, 10])[1])
    np.testing.assert_allclose(units_half_width([1, 7], [1, 7])[0], 0)


def test_pilot_gives_a_safe_standard_deviation(rng):
    pilots = 16 * rng.standard_normal((4000, 30))
    found = np.array([pilot_sd(pilot) for pilot in pilots])
    np.testing.assert_allclose(found[:, 0], pilots.std(axis=1, ddof=1))
    assert (found[:, 1] >= 16).mean() == pytest.approx(0.8, abs=0.02)


def test_impossible_plans_are_refused():
    cases = (
        (lambda: Design(sd_points=0), "standard deviation"),
        (lambda: Design(sd_points=math.nan), "standard deviation"),
        (lambda: Design(cluster_size=0.5), "cluster size"),
        (lambda: Design(icc=1.2), "intraclass"),
        (lambda: Design(weighting_effect=0.9), "weighting effect"),
        (lambda: Design(population=0), "population"),
        (lambda: Design(level=1), "level"),
        (lambda: half_width(0), "0 answers"),
        (lambda: half_width(101, Design(population=100)), "101 answers cannot come from 100"),
        (lambda: answers_needed(0), "half-width of 0"),
        (lambda: answers_needed(math.inf), "half-width"),
        (lambda: answers_for_change(0), "change of 0"),
        (lambda: answers_for_change(2, 1), "power of 1"),
        (lambda: answers_for_change(2, 0.04), "power of 0.04"),
        (lambda: change_seen(100, 100, 0.3), "power of 0.3"),
        (lambda: allocate(10, [5, 4]), "10 answers cannot be divided"),
        (lambda: allocate(10, [50, 40], least=20), "cannot be divided"),
        (lambda: allocate(10, [50, 40], how="fair"), "no allocation 'fair'"),
        (lambda: allocate(10, [50, 0]), "number of customers"),
        (lambda: allocate(10, []), "number of customers"),
        (lambda: units_needed(3, [50, 60], [16, -1]), "Standard deviations"),
        (lambda: units_needed(3, [50, 60], [16, 16, 16]), "Standard deviations"),
        (lambda: units_half_width([5], [50, 60]), "1 numbers of answers"),
        (lambda: pilot_sd([60.0] * 9), "9 answers of a pilot"),
    )
    for call, match in cases:
        with pytest.raises(DataError, match=match) as caught:
            call()
        assert caught.value.remedy
