"""Charts that people read: numbers and names that stand free of one another, marks that need no colour."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from csi_model.inference import figures
from web.insight.charts.bars import bars
from web.insight.charts.dots import dots
from web.insight.charts.gaps import gaps
from web.insight.charts.over_waves import over_waves

LONG = "Perceived quality of service"


def layout_of(figure):
    return go.Figure(json.loads(figure)).layout


def test_numbers_of_a_gap_stand_away_from_each_other():
    expected = figures.figure(np.array([70.3, 70.0, 70.0, np.nan]))
    perceived = figures.figure(np.array([70.1, 99.8, 70.0, 60.0]))
    drawn = json.loads(gaps(["A", "B", "C", "D"], expected, perceived, ("Expected", "Experienced")))
    sides = {trace["name"]: trace["textposition"] for trace in drawn["data"] if "name" in trace}
    assert sides == {
        "Expected": ["top right", "top left", "top right", "top right"],
        "Experienced": ["top left", "top right", "top left", "top left"],
    }
    axis = go.Figure(drawn).layout.xaxis
    spread = 99.8 - 60.0
    assert axis.range == pytest.approx((60.0 - 0.6 * spread, 99.8 + 0.6 * spread)), "no room for the numbers"
    assert max(axis.tickvals) == 100


@pytest.mark.parametrize("chart", [bars, lambda names, figure: dots(names, figure, reference=figure.at(0))])
def test_names_of_three_lines_have_rows_that_hold_them(chart):
    points = figures.figure(np.array([60.0, 61.0]))
    short, long = (layout_of(chart([name, f"{name}!"], points)).height for name in ("Image", LONG))
    assert long - short >= 2 * 12, "three lines of 19 pixels do not fit in a row of 44"


def test_numbers_of_low_points_stand_below_the_line():
    value = np.array([65.0, 63.0, 66.0, np.nan, 61.0, 60.0, 62.0])
    drawn = json.loads(over_waves(list("ABCDEFG"), [("Index", figures.figure(value))], cut=[5]))
    [line] = [trace for trace in drawn["data"] if trace["mode"].endswith("text")]
    assert len(line["textposition"]) == len(line["y"])
    below = [y for y, side in zip(line["y"], line["textposition"], strict=True) if side == "bottom center"]
    assert below == [63.0, 60.0]
    single = json.loads(over_waves(["A"], [("Index", figures.figure(value[:1]))]))
    assert single["data"][-1]["textposition"] == ["top center"]


def test_groups_of_few_answers_are_hollow():
    points = figures.figure(np.array([60.0, 61.0]))
    marks = json.loads(dots(["A", "B"], points, reference=points.at(0), muted=[1]))["data"][0]["marker"]
    assert marks["symbol"] == ["circle", "circle-open"]
