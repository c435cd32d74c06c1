"""One figure over waves: the same number in the series, an evaluation, groups and what pages have stored."""

import json
from dataclasses import replace

import numpy as np
import pytest

import csi_model
from csi_model.answers.labels import read
from csi_model.answers.prepare import prepare
from csi_model.series.follow import follow
from csi_model.series.wave import Form
from tests.csi_model.evaluation.test_measure import TREATED, panel
from tests.csi_model.simulated import GOLDEN, SPEC, labelled
from tests.one_figure.conftest import OPTIONS
from web.cli import trend as trend_command
from web.runs.sections import series_items


def test_levels_of_an_evaluation_are_points_of_groups_and_of_the_series():
    """Units of one size: a level of an arm is that of a group in its wave, by the weights of before."""
    data, unit, _year = panel(lift=0.9)
    data = labelled(data, arm=np.where(np.isin(unit, TREATED), "treated", "comparison"))
    arms = {"treated": TREATED, "before": ["2021"], "after": ["2022", "2023"], "n_resamples": 100}
    found = csi_model.effect_of_measure(SPEC, data, OPTIONS, units="unit", waves="wave", **arms)
    before = csi_model.estimate(
        SPEC, data.split("wave").samples["2021"], csi_model.Options(bootstrap=0), by="arm"
    )
    moved = csi_model.changes_document(runs_of(data, by="arm"), lambda asked: [Form("w") for _ in asked])
    for name, each in found["constructs"].items():
        for arm in ("comparison", "treated"):
            assert each[arm][0] == before.groups[arm].figure("constructs").at(name).value
            in_series = moved["parts"][arm]["points"][name]
            assert each[arm] == [in_series[wave]["points"] for wave in found["waves"]]


def runs_of(sample, by):
    """Give what finished runs of the waves store: of the whole and of its groups."""
    found = {}
    for wave, part in sample.split("wave").samples.items():
        whole = csi_model.estimate(SPEC, part, csi_model.Options(bootstrap=0), by=by)
        groups = part.split(by).samples
        found[wave] = csi_model.document(whole) | {"items": series_items(part, whole)}
        for name, group in whole.groups.items():
            found[wave]["groups"][name]["items"] = series_items(groups[name], group)
    return found


@pytest.mark.parametrize("gaps", [0.0, 0.05])
def test_points_by_frozen_weights_are_the_base_waves_own_there(sample, gaps):
    """The line of the series begins where the estimation's own stands, in files and on pages."""
    rng = np.random.default_rng(8)
    values = np.where(rng.random(sample.values.shape) < gaps, np.nan, sample.values)
    sample = replace(sample, values=values)
    followed = follow(SPEC, sample, "wave", OPTIONS)
    stored = csi_model.changes_document(runs_of(sample, by="wave"), lambda asked: [Form("w") for _ in asked])
    assert followed["waves"][0]["official"]["value"] == followed["waves"][0]["re_estimated"]["value"]
    for name, waves in followed["frozen"].items():
        assert waves["2021"]["points"] == followed["constructs"][name][0]["value"]
        assert {code: each["points"] for code, each in waves.items()} == {
            code: each["points"] for code, each in stored["parts"][""]["points"][name].items()
        }


def test_a_bridge_moves_the_own_line_and_widens_it_as_it_does_the_official(sample):
    alone = follow(SPEC, sample, "wave", OPTIONS)["waves"]
    bridges = {"2022": csi_model.bridge_shift((60.0, 0.6), (63.0, 0.8))}
    joined = follow(SPEC, sample, "wave", OPTIONS, bridges=bridges)["waves"]
    for line in ("official", "re_estimated"):
        before, after = alone[0][line], joined[0][line]
        assert after["value"] == pytest.approx(before["value"] + 3)
        assert after["se"] == pytest.approx(np.hypot(before["se"], 1.0))
        for old, new in zip(before["ci"], after["ci"], strict=True):
            assert abs(new - after["value"]) == pytest.approx(
                np.hypot(old - before["value"], 1.959964), rel=1e-6
            )
        assert joined[1][line] == alone[1][line]


def test_a_series_of_fiml_means_is_that_of_the_estimation():
    golden = GOLDEN / "data_missing.csv"
    table = np.genfromtxt(golden, delimiter=",", names=True, dtype=float, encoding="utf-8")
    columns = {code: table[code] for code in SPEC.indicator_ids}
    wave = np.arange(len(table)) % 2
    sample = prepare(SPEC, columns, missing="fiml", labels={"wave": wave})
    options = csi_model.Options(missing="fiml", bootstrap=20, group_weights="own")
    alone = csi_model.estimate(SPEC, sample, options, by="wave").groups
    found = follow(SPEC, sample, "wave", options)["waves"]
    for at, group in enumerate(alone.values()):
        points = group.figure("constructs").at("SAT").value
        assert found[at]["re_estimated"]["value"] == float(points)
    plain = follow(SPEC, sample, "wave", csi_model.Options(missing="fiml", group_weights="own"))["waves"]
    assert [wave["re_estimated"]["value"] for wave in plain] == [
        wave["re_estimated"]["value"] for wave in found
    ]


def test_the_command_prints_what_the_calls_give(sample, by_group):
    text = trend_command.summary(json.loads(json.dumps(follow(SPEC, sample, "wave", OPTIONS))))
    first = by_group.groups["2021"].figure("constructs").at("SAT").value
    assert f"{first:.1f}" in text


def test_a_change_whose_only_part_are_the_answers_has_their_interval(sample):
    """Of a pair that few units hold less than another pair: its parts have the errors of the series."""
    number = np.arange(len(sample.points))
    waves = sample.label("wave").texts()
    units = number % np.where(waves == np.unique(waves)[-1], 24, 60)
    clustered = replace(sample, clusters=read(units, len(units), "unit"))
    whys = follow(SPEC, clustered, "wave", OPTIONS)["why"]
    assert len(whys) > 1
    for each in whys:
        change, answers = each["change"], each["answers"]
        assert answers["value"] == pytest.approx(change["value"])
        assert answers["se"] == pytest.approx(change["se"])
        assert answers["ci"] == pytest.approx(change["ci"])
        assert each["mix"]["value"] == each["mix"]["se"] == 0
