"""Groups are checked at the border, standardised within, and regrouped as their sampling units allow."""

import numpy as np
import pytest

from csi_model.answers.groups import choose
from csi_model.answers.treatment import of_all
from csi_model.comparison.shuffling import level_free, regrouped
from csi_model.errors import DataError
from tests.csi_model.comparing import sample_of


def _answers(rng, n=80, p=3):
    return 5 + rng.standard_normal((n, p)), np.repeat(["a", "b"], n // 2)


def test_single_respondents_change_sides_and_sizes_stay(rng):
    member = np.arange(50) < 20
    drawn = regrouped(member, None, 400, rng)
    assert (drawn.sum(axis=1) == 20).all()
    np.testing.assert_allclose(drawn.mean(axis=0), 0.4, atol=0.12)


def test_clusters_of_one_group_change_sides_whole_and_every_way_alike_often(rng):
    clusters = np.repeat([7, 3, 9, 5], [4, 6, 5, 3])
    member = np.isin(clusters, [7, 3])
    drawn = regrouped(member, clusters, 6000, rng)
    sides = np.stack([drawn[:, clusters == c].mean(axis=1) for c in (7, 3, 9, 5)], axis=1)
    assert np.isin(sides, [0, 1]).all()
    assert (sides.sum(axis=1) == 2).all()
    ways, count = np.unique(sides, axis=0, return_counts=True)
    assert len(ways) == 6
    np.testing.assert_allclose(count / 6000, 1 / 6, atol=0.02)


def test_within_clusters_of_both_groups_labels_are_shuffled(rng):
    clusters = np.array([1, 2, 1, 2, 3, 3, 3, 4, 5])  # 1 to 3 have both groups, 4 and 5 one each
    member = np.array([True, False, False, True, True, False, False, True, False])
    drawn = regrouped(member, clusters, 4000, rng)
    for cluster in (1, 2, 3):
        assert (drawn[:, clusters == cluster].sum(axis=1) == 1).all()
    np.testing.assert_allclose(drawn[:, clusters == 3].mean(axis=0), 1 / 3, atol=0.04)
    assert (drawn[:, clusters == 4] != drawn[:, clusters == 5]).all()
    assert abs(drawn[:, 7].mean() - 0.5) < 0.04


def test_level_free_answers_have_no_level_and_one_spread_in_each_group(rng):
    values, labels = _answers(rng)
    values[labels == "b"] = 2 + 3 * values[labels == "b"]
    values[rng.random(values.shape) < 0.1] = np.nan
    weights = rng.uniform(0.5, 3, len(values))
    data = choose(sample_of(values, labels, weights=weights), "group", 30).whole
    flat = level_free(data, "mean")
    for name in "ab":
        part = flat.where(flat.label("group").of(name))
        mean, cov, _ = of_all(part.values, part.weights, "mean")
        np.testing.assert_allclose(mean, 0, atol=1e-12)
        np.testing.assert_allclose(np.diag(cov[0]), 1)
    np.testing.assert_array_equal(np.isnan(flat.values), np.isnan(values))


def test_weights_have_mean_one_in_each_group(rng):
    values, labels = _answers(rng)
    weights = np.where(labels == "a", 0.001, 500.0) * rng.uniform(0.5, 2, 80)
    found = choose(sample_of(values, labels, weights=weights), "group", 30)
    for name, part in found.parts.items():
        assert part.weights.mean() == pytest.approx(1)
        own = found.whole.label("group").of(name)
        np.testing.assert_allclose(found.whole.weights[own], part.weights)
        np.testing.assert_allclose(part.weights, weights[own] / weights[own].mean())


def test_an_unchosen_group_below_the_floor_is_left_out_and_a_chosen_one_refused(rng):
    values, labels = _answers(rng)
    sample = sample_of(values, np.where(np.arange(80) < 10, "c", labels))
    found = choose(sample, "group", 25)
    assert list(found.parts) == ["a", "b"]
    assert [caution.code for caution in found.cautions] == ["small-group"]
    for chosen, code in ((["a", "c"], "floor"), (["a", "d"], "unknown-group"), (["a"], "one-group")):
        with pytest.raises(DataError) as refusal:
            choose(sample, "group", 25, chosen)
        assert refusal.value.code == code
        assert refusal.value.remedy
