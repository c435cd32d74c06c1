"""Composites are invariant between groups where the questions work alike, and the verdict says where not."""

import numpy as np
import pytest

from csi_model.comparison.micom import ADVICE
from csi_model.comparison.statistic import pls_weights, without_interactions
from csi_model.errors import DataError
from csi_model.specify import ModelSpec
from tests.csi_model.comparing import micom
from tests.csi_model.two_groups import MODEL, MODELS, answers, two


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_yaml(MODEL)


def test_invariance_holds_between_random_groups(spec):
    values, groups = two(np.random.default_rng(5))
    result = micom(values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300)
    assert set(result.invariance) <= {"full", "partial"}
    assert (result.correlation > result.correlation_quantile).all()


def test_different_levels_leave_partial_invariance(spec):
    values, groups = two(np.random.default_rng(6), level=5.5)
    result = micom(values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300)
    assert result.invariance == ("partial",) * 3
    assert (result.mean_difference > 0.3).all()


def test_a_question_that_means_something_else_breaks_compositional_invariance(spec):
    values, groups = two(np.random.default_rng(7), last=-0.2)
    result = micom(values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300)
    assert result.invariance[0] == "none"
    assert result.p_correlation[0] < 0.02
    assert result.p_correlation[1] > 0.05


def _micom(spec, values, groups, **options):
    return micom(
        values, groups, pls_weights(spec), np.random.default_rng(0), **{"n_permutations": 200} | options
    )


def test_invariance_counts_weights_like_repeated_respondents(spec):
    rng = np.random.default_rng(21)
    values, groups = two(rng, 80, last=0.3)
    counts = np.tile([1, 2, 3, 2], 40)
    weighted = _micom(spec, values, groups, weights=counts.astype(float))
    rows = np.repeat(np.arange(160), counts)
    repeated = _micom(spec, values[rows], groups[rows])
    np.testing.assert_allclose(weighted.correlation, repeated.correlation, atol=1e-12)
    np.testing.assert_allclose(weighted.mean_difference, repeated.mean_difference, rtol=0.01)
    np.testing.assert_allclose(weighted.variance_difference, repeated.variance_difference, atol=1e-9)
    plain = _micom(spec, values, groups)
    assert np.abs(weighted.correlation - plain.correlation).max() > 1e-4


def test_invariance_does_not_depend_on_the_scale_of_weights(spec):
    rng = np.random.default_rng(22)
    values, groups = two(rng, 80)
    weights = rng.uniform(0.5, 3, 160)
    first, second = (_micom(spec, values, groups, weights=mass) for mass in (weights, weights / 1e4))
    np.testing.assert_allclose(first.correlation_quantile, second.correlation_quantile, atol=1e-12)
    np.testing.assert_array_equal(first.p_variance, second.p_variance)


def test_weights_can_mend_the_means_of_a_lopsided_sample(spec):
    """Group b was asked among the content twice as often; its weights say so, and the means agree again."""
    rng = np.random.default_rng(23)
    people = answers(rng, 3000)
    content = people[:, 3:6].mean(axis=1) > 6.5
    b = np.concatenate([np.flatnonzero(content)[:400], np.flatnonzero(~content)[:200]])
    values = np.vstack([people[-600:], people[b]])
    groups = np.repeat(["a", "b"], 600)
    weights = np.where((groups == "b") & (np.arange(1200) < 1000), 0.5, 1.0)
    weighted, plain = (_micom(spec, values, groups, weights=mass) for mass in (weights, None))
    assert plain.p_mean[1] < 0.01
    assert weighted.p_mean[1] > 0.05


def test_invariance_of_clustered_answers_is_judged_by_clusters(spec):
    rng = np.random.default_rng(24)
    clusters = np.repeat(np.arange(40), 8)
    values = np.clip(answers(rng, 320) + 1.5 * rng.standard_normal(40)[clusters, None], 1, 10)
    groups = np.where(clusters < 20, "a", "b")
    by_cluster, by_head = (_micom(spec, values, groups, clusters=given) for given in (clusters, None))
    wide, narrow = (np.diff(found.mean_interval, axis=0) for found in (by_cluster, by_head))
    assert (wide > 1.5 * narrow).all()


@pytest.mark.parametrize("missing", ["em", "mean", "listwise", "fiml"])
def test_invariance_takes_answers_with_gaps(spec, missing):
    rng = np.random.default_rng(25)
    values, groups = two(rng, 100)
    gaps = values.copy()
    gaps[rng.random(gaps.shape) < 0.03] = np.nan
    found = _micom(spec, gaps, groups, missing=missing, n_permutations=20)
    whole = _micom(spec, values, groups, n_permutations=20)
    np.testing.assert_allclose(found.mean_difference, whole.mean_difference, atol=0.15)
    np.testing.assert_allclose(found.correlation, whole.correlation, atol=0.005)


def test_a_verdict_names_the_construct_and_what_to_do(spec):
    values, groups = two(np.random.default_rng(7), last=-0.2)
    found = _micom(spec, values, groups, constructs=spec.construct_ids)
    caution = next(caution for caution in found.cautions if caution.code == "invariance-fails")
    assert caution.message == "QUAL (most of all 3): the questions make up something else in a than in b."
    assert set(found.invariance) <= ADVICE.keys()


@pytest.mark.parametrize("model", ["two-stage", "repeated", "interaction"])
def test_invariance_of_staged_models_is_that_of_their_composites(model):
    spec = ModelSpec.from_yaml(MODELS[model])
    values, groups = two(np.random.default_rng(26), 150)
    found = _micom(spec, values, groups, n_permutations=60)
    names = without_interactions(spec).construct_ids
    assert len(found.correlation) == len(names) == (3 if model == "interaction" else 5)
    assert (found.correlation > 0.98).all()


@pytest.mark.parametrize(
    ("options", "code"),
    [({"n_permutations": 0}, "draws"), ({"level": 2.0}, "level"), ({"floor": 99}, "one-group")],
)
def test_invariance_refuses_with_a_named_reason(spec, options, code):
    with pytest.raises(DataError) as refusal:
        _micom(spec, *two(np.random.default_rng(27), 60), **options)
    assert refusal.value.code == code
