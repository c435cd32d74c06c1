"""Planted differences of a PLS model between groups are found, and invariance with them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from csi_model.compare_pls import compare_models, pls_statistic, pls_weights
from csi_model.errors import DataError
from csi_model.micom import measurement_invariance
from csi_model.specify import ModelSpec

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

MODEL = """
scale: {low: 1, high: 10}
index: SAT
constructs:
  - id: QUAL
    name: {en: Quality}
    dimensions:
      - {id: SUPPLY, name: {en: Supply}, indicators: [Q1, Q2]}
      - {id: SERVICE, name: {en: Service}, indicators: [Q3]}
  - {id: SAT, name: {en: Satisfaction}, indicators: [S1, S2, S3]}
  - {id: LOY, name: {en: Loyalty}, indicators: [L1, L2]}
paths: [[QUAL, SAT], [SAT, LOY]]
"""


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_yaml(MODEL)


def _answers(rng, n, *, path=0.7, level=6.5, last=1.0):
    """Answers to the eight questions; ``last`` scales how much Q3 has to do with quality."""
    quality = rng.standard_normal(n)
    satisfaction = path * quality + np.sqrt(1 - path**2) * rng.standard_normal(n)
    loyalty = 0.6 * satisfaction + 0.8 * rng.standard_normal(n)
    signal = np.column_stack(
        [quality, quality, last * quality, satisfaction, satisfaction, satisfaction, loyalty, loyalty]
    )
    return np.clip(level + 1.2 * signal + 0.8 * rng.standard_normal((n, 8)), 1, 10)


def _two(rng, n=250, **planted):
    return np.vstack([_answers(rng, n), _answers(rng, n, **planted)]), np.repeat(["a", "b"], n)


def _compare(spec, values, groups, **options):
    options = {"n_permutations": 300, "n_resamples": 300} | options
    return compare_models(values, groups, spec, np.random.default_rng(0), **options).pairs[0]


def test_a_planted_path_difference_is_found_and_the_other_path_left_alone(spec):
    pair = _compare(spec, *_two(np.random.default_rng(1), path=0.2))
    qual, sat, loy = range(3)
    assert pair.p_permutation["paths"][sat, qual] < 0.02
    assert pair.difference["paths"].low[sat, qual] > 0.2
    assert pair.p_permutation["paths"][loy, sat] > 0.05


def test_a_planted_level_difference_moves_points_but_not_paths(spec):
    pair = _compare(spec, *_two(np.random.default_rng(2), level=5.5))
    assert (pair.p_permutation["points"] < 0.01).all()
    np.testing.assert_allclose(pair.difference["points"].value, 100 / 9, atol=4)
    assert pair.p_permutation["paths"][1, 0] > 0.05


def test_points_of_the_whole_are_the_weighted_mean_of_dimension_points(spec):
    values = _answers(np.random.default_rng(3), 300)
    found = pls_statistic(spec)(values.mean(0)[None], np.cov(values, rowvar=False)[None])
    share = found["shares"][0, :3]
    whole = share[:2].sum() * found["dimension_points"][0, 0] + share[2] * found["dimension_points"][0, 1]
    assert found["points"][0, 0] == pytest.approx(whole)


def test_a_draw_without_a_solution_is_nan_throughout_and_spares_the_others(spec):
    values = _answers(np.random.default_rng(4), 300)
    covariance = np.stack([np.cov(values, rowvar=False)] * 2)
    covariance[1, 0] = covariance[1, :, 0] = 0.0
    found = pls_statistic(spec)(np.stack([values.mean(0)] * 2), covariance)
    for key, value in found.items():
        assert np.isfinite(value[0]).all(), key
        assert np.isnan(value[1]).all(), key


def test_invariance_holds_between_random_groups(spec):
    values, groups = _two(np.random.default_rng(5))
    result = measurement_invariance(
        values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300
    )
    assert set(result.invariance) <= {"full", "partial"}
    assert (result.correlation > result.correlation_quantile).all()


def test_different_levels_leave_partial_invariance(spec):
    values, groups = _two(np.random.default_rng(6), level=5.5)
    result = measurement_invariance(
        values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300
    )
    assert result.invariance == ("partial",) * 3
    assert (result.mean_difference > 0.3).all()


def test_a_question_that_means_something_else_breaks_compositional_invariance(spec):
    values, groups = _two(np.random.default_rng(7), last=-0.2)
    result = measurement_invariance(
        values, groups, pls_weights(spec), np.random.default_rng(0), n_permutations=300
    )
    assert result.invariance[0] == "none"
    assert result.p_correlation[0] < 0.02
    assert result.p_correlation[1] > 0.05


def test_invariance_asks_for_two_groups(spec):
    values = _answers(np.random.default_rng(8), 150)
    with pytest.raises(DataError) as refusal:
        measurement_invariance(
            values, np.repeat(["a", "b", "c"], 50), pls_weights(spec), np.random.default_rng(0)
        )
    assert refusal.value.code == "two-groups"


def test_every_difference_between_groups_equals_that_of_seminr_fits():
    """Golden files: seminr 2.3.2 fitted each group of data.csv by itself."""
    spec = ModelSpec.from_yaml((GOLDEN / "model.yaml").read_text("utf-8"))
    with (GOLDEN / "data.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    values = np.array([[float(row[code]) for code in spec.indicator_ids] for row in rows])
    theirs = [json.loads((GOLDEN / f"seminr_group{g}_path.json").read_text("utf-8")) for g in "AB"]
    pair = _compare(spec, values, np.array([row["group"] for row in rows]), n_permutations=2, n_resamples=2)
    for key, name in (("paths", "path_coef"), ("total_effects", "total")):
        sides = [
            np.array(
                [
                    [side[name][source][target] for source in spec.construct_ids]
                    for target in spec.construct_ids
                ]
            )
            for side in theirs
        ]
        np.testing.assert_allclose(pair.estimates[key][0], sides[0], atol=1e-6)
        np.testing.assert_allclose(pair.difference[key].value, sides[0] - sides[1], atol=1e-6)
    weights = [np.array([side["outer_weights"][code] for code in spec.indicator_ids]) for side in theirs]
    np.testing.assert_allclose(pair.difference["weights"].value, weights[0] - weights[1], atol=1e-6)
