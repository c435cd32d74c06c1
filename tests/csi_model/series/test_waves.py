"""The index over waves in one call: planted changes are found and explained, breaks are marked."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.inference.making import from_normal
from csi_model.series.breaks import Bridge
from csi_model.series.follow import follow
from tests.csi_model.simulated import SPEC, labelled, survey

OPTIONS = csi_model.Options(bootstrap=60)


def test_a_planted_rise_is_found_and_is_due_to_answers():
    data, _year = survey(lift=0.9)
    found = follow(SPEC, data, "wave", OPTIONS)
    verdicts = [each["change"] and each["change"]["verdict"] for each in found["waves"]]
    assert verdicts == [None, "unclear", "unclear", "up"]
    last = found["waves"][-1]
    assert last["change"]["value"] == pytest.approx(10, abs=2.5)  # 0.9 of 9 scale steps
    why = found["why"][-1]
    assert why["answers"]["value"] == pytest.approx(why["change"]["value"], abs=0.5)
    parts = sum(why[name]["value"] for name in ("answers", "weights", "mix"))
    assert parts == pytest.approx(why["change"]["value"], abs=1e-9)
    assert why["change"] == {key: last["change"][key] for key in ("value", "se", "ci")}
    assert why["weights"]["value"] == pytest.approx(0, abs=1e-12)
    # Without segments all is answers: their error and ends are those of the change, by the same formula.
    assert why["answers"]["se"] == pytest.approx(why["change"]["se"], rel=1e-9)
    assert why["answers"]["ci"] == pytest.approx(why["change"]["ci"], rel=1e-9)
    own = [each["re_estimated"]["value"] for each in found["waves"][-2:]]
    assert why["re_estimated_change"] == pytest.approx(own[1] - own[0], abs=1e-9)
    assert [each["wave"] for each in found["control"]["signals"]] == ["2024"]


def test_the_base_wave_has_the_same_points_on_both_series():
    data, year = survey(years=2)
    found = follow(SPEC, data, "wave", OPTIONS, base="2022")
    second = found["waves"][1]
    assert second["official"]["value"] == pytest.approx(second["re_estimated"]["value"], abs=1e-12)
    certain = follow(SPEC, data, "wave", csi_model.Options(), base="2022")["waves"][1]
    assert certain["re_estimated"] == {
        "value": pytest.approx(second["re_estimated"]["value"]),
        "se": None,
        "ci": None,
    }
    assert certain["official"] == second["official"]
    assert second["re_estimated"]["se"] != pytest.approx(second["official"]["se"], rel=1e-3)  # drawn weights
    alone = csi_model.estimate(SPEC, data.where(year == "2022"))
    place = SPEC.place[SPEC.index]
    assert second["official"]["value"] == pytest.approx(float(alone.points.constructs[0, place]), abs=1e-9)
    assert found["control"] is None  # too few waves for limits


def test_the_split_of_a_change_adds_up_to_the_line_above_it_whatever_is_missing():
    data, year = survey(n=400, years=2, lift=0.5)
    rng = np.random.default_rng(4)
    segments = np.where(rng.random(len(year)) < 0.4, "rural", "town")
    gone = (rng.random(data.values.shape) < 0.25) & (segments == "rural")[:, None]
    weights = rng.choice([1.0, 1e-3, 1e4], len(year))
    columns = dict(zip(SPEC.indicator_ids, np.where(gone, np.nan, data.values).T, strict=True))
    sample = csi_model.prepare(SPEC, columns, weights=weights, labels={"wave": year, "area": segments})
    found = follow(SPEC, sample, "wave", csi_model.Options(), segments="area")
    why, line = found["why"][0], found["waves"][1]["change"]["value"]
    parts = sum(why[name]["value"] for name in ("answers", "weights", "mix"))
    assert parts == pytest.approx(line, abs=1e-9)
    assert sum(each["answers"]["value"] for each in why["by_question"].values()) == pytest.approx(
        why["answers"]["value"], abs=1e-9
    )


def test_a_change_of_mix_alone_is_called_mix():
    data, year = survey(n=600, years=2, seed=5)
    rng = np.random.default_rng(0)
    rural = rng.random(len(year)) < np.where(year == "2022", 0.7, 0.3)
    moved = replace(data, values=data.values - 2.0 * rural[:, None])
    moved = labelled(moved, area=np.where(rural, "rural", "town"))
    found = follow(SPEC, moved, "wave", OPTIONS, segments="area")
    why = found["why"][0]
    assert why["mix"]["value"] == pytest.approx(-0.4 * 2 * 100 / 9, abs=1.5)
    assert abs(why["answers"]["value"]) < 2
    assert set(why["by_segment"]) == {"rural", "town"}


def test_a_reworded_question_breaks_the_series_and_a_bridge_mends_it():
    data, _year = survey(years=3)
    broken = follow(SPEC, data, "wave", OPTIONS, reworded={"2023": ["SAT1"]})
    assert broken["breaks"] == [{"before": "2022", "after": "2023", "kind": "wording", "what": ("SAT1",)}]
    assert broken["waves"][2]["change"] is None
    assert broken["waves"][1]["change"] is not None
    assert "break" in {each["code"] for each in broken["cautions"]}
    assert broken["why"][1]["refused"]["code"] == "break"
    assert "refused" not in broken["why"][0]
    shift = Bridge(from_normal(-1.5, 0.4))
    mended = follow(SPEC, data, "wave", OPTIONS, reworded={"2023": ["SAT1"]}, bridges={"2023": shift})
    plain = follow(SPEC, data, "wave", OPTIONS)
    assert mended["waves"][2]["change"]["value"] == pytest.approx(plain["waves"][2]["change"]["value"] + 1.5)
    assert mended["waves"][2]["change"]["se"] > plain["waves"][2]["change"]["se"]


def test_a_shift_of_modes_is_a_break():
    data, year = survey(years=2)
    mode = np.where((year == "2022") & (np.arange(len(year)) % 2 == 0), "phone", "web")
    found = follow(SPEC, labelled(data, mode=mode), "wave", OPTIONS, modes="mode")
    assert [each["kind"] for each in found["breaks"]] == ["mode"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"order": ["2021", "1999"]}, "unknown-wave"),
        ({"order": ["2021"]}, "waves"),
        ({"order": ["2021", "2021"]}, "waves"),
        ({"base": "1999"}, "unknown-wave"),
        ({"reworded": {"2021": ["SAT1"]}}, "unknown-wave"),
        ({"reworded": {"2022": ["NOPE"]}}, "unknown-question"),
        ({"bridges": {"1999": Bridge(from_normal(1.0, 0.1))}}, "unknown-wave"),
    ],
)
def test_bad_waves_are_refused_by_name(given, code):
    data, _year = survey(n=60, years=2)
    with pytest.raises(csi_model.DataError) as refusal:
        follow(SPEC, data, "wave", csi_model.Options(), **given)
    assert refusal.value.code == code
    assert refusal.value.remedy


def test_short_and_small_waves_are_refused():
    data, year = survey(n=60, years=2)
    small = np.where(np.arange(len(year)) < 10, "2020", year)
    with pytest.raises(csi_model.DataError) as refusal:
        follow(SPEC, labelled(data, wave=small), "wave")
    assert refusal.value.code == "floor"
    with pytest.raises(csi_model.DataError, match="no labels 'year'") as refusal:
        follow(SPEC, data, "year")
    assert refusal.value.code == "groups"


def test_a_segment_too_small_leaves_the_rest_of_the_result():
    data, year = survey(n=80, years=2)
    segments = np.where(np.arange(len(year)) % 40 == 0, "few", "many")
    found = follow(SPEC, labelled(data, area=segments), "wave", csi_model.Options(), segments="area")
    assert found["why"][0]["refused"]["code"] == "floor"
    assert found["waves"][1]["change"] is not None


def test_an_index_of_second_order_is_followed_by_its_own_shares():
    data, year = survey(years=2)
    plain = SPEC.to_mapping()
    del plain["indicators"]  # all on 1 to 10, the default
    plain |= {"index": "BOND", "paths": [["IMG", "BOND"], ["QUAL", "BOND"]]}
    kept = {"IMG", "QUAL", "SAT", "LOY"}
    plain["constructs"] = [construct for construct in plain["constructs"] if construct["id"] in kept]
    plain["constructs"].append({"id": "BOND", "components": ["SAT", "LOY"]})
    spec = csi_model.ModelSpec.from_mapping(plain)
    columns = dict(zip(data.codes, data.values.T, strict=True))
    columns = {code: columns[code] for code in spec.indicator_ids}
    answers = csi_model.prepare(spec, columns, labels={"wave": year})
    found = follow(spec, answers, "wave", OPTIONS)
    for code, wave in zip(("2021", "2022"), found["waves"], strict=True):
        own = csi_model.estimate(spec, answers.where(year == code))
        points = own.points.constructs[0, spec.place["BOND"]]
        assert wave["re_estimated"]["value"] == pytest.approx(points, abs=1e-9)
    why = found["why"][0]
    parts = sum(why[name]["value"] for name in ("answers", "weights", "mix"))
    assert parts == pytest.approx(why["change"]["value"], abs=1e-9)
