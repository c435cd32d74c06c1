"""A wave without an estimation of its own: what the base's weights make of it stays, the rest is missing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import csi_model
from csi_model.inference.making import from_normal
from csi_model.series.breaks import Bridge
from csi_model.series.follow import follow
from tests.csi_model.simulated import SPEC, labelled, survey

OPTIONS = csi_model.Options(bootstrap=20)
PLAIN = csi_model.Options()
AT = {code: place for place, code in enumerate(SPEC.indicator_ids)}


@pytest.fixture(scope="module")
def answers():
    data, year = survey(n=120, years=3)
    area = np.where(np.arange(len(year)) % 2 == 0, "rural", "town")
    return labelled(data, area=area), year


def changed(data, year, question, answer, wave="2022"):
    values = data.values.copy()
    values[year == wave, AT[question]] = answer
    return replace(data, values=values)


def cautioned(found):
    return [each for each in found["cautions"] if each["code"] == "wave-refused"]


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("SAT2", 7.0, "In wave 2022 everyone gave SAT2 the same answer."),
        ("IMG1", 7.0, "In wave 2022 everyone gave IMG1 the same answer."),
        ("IMG1", np.nan, "In wave 2022 nobody answered IMG1."),
    ],
)
def test_one_question_that_tells_nobody_apart_costs_its_wave_its_own_weights_alone(
    answers, question, answer, said
):
    data, year = answers
    whole = follow(SPEC, data, "wave", OPTIONS, tree="equal")
    found = follow(SPEC, changed(data, year, question, answer), "wave", OPTIONS, tree="equal")
    (caution,) = cautioned(found)
    assert caution["message"].startswith(said)
    assert caution["about"] == ["2022", question]
    at = SPEC.place[SPEC.index]
    rows = np.flatnonzero(SPEC.block_mask[:, at])
    shares = csi_model.estimate(SPEC, data.where(year == "2021")).points.construct_shares[0][rows, at]
    means = changed(data, year, question, answer).points[year == "2022"][:, rows].mean(axis=0)
    assert found["waves"][1]["official"]["value"] == pytest.approx(shares @ means, abs=1e-9)
    assert found["waves"][1]["re_estimated"]["value"] is None
    assert all(points[1]["value"] is None for points in found["constructs"].values())
    for wave in (0, 2):  # to the last digit
        assert found["waves"][wave]["official"] == whole["waves"][wave]["official"]
        assert found["waves"][wave]["re_estimated"] == whole["waves"][wave]["re_estimated"]
        assert all(found["constructs"][name][wave] == whole["constructs"][name][wave] for name in SPEC.place)
    of_question = SPEC.construct_ids[SPEC.home[AT[question]]]
    unknown = {name for name in SPEC.place if found["frozen"][name]["2022"]["points"] is None}
    assert unknown == ({of_question} if np.isnan(answer) else set())
    moves = found["drift"]["2022"][of_question]["last"]
    assert (moves["verdict"] == "absent") == bool(np.isnan(answer))
    assert all(each["re_estimated_change"] is None for each in found["why"])
    assert found["tree"]["waves"][2]["points"] == whole["tree"]["waves"][2]["points"]
    assert (found["tree"]["waves"][1]["points"] is None) == bool(np.isnan(answer))


@pytest.mark.parametrize("missing", ["em", "mean"])
def test_its_levels_are_those_of_the_questions_that_vary(answers, missing):
    data, year = answers
    gapped = changed(data, year, "SAT2", 7.0)
    values = gapped.values.copy()
    values[np.random.default_rng(5).random(values.shape) < 0.15] = np.nan
    gapped = replace(gapped, values=values)
    options = csi_model.Options(missing=missing)
    found = follow(SPEC, gapped, "wave", options, segments="area")
    plain = SPEC.to_mapping()
    for each in plain["constructs"]:
        if "indicators" in each:
            each["indicators"] = [code for code in each["indicators"] if code != "SAT2"]
    plain.get("indicators", {}).pop("SAT2", None)
    spec = csi_model.ModelSpec.from_mapping(plain)
    kept = [AT[code] for code in spec.indicator_ids]
    narrow = replace(
        gapped,
        values=gapped.values[:, kept],
        gaps=gapped.gaps[:, kept],
        codes=spec.indicator_ids,
        scales=gapped.scales[kept],
    )
    alone = csi_model.estimate(spec, narrow.where(year == "2022"), options).points.indicators[0]
    base = csi_model.estimate(SPEC, gapped.where(year == "2021"), options).points
    shares = base.construct_shares[0][:, SPEC.place[SPEC.index]]
    wanted = shares[kept] @ alone + shares[AT["SAT2"]] * (7 - 1) * 100 / 9
    line = found["waves"][1]
    assert line["official"]["value"] == pytest.approx(wanted, abs=1e-7)
    why = found["why"][0]
    parts = sum(why[name]["value"] for name in ("answers", "weights", "mix"))
    assert parts == pytest.approx(line["change"]["value"], abs=1e-9)


def test_the_remedies_named_work(answers):
    data, year = answers
    odd = changed(data, year, "IMG1", 7.0)
    (caution,) = cautioned(follow(SPEC, odd, "wave", PLAIN))
    assert not cautioned(follow(SPEC, odd, "wave", PLAIN, order=("2021", "2023")))
    assert caution["edit"].startswith("constructs: [{id: IMG, indicators: [IMG2")
    assert "IMG1" not in caution["edit"]


def test_a_base_without_weights_of_its_own_is_refused_and_another_is_one(answers):
    data, year = answers
    odd = changed(data, year, "IMG1", 7.0, wave="2021")
    with pytest.raises(csi_model.DataError, match="It is the base, whose weights") as refusal:
        follow(SPEC, odd, "wave", PLAIN)
    assert refusal.value.code == "base-refused"
    assert "--base 2022" in refusal.value.remedy
    assert len(cautioned(follow(SPEC, odd, "wave", PLAIN, base="2022"))) == 1


def test_a_question_of_the_index_that_a_wave_did_not_ask_is_refused(answers):
    data, year = answers
    with pytest.raises(csi_model.DataError, match="In wave 2022 nobody answered SAT1") as refusal:
        follow(SPEC, changed(data, year, "SAT1", np.nan), "wave", PLAIN)
    assert "--order 2021,2023" in refusal.value.remedy


def test_a_wave_whose_model_has_no_solution_is_named(answers):
    data, year = answers
    values = data.values.copy()
    rows = year == "2022"
    values[np.ix_(rows, [AT["VAL1"], AT["VAL2"]])] = values[np.ix_(rows, [AT["EXP1"], AT["EXP2"]])]
    values[rows, AT["VAL2"]] = 11 - values[rows, AT["VAL1"]]
    found = follow(SPEC, replace(data, values=values), "wave", csi_model.Options(method="plsc"))
    assert found["waves"][1]["official"]["value"] is not None
    for each in cautioned(found):
        assert "2022" in each["message"]


@pytest.mark.parametrize("reworded", [{}, {"2023": ["SAT1"]}])
def test_a_bridge_is_a_part_of_the_change(answers, reworded):
    data, year = answers
    rng = np.random.default_rng(9)
    values = data.values.copy()
    values[rng.random(values.shape) < 0.15] = np.nan
    weights = 10.0 ** rng.uniform(-6, 6, len(year))
    odd = replace(data, values=values, weights=weights / weights.mean())
    bridges = {"2023": Bridge(from_normal(-1.2, 0.4))}
    found = follow(SPEC, odd, "wave", PLAIN, segments="area", reworded=reworded, bridges=bridges)
    why, change = found["why"][1], found["waves"][2]["change"]
    assert why["form"]["value"] == pytest.approx(1.2)
    assert why["form"]["se"] == pytest.approx(0.4)
    parts = sum(why[name]["value"] for name in ("answers", "weights", "mix", "form"))
    assert parts == pytest.approx(change["value"], abs=1e-9)
    stored = [each["official"]["value"] for each in found["waves"]]
    assert parts == pytest.approx(stored[2] - stored[1], abs=1e-9)
    assert change["se"] > 0.4
    assert "form" not in found["why"][0]


def test_waves_are_in_order_of_the_numbers_in_their_names(answers):
    data, year = answers
    for names in (("9", "10", "11"), ("2024 Q9", "2024 Q10", "2025 Q1"), ("b", "c2", "c10")):
        code = np.array(names)[year.astype(int) - 2021]
        found = follow(SPEC, labelled(data, wave=code), "wave", PLAIN)
        assert [each["wave"] for each in found["waves"]] == list(names)
        assert found["base"] == names[0]


def test_days_against_the_order_of_the_waves_are_refused(answers):
    data, _ = answers
    opened = {"2021": date(2023, 3, 1), "2022": date(2022, 3, 1), "2023": date(2024, 3, 1)}
    with pytest.raises(csi_model.DataError, match="Wave 2022 opened on 2022-03-01, not after") as refusal:
        follow(SPEC, data, "wave", PLAIN, opened=opened)
    assert "2022,2021,2023" in refusal.value.remedy
    follow(SPEC, data, "wave", PLAIN, opened=opened, order=("2022", "2021", "2023"))


def test_no_series_of_one_wave_is_advised(answers):
    data, year = answers
    few = np.where(np.arange(len(year)) < 20, "2020", np.where(np.arange(len(year)) < 40, "2019", "2021"))
    with pytest.raises(csi_model.DataError, match="Wave 2019 has 20 answers") as refusal:
        follow(SPEC, labelled(data, wave=few), "wave", PLAIN)
    assert refusal.value.remedy == "Collect more answers."
    few = np.where(few == "2021", year, few)
    with pytest.raises(csi_model.DataError, match="Wave 2019 has 20 answers") as refusal:
        follow(SPEC, labelled(data, wave=few), "wave", PLAIN)
    assert "--order 2021,2022,2023" in refusal.value.remedy, "2020 is too small as well"
    follow(SPEC, labelled(data, wave=few), "wave", PLAIN, order=("2021", "2022", "2023"))
