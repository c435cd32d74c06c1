"""Comparisons of samples with clusters and strata, and of a panel with itself."""

import numpy as np
import pytest

from csi_model.errors import DataError
from tests.csi_model.comparing import compare_groups
from tests.csi_model.comparison.statistics import codes, means_and_slope


def clustered(rng, n_clusters=20, size=10, spread=1.0):
    """Clusters whose means differ: an intraclass correlation of one half."""
    clusters = np.repeat(np.arange(n_clusters), size)
    own = spread * rng.standard_normal((n_clusters, 2))[clusters]
    return own + rng.standard_normal((len(clusters), 2)), clusters


def test_whole_clusters_keep_the_level_where_single_respondents_cry_wolf():
    rng = np.random.default_rng(16)
    alarms = {"clusters": [], "none": []}
    for _ in range(150):
        values, clusters = clustered(rng)
        groups = np.where(clusters < 10, "a", "b")
        for name, given in (("clusters", clusters), ("none", None)):
            found = compare_groups(
                values, groups, means_and_slope, rng, n_permutations=99, n_resamples=0, clusters=given
            )
            alarms[name].append(found.pairs[0].p_permutation["mean"] <= 0.05)
    assert np.mean(alarms["clusters"]) < 0.08
    assert np.mean(alarms["none"]) > 0.3


def test_bootstrap_of_whole_clusters_gives_the_error_between_clusters():
    rng = np.random.default_rng(17)
    values, clusters = clustered(rng, 80)
    groups = np.where(clusters < 40, "a", "b")
    options = {"n_permutations": 0, "n_resamples": 3000, "clusters": clusters}
    pair = compare_groups(values, groups, means_and_slope, np.random.default_rng(0), **options).pairs[0]
    means = np.stack([values[clusters == c].mean(axis=0) for c in range(80)])
    formula = np.sqrt((means[:40].var(0) + means[40:].var(0)) / 40)
    np.testing.assert_allclose(pair.difference["mean"].se, formula, rtol=0.05)


def test_strata_that_say_much_make_intervals_short():
    rng = np.random.default_rng(18)
    strata = np.tile(np.arange(4), 50)
    values = 3.0 * strata[:, None] + rng.standard_normal((200, 2))
    groups = np.repeat(["a", "b"], 100)
    errors = [
        compare_groups(
            values,
            groups,
            means_and_slope,
            np.random.default_rng(0),
            n_permutations=0,
            n_resamples=1500,
            strata=given,
        )
        .pairs[0]
        .difference["mean"]
        .se
        for given in (strata, None)
    ]
    within = np.sqrt(2 / 100)
    np.testing.assert_allclose(errors[0], within, rtol=0.25)
    assert (errors[1] > 2.5 * errors[0]).all()


def test_a_panel_shows_a_small_change_that_two_samples_would_not():
    rng = np.random.default_rng(19)
    person = 10 * rng.standard_normal((60, 2))
    values = np.vstack([60 + person, 61.5 + person]) + rng.standard_normal((120, 2))
    groups, who = np.repeat(["wave 1", "wave 2"], 60), np.tile(np.arange(60), 2)
    same, other = (
        compare_groups(
            values,
            groups,
            means_and_slope,
            np.random.default_rng(0),
            n_permutations=399,
            n_resamples=0,
            clusters=given,
        ).pairs[0]
        for given in (who, None)
    )
    assert (same.p_permutation["mean"] < 0.01).all()
    assert (other.p_permutation["mean"] > 0.2).all()


def test_the_interval_of_a_panels_change_is_that_of_pairs():
    rng = np.random.default_rng(25)
    person = 10 * rng.standard_normal((80, 2))
    waves = [60 + person + rng.standard_normal((80, 2)) for _ in range(2)]
    groups, who = np.repeat(["wave 1", "wave 2"], 80), np.tile(np.arange(80), 2)
    options = {"n_permutations": 0, "n_resamples": 3000, "clusters": who}
    pair = compare_groups(
        np.vstack(waves), groups, means_and_slope, np.random.default_rng(0), **options
    ).pairs[0]
    formula = (waves[0] - waves[1]).std(axis=0) / np.sqrt(80)
    np.testing.assert_allclose(pair.difference["mean"].se, formula, rtol=0.06)
    assert pair.failed == (0, 0)


def test_few_clusters_carry_a_caution_and_one_is_refused():
    rng = np.random.default_rng(20)
    values, clusters = clustered(rng, 12)
    groups = np.where(clusters < 6, "a", "b")
    result = compare_groups(
        values, groups, means_and_slope, rng, n_permutations=20, n_resamples=20, clusters=clusters
    )
    assert "few-units" in codes(result)
    with pytest.raises(DataError) as refusal:
        compare_groups(values, groups, means_and_slope, rng, clusters=groups)
    assert refusal.value.code == "one-cluster"
