"""BIC of every target, and the outer weights' errors, as the document has them."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import csi_model
from tests.csi_model.simulated import SPEC, survey


@pytest.fixture(scope="module")
def sample():
    return survey(n=200, years=1)[0]


def criteria(sample, spec=SPEC, **options):
    found = csi_model.document(csi_model.estimate(spec, sample, csi_model.Options(**options)))
    return {name: each["bic"] for name, each in found["constructs"].items()}


def regression(result, sample, target):
    """n ln(RSS/n) + (k + 1) ln n of least squares on the scores, whose variance has divisor n − 1."""
    names, spec = result.spec.construct_ids, result.spec
    standard = (sample.values - sample.values.mean(axis=0)) / sample.values.std(axis=0, ddof=1)
    scores = standard @ np.where(spec.block_mask, result.solution.weights[0], 0.0)
    sources = [names.index(source) for source, end in spec.paths if end == target]
    table = np.column_stack([np.ones(len(scores)), scores[:, sources]])
    left = np.linalg.lstsq(table, scores[:, names.index(target)], rcond=None)[1].item()
    n = len(scores)
    return n * np.log(left / n) + (len(sources) + 1) * np.log(n)


def test_every_target_has_the_criterion_of_its_regression(sample):
    found, result = criteria(sample), csi_model.estimate(SPEC, sample)
    targets = {target for _, target in SPEC.paths}
    assert {name for name, value in found.items() if value is not None} == targets
    for target in targets:
        assert found[target] == pytest.approx(regression(result, sample, target), abs=1e-8)


def test_a_source_that_tells_nothing_makes_it_worse_and_one_that_does_better(sample):
    rng = np.random.default_rng(1)
    idle = csi_model.Construct("IDLE", indicators=("N1", "N2"))
    noise = {f"N{k}": np.clip(6 + rng.normal(size=len(sample)), 1, 10) for k in (1, 2)}
    columns = dict(zip(SPEC.indicator_ids, sample.values.T, strict=True)) | noise
    more = (*SPEC.indicators, *(replace(SPEC.indicators[0], id=code) for code in noise))
    wide = replace(
        SPEC,
        constructs=(*SPEC.constructs, idle),
        indicators=more,
        paths=(*SPEC.paths, ("IDLE", "SAT")),
    )
    narrow = replace(SPEC, paths=tuple(path for path in SPEC.paths if path != ("QUAL", "SAT")))
    whole = criteria(sample)["SAT"]
    assert criteria(csi_model.prepare(wide, columns), wide)["SAT"] > whole
    assert criteria(sample, narrow)["SAT"] > whole


def test_weights_count_by_kish_and_other_methods_have_none(sample):
    mass = np.where(np.arange(len(sample)) % 4 == 0, 3.0, 0.5)
    weighted = replace(sample, weights=mass / mass.mean())
    result = csi_model.estimate(SPEC, weighted)
    place = SPEC.place["SAT"]
    n, k = mass.sum() ** 2 / (mass**2).sum(), 4
    left = 1 - result.solution.r_squared[0, place]
    assert k == SPEC.path_matrix[place].sum()
    assert criteria(weighted)["SAT"] == pytest.approx(n * np.log(left * (n - 1) / n) + (k + 1) * np.log(n))
    for method in ("plsc", "cbsem"):
        assert set(criteria(sample, method=method).values()) == {None}


def test_outer_weights_have_error_and_probability(sample):
    result = csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=60))
    found = csi_model.document(result)["indicators"]
    draws = result.resampled.of("weights")
    for row, code in enumerate(SPEC.indicator_ids):
        each = found[code]
        assert each["outer_weight_se"] == pytest.approx(draws[:, row].std(ddof=1))
        if len(SPEC.constructs[SPEC.home[row]].indicators) > 1:
            ratio = abs(each["outer_weight"] / each["outer_weight_se"])
            assert each["outer_weight_p"] == pytest.approx(2 * stats.norm.sf(ratio), rel=1e-6)
        else:
            assert each["outer_weight_p"] is None
    plain = csi_model.document(csi_model.estimate(SPEC, sample))["indicators"]
    assert "outer_weight_p" not in plain["SAT1"]


def opposite(n=300):
    """A formed construct of two questions that point in opposite ways: its loadings sum to nothing."""
    rng = np.random.default_rng(12)
    one, other = rng.normal(size=(2, n))
    columns = {"F1": one, "F2": other}
    columns |= {f"S{k}": one - other + 0.5 * rng.normal(size=n) for k in (1, 2)}
    spec = csi_model.ModelSpec.from_mapping(
        {
            "index": "S",
            "scale": {"low": -50, "high": 50},
            "constructs": [
                {"id": "F", "mode": "B", "indicators": ["F1", "F2"]},
                {"id": "S", "indicators": ["S1", "S2"]},
            ],
            "paths": [["F", "S"]],
        }
    )
    return spec, csi_model.prepare(spec, columns)


def test_draws_of_weights_and_paths_have_the_samples_direction():
    spec, data = opposite()
    result = csi_model.estimate(spec, data, csi_model.Options(bootstrap=100))
    assert abs(np.where(spec.home_mask, result.solution.loadings[0], 0.0).sum(axis=0)[0]) < 0.1
    drawn, own = result.resampled.of("weights"), result.estimates.weights[0]
    assert (np.sign(drawn[:, :2]) == np.sign(own[:2])).all()
    assert (np.sign(result.resampled.of("paths")[:, 1, 0]) == np.sign(result.solution.paths[0, 1, 0])).all()
    assert (
        np.sign(result.resampled.of("total_effects")[:, 1, 0]) == np.sign(result.solution.paths[0, 1, 0])
    ).all()
    found = csi_model.document(result)["indicators"]["F1"]
    assert found["outer_weight_p"] < 1e-6
    assert found["outer_weight_ci"][0] * found["outer_weight_ci"][1] > 0
