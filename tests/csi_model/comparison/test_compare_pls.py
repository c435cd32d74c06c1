"""Planted differences of a PLS model between groups are found."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from csi_model import Options, estimate
from csi_model.answers.moments import Moments
from csi_model.comparison.statistic import named
from csi_model.errors import IdentificationError, ModelError
from csi_model.resampling.estimator import Estimator
from csi_model.specify import ModelSpec
from tests.csi_model.comparing import compare_models, sample_of
from tests.csi_model.two_groups import MODEL, MODELS, answers, two

GOLDEN = Path(__file__).resolve().parents[2] / "golden"


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_yaml(MODEL)


def _estimates(spec, values, mean, covariance):
    """Estimates from moments; the answers themselves give no number here."""
    sample = sample_of(values, np.repeat("a", len(values)), spec=spec)
    own, moments = Estimator(spec, sample, Options()), Moments(mean, covariance)
    return named(spec, own.of_moments(moments), own.htmt2(moments))


def _compare(spec, values, groups, **options):
    options = {"n_permutations": 300, "n_resamples": 300} | options
    return compare_models(spec, values, groups, **options).pairs[0]


def test_a_planted_path_difference_is_found_and_the_other_path_left_alone(spec):
    pair = _compare(spec, *two(np.random.default_rng(1), path=0.2))
    qual, sat, loy = range(3)
    assert pair.p_permutation["paths"][sat, qual] < 0.02
    assert pair.difference["paths"].low[sat, qual] > 0.2
    assert pair.p_permutation["paths"][loy, sat] > 0.05


def test_a_planted_level_difference_moves_points_but_not_paths(spec):
    pair = _compare(spec, *two(np.random.default_rng(2), level=5.5))
    assert (pair.p_permutation["points"] < 0.01).all()
    np.testing.assert_allclose(pair.difference["points"].value, 100 / 9, atol=4)
    assert pair.p_permutation["paths"][1, 0] > 0.05


def test_points_of_the_whole_are_the_weighted_mean_of_dimension_points(spec):
    values = answers(np.random.default_rng(3), 300)
    found = _estimates(spec, values, values.mean(0)[None], np.cov(values, rowvar=False)[None])
    share = found["shares"][0, :3]
    whole = share[:2].sum() * found["dimension_points"][0, 0] + share[2] * found["dimension_points"][0, 1]
    assert found["points"][0, 0] == pytest.approx(whole)


def test_a_draw_without_a_solution_is_nan_throughout_and_spares_the_others(spec):
    values = answers(np.random.default_rng(4), 300)
    covariance = np.stack([np.cov(values, rowvar=False)] * 2)
    covariance[1, 0] = covariance[1, :, 0] = 0.0
    found = _estimates(spec, values, np.stack([values.mean(0)] * 2), covariance)
    for key, value in found.items():
        assert np.isfinite(value[0]).all(), key
        assert np.isnan(value[1]).all(), key


def test_every_difference_between_groups_equals_that_of_seminr_fits():
    """Golden files: seminr 2.3.2 fitted each group of data.csv by itself."""
    spec = ModelSpec.from_yaml((GOLDEN / "model.yaml").read_text("utf-8"))
    with (GOLDEN / "data.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    values = np.array([[float(row[code]) for code in spec.indicator_ids] for row in rows])
    theirs = [json.loads((GOLDEN / f"seminr_group{g}_path.json").read_text("utf-8")) for g in "AB"]
    pair = _compare(spec, values, np.array([row["group"] for row in rows]), n_permutations=0, n_resamples=0)
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
        ("interaction", "pls", "em", True),
        ("plain", "plsc", "em", True),
        ("mode B", "pls", "em", True),
    ],
)
def test_each_side_is_what_estimate_gives_for_the_group(model, method, missing, weighted):
    rng = np.random.default_rng(11)
    spec = ModelSpec.from_yaml(MODELS[model])
    values, groups = two(rng, 120, path=0.4, level=5.8)
    values[rng.random(values.shape) < 0.04] = np.nan
    weights = rng.uniform(0.5, 3, len(values)) if weighted else None
    options = {"method": method, "missing": missing}
    pair = compare_models(
        spec, values, groups, weights=weights, n_permutations=0, n_resamples=0, **options
    ).pairs[0]
    sample = sample_of(values, groups, spec=spec, missing=missing, weights=weights)
    apart = estimate(spec, sample, Options(**options), by="group").groups
    lower = np.tril_indices(len(spec.constructs), -1)
    for side, result in enumerate((apart["a"], apart["b"])):
        wanted = result.estimates._asdict()
        wanted = {name: value for name, value in wanted.items() if NAMES.get(name, name) in pair.estimates}
        wanted["htmt"] = wanted["htmt"][:, lower[0], lower[1]]
        wanted["htmt2"] = result.figure("htmt2").value[None, lower[0], lower[1]]
        for field, figures in wanted.items():
            if figures.size:
                ours = pair.estimates[NAMES.get(field, field)][side]
                np.testing.assert_allclose(ours, figures[0], atol=1e-9, err_msg=field)
    indirect = pair.estimates["total_effects"][0] - pair.estimates["paths"][0]
    np.testing.assert_allclose(pair.estimates["indirect_effects"][0], indirect)


def test_every_estimate_has_a_difference_with_interval_and_p(spec):
    pair = _compare(spec, *two(np.random.default_rng(12)), n_permutations=60, n_resamples=60)
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
    values = answers(np.random.default_rng(13), 300)
    corr = np.corrcoef(values, rowvar=False)
    found = _estimates(spec, values, values.mean(0)[None], np.cov(values, rowvar=False)[None])["htmt"][0]
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
    values, groups = two(rng, 250)
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
    pair = _compare(spec, np.clip(values, 1, 10), groups, n_permutations=200, n_resamples=200)
    assert pair.p_permutation["paths"][row, column] < 0.01
    assert pair.difference["paths"].low[row, column] > 0
    assert sum(pair.failed) <= 8
    if model == "interaction":
        assert np.isnan(pair.difference["points"].value[column])
        assert np.isfinite(pair.difference["points"].low[:3]).all()


def test_random_groups_of_an_interaction_raise_no_alarm():
    spec = ModelSpec.from_yaml(MODELS["interaction"])
    p = []
    for seed in range(24):
        rng = np.random.default_rng([15, seed])
        pair = compare_models(
            spec, *two(rng, 100, level=5.0), seed=seed, n_permutations=59, n_resamples=0
        ).pairs[0]
        p.append(pair.p_permutation["paths"][spec.place["LOY"], spec.place["BOTH"]])
    assert np.mean(np.array(p) <= 0.05) < 0.2
    assert 0.3 < np.mean(p) < 0.7


def test_corrected_paths_differ_by_plsc(spec):
    values, groups = two(np.random.default_rng(16), path=0.3)
    plain, corrected = (_compare(spec, values, groups, method=how) for how in ("pls", "plsc"))
    assert corrected.difference["paths"].value[1, 0] > plain.difference["paths"].value[1, 0]
    assert corrected.p_permutation["paths"][1, 0] < 0.02
    np.testing.assert_allclose(corrected.difference["points"].value, plain.difference["points"].value)


def test_weights_of_any_scale_give_the_same_comparison(spec):
    rng = np.random.default_rng(17)
    values, groups = two(rng, 100)
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
    values, groups = two(np.random.default_rng(18), 60)
    values[groups == "b", 1] = values[groups == "b", 0]
    with pytest.raises(IdentificationError, match="Group b: The formative construct QUAL") as refusal:
        _compare(spec, values, groups)
    assert (refusal.value.code, bool(refusal.value.remedy)) == ("collinear", True)


@pytest.mark.parametrize(
    ("model", "options", "code"),
    [
        ("plain", {"method": "cbsem"}, "method"),
        ("plain", {"scheme": "star"}, "scheme"),
        ("repeated", {"method": "plsc"}, "staged"),
        ("plain", {"missing": "guess"}, "missing"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(model, options, code):
    values, groups = two(np.random.default_rng(19), 60)
    values[0, 0] = np.nan
    with pytest.raises(ModelError) as refusal:
        _compare(ModelSpec.from_yaml(MODELS[model]), values, groups, **options)
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_cautions_of_a_group_carry_its_name(spec):
    values, groups = two(np.random.default_rng(20), 120)
    values[groups == "b", 2] = 11 - values[groups == "b", 2]
    found = compare_models(spec, values, groups, n_permutations=0, n_resamples=0)
    messages = {caution.code: caution.message for caution in found.cautions}
    assert messages["negative-weight"].startswith("Group b: QUAL has an indicator with a negative weight")
