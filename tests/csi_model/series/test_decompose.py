"""The parts of an index change."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from csi_model.errors import DataError
from csi_model.series.decompose import WaveAnswers, decompose
from csi_model.series.split import split_change


def _random_waves(rng, n_segments, n_items):
    mix = rng.dirichlet(np.ones(n_segments), size=2)
    shares = rng.dirichlet(np.ones(n_items), size=2)
    means = rng.uniform(0, 100, (2, n_segments, n_items))
    return tuple(mix), tuple(shares), tuple(means)


def _index(mix, shares, means):
    return mix @ means @ shares


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 8))
def test_parts_add_up_exactly(seed, n_segments, n_items):
    mix, shares, means = _random_waves(np.random.default_rng(seed), n_segments, n_items)
    parts = split_change(mix, shares, means)
    change = _index(mix[1], shares[1], means[1]) - _index(mix[0], shares[0], means[0])
    np.testing.assert_allclose(parts.change, change, atol=1e-10)
    np.testing.assert_allclose(parts.answers + parts.weights + parts.mix, change, atol=1e-10)
    np.testing.assert_allclose(parts.answers_by_item.sum(), parts.answers, atol=1e-10)
    np.testing.assert_allclose(parts.answers_by_segment.sum(), parts.answers, atol=1e-10)
    np.testing.assert_allclose(parts.weights_by_item.sum(), parts.weights, atol=1e-10)
    np.testing.assert_allclose(parts.mix_by_segment.sum(), parts.mix, atol=1e-10)


def test_parts_equal_the_average_over_all_orders():
    """Second derivation: walk all six orders of moving mix, weights and answers."""
    factors = _random_waves(np.random.default_rng(1), 3, 4)
    walked = np.zeros(3)
    for order in permutations(range(3)):
        at = [0, 0, 0]
        for factor in order:
            before = _index(*(factors[k][at[k]] for k in range(3)))
            at[factor] = 1
            walked[factor] += (_index(*(factors[k][at[k]] for k in range(3))) - before) / 6
    parts = split_change(*factors)
    np.testing.assert_allclose([parts.mix, parts.weights, parts.answers], walked, atol=1e-10)


def test_parts_of_the_reversed_change_are_the_negatives():
    mix, shares, means = _random_waves(np.random.default_rng(2), 3, 4)
    forth, back = split_change(mix, shares, means), split_change(mix[::-1], shares[::-1], means[::-1])
    for a, b in zip(forth, back, strict=True):
        np.testing.assert_allclose(a, -b, atol=1e-10)


def test_only_the_moved_factor_has_a_part():
    mix, shares, means = _random_waves(np.random.default_rng(3), 3, 4)
    same = split_change((mix[0], mix[0]), (shares[0], shares[0]), means)
    assert abs(same.weights) < 1e-12
    assert abs(same.mix) < 1e-12
    assert same.answers == pytest.approx(same.change)
    moved_mix = split_change(mix, (shares[0], shares[0]), (means[0], means[0]))
    assert moved_mix.mix == pytest.approx(moved_mix.change)


def test_batched_resamples_equal_one_at_a_time():
    rng = np.random.default_rng(4)
    many = [_random_waves(rng, 3, 4) for _ in range(5)]
    batch = [tuple(np.stack([m[f][t] for m in many]) for t in (0, 1)) for f in range(3)]
    together = split_change(*batch)
    for k, one in enumerate(many):
        for a, b in zip(split_change(*one), together, strict=True):
            np.testing.assert_allclose(a, b[k], atol=1e-12)


def _wave(rng, n, mix, means, shares):
    segments = rng.choice(["city", "rural"], size=n, p=mix)
    centre = np.where((segments == "city")[:, None], means[0], means[1])
    points = np.clip(centre + 15 * rng.standard_normal((n, len(shares))), 0, 100)
    return WaveAnswers(points, segments, np.asarray(shares))


def test_a_planted_shift_of_mix_is_found_as_mix():
    rng = np.random.default_rng(5)
    means = np.array([[75.0, 70], [55, 50]])
    before = _wave(rng, 4000, [0.7, 0.3], means, [0.5, 0.5])
    after = _wave(rng, 4000, [0.4, 0.6], means, [0.5, 0.5])
    result = decompose(before, after)
    assert result.mix.low < -6 < result.mix.high
    assert result.answers.low < 0 < result.answers.high
    assert result.weights.value == pytest.approx(0, abs=1e-12)
    whole = result.answers.value + result.weights.value + result.mix.value
    assert whole == pytest.approx(float(result.change.value), abs=1e-10)


def test_the_change_of_the_decomposition_is_that_of_the_plain_means():
    rng = np.random.default_rng(6)
    before, after = (_wave(rng, 500, [0.6, 0.4], [[70.0, 60], [60, 65]], [0.3, 0.7]) for _ in range(2))
    plain = (after.points.mean(0) - before.points.mean(0)) @ [0.3, 0.7]
    assert decompose(before, after).change.value == pytest.approx(plain, abs=1e-10)


def test_intervals_of_the_parts_cover():
    rng = np.random.default_rng(7)
    truth = split_change(
        (np.array([0.6, 0.4]), np.array([0.5, 0.5])),
        (np.array([0.5, 0.5]),) * 2,
        (np.array([[70.0, 66], [55, 50]]), np.array([[72.0, 66], [55, 56]])),
    )
    hits = []
    for _ in range(250):
        before = _wave(rng, 300, [0.6, 0.4], np.array([[70.0, 66], [55, 50]]), [0.5, 0.5])
        after = _wave(rng, 300, [0.5, 0.5], np.array([[72.0, 66], [55, 56]]), [0.5, 0.5])
        result = decompose(before, after)
        hits.append(
            [e.low <= t <= e.high for e, t in ((result.answers, truth.answers), (result.mix, truth.mix))]
        )
    assert (np.mean(hits, axis=0) > 0.91).all()
    assert (np.mean(hits, axis=0) < 0.985).all()


def test_the_errors_are_those_of_redrawn_waves():
    """Second derivation: the spread of parts over fresh samples of the same world."""
    rng, found = np.random.default_rng(8), []
    for _ in range(300):
        pair = [_wave(rng, 300, p, [[70.0, 60], [50, 45]], [0.5, 0.5]) for p in ([0.6, 0.4], [0.5, 0.5])]
        found.append(decompose(*pair))
    for name in ("change", "answers", "mix"):
        values = [getattr(each, name).value for each in found]
        errors = [getattr(each, name).se for each in found]
        assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)


def test_a_segment_below_the_floor_is_refused_with_its_name():
    rng = np.random.default_rng(9)
    before = _wave(rng, 400, [0.98, 0.02], [[70.0], [50]], [1.0])
    with pytest.raises(DataError, match=r"rural.*Merge") as refusal:
        decompose(before, before)
    assert refusal.value.code == "floor"


def test_a_segment_of_one_wave_only_is_refused():
    rng = np.random.default_rng(10)
    before, after = (_wave(rng, 400, [0.5, 0.5], [[70.0], [50]], [1.0]) for _ in range(2))
    after = WaveAnswers(after.points, np.where(after.segments == "city", "town", "rural"), after.shares)
    with pytest.raises(DataError, match="city"):
        decompose(before, after)


@pytest.mark.parametrize("shares", [[1.2, -0.2], [0.6, 0.6], [60.0, 40.0], [np.nan, 1.0], [0.0, 0.0]])
def test_item_shares_that_are_negative_or_do_not_sum_to_one_are_refused(shares):
    rng = np.random.default_rng(11)
    good = _wave(rng, 400, [0.5, 0.5], [[70.0, 60], [50, 45]], [0.5, 0.5])
    bad = WaveAnswers(good.points, good.segments, np.array(shares))
    for before, after in ((bad, good), (good, bad)):
        with pytest.raises(DataError) as refusal:
            decompose(before, after)
        assert refusal.value.code == "shares"
        assert refusal.value.remedy


@pytest.mark.parametrize("factor", ["mix", "shares"])
def test_a_split_refuses_negative_parts_that_sum_to_one(factor):
    half = np.array([0.5, 0.5])
    given = {"mix": (half, half), "shares": (half, half)} | {factor: (half, np.array([1.5, -0.5]))}
    with pytest.raises(DataError) as refusal:
        split_change(**given, means=(np.full((2, 2), 60.0),) * 2)
    assert refusal.value.code == "shares"


def _asked_twice(rng, units=40, size=12):
    """Two waves of one world without change, in which the same units are asked; mix and levels are theirs."""
    level, city = rng.normal(0, 8, units), rng.uniform(0.2, 0.8, units)
    unit = np.repeat(np.arange(units), size)

    def wave():
        segments = np.where(rng.random(len(unit)) < city[unit], "city", "rural")
        centre = np.where(segments == "city", 68.0, 55.0) + level[unit]
        points = centre[:, None] + rng.normal(0, 10, (len(unit), 2))
        return WaveAnswers(points, segments, np.array([0.4, 0.6]), clusters=unit)

    return wave(), wave()


def _named_apart(wave):
    return replace(wave, clusters=np.asarray(wave.clusters) + 1000)


def test_parts_of_waves_that_share_units_cover_no_change_as_often_as_they_say():
    rng, names = np.random.default_rng(11), ("change", "answers", "mix")
    hits = {"joint": [], "apart": []}
    for _ in range(600):
        before, after = _asked_twice(rng)
        for how, last in (("joint", after), ("apart", _named_apart(after))):
            found = decompose(before, last)
            hits[how].append(
                [abs(getattr(found, name).value) <= _half(getattr(found, name)) for name in names]
            )
    joint, apart = (np.mean(hits[how], axis=0) for how in ("joint", "apart"))
    assert ((joint >= 0.93) & (joint <= 0.97)).all(), joint
    assert (apart > 0.98).all(), apart


def _half(figure):
    return (figure.high - figure.low) / 2


def test_errors_of_parts_are_by_students_distribution_where_units_are_sampled():
    before, after = _asked_twice(np.random.default_rng(12), units=9, size=30)
    found = decompose(before, after).answers
    assert float(found.high - found.value) == pytest.approx(stats.t.ppf(0.975, 8) * float(found.se))
    plain = decompose(replace(before, clusters=None), replace(after, clusters=None)).answers
    assert float(plain.high - plain.value) == pytest.approx(1.959964 * float(plain.se), rel=1e-6)


def test_a_unit_that_one_wave_alone_asked_adds_to_that_wave_alone():
    before, after = _asked_twice(np.random.default_rng(13))
    apart, joint = decompose(before, _named_apart(after)), decompose(before, after)
    np.testing.assert_allclose(apart.answers.value, joint.answers.value)
    assert float(joint.answers.se) < 0.8 * float(apart.answers.se)
    half = np.where(np.asarray(after.clusters) < 20, after.clusters, np.asarray(after.clusters) + 1000)
    partly = decompose(before, replace(after, clusters=half))
    assert float(joint.answers.se) < float(partly.answers.se) < float(apart.answers.se)
