"""Planted differences of a PLS model between groups are found, and invariance with them."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from csi_model import Options, estimate, prepare
from csi_model.compare_pls import compare_models, pls_statistic, pls_weights, without_interactions
from csi_model.errors import DataError, IdentificationError, ModelError
from csi_model.micom import ADVICE, measurement_invariance
from csi_model.overall import overall_difference
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


SECOND = """
index: SAT
constructs:
  - {id: SUPPLY, indicators: [Q1, Q2]}
  - {id: SERVICE, indicators: [Q3, S1]}
  - {id: ALL, components: [SUPPLY, SERVICE], approach: APPROACH}
  - {id: SAT, indicators: [S2, S3]}
  - {id: LOY, indicators: [L1, L2]}
paths: [[ALL, SAT], [SAT, LOY]]
"""
PRODUCT = """
index: SAT
constructs:
  - {id: QUAL, indicators: [Q1, Q2, Q3]}
  - {id: SAT, indicators: [S1, S2, S3]}
  - {id: LOY, indicators: [L1, L2]}
  - {id: BOTH, product: [QUAL, SAT]}
paths: [[QUAL, SAT], [SAT, LOY], [QUAL, LOY], [BOTH, LOY]]
"""
MODELS = {
    "plain": MODEL,
    "mode B": MODEL.replace("- id: QUAL", "- id: QUAL\n    mode: B"),
    "two-stage": SECOND.replace("APPROACH", "two-stage"),
    "repeated": SECOND.replace("APPROACH", "repeated"),
    "interaction": PRODUCT,
}
NAMES = {"constructs": "points", "dimensions": "dimension_points", "indicators": "indicator_points"}


@pytest.mark.parametrize(
    ("model", "method", "missing", "weighted"),
    [
        ("plain", "pls", "mean", True),
        ("plain", "plsc", "mean", False),
        ("plain", "pls", "listwise", True),
        ("plain", "pls", "fiml", False),
        ("mode B", "pls", "mean", True),
        ("two-stage", "pls", "mean", True),
        ("two-stage", "pls", "fiml", False),
        ("repeated", "pls", "listwise", False),
        ("interaction", "pls", "mean", True),
        ("interaction", "pls", "listwise", False),
    ],
)
def test_each_side_is_what_estimate_gives_for_the_group(model, method, missing, weighted):
    rng = np.random.default_rng(11)
    spec = ModelSpec.from_yaml(MODELS[model])
    values, groups = _two(rng, 120, path=0.4, level=5.8)
    values[rng.random(values.shape) < 0.04] = np.nan
    weights = rng.uniform(0.5, 3, len(values)) if weighted else None
    pair = compare_models(
        values,
        groups,
        spec,
        rng,
        method=method,
        missing=missing,
        weights=weights,
        n_permutations=0,
        n_resamples=0,
    ).pairs[0]
    data = prepare(
        spec,
        dict(zip(spec.indicator_ids, values.T, strict=True)),
        missing=missing,
        weights=weights,
        groups=groups,
    )
    apart = estimate(spec, data, Options(method=method, missing=missing), groups=data.groups).groups
    lower = np.tril_indices(len(spec.constructs), -1)
    for side, result in enumerate((apart["a"], apart["b"])):
        wanted = result.estimates._asdict()
        wanted["htmt"] = wanted["htmt"][:, lower[0], lower[1]]
        for field, figures in wanted.items():
            if figures.size:
                ours = pair.estimates[NAMES.get(field, field)][side]
                np.testing.assert_allclose(ours, figures[0], atol=1e-9, err_msg=field)
    indirect = pair.estimates["total_effects"][0] - pair.estimates["paths"][0]
    np.testing.assert_allclose(pair.estimates["indirect_effects"][0], indirect)


def test_every_estimate_has_a_difference_with_interval_and_p(spec):
    pair = _compare(spec, *_two(np.random.default_rng(12)), n_permutations=60, n_resamples=60)
    assert {
        "points", "dimension_points", "indicator_points", "shares", "weights", "loadings", "paths", "alpha",
        "total_effects", "indirect_effects", "points_per_point", "r_squared", "rho_a", "rho_c", "ave", "htmt",
        "htmt2",
    } <= pair.difference.keys()  # fmt: skip
    for key, found in pair.difference.items():
        assert np.isfinite(found.value).all(), key
        assert (found.low <= found.high).all(), key
        assert (pair.p_permutation[key] > 0).all(), key
    assert pair.difference["htmt"].value.shape == (3,)


def test_htmt_stands_in_the_order_it_says(spec):
    values = _answers(np.random.default_rng(13), 300)
    corr = np.corrcoef(values, rowvar=False)
    found = pls_statistic(spec)(values.mean(0)[None], np.cov(values, rowvar=False)[None])["htmt"][0]
    blocks = [range(3), range(3, 6), range(6, 8)]

    def within(block):
        return np.mean([corr[i, j] for i in block for j in block if i < j])

    for place, (row, column) in enumerate([(1, 0), (2, 0), (2, 1)]):
        between = corr[np.ix_(blocks[row], blocks[column])].mean()
        assert found[place] == pytest.approx(between / np.sqrt(within(blocks[row]) * within(blocks[column])))


@pytest.mark.parametrize("model", ["two-stage", "repeated", "interaction"])
def test_staged_models_are_compared_and_a_planted_difference_is_found(model):
    spec = ModelSpec.from_yaml(MODELS[model])
    rng = np.random.default_rng(14)
    values, groups = _two(rng, 250)
    if model == "interaction":
        # In group b quality makes loyalty follow satisfaction less.
        def centred(block):
            return (block - block.mean()) / block.std()

        b = groups == "b"
        product = centred(values[b, :3].mean(axis=1)) * centred(values[b, 3:6].mean(axis=1))
        values[b, 6:] -= 0.8 * product[:, None]
        row, column = spec.place["LOY"], spec.place["BOTH"]
    else:
        values[250:, 4:6] = 6.5 + rng.standard_normal((250, 1)) + 0.8 * rng.standard_normal((250, 2))
        row, column = spec.place["SAT"], spec.place["ALL"]
    pair = _compare(spec, values, groups, n_permutations=200, n_resamples=200)
    assert pair.p_permutation["paths"][row, column] < 0.01
    assert pair.difference["paths"].low[row, column] > 0
    assert sum(pair.failed) <= 8
    if model == "interaction":
        assert np.isnan(pair.difference["points"].value[column])
        assert np.isfinite(pair.difference["points"].low[:3]).all()


def test_random_groups_of_an_interaction_raise_no_alarm():
    spec = ModelSpec.from_yaml(PRODUCT)
    p = []
    for seed in range(24):
        rng = np.random.default_rng([15, seed])
        pair = compare_models(*_two(rng, 100, level=5.0), spec, rng, n_permutations=59, n_resamples=0).pairs[
            0
        ]
        p.append(pair.p_permutation["paths"][spec.place["LOY"], spec.place["BOTH"]])
    assert np.mean(np.array(p) <= 0.05) < 0.2
    assert 0.3 < np.mean(p) < 0.7


def test_corrected_paths_differ_by_plsc(spec):
    values, groups = _two(np.random.default_rng(16), path=0.3)
    plain, corrected = (_compare(spec, values, groups, method=how) for how in ("pls", "plsc"))
    assert corrected.difference["paths"].value[1, 0] > plain.difference["paths"].value[1, 0]
    assert corrected.p_permutation["paths"][1, 0] < 0.02
    np.testing.assert_allclose(corrected.difference["points"].value, plain.difference["points"].value)


def test_weights_of_any_scale_give_the_same_comparison(spec):
    rng = np.random.default_rng(17)
    values, groups = _two(rng, 100)
    weights = rng.uniform(0.5, 2, 200)
    first, second = (
        _compare(spec, values, groups, weights=mass, n_permutations=60, n_resamples=60)
        for mass in (weights, weights / weights.sum())
    )
    for key in first.difference:
        np.testing.assert_allclose(first.difference[key].low, second.difference[key].low, atol=1e-9)
        np.testing.assert_array_equal(first.p_permutation[key], second.p_permutation[key])


def test_a_group_that_cannot_be_estimated_is_refused_as_estimate_refuses_it():
    spec = ModelSpec.from_yaml(MODELS["mode B"])
    values, groups = _two(np.random.default_rng(18), 60)
    values[groups == "b", 1] = values[groups == "b", 0]
    with pytest.raises(IdentificationError, match="Group b: The formative construct QUAL") as refusal:
        _compare(spec, values, groups)
    assert (refusal.value.code, bool(refusal.value.remedy)) == ("collinear", True)


@pytest.mark.parametrize(
    ("model", "options", "code"),
    [
        ("plain", {"method": "cbsem"}, "method"),
        ("plain", {"scheme": "star"}, "scheme"),
        ("two-stage", {"method": "plsc"}, "staged"),
        ("interaction", {"missing": "fiml"}, "interaction-fiml"),
        ("plain", {"missing": "guess"}, "missing"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(model, options, code):
    values, groups = _two(np.random.default_rng(19), 60)
    values[0, 0] = np.nan
    with pytest.raises(ModelError) as refusal:
        _compare(ModelSpec.from_yaml(MODELS[model]), values, groups, **options)
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_cautions_of_a_group_carry_its_name(spec):
    values, groups = _two(np.random.default_rng(20), 120)
    values[groups == "b", 2] = 11 - values[groups == "b", 2]
    found = compare_models(values, groups, spec, np.random.default_rng(0), n_permutations=0, n_resamples=0)
    messages = {caution.code: caution.message for caution in found.cautions}
    assert messages["negative-weight"].startswith("Group b: QUAL has an indicator with a negative weight")


def _micom(spec, values, groups, **options):
    return measurement_invariance(
        values, groups, pls_weights(spec), np.random.default_rng(0), **{"n_permutations": 200} | options
    )


def test_invariance_counts_weights_like_repeated_respondents(spec):
    rng = np.random.default_rng(21)
    values, groups = _two(rng, 80, last=0.3)
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
    values, groups = _two(rng, 80)
    weights = rng.uniform(0.5, 3, 160)
    first, second = (_micom(spec, values, groups, weights=mass) for mass in (weights, weights / 1e4))
    np.testing.assert_allclose(first.correlation_quantile, second.correlation_quantile, atol=1e-12)
    np.testing.assert_array_equal(first.p_variance, second.p_variance)


def test_weights_can_mend_the_means_of_a_lopsided_sample(spec):
    """Group b was asked among the content twice as often; its weights say so, and the means agree again."""
    rng = np.random.default_rng(23)
    people = _answers(rng, 3000)
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
    values = np.clip(_answers(rng, 320) + 1.5 * rng.standard_normal(40)[clusters, None], 1, 10)
    groups = np.where(clusters < 20, "a", "b")
    by_cluster, by_head = (_micom(spec, values, groups, clusters=given) for given in (clusters, None))
    wide, narrow = (np.diff(found.mean_interval, axis=0) for found in (by_cluster, by_head))
    assert (wide > 1.5 * narrow).all()


@pytest.mark.parametrize("missing", ["mean", "listwise", "fiml"])
def test_invariance_takes_answers_with_gaps(spec, missing):
    rng = np.random.default_rng(25)
    values, groups = _two(rng, 100)
    gaps = values.copy()
    gaps[rng.random(gaps.shape) < 0.03] = np.nan
    found = _micom(spec, gaps, groups, missing=missing, n_permutations=20)
    whole = _micom(spec, values, groups, n_permutations=20)
    np.testing.assert_allclose(found.mean_difference, whole.mean_difference, atol=0.15)
    np.testing.assert_allclose(found.correlation, whole.correlation, atol=0.005)


def test_a_verdict_names_the_construct_and_what_to_do(spec):
    values, groups = _two(np.random.default_rng(7), last=-0.2)
    found = _micom(spec, values, groups, constructs=spec.construct_ids)
    caution = next(caution for caution in found.cautions if caution.code == "invariance-fails")
    assert caution.message == "QUAL: the questions make up something else in a than in b."
    assert set(found.invariance) <= ADVICE.keys()


@pytest.mark.parametrize("model", ["two-stage", "repeated", "interaction"])
def test_invariance_of_staged_models_is_that_of_their_composites(model):
    spec = ModelSpec.from_yaml(MODELS[model])
    values, groups = _two(np.random.default_rng(26), 150)
    found = _micom(spec, values, groups, n_permutations=60)
    names = without_interactions(spec).construct_ids
    assert len(found.correlation) == len(names) == (3 if model == "interaction" else 5)
    assert (found.correlation > 0.98).all()


@pytest.mark.parametrize(
    ("options", "code"),
    [({"n_permutations": 0}, "draws"), ({"level": 2.0}, "level"), ({"floor": 99}, "floor")],
)
def test_invariance_refuses_with_a_named_reason(spec, options, code):
    with pytest.raises(DataError) as refusal:
        _micom(spec, *_two(np.random.default_rng(27), 60), **options)
    assert refusal.value.code == code


def _overall(spec, values, groups, **options):
    options = {"n_permutations": 199} | options
    return overall_difference(values, groups, spec, np.random.default_rng(0), **options)


@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_the_model_as_a_whole_differs_where_a_path_was_planted(spec, method):
    found = _overall(spec, *_two(np.random.default_rng(28), path=0.1), method=method)
    assert found.p_d_g < 0.02
    assert found.p_d_uls < 0.02


def test_levels_weights_and_spreads_alone_are_no_difference_of_the_whole(spec):
    values, groups = _two(np.random.default_rng(29), 120)
    moved = np.where((groups == "b")[:, None], 3 + 0.5 * values, values)
    first, second = _overall(spec, values, groups), _overall(spec, moved, groups)
    assert first.d_g == pytest.approx(second.d_g)
    assert first.p_d_uls == second.p_d_uls
    scaled = _overall(spec, values, groups, weights=np.where(groups == "b", 7.0, 0.1))
    assert scaled.d_uls == pytest.approx(first.d_uls)


def test_the_whole_is_tested_at_its_level(spec):
    p = []
    for seed in range(60):
        values, groups = _two(np.random.default_rng([30, seed]), 60)
        p.append(_overall(spec, values, groups, n_permutations=59).p_d_g)
    assert np.mean(np.array(p) <= 0.05) < 0.15
    assert 0.38 < np.mean(p) < 0.62


@pytest.mark.parametrize(
    ("model", "options", "code"),
    [
        ("plain", {"n_permutations": 0}, "draws"),
        ("two-stage", {}, "staged"),
        ("plain", {"floor": 99}, "floor"),
    ],
)
def test_the_whole_is_refused_with_a_named_reason(model, options, code):
    with pytest.raises(ModelError) as refusal:
        _overall(ModelSpec.from_yaml(MODELS[model]), *_two(np.random.default_rng(31), 60), **options)
    assert refusal.value.code == code


def test_the_whole_asks_for_two_groups(spec):
    values = _answers(np.random.default_rng(8), 150)
    with pytest.raises(DataError) as refusal:
        _overall(spec, values, np.repeat(["a", "b", "c"], 50))
    assert refusal.value.code == "two-groups"
