"""The effect of a measure in one call: a planted effect is found, its yardstick is that of before."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.evaluation.measure import effect_of_measure
from tests.csi_model.simulated import SPEC, labelled, survey

TREATED = [f"u{k}" for k in range(8)]


def panel(lift: float = 0.0, seed: int = 4) -> tuple:
    """Simulate sixteen units over three waves; the answers of the first eight rise in the third."""
    data, year = survey(n=640, years=3, seed=seed)
    unit = np.array([f"u{number % 16}" for number in range(len(year))])
    rises = np.isin(unit, TREATED) & (year == "2023")
    values = np.clip(data.values + lift * rises[:, None], 1, 10)
    return labelled(replace(data, values=values), unit=unit), unit, year


def measured(data, n_resamples=400):
    """Evaluate the measure of the third wave."""
    waves = {"before": ["2021", "2022"], "after": ["2023"]}
    return effect_of_measure(
        SPEC, data, units="unit", waves="wave", treated=TREATED, **waves, n_resamples=n_resamples
    )


def test_a_planted_effect_is_found_on_every_construct():
    data, _unit, _year = panel(lift=0.9)
    found = measured(data)
    index = found["constructs"][found["index"]]
    assert index["effect"]["value"] == pytest.approx(10, abs=2.5)  # 0.9 of 9 scale steps
    assert index["effect"]["p"] < 0.001
    assert index["effect"]["ci"][0] < 10 < index["effect"]["ci"][1]
    assert (found["n_treated"], found["n_comparison"]) == (8, 8)
    reversed_ = {name for name, each in found["constructs"].items() if each["effect"]["value"] < 0}
    assert reversed_ <= {part.id for part in SPEC.constructs if part.valence == -1}
    assert index["by_wave"][1]["value"] == 0  # differences are counted from the last wave before
    levels = np.array(index["treated"]) - np.array(index["comparison"])
    assert index["effect"]["value"] == pytest.approx(levels[2] - levels[:2].mean(), abs=1e-9)


def test_no_effect_is_not_seen():
    data, _unit, _year = panel()
    found = measured(data)
    assert found["constructs"][found["index"]]["effect"]["p"] > 0.05
    assert min(each["effect"]["p_holm"] for each in found["constructs"].values()) > 0.05


def test_the_yardstick_is_that_of_before():
    """Answers after the measure, however odd, move no outer weight: the levels before stay as they are."""
    data, _unit, year = panel()
    odd = data.values.copy()
    odd[year == "2023"] = np.random.default_rng(1).uniform(1, 10, (int((year == "2023").sum()), odd.shape[1]))
    levels = [
        measured(each, n_resamples=100)["constructs"]["SAT"]["treated"][:2]
        for each in (data, replace(data, values=odd))
    ]
    assert levels[0] == pytest.approx(levels[1], abs=1e-12)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"treated": ["nowhere"]}, "unknown-unit"),
        ({"before": ["1999"]}, "unknown-wave"),
        ({"after": ["1999"]}, "unknown-wave"),
        ({"treated": []}, "few-units"),
        ({"treated": [f"u{k}" for k in range(16)]}, "few-units"),
        ({"before": ["2023"]}, "waves"),
    ],
)
def test_bad_arms_and_waves_are_refused_by_name(change, code):
    data, _unit, _year = panel()
    given = {"treated": TREATED, "before": ["2021", "2022"], "after": ["2023"]} | change
    with pytest.raises(csi_model.DataError) as refusal:
        effect_of_measure(SPEC, data, units="unit", waves="wave", **given)
    assert refusal.value.code == code
    assert refusal.value.remedy


def gappy(data, unit, year, share, rng):
    """After the measure the dissatisfied of the treated units skip questions of satisfaction."""
    after = (year == "2023") & np.isin(unit, TREATED)
    low = data.values[:, [SPEC.indicator_ids.index(code) for code in ("SAT1", "QUAL1")]].mean(axis=1)
    skips = after & (low < np.median(low)) & (rng.random(len(unit)) < 2 * share)
    values = data.values.copy()
    for code in ("SAT2", "SAT3"):
        values[skips, SPEC.indicator_ids.index(code)] = np.nan
    return replace(data, values=values)


@pytest.mark.parametrize("share", [0.15, 0.4])
def test_answers_that_go_missing_do_not_look_like_an_effect(share):
    data, unit, year = panel(seed=6)
    given = {
        "units": "unit",
        "waves": "wave",
        "treated": TREATED,
        "before": ["2021", "2022"],
        "after": ["2023"],
    }
    whole = effect_of_measure(SPEC, data, **given, n_resamples=200)["constructs"]["SAT"]["effect"]
    holes = gappy(data, unit, year, share, np.random.default_rng(1))
    found = effect_of_measure(SPEC, holes, **given, n_resamples=200)["constructs"]["SAT"]["effect"]
    assert found["value"] == pytest.approx(whole["value"], abs=0.6)
    assert found["ci"][0] < 0 < found["ci"][1]
    told = effect_of_measure(SPEC, holes, **given, n_resamples=200)["cautions"]
    (said,) = [each["message"] for each in told if each["code"] == "unanswered-differs"]
    assert "points more where the measure was taken" in said


def test_one_treated_unit_is_described_and_nothing_is_claimed():
    data, _unit, _year = panel(lift=0.9)
    given = {"units": "unit", "waves": "wave", "before": ["2021", "2022"], "after": ["2023"]}
    found = effect_of_measure(SPEC, data, treated=["u3"], **given, n_resamples=100)
    index = found["constructs"]["SAT"]
    assert (found["enough"], found["n_treated"]) == (False, 1)
    assert found["p_least"] == pytest.approx(1 / 16)
    assert (index["effect"]["p"], index["effect"]["se"], index["effect"]["ci"]) == (None, None, None)
    assert index["effect"]["p_permutation"] >= 1 / 16
    assert index["trend_p"] is None


def test_what_was_not_asked_in_every_wave_is_said_with_its_wave():
    data, _unit, year = panel()
    values = data.values.copy()
    values[year == "2022", SPEC.indicator_ids.index("SAT1")] = np.nan
    given = {"units": "unit", "waves": "wave", "treated": TREATED, "before": ["2021", "2022"]}
    with pytest.raises(csi_model.DataError, match="Nobody answered SAT1 in wave 2022") as refusal:
        effect_of_measure(SPEC, replace(data, values=values), **given, after=["2023"])
    assert refusal.value.code == "not-in-every-wave"
    whole = effect_of_measure(
        SPEC, replace(data, values=values), **given | {"before": ["2021"]}, after=["2023"]
    )
    assert whole["n_treated"] == 8


def test_a_unit_that_never_answered_a_question_is_left_out_by_name():
    data, unit, year = panel()
    values = data.values.copy()
    values[(unit == "u9") & (year == "2022"), SPEC.indicator_ids.index("SAT1")] = np.nan
    found = measured(replace(data, values=values), n_resamples=2000)
    assert (found["n_treated"], found["n_comparison"]) == (8, 7)
    message = next(each["message"] for each in found["cautions"] if each["code"] == "unit-absent")
    assert message.startswith("Left out of SAT,")
    assert "u9" in message
    others = {each["n_comparison"] for name, each in found["constructs"].items() if name != "SAT"}
    assert others == {8}, "it is left out of that construct alone"


def test_who_has_no_unit_is_left_out_and_counted():
    data, unit, year = panel()
    lost = np.where(np.arange(len(unit)) < 30, "", unit)
    given = {"units": "unit", "waves": "wave", "treated": TREATED, "before": ["2021"], "after": ["2023"]}
    found = effect_of_measure(SPEC, labelled(data, unit=lost), **given)
    assert found["n_comparison"] == 8, "no unit of the blank"
    message = next(each["message"] for each in found["cautions"] if each["code"] == "no-group")
    assert message.startswith(f"30 of {len(year)} respondents")


def test_labels_that_did_not_come_with_the_answers_are_refused():
    data, _, _ = panel()
    with pytest.raises(csi_model.DataError, match="no labels 'office'"):
        effect_of_measure(
            SPEC, data, units="office", waves="wave", treated=TREATED, before=["2021"], after=["2023"]
        )
