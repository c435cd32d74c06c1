"""Units are compared by their answers: points of groups are made with common question weights."""

import numpy as np
import pytest

import csi_model
from csi_model import Options, compare, estimate, prepare
from csi_model.comparison.document import document
from csi_model.specify import ModelSpec

CODES = ("q1", "q2", "q3", "s1", "s2", "s3")


MODEL = {
    "scale": {"low": 1, "high": 10},
    "index": "CSI",
    "constructs": [
        {"id": "QUAL", "indicators": list(CODES[:3])},
        {"id": "CSI", "indicators": list(CODES[3:])},
    ],
    "paths": [["QUAL", "CSI"]],
}


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_mapping(MODEL)


def answers(rng, strong, n=200):
    """Answers in which one question of three says most of the construct."""
    quality = rng.normal(size=n)
    drawn = {code: 6.5 + 1.6 * (0.85 * quality + 0.5 * rng.normal(size=n)) for code in CODES[:3]}
    for code, middle in zip(CODES[3:], (8.2, 6.0, 3.6), strict=True):
        own, noise = (0.9, 0.4) if code == strong else (0.35, 0.9)
        drawn[code] = middle + own * quality + noise * rng.normal(size=n)
    return {code: np.clip(np.rint(values), 1, 10) for code, values in drawn.items()}


@pytest.fixture(scope="module")
def sample(spec):
    """Two units with the same answers to every question, the one's in another order."""
    rng = np.random.default_rng(7)
    east, west = answers(rng, "s1"), answers(rng, "s3")
    for code in CODES:
        ranks = np.argsort(np.argsort(west[code], kind="stable"), kind="stable")
        west[code] = np.sort(east[code])[ranks]
    columns = {code: np.concatenate([east[code], west[code]]) for code in CODES}
    return prepare(spec, columns, labels={"unit": np.repeat(["east", "west"], 200)})


def test_units_of_the_same_answers_have_the_same_points(spec, sample):
    groups = estimate(spec, sample, by="unit").groups
    east, west = (groups[name].figure("constructs").value for name in ("east", "west"))
    assert east == pytest.approx(west, abs=1e-9)
    own = estimate(spec, sample, Options(group_weights="own"), by="unit").groups
    east, west = (own[name].figure("constructs").at("CSI").value for name in ("east", "west"))
    assert abs(east - west) > 3


def test_a_comparison_of_the_same_answers_finds_nothing(spec, sample):
    options = Options(bootstrap=50)
    found = document(spec, compare(spec, sample, "unit", options, n_permutations=49), options)
    index = found["pairs"][0]["index"]
    assert found["group_weights"] == "common"
    assert index["difference"] == pytest.approx(0, abs=1e-9)
    assert index["p"] == 1
    assert index["ci"][0] < 0 < index["ci"][1]


def test_the_whole_does_not_move(spec, sample):
    first, second = (
        csi_model.document(estimate(spec, sample, Options(group_weights=weights), by="unit"))
        for weights in ("common", "own")
    )
    assert first["constructs"] == second["constructs"]
    assert first["groups"]["east"]["constructs"] != second["groups"]["east"]["constructs"]


def test_group_weights_that_do_not_exist_are_refused():
    with pytest.raises(csi_model.ModelError, match="group_weights") as refusal:
        Options(group_weights="mine")
    assert "common" in refusal.value.remedy
