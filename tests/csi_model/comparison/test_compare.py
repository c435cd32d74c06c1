"""Permutation tests and bootstrap differences, on statistics whose answers are known."""

import numpy as np
import pytest

from csi_model import Options
from csi_model.comparison.compare import compare
from csi_model.errors import DataError, ModelError
from csi_model.specify import ModelSpec
from tests.csi_model.comparing import compare_groups, sample_of
from tests.csi_model.comparison.statistics import codes, drawn_groups, means_and_slope, sample
from tests.csi_model.two_groups import MODEL, two


def test_difference_is_that_of_the_groups_taken_apart():
    values, groups = drawn_groups(np.random.default_rng(2), shift=-5.0)
    pair = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), n_permutations=50, n_resamples=50
    ).pairs[0]
    np.testing.assert_allclose(pair.difference["mean"].value, values[:150].mean(0) - values[150:].mean(0))
    assert (pair.first, pair.second) == ("a", "b")


def test_bootstrap_error_of_a_mean_difference_equals_the_formula():
    values, groups = drawn_groups(np.random.default_rng(3))
    pair = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), n_permutations=50, n_resamples=8000
    ).pairs[0]
    formula = np.sqrt(values[:150].var(0) / 150 + values[150:].var(0) / 150)
    np.testing.assert_allclose(pair.difference["mean"].se, formula, rtol=0.03)


def test_permutation_p_values_are_uniform_without_a_difference():
    rng = np.random.default_rng(4)
    p = np.array(
        [
            compare_groups(
                *drawn_groups(rng, 40), means_and_slope, rng, n_permutations=99, n_resamples=3
            ).pairs[0].p_permutation["slope"]
            for _ in range(400)
        ]
    )  # fmt: skip
    assert 0.03 < np.mean(p <= 0.05) < 0.075
    assert 0.45 < p.mean() < 0.56


def test_planted_slope_difference_is_found():
    values, groups = drawn_groups(np.random.default_rng(5), slope=0.1, shift=30.0)
    pair = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), n_permutations=500, n_resamples=500
    ).pairs[0]
    assert pair.p_permutation["slope"] == pytest.approx(1 / 501)
    assert pair.difference["slope"].low < 0.5 < pair.difference["slope"].high


def test_many_pairs_are_corrected():
    rng = np.random.default_rng(6)
    values = np.vstack([sample(rng, 60) for _ in range(4)])
    groups = np.repeat(["a", "b", "c", "d"], 60)
    result = compare_groups(values, groups, means_and_slope, rng, n_permutations=99, n_resamples=20)
    assert len(result.pairs) == 6
    for pair in result.pairs:
        assert (pair.p_holm["mean"] >= pair.p_permutation["mean"]).all()
    smallest = min(pair.p_permutation["slope"] for pair in result.pairs)
    assert min(pair.p_holm["slope"] for pair in result.pairs) == pytest.approx(min(1, 6 * smallest))


def test_weights_count_like_repeated_respondents_in_the_estimates():
    values, groups = drawn_groups(np.random.default_rng(7), 60)
    weights = np.tile([1.0, 2.0, 3.0], 40)
    options = {"n_permutations": 20, "n_resamples": 20}
    weighted = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), weights=weights, **options
    )
    repeated = np.repeat(np.arange(120), weights.astype(int))
    plain = compare_groups(
        values[repeated], groups[repeated], means_and_slope, np.random.default_rng(0), **options
    )
    np.testing.assert_allclose(
        weighted.pairs[0].difference["mean"].value, plain.pairs[0].difference["mean"].value
    )


def test_draws_without_a_solution_are_counted_and_left_out():
    def moody(means, covariance):
        found = means_and_slope(means, covariance)
        if len(means) > 1:
            found["slope"][::10] = np.nan
            found["mean"][::10] = np.nan
        return found

    values, groups = drawn_groups(np.random.default_rng(8))
    result = compare_groups(
        values, groups, moody, np.random.default_rng(0), n_permutations=100, n_resamples=100
    )
    assert result.pairs[0].failed == (10, 20)
    assert np.isfinite(result.pairs[0].difference["slope"].se)
    assert "failed-draws" in {c.code for c in result.cautions}


def test_same_seed_same_figures():
    values, groups = drawn_groups(np.random.default_rng(9))
    first, second = (
        compare_groups(
            values, groups, means_and_slope, np.random.default_rng(5), n_permutations=300, n_resamples=300
        ).pairs[0]
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.difference["mean"].low, second.difference["mean"].low)
    np.testing.assert_array_equal(first.p_permutation["slope"], second.p_permutation["slope"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v, g: (v, np.where(g == "a", "b", "b")), "one-group"),
        (lambda v, g: (v[:170], g[:170]), "one-group"),
        (lambda v, g: (np.where(v == v[0, 0], np.inf, v), g), "infinite"),
        (lambda v, g: (np.column_stack([v[:, 0], np.where(g == "a", np.nan, v[:, 1])]), g), "all-missing"),
        (lambda v, g: (np.column_stack([v[:, 0], np.where(g == "a", 50, v[:, 1])]), g), "constant-column"),
        (lambda v, g: (v, g[:-1]), "groups"),
    ],
)
def test_comparison_refuses_with_a_named_reason(change, code):
    values, groups = change(*drawn_groups(np.random.default_rng(10)))
    with pytest.raises(DataError) as refusal:
        compare_groups(values, groups, means_and_slope, np.random.default_rng(0))
    assert refusal.value.code == code
    assert refusal.value.remedy


@pytest.mark.parametrize("scale", [1 / 270, 1000.0, "sum to one", "group by group"])
def test_the_scale_of_weights_changes_nothing(scale):
    rng = np.random.default_rng(11)
    values, groups = drawn_groups(rng, 60)
    weights = rng.uniform(0.5, 3, 120)
    factor = {"sum to one": 1 / weights.sum(), "group by group": np.where(groups == "a", 0.01, 70)}
    found = [
        compare_groups(
            values,
            groups,
            means_and_slope,
            np.random.default_rng(0),
            weights=mass,
            n_permutations=50,
            n_resamples=50,
        ).pairs[0]
        for mass in (weights, weights * factor.get(scale, scale))
    ]
    for key in ("mean", "slope"):
        for part in ("value", "se", "low", "high", "p"):
            first, second = (getattr(pair.difference[key], part) for pair in found)
            np.testing.assert_allclose(first, second, rtol=1e-9)
        np.testing.assert_array_equal(found[0].p_permutation[key], found[1].p_permutation[key])


def test_no_draws_asked_for_leave_figures_without_p_or_interval():
    values, groups = drawn_groups(np.random.default_rng(12), 60)
    options = {"n_permutations": 0, "n_resamples": 0}
    result = compare_groups(values, groups, means_and_slope, np.random.default_rng(0), **options)
    pair = result.pairs[0]
    assert np.isfinite(pair.difference["mean"].value).all()
    assert np.isnan(pair.difference["mean"].low).all()
    assert np.isnan(pair.difference["slope"].p).all()
    assert np.isnan(pair.p_permutation["mean"]).all()
    assert np.isnan(pair.p_holm["slope"]).all()
    assert pair.failed == (0, 0)
    assert "failed-draws" not in codes(result)


@pytest.mark.parametrize(
    ("options", "n_permutations", "code"),
    [
        ({}, -1, "draws"),
        ({}, 18, "permutations"),
        ({"bootstrap": -5}, 0, "bootstrap"),
        ({"bootstrap": 1}, 0, "bootstrap"),
        ({"level": 0.0}, 0, "level"),
        ({"level": 95.0}, 0, "level"),
    ],
)
def test_impossible_numbers_of_draws_and_levels_are_refused(options, n_permutations, code):
    spec = ModelSpec.from_yaml(MODEL)
    sample = sample_of(*two(np.random.default_rng(13), 60), spec=spec)
    with pytest.raises(ModelError) as refusal:
        compare(spec, sample, "group", Options(**options), n_permutations=n_permutations)
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_gaps_are_replaced_within_each_group_not_by_the_common_mean():
    rng = np.random.default_rng(14)
    values, groups = drawn_groups(rng, 150, shift=-20.0)
    gaps = values.copy()
    gaps[rng.random(len(values)) < 0.4, 1] = np.nan
    options = {"n_permutations": 20, "n_resamples": 20}
    pair = compare_groups(gaps, groups, means_and_slope, np.random.default_rng(0), **options).pairs[0]
    by_hand = np.nanmean(gaps[groups == "a"], axis=0) - np.nanmean(gaps[groups == "b"], axis=0)
    np.testing.assert_allclose(pair.difference["mean"].value, by_hand)
    rows = ~np.isnan(gaps).any(axis=1)
    listwise, complete = (
        compare_groups(x, g, means_and_slope, np.random.default_rng(0), missing=how, **options).pairs[0]
        for x, g, how in ((gaps, groups, "listwise"), (gaps[rows], groups[rows], "mean"))
    )
    np.testing.assert_array_equal(listwise.difference["slope"].low, complete.difference["slope"].low)
    np.testing.assert_array_equal(listwise.p_permutation["mean"], complete.p_permutation["mean"])


def test_permutation_with_gaps_keeps_its_level():
    rng = np.random.default_rng(15)
    p = []
    for _ in range(300):
        values, groups = drawn_groups(rng, 40)
        values[rng.random(values.shape) < 0.2] = np.nan
        found = compare_groups(values, groups, means_and_slope, rng, n_permutations=99, n_resamples=0)
        p.append(found.pairs[0].p_permutation["mean"])
    assert 0.03 < np.mean(np.array(p) <= 0.05) < 0.075


def test_a_figure_that_half_of_the_draws_lack_has_no_p_and_no_interval():
    def sometimes(means, covariance):
        found = means_and_slope(means, covariance)
        if len(means) > 1:
            found["slope"] = np.where(np.arange(len(means)) % 3 == 0, found["slope"], np.nan)
        return found

    values, groups = drawn_groups(np.random.default_rng(21))
    pair = compare_groups(
        values, groups, sometimes, np.random.default_rng(0), n_permutations=90, n_resamples=90
    ).pairs[0]
    assert np.isnan(pair.p_permutation["slope"])
    assert np.isnan(pair.difference["slope"].low)
    assert np.isfinite(pair.difference["mean"].low).all()
    assert pair.failed == (0, 0)


def test_holm_counts_every_figure_that_can_differ_and_no_other():
    def with_constant(means, covariance):
        return {"mean": np.concatenate([means, np.ones((len(means), 3))], axis=1)}

    values, groups = drawn_groups(np.random.default_rng(23), shift=3.0)
    options = {"n_permutations": 400, "n_resamples": 0}
    pair = compare_groups(values, groups, with_constant, np.random.default_rng(0), **options).pairs[0]
    p = pair.p_permutation["mean"][:2]
    by_hand = np.where(p == p.min(), 2 * p.min(), max(2 * p.min(), p.max()))
    np.testing.assert_allclose(pair.p_holm["mean"][:2], by_hand)
    np.testing.assert_array_equal(pair.p_holm["mean"][2:], 1.0)


def test_progress_rises_to_the_end():
    spec, seen = ModelSpec.from_yaml(MODEL), []
    sample = sample_of(*two(np.random.default_rng(24), 60), spec=spec)
    compare(spec, sample, "group", Options(bootstrap=60), n_permutations=300, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    assert len(seen) > 4
