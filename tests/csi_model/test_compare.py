"""Permutation tests and bootstrap differences, on statistics whose answers are known."""

import numpy as np
import pytest

from csi_model.compare import compare_groups, group_moments
from csi_model.errors import DataError


def means_and_slope(means, covariance):
    """Two estimates with textbook theory: indicator means and the slope of the second on the first."""
    return {"mean": means, "slope": covariance[:, 0, 1] / covariance[:, 0, 0]}


def _sample(rng, n, shift=0.0, slope=0.6):
    driver = 60 + 10 * rng.standard_normal(n)
    return np.column_stack([driver, 20 + shift + slope * driver + 8 * rng.standard_normal(n)])


def _groups(rng, n=150, **planted):
    values = np.vstack([_sample(rng, n), _sample(rng, n, **planted)])
    return values, np.repeat(["a", "b"], n)


def test_group_moments_equal_numpy_with_weights_as_repeats():
    rng = np.random.default_rng(1)
    values = 60 + 10 * rng.standard_normal((40, 4))
    counts = rng.multinomial(40, np.full(40, 1 / 40), size=3)
    means, covariance = group_moments(values, counts.astype(float))
    for b in range(3):
        rows = np.repeat(values, counts[b], axis=0)
        np.testing.assert_allclose(means[b], rows.mean(0), rtol=1e-12)
        np.testing.assert_allclose(covariance[b], np.cov(rows, rowvar=False), rtol=1e-10)


def test_difference_is_that_of_the_groups_taken_apart():
    values, groups = _groups(np.random.default_rng(2), shift=-5.0)
    pair = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), n_permutations=50, n_resamples=50
    ).pairs[0]
    np.testing.assert_allclose(pair.difference["mean"].value, values[:150].mean(0) - values[150:].mean(0))
    assert (pair.first, pair.second) == ("a", "b")


def test_bootstrap_error_of_a_mean_difference_equals_the_formula():
    values, groups = _groups(np.random.default_rng(3))
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
                *_groups(rng, 40), means_and_slope, rng, n_permutations=99, n_resamples=3
            ).pairs[0].p_permutation["slope"]
            for _ in range(400)
        ]
    )  # fmt: skip
    assert 0.03 < np.mean(p <= 0.05) < 0.075
    assert 0.45 < p.mean() < 0.56


def test_planted_slope_difference_is_found():
    values, groups = _groups(np.random.default_rng(5), slope=0.1, shift=30.0)
    pair = compare_groups(
        values, groups, means_and_slope, np.random.default_rng(0), n_permutations=500, n_resamples=500
    ).pairs[0]
    assert pair.p_permutation["slope"] == pytest.approx(1 / 501)
    assert pair.difference["slope"].low < 0.5 < pair.difference["slope"].high


def test_many_pairs_are_corrected():
    rng = np.random.default_rng(6)
    values = np.vstack([_sample(rng, 60) for _ in range(4)])
    groups = np.repeat(["a", "b", "c", "d"], 60)
    result = compare_groups(values, groups, means_and_slope, rng, n_permutations=99, n_resamples=20)
    assert len(result.pairs) == 6
    for pair in result.pairs:
        assert (pair.p_holm["mean"] >= pair.p_permutation["mean"]).all()
    smallest = min(pair.p_permutation["slope"] for pair in result.pairs)
    assert min(pair.p_holm["slope"] for pair in result.pairs) == pytest.approx(min(1, 6 * smallest))
    assert "indicative" in {c.code for c in result.cautions}


def test_weights_count_like_repeated_respondents_in_the_estimates():
    values, groups = _groups(np.random.default_rng(7), 60)
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

    values, groups = _groups(np.random.default_rng(8))
    result = compare_groups(
        values, groups, moody, np.random.default_rng(0), n_permutations=100, n_resamples=100
    )
    assert result.pairs[0].failed == (10, 20)
    assert np.isfinite(result.pairs[0].difference["slope"].se)
    assert "failed-draws" in {c.code for c in result.cautions}


def test_same_seed_same_figures():
    values, groups = _groups(np.random.default_rng(9))
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
        (lambda v, g: (v[:170], g[:170]), "floor"),
        (lambda v, g: (np.where(v == v[0, 0], np.nan, v), g), "missing"),
        (lambda v, g: (np.column_stack([v[:, 0], np.where(g == "a", 50, v[:, 1])]), g), "zero-variance"),
        (lambda v, g: (v, g[:-1]), "length"),
    ],
)
def test_comparison_refuses_with_a_named_reason(change, code):
    values, groups = change(*_groups(np.random.default_rng(10)))
    with pytest.raises(DataError) as refusal:
        compare_groups(values, groups, means_and_slope, np.random.default_rng(0))
    assert refusal.value.code == code
    assert refusal.value.remedy
