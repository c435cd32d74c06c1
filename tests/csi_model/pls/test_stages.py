"""Second-order constructs and interactions against the same stages done by hand on scores."""

import json

import numpy as np
import pytest

import csi_model
from csi_model import Options, document, estimate, prepare
from csi_model.specify import ModelSpec
from tests.csi_model.staged import interacting, plain_mapping, scores, second_order


@pytest.fixture
def plain(golden):
    return plain_mapping(golden)


@pytest.fixture
def columns(golden):
    return golden.columns("data.csv")


def regress(target, *sources):
    return np.linalg.lstsq(np.column_stack(sources), target, rcond=None)[0]


def standardised(column):
    return (column - column.mean()) / column.std()


def test_an_interaction_is_the_product_of_the_scores_without_it(golden, plain, columns):
    without = golden.spec("model.yaml").to_mapping()
    without["paths"].append(["VAL", "LOY"])
    alone = ModelSpec.from_mapping(without)
    data = prepare(alone, columns)
    by_name = dict(zip(alone.construct_ids, scores(estimate(alone, data), data).T, strict=True))
    moderator = standardised(by_name["SAT"] * by_name["VAL"])
    sources = [source for source, target in alone.paths if target == "LOY"]
    by_hand = regress(by_name["LOY"], *(by_name[source] for source in sources), moderator)

    spec = interacting(plain)
    found = estimate(spec, prepare(spec, columns))
    row = found.solution.paths[0][spec.place["LOY"]]
    # Loyalty's weights are found anew with the moderator beside it, so they agree closely, not exactly.
    assert row[spec.place["BOTH"]] == pytest.approx(by_hand[-1], abs=0.01)
    assert row[spec.place["SAT"]] == pytest.approx(by_hand[sources.index("SAT")], abs=0.02)


def test_a_planted_interaction_is_found():
    rng = np.random.default_rng(8)
    n = 4000
    first, second = rng.standard_normal((2, n))
    third = 0.4 * first + 0.3 * second + 0.3 * first * second + 0.6 * rng.standard_normal(n)
    answers = {
        f"{name}{k}": np.clip(5.5 + 1.5 * latent + 0.4 * rng.standard_normal(n), 0, 12)
        for name, latent in (("X", first), ("Y", second), ("Z", third))
        for k in (1, 2, 3)
    }
    spec = ModelSpec.from_mapping(
        {
            "scale": {"low": 0, "high": 12},
            "index": "Z",
            "constructs": [
                *({"id": name, "indicators": [f"{name}{k}" for k in (1, 2, 3)]} for name in "XYZ"),
                {"id": "XY", "product": ["X", "Y"]},
            ],
            "paths": [["X", "Z"], ["Y", "Z"], ["XY", "Z"]],
        }
    )
    data = prepare(spec, answers)
    found = document(estimate(spec, data, Options(bootstrap=100)))
    path = next(row for row in found["paths"] if row["source"] == "XY")
    low, high = path["ci"]
    assert low < 0.3 / third.std() < high
    assert found["constructs"]["XY"]["points"] is None
    assert found["constructs"]["XY"]["product"] == ["X", "Y"]
    assert found["bootstrap"]["failed"] == 0
    low, high = found["index"]["ci"]
    assert low < found["index"]["points"] < high
    assert found["constructs"]["XY"]["ci"] is None
    effect = next(row for row in found["total_effects"] if (row["source"], row["target"]) == ("X", "Z"))
    assert effect["ci"][0] < effect["points_per_point"] < effect["ci"][1]


@pytest.mark.parametrize("mode", ["A", "B"])
def test_second_order_in_two_stages_is_a_model_of_component_scores(plain, columns, mode):
    spec = second_order(plain, mode)
    data = prepare(spec, columns)
    found = estimate(spec, data)
    # Stage one, by hand: the components take over the paths.
    first = {**spec.to_mapping(), "paths": []}
    first["constructs"] = [c for c in first["constructs"] if c["id"] != "OFFER"]
    for source, target in spec.paths:
        for origin in ("QUAL", "VAL") if source == "OFFER" else (source,):
            for end in ("QUAL", "VAL") if target == "OFFER" else (target,):
                first["paths"].append([origin, end])
    one = ModelSpec.from_mapping(first)
    parts = dict(zip(one.construct_ids, scores(estimate(one, data), data).T, strict=True))
    # Stage two, by hand: component scores are the indicators.
    two = spec.to_mapping()
    two["scale"] = {"low": -50, "high": 50}
    two["constructs"] = [c for c in two["constructs"] if c["id"] not in {"QUAL", "VAL"}]
    for construct in two["constructs"]:
        if construct["id"] == "OFFER":
            del construct["components"]
            construct.pop("approach", None)
            construct["indicators"] = ["S_QUAL", "S_VAL"]
    two.pop("indicators", None)
    ended = ModelSpec.from_mapping(two)
    answers = {**columns, "S_QUAL": parts["QUAL"], "S_VAL": parts["VAL"]}
    by_hand = estimate(ended, prepare(ended, answers))
    place = [spec.place[name] for name in ended.construct_ids]
    np.testing.assert_allclose(
        found.solution.paths[0][np.ix_(place, place)], by_hand.solution.paths[0], atol=1e-9
    )
    np.testing.assert_allclose(found.solution.r_squared[0][place], by_hand.solution.r_squared[0], atol=1e-9)


@pytest.mark.parametrize("approach", ["two-stage", "repeated"])
def test_points_of_a_second_order_construct_lie_between_its_components(plain, columns, approach):
    spec = second_order(plain, approach=approach)
    found = document(estimate(spec, prepare(spec, columns), Options(bootstrap=100)))
    constructs = found["constructs"]
    ends = sorted(constructs[name]["points"] for name in ("QUAL", "VAL"))
    assert ends[0] <= constructs["OFFER"]["points"] <= ends[1]
    low, high = constructs["OFFER"]["ci"]
    assert low < constructs["OFFER"]["points"] < high
    assert set(constructs["OFFER"]["components"]) == {"QUAL", "VAL"}
    assert all(0 < part["loading"] <= 1 for part in constructs["OFFER"]["components"].values())
    assert found["indicators"]["QUAL1"]["construct"] == "QUAL"
    json.dumps(found, allow_nan=False)


def test_rescaling_answers_changes_no_path(plain, columns):
    spec = interacting(plain)
    wide = spec.to_mapping()
    wide["scale"] = {"low": 0, "high": 90}
    wide.pop("indicators", None)
    moved = {code: (columns[code] - 1) * 10 for code in spec.indicator_ids}
    stretched = ModelSpec.from_mapping(wide)
    one = estimate(spec, prepare(spec, columns)).solution.paths
    two = estimate(stretched, prepare(stretched, moved)).solution.paths
    np.testing.assert_allclose(one, two, atol=1e-9)


def test_the_covariance_model_refuses_interactions_by_name(plain, columns):
    spec = interacting(plain)
    with pytest.raises(csi_model.SpecificationError, match="by PLS, not by"):
        estimate(spec, prepare(spec, columns), Options(method="cbsem"))


def test_an_interaction_leaves_the_errors_of_answers_with_gaps_as_they_are(golden, plain):
    data, models = golden.columns("data_missing.csv"), (ModelSpec.from_mapping(plain), interacting(plain))
    for missing in ("em", "mean"):
        options = Options(missing=missing, bootstrap=200)
        one, two = (estimate(spec, prepare(spec, data), options).figure("indicators") for spec in models)
        np.testing.assert_allclose(two.value, one.value, atol=0.3)
        np.testing.assert_allclose(two.se, one.se, rtol=0.15)


@pytest.mark.parametrize("interval", ["bca", "studentised"])
def test_the_other_intervals_stand_beside_an_interaction(plain, columns, interval):
    spec = interacting(plain)
    found = document(estimate(spec, prepare(spec, columns), Options(bootstrap=100, interval=interval)))
    low, high = found["index"]["ci"]
    assert low < found["index"]["points"] < high
