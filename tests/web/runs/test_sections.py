"""What a run stores beside the model, of models with second-order constructs and interactions."""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, estimate, prepare
from surveys.document.indicators import IndicatorSystem
from web.runs.sections import beside, series_items

CODES = {name: [f"{name}{k}" for k in (1, 2, 3)] for name in ("QUAL", "PRICE", "SAT", "SWC", "LOY")}
SCALES = {code: (1, 10) for codes in CODES.values() for code in codes}


@pytest.fixture
def answers():
    rng = np.random.default_rng(11)
    quality, price, cost, own, end = rng.standard_normal((5, 300))
    satisfaction = 0.5 * quality + 0.4 * price + 0.5 * own
    latent = {
        "QUAL": quality,
        "PRICE": price + 0.4 * quality,
        "SAT": satisfaction,
        "SWC": cost,
        "LOY": 0.6 * satisfaction + 0.2 * satisfaction * cost + 0.4 * end,
    }
    return {
        code: np.clip(np.rint(6 + 1.5 * latent[name] + 0.7 * rng.standard_normal(300)), 1, 10)
        for name, codes in CODES.items()
        for code in codes
    }


def system():
    paths = [["QUAL", "SAT"], ["PRICE", "SAT"], ["SAT", "LOY"], ["SWC", "LOY"]]
    nodes = [
        {
            "id": name,
            "name": {"en": name},
            "dimensions": [{"id": f"{name}_ALL", "name": {"en": name}, "indicators": codes}],
        }
        for name, codes in CODES.items()
    ]
    return IndicatorSystem.model_validate(
        {"index": "LOY", "name": {"en": "Loyalty"}, "constructs": nodes, "paths": paths}
    )


def test_a_series_of_a_second_order_index_has_the_indexs_points(answers):
    plain = system().model(SCALES)
    plain["constructs"].append({"id": "BOTH", "components": ["SAT", "LOY"]})
    plain |= {"index": "BOTH", "paths": [["QUAL", "BOTH"], ["PRICE", "BOTH"], ["SWC", "BOTH"]]}
    spec = ModelSpec.from_mapping(plain)
    data = prepare(spec, answers)
    result = estimate(spec, data)
    found = series_items(data, result)
    own = found["shares"]["BOTH"]
    assert list(own) == [*CODES["SAT"], *CODES["LOY"]]
    assert sum(own.values()) == pytest.approx(1)
    means = dict(zip(found["codes"], found["means"], strict=True))
    assert sum(share * means[code] for code, share in own.items()) == pytest.approx(
        result.points.constructs[0, spec.place["BOTH"]]
    )


def test_an_interaction_leaves_priorities_and_segments_whole(answers):
    plain = system().model(SCALES)
    plain["constructs"].append({"id": "TIED", "product": ["SAT", "SWC"]})
    plain["paths"].append(["TIED", "LOY"])
    spec = ModelSpec.from_mapping(plain)
    data = prepare(spec, answers)
    result = estimate(spec, data, Options(bootstrap=60))
    found = beside(system(), data, result)
    assert found["notes"] == []
    effects = result.estimates.points_per_point[0, spec.place["LOY"]]
    importance = {row["dimension"]: row["importance"] for row in found["priorities"]}
    assert importance["SAT_ALL"] == pytest.approx(effects[spec.place["SAT"]])
    assert importance["QUAL_ALL"] == pytest.approx(effects[spec.place["QUAL"]])
    assert sum(part["value"] for part in found["retention"]["segments"].values()) == pytest.approx(1)


def test_the_tree_score_is_of_the_flagged_constructs(answers):
    marked = system().model_dump(mode="json")
    for node in marked["constructs"]:
        node["tree"] = node["id"] in {"QUAL", "SAT"}
    flagged = IndicatorSystem.model_validate(marked)
    spec = ModelSpec.from_mapping(flagged.model(SCALES))
    data = prepare(spec, answers)
    found = beside(flagged, data, estimate(spec, data, Options(bootstrap=60)))["tree"]
    means = [(np.mean([np.mean(answers[code]) for code in CODES[name]]) - 1) / 9 for name in ("QUAL", "SAT")]
    assert found["points"] == pytest.approx(100 * np.mean(means))
    assert found["ci"][0] < found["points"] < found["ci"][1]
    assert list(found["weights"]) == ["QUAL", "SAT"]
    assert beside(system(), data, estimate(spec, data))["tree"] is None
