"""Drivers of the index from an estimation: refusals, and what the command line does not show."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.improvement.ranking import rank, ranked
from csi_model.improvement.stated import stated
from csi_model.improvement.what_if import scenario
from tests.csi_model.conftest import ROOT, Shelf
from tests.csi_model.staged import plain_mapping, second_order


@pytest.fixture(scope="module")
def fitted():
    shelf = Shelf(ROOT / "tests" / "golden")
    spec = shelf.spec("model.yaml")
    data = csi_model.prepare(spec, shelf.columns("data.csv"))
    return csi_model.estimate(spec, data, csi_model.Options(bootstrap=40)), data


def test_levels_add_up_in_the_sample_and_in_every_resample(fitted):
    result, _ = fitted
    spec, drawn = result.spec, result.resampled
    home = spec.home_mask.astype(float)
    for figure in (lambda name: result.figure(name).value, drawn.of):
        by_construct = figure("importance_indicators") @ home
        np.testing.assert_allclose(by_construct, figure("importance_constructs"), rtol=1e-10, atol=1e-12)
        weighted = figure("shares") * figure("indicators")
        np.testing.assert_allclose(weighted @ home, figure("constructs"))
    inside = [spec.indicator_ids.index(code) for code in ("QUAL1", "QUAL2", "QUAL3")]
    supply = result.figure("importance_dimensions").at("QUAL_SUP").value
    assert supply == pytest.approx(result.figure("importance_indicators").value[inside].sum())


def test_a_clear_order_is_stable_and_a_tie_is_not(fitted):
    """Draws in which one dimension is far ahead, and two questions change places every second time."""
    result, _ = fitted
    draws = result.resampled.draws
    importance, points = draws.importance_indicators.copy(), np.full_like(draws.indicators, 50.0)
    importance[:] = np.linspace(0.01, 0.03, importance.shape[1])
    places = [result.spec.indicator_ids.index(code) for code in ("QUAL1", "QUAL2", "QUAL3")]
    importance[:, places] = [0.5, 0.2, 0.2]
    importance[::2, places[1]] = 0.21
    points[:, result.spec.indicator_ids.index("IMG1")] = 60.0  # the level that can be reached
    moved = draws._replace(importance_indicators=importance, indicators=points)
    found = rank(replace(result, resampled=replace(result.resampled, draws=moved)), "indicators", top=1)
    at = {name: k for k, name in enumerate(found.names)}
    assert found.top_share[at["QUAL1"]] == 1
    assert found.rank.at(at["QUAL1"]).plain()["ci"] == [1, 1]
    assert found.rank.at(at["QUAL2"]).plain()["ci"] == [2, 2.5]


def test_every_level_has_the_importance_that_its_kind_of_interval_gives(golden):
    spec = golden.spec("model.yaml")
    data = csi_model.prepare(spec, golden.columns("data.csv"), clusters=np.arange(300) % 12)
    result = csi_model.estimate(spec, data, csi_model.Options(bootstrap=200, interval="bca"))
    rows = {row["id"]: row for row in ranked(result)["constructs"]}
    own = result.figure("importance_constructs").at("QUAL")
    assert rows["QUAL"]["importance_ci"] == [float(own.low), float(own.high)]
    plain = np.quantile(result.resampled.of("importance_constructs"), [0.025, 0.975], axis=0)
    width = plain[1, spec.place["QUAL"]] - plain[0, spec.place["QUAL"]]
    assert own.high - own.low > 1.05 * width, "12 clusters expand the level"


def test_those_among_whom_to_choose_are_ranked_alone(fitted):
    found = rank(fitted[0], "dimensions", among=["QUAL_SRV"], top=3)
    assert (found.names, found.top) == (("QUAL_SRV",), 1)
    assert rank(fitted[0], "dimensions", among=[]) is None


def test_a_planted_rise_brings_what_the_scenario_says(fitted):
    """Raise a question and score anew with the same weights and effects: the index moves by the same."""
    result, data = fitted
    spec, place = result.spec, result.spec.indicator_ids.index("SAT1")
    raised = np.minimum(data.values[:, place] + 0.9, 10)
    direct = (raised - data.values[:, place]).mean() * 100 / 9 * result.points.shares[0, place]
    assert scenario(result, data, {"SAT1": 10.0}).gain.value == pytest.approx(direct, rel=1e-9)
    both = scenario(result, data, {"SAT1": 10.0, "QUAL1": 5.0}).gain.value
    assert both == pytest.approx(direct + scenario(result, data, {"QUAL1": 5.0}).gain.value)
    assert spec.index == "SAT"


def test_dropped_questions_fall(fitted):
    result, data = fitted
    assert scenario(result, data, {"QUAL1": -5.0}).gain.value < 0


def test_what_has_no_draws_is_refused(golden, fitted):
    spec = golden.spec("model.yaml")
    plain = csi_model.estimate(spec, fitted[1])
    for result in (plain, csi_model.estimate(spec, fitted[1], csi_model.Options(method="cbsem"))):
        with pytest.raises(csi_model.DataError, match="no resamples") as caught:
            ranked(result)
        assert caught.value.code == "draws"


@pytest.mark.parametrize("approach", ["two-stage", "repeated"])
def test_components_lead_to_the_index_through_their_whole(golden, approach):
    spec = second_order(plain_mapping(golden), approach=approach)
    data = csi_model.prepare(spec, golden.columns("data.csv"))
    result = csi_model.estimate(spec, data, csi_model.Options(bootstrap=30))
    place = spec.place
    effect = result.estimates.points_per_point[0, place["SAT"]]
    own = dict(zip(spec.construct_ids, result.figure("importance_constructs").value, strict=True))
    assert own["OFFER"] == pytest.approx(effect[place["OFFER"]])
    assert own["QUAL"] + own["VAL"] == pytest.approx(own["OFFER"])
    assert own["QUAL"] > 0
    # A fall of every question of the offer by a point is a fall of the offer by a point.
    rise = {
        code: -1.0
        for at, code in enumerate(spec.indicator_ids)
        if spec.construct_ids[spec.home[at]] in {"QUAL", "VAL"}
    }
    fall = scenario(result, data, rise)
    assert fall.gain.value == pytest.approx(-own["OFFER"], rel=0.05)  # the lowest answers cannot fall
    assert {row["id"] for row in ranked(result)["constructs"]} == {"IMG", "EXP", "QUAL", "VAL", "OFFER"}


def test_an_interaction_is_no_lever(golden):
    mapping = plain_mapping(golden)
    mapping["constructs"].append({"id": "BOTH", "product": ["QUAL", "VAL"]})
    mapping["paths"].append(["BOTH", "SAT"])
    spec = csi_model.ModelSpec.from_mapping(mapping)
    data = csi_model.prepare(spec, golden.columns("data.csv"))
    result = csi_model.estimate(spec, data, csi_model.Options(bootstrap=30))
    rows = {row["id"]: row for row in ranked(result)["constructs"]}
    assert "BOTH" not in rows
    effect = result.estimates.points_per_point[0, spec.place["SAT"]]
    assert rows["QUAL"]["importance"] == pytest.approx(effect[spec.place["QUAL"]])
    assert np.isfinite(rows["QUAL"]["importance_ci"]).all()


def test_scenarios_of_nothing_are_refused(fitted):
    with pytest.raises(csi_model.DataError, match="No question is to be raised"):
        scenario(*fitted, {})
    with pytest.raises(csi_model.DataError, match="no number of points"):
        scenario(*fitted, {"QUAL1": 500.0})


def test_stated_picks_of_each_level(fitted):
    result, _ = fitted
    found = stated(result, [["QUAL1", "VAL2"], ["QUAL1"], None] * 100)
    assert found["level"] == "indicators"
    shares = {row["id"]: row["share"] for row in found["options"]}
    assert shares == {"QUAL1": 1, "VAL2": 0.5}
    assert "IMG1" in found["not_offered"]
    weights = np.tile([3.0, 1.0, 1.0], 100)
    weighted = stated(result, [["QUAL1", "VAL2"], ["QUAL1"], None] * 100, weights=weights)
    assert {row["id"]: row["share"] for row in weighted["options"]}["VAL2"] == pytest.approx(0.75)
    assert stated(result, [["QUAL_SUP"], ["QUAL_SRV"]] * 50)["level"] == "dimensions"


@pytest.mark.parametrize(
    ("picked", "said", "code"),
    [
        ([["QUAL1", "VAL"]] * 50, "two levels", "stated"),
        ([None] * 50, "there are none", "stated"),
        ([["weather"]] * 50, "weather is neither", "stated"),
        ([["QUAL"]] * 5, "below the floor", "floor"),
    ],
)
def test_wrong_picks_are_refused(fitted, picked, said, code):
    with pytest.raises(csi_model.DataError, match=said) as caught:
        stated(fitted[0], picked)
    assert caught.value.code == code


PICKED = [["VAL", "IMG"], ["IMG", "VAL"], ["IMG"], None]
OFFERED = [["QUAL", "IMG", "VAL"], ["IMG", "VAL"], ["IMG", "EXP"], ["IMG", "VAL", "QUAL"]]


def test_shares_are_of_those_who_were_offered_an_option(fitted):
    """40 of each kind: VAL is offered to 80 who answered, QUAL to 40, EXP to 40, IMG to 120."""
    found = stated(fitted[0], PICKED * 40, offered=OFFERED * 40, places=2)
    rows = {row["id"]: (row["share"], row["place_score"]) for row in found["options"]}
    assert rows["VAL"] == pytest.approx((1.0, (1 + 0.5) / 2))
    assert rows["IMG"] == pytest.approx((1.0, (0.5 + 1 + 1) / 3))
    assert rows["QUAL"] == rows["EXP"] == (0.0, 0.0)
    assert (found["not_offered"], found["few_offered"]) == ([], [])
    everybody = stated(fitted[0], PICKED * 40, options=["QUAL", "IMG", "VAL", "EXP"], places=2)
    assert {row["id"]: row["share"] for row in everybody["options"]}["VAL"] == pytest.approx(2 / 3)


def test_what_few_were_offered_is_named_and_costs_nothing_else(fitted):
    """Of 130 who answered, ten were offered NEWS and EXP; nobody was offered QUAL."""
    options = ["IMG", "VAL", "EXP", "QUAL", "NEWS"]
    picked = [["IMG"], ["VAL"]] * 60 + [["NEWS"]] * 10
    offered = [["IMG", "VAL"]] * 120 + [["IMG", "NEWS", "EXP"]] * 10
    found = stated(fitted[0], picked, options=options, offered=offered, places=1)
    assert {row["id"]: row["share"] for row in found["options"]} == pytest.approx(
        {"IMG": 60 / 130, "VAL": 60 / 120}
    )
    assert set(found["few_offered"]) == {"EXP", "QUAL", "NEWS"}
    assert not {"EXP", "QUAL"} & {*found["not_offered"], *found["hidden"], *found["overrated"]}


@pytest.mark.parametrize(
    ("offered", "said", "code"),
    [
        ([["IMG", "VAL"]] * 3, "4 respondents, but 3", "shape"),
        ([["IMG", "VAL"], ["IMG"], ["IMG"], []], "Respondent 2 of those in use picked VAL", "stated"),
        ([["IMG", "VAL"], [], ["IMG"], []], "Respondent 2 of those in use picked IMG", "stated"),
        ([["IMG", "VAL"], ["IMG", "VAL", "wind"], ["IMG"], []], "wind, offered to respondent 2", "stated"),
    ],
)
def test_wrong_offers_are_refused(fitted, offered, said, code):
    with pytest.raises(csi_model.DataError, match=said) as caught:
        stated(fitted[0], PICKED, options=["IMG", "VAL"], offered=offered)
    assert caught.value.code == code
