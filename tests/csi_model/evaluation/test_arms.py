"""The arms of a measure give nobody away: what an attacker subtracts from figures that are out."""

from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.answers.labels import read
from csi_model.disclosure.floors import decide_parts
from csi_model.evaluation import arms
from csi_model.evaluation.measure import effect_of_measure
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN
from tests.csi_model.simulated import SPEC, labelled, survey

TREATED = ("u0", "u1", "u2")
ARMS = {"units": "unit", "waves": "wave", "treated": TREATED, "before": ["2021"], "after": ["2022"]}


def parts_of(sizes, treated, outside=(), asked=None):
    """The state of one figure of the arms of units of these sizes; those `outside` are in neither."""
    unit = np.repeat([f"u{number}" for number in range(len(sizes))], sizes)
    place = np.where(np.isin(unit, treated), "treated", "comparison")
    place[np.isin(unit, outside)] = ""
    answered = np.ones((len(unit), 1), dtype=bool) if asked is None else asked(unit)[:, None]
    units, parts = read(unit, len(unit), "unit"), read(place, len(unit), "part")
    return int(decide_parts(answered, units, parts)[0])


@pytest.mark.parametrize(
    ("sizes", "outside", "state"),
    [
        ((60, 60, 60, 60), (), SHOWN),
        ((30, 30, 60, 60), (), INDICATIVE),
        ((10, 10, 60, 60), (), FEW),
        ((60, 60, 60, 60, 12), (), HELD),  # its arm less the others is the small unit
        ((60, 60, 60, 60, 12, 20), (), SHOWN),  # two that hide one another
        ((60, 60, 60, 60, 12, 15), (), HELD),  # two of 27 people
        ((60, 60, 60, 60, 12), ("u4",), HELD),  # all less the arms is the small unit
        ((60, 60, 60, 60, 40), ("u4",), SHOWN),
    ],
)
def test_an_arm_is_withheld_where_it_or_what_it_leaves_is_of_few(sizes, outside, state):
    assert parts_of(sizes, ("u0", "u1"), outside) == state


def test_the_answers_to_the_figure_count_not_the_people():
    half = parts_of((60, 60, 60, 60), ("u0", "u1"), asked=lambda unit: np.arange(len(unit)) % 5 == 0)
    assert half == FEW


def world(small):
    """Six units of forty answers a wave, and small ones in the comparison: (answers, unit, wave)."""
    data, year = survey(n=240 + sum(small), years=2, seed=3)
    sizes = (*[40] * 6, *small)
    unit = np.tile(np.repeat([f"u{number}" for number in range(len(sizes))], sizes), 2)
    return labelled(data, unit=unit), unit, year


def test_small_units_are_known_exactly_where_the_decision_is_left_out(monkeypatch):
    data, unit, year = world((12,))
    with pytest.raises(csi_model.DataError, match="give away fewer than 30") as refusal:
        effect_of_measure(SPEC, data, **ARMS, n_resamples=10)
    assert (refusal.value.code, bool(refusal.value.remedy)) == ("floor", True)

    monkeypatch.setattr(arms, "decide_parts", lambda answered, *_, **__: np.full(answered.shape[1], SHOWN))
    told = effect_of_measure(SPEC, data, **ARMS, n_resamples=10)["constructs"]["SAT"]["comparison"][0]
    early = year == "2021"
    shares = csi_model.estimate(SPEC, data.where(early)).points.construct_shares[0]
    points = (data.points @ shares)[:, SPEC.place["SAT"]]
    mean = {name: points[early & (unit == name)].mean() for name in ("u3", "u4", "u5", "u6")}
    attacked = (132 * told - 40 * (mean["u3"] + mean["u4"] + mean["u5"])) / 12
    assert attacked == pytest.approx(mean["u6"], abs=1e-9)


def test_hidden_by_another_small_unit_the_arms_are_told():
    data, _unit, _year = world((12, 20))
    found = effect_of_measure(SPEC, data, **ARMS, n_resamples=10)
    assert {each["state"] for each in found["constructs"].values()} == {"shown"}
    assert found["n_comparison"] == 5


def test_who_has_no_unit_is_not_what_the_arms_leave():
    data, unit, _year = world(())
    few = labelled(data, unit=np.where(np.arange(len(unit)) % 240 < 7, "", unit))
    with pytest.raises(csi_model.DataError, match="in neither"):
        effect_of_measure(SPEC, few, **ARMS, n_resamples=10)


def test_a_construct_of_few_is_withheld_alone():
    data, unit, _year = world(())
    block = SPEC.block_mask[:, SPEC.place["LOY"]]
    keeps = np.arange(len(unit)) % 8 == 0  # five of a unit and wave
    values = np.where(block & ~keeps[:, None], np.nan, data.values)
    found = effect_of_measure(SPEC, replace(data, values=values), **ARMS, n_resamples=10)["constructs"]
    assert found["LOY"] == {"state": "few"}
    assert {each["state"] for name, each in found.items() if name != "LOY"} == {"shown"}
    assert all(each["effect"]["p_permutation"] > 0 for each in found.values() if "effect" in each)


def test_each_construct_is_decided_by_the_units_that_it_is_told_of():
    """Two small units that lack one construct hide one another there, not where they are in the arms."""
    data, unit, _year = world((12, 20))
    block = SPEC.block_mask[:, SPEC.place["LOY"]]
    values = np.where(block & np.isin(unit, ["u6", "u7"])[:, None], np.nan, data.values)
    arms_of = ARMS | {"treated": (*TREATED, "u6")}
    with pytest.raises(csi_model.DataError, match="give away fewer than 30"):
        effect_of_measure(SPEC, replace(data, values=values), **arms_of, n_resamples=10)
