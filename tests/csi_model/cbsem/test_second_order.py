"""A factor measured by factors: lavaan's estimates and score weights, and its points, by method cbsem."""

import json

import numpy as np
import pytest

from csi_model import Options, SpecificationError, document, estimate, prepare, respondent_scores
from csi_model.cbsem import fit
from tests.csi_model.cbsem.lavaan import check_fit_measures, check_parameters
from tests.csi_model.figures import Figures
from tests.csi_model.staged import interacting, plain_mapping, second_order

FILES = [
    ("lavaan_second_order_ML.json", "data.csv", {}),
    ("lavaan_second_order_FIML.json", "data_missing.csv", {"missing": "fiml"}),
]


@pytest.fixture
def spec(golden):
    return second_order(plain_mapping(golden))


@pytest.mark.parametrize(("file", "answers", "options"), FILES)
def test_the_fit_equals_lavaan(golden, spec, file, answers, options):
    result = fit(spec, golden.columns(answers), **options)
    with Figures(file, golden.json(file)) as figures:
        check_parameters(figures, result, {"rtol": 1e-4, "atol": 1e-5}, 1e-4)
        check_fit_measures(figures, result)
        shares = result.r_squared[0]
        figures.same("r2", list(shares.values()), list(shares), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("file", "answers", "options"), FILES)
def test_estimates_of_the_document_are_lavaans(golden, spec, file, answers, options):
    want = golden.json(file)
    rows = {(row["lhs"], row["op"], row["rhs"]): row["est.std"] for row in want["standardized"]}
    found = document(estimate(spec, prepare(spec, golden.columns(answers)), Options("cbsem", **options)))
    for path in found["paths"]:
        assert path["estimate"] == pytest.approx(rows[path["target"], "~", path["source"]], abs=1e-4)
    offer = found["constructs"]["OFFER"]
    loadings = [rows["OFFER", "=~", part] for part in ("QUAL", "VAL")]
    assert [part["loading"] for part in offer["components"].values()] == pytest.approx(loadings, abs=1e-4)
    assert offer["ave"] == pytest.approx(np.square(loadings).mean(), abs=1e-4)
    assert offer["r_squared"] == pytest.approx(want["r2"]["OFFER"], abs=1e-4)
    assert offer["se"] > 0
    json.dumps(found, allow_nan=False)


def test_index_weights_are_lavaans_score_weights(golden):
    """Where the model holds the second-order construct alone, its items are all items."""
    lines = [line for line in golden.text("model.lav").splitlines() if line[:3] in {"EXP", "QUA", "VAL"}]
    text = "\n".join([*(line for line in lines if "=~" in line), "OFFER =~ EXP + QUAL + VAL"])
    weights = fit(text, golden.columns("data.csv")).index_weights()
    gain = golden.json("lavaan_second_order_scores.json")["OFFER"]
    with Figures("lavaan_second_order_scores.json", {"OFFER": gain}) as figures:
        ours = np.array(list(weights["OFFER"].values())) * sum(gain.values())  # ours sum to one
        figures.same("OFFER", ours, list(weights["OFFER"]), atol=1e-4)
    for part in ("EXP", "QUAL", "VAL"):
        inside = {code: weights["OFFER"][code] for code in weights[part]}
        assert {code: value / sum(inside.values()) for code, value in inside.items()} == pytest.approx(
            weights[part], abs=1e-6
        )


def test_points_follow_the_house_rule(golden, spec):
    data = prepare(spec, golden.columns("data.csv"))
    result = estimate(spec, data, Options("cbsem"))
    weights = fit(spec, golden.columns("data.csv")).index_weights()["OFFER"]
    points = dict(zip(spec.indicator_ids, result.points.indicators[0], strict=True))
    offer = spec.place["OFFER"]
    by_hand = sum(weight * points[code] for code, weight in weights.items())
    assert result.points.constructs[0, offer] == pytest.approx(by_hand)
    ends = sorted(result.points.constructs[0, [spec.place["QUAL"], spec.place["VAL"]]])
    assert ends[0] < by_hand < ends[1]
    np.testing.assert_allclose(respondent_scores(result, data).mean(axis=0), result.points.constructs[0])


def test_interactions_are_refused_by_name(golden):
    moderated = interacting(plain_mapping(golden))
    with pytest.raises(SpecificationError, match="Interactions are estimated by PLS, not by cbsem"):
        estimate(moderated, prepare(moderated, golden.columns("data.csv")), Options("cbsem"))


def test_plsc_takes_factors_of_factors_as_the_covariance_model_does(golden, spec):
    """Two estimators of one model: near each other, and both above what scores give."""
    data = prepare(spec, golden.columns("data.csv"))
    found = {method: estimate(spec, data, Options(method)).solution for method in ("pls", "plsc", "cbsem")}
    r_squared = {method: each.r_squared[0][spec.place["SAT"]] for method, each in found.items()}
    assert r_squared["plsc"] == pytest.approx(r_squared["cbsem"], abs=0.12)
    assert r_squared["pls"] < r_squared["plsc"]


def test_a_formative_second_order_construct_is_taken_as_reflective_with_a_caution(golden):
    spec = second_order(plain_mapping(golden), "B")
    result = estimate(spec, prepare(spec, golden.columns("data.csv")), Options("cbsem"))
    said = {caution.code: caution.message for caution in result.cautions}
    assert said["formative-as-reflective"].startswith("OFFER:")
