"""Dashboards: the figures are those of the answers, arrows stand only where chance is unlikely."""

import csv
import io
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from sqlalchemy import select, update

from surveys import matrix
from surveys.models import Unit, Wave
from tests.web.demo_site import FIRST, LIVE, SECOND, demo_file, site_url  # noqa: F401
from web.insight import change, results
from web.insight.results import WaveResult


def charts(page):
    return [json.loads(node["data-figure"]) for node in page.select(".chart[data-figure]")]


def number_of(page) -> float:
    return float(page.select_one(".score").get_text().split()[0])


def official_points(session, base: str, wave: str) -> float:
    """Derive the index anew: the base wave's shares from its own run, the wave's means from its answers."""
    shares = {each.wave.code: each for each in results.series_of(session, live=True)}[base].result["series"]
    answers = matrix.load_matrix(
        session, session.scalar(select(Wave).where(Wave.code == wave)), shares["codes"]
    )
    return float(np.nanmean(100 * (answers.values - 1) / 9, axis=0) @ np.array(shares["shares"]))


def test_headline_is_the_answers_with_the_first_waves_weights(viewer, session):
    page = viewer.browse("/insight/")
    assert number_of(page) == pytest.approx(official_points(session, FIRST, SECOND), abs=0.051)
    assert "2026 Q3" in page.h1.get_text()


def test_first_wave_has_nothing_to_compare_with(viewer, session):
    page = viewer.browse(f"/insight/?wave={FIRST}")
    assert number_of(page) == pytest.approx(official_points(session, FIRST, FIRST), abs=0.051)
    assert "There is no earlier wave" in page.select_one(".headline").get_text()
    assert not page.select(".rise, .fall")


def test_every_chart_is_a_valid_figure_with_its_numbers_in_the_table(viewer):
    page = viewer.browse("/insight/")
    found = charts(page)
    assert len(found) == 10
    for figure in found:
        assert go.Figure(figure).data, "Plotly refuses the figure"
    bars = page.select_one("#topics").parent
    values = [float(cell.get_text()) for cell in bars.select(".chart-box tbody td:nth-of-type(1)")]
    drawn = json.loads(bars.select_one(".chart")["data-figure"])["data"][0]["x"]
    assert values == pytest.approx(drawn, abs=0.051)
    assert len(values) == 8
    # Without JavaScript the tables are open.
    assert all(node.has_attr("open") for node in page.select(".chart-box details"))
    for box in page.select(".chart-box"):
        headings = len(box.select("thead th"))
        assert all(len(row.select("th, td")) == headings for row in box.select("tbody tr"))


def test_drill_down_is_the_weighted_mean_of_its_parts(viewer):
    page = viewer.browse(f"/insight/{SECOND}/constructs/PQV")
    dimensions = [float(node.get_text().split("·")[1].split()[0]) for node in page.select("#questions ~ h3")]
    shares = [
        float(node.select_one(".hint").get_text().split()[1]) / 100 for node in page.select("#questions ~ h3")
    ]
    assert len(dimensions) == 9
    assert sum(shares) == pytest.approx(1, abs=0.04)
    assert number_of(page) == pytest.approx(np.dot(dimensions, shares) / sum(shares), abs=0.3)
    texts = page.select_one("#questions").parent.get_text()
    assert "outage" in texts
    assert "{" not in texts, "a hole in a question's text stayed open"


def test_four_levels_download_as_a_table(viewer):
    response = viewer.client.get(f"/insight/{SECOND}/index.csv", headers={"Accept-Language": "en"})
    assert response.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Level", "Code", "Name", "Points"]
    assert [sum(row[0] == level for row in rows) for level in "1234"] == [1, 9, 27, 43]
    assert all(float(row[4]) <= float(row[3]) <= float(row[5]) for row in rows[1:])


def test_groups_below_the_floor_show_nothing(viewer):
    page = viewer.browse(f"/insight/?wave={SECOND}&part=customer_class:other")
    assert "Too few people" in page.select_one("main").get_text()
    assert not page.select(".score, .chart")
    construct = viewer.browse(f"/insight/{SECOND}/constructs/SAT?part=customer_class:other")
    assert not construct.select(".score, .chart")
    response = viewer.client.get(f"/insight/{SECOND}/index.csv?part=customer_class:other")
    assert response.status_code == 302


def test_groups_are_read_apart(viewer):
    page = viewer.browse("/insight/?part=county:D2")
    assert "North Bank" in page.h1.get_text()
    assert "indicative only" in page.select_one(".headline").get_text()
    assert not page.select("#first"), "priorities are those of all customers together"


def test_a_wave_in_the_field_is_hidden_from_leaders(viewer, analyst):
    viewer.browse(f"/insight/?wave={LIVE}", 404)
    viewer.browse(f"/insight/{LIVE}/constructs/SAT", 404)
    page = analyst.browse(f"/insight/?wave={LIVE}")
    assert "preliminary" in page.select_one(".notice-warning").get_text()
    assert [node["value"] for node in viewer.browse("/insight/").select("#wave option")] == [SECOND, FIRST]


@pytest.mark.parametrize(
    "path",
    [
        "/insight/?wave=NEVER",
        "/insight/?part=county:NOWHERE",
        "/insight/?part=%00",
        "/insight/NEVER/constructs/SAT",
        f"/insight/{SECOND}/constructs/NOTHING",
        f"/insight/{SECOND}/constructs/SAT?part=x",
        "/insight/NEVER/index.csv",
        f"/insight/{SECOND}/index.csv?part=x",
    ],
)
def test_what_is_not_there_is_said_kindly(viewer, path):
    viewer.browse(path, 404)


def test_chart_pages_alone_allow_the_style_that_plotly_writes(viewer):
    assert "'unsafe-inline'" in viewer.client.get("/insight/").headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in viewer.client.get("/").headers["Content-Security-Policy"]


def test_pages_of_other_names_and_languages_are_not_mixed_up(viewer, session):
    assert viewer.browse("/insight/?lang=zh").html["lang"] == "zh-CN"
    assert "指数" in viewer.browse("/insight/?lang=zh").get_text()
    assert "Satisfaction index" in viewer.browse("/insight/?lang=en").get_text()
    session.execute(update(Wave).where(Wave.code == SECOND).values(title={"en": "Autumn", "zh": "秋季"}))
    session.commit()
    assert "Autumn" in viewer.browse("/insight/").h1.get_text()


def test_hostile_names_stay_text(viewer, session):
    hostile = "<img src=x onerror=alert(1)>"
    session.execute(update(Unit).where(Unit.code == "D1").values(name={"en": hostile, "zh": hostile}))
    session.commit()
    # Another wave's page, so that none that is kept from another test is shown.
    page = viewer.browse(f"/insight/?wave={FIRST}")
    assert not page.select("img[onerror]")
    drawn = [name for figure in charts(page) for trace in figure["data"] for name in trace.get("y", [])]
    assert any("&lt;img" in str(name) for name in drawn)
    assert not any("<img" in str(name) for name in drawn)


def test_an_empty_site_says_what_comes_next(app, viewer, session, monkeypatch):
    monkeypatch.setattr(results, "newest_runs", lambda _session: {})
    assert "no result yet" in viewer.browse("/insight/").h1.get_text()


class FakeWave:
    def __init__(self, code):
        self.code = code


def wave_result(code, means, *, se=0.5, shares=(0.5, 0.3, 0.2), n=500, constructs=None):
    items = {
        "codes": ["A", "B", "C"], "means": list(means), "shares": list(shares),
        "covariance": (se**2 * np.eye(3)).tolist(),
    }  # fmt: skip
    result = {
        "series": items, "n_used": n, "groups": {}, "constructs": constructs or {},
        "index": {"points": float(np.dot(means, shares)), "ci": [0.0, 100.0]},
    }  # fmt: skip
    return WaveResult(FakeWave(code), 1, None, result)


def test_official_series_keeps_the_base_weights_and_their_error():
    found = [wave_result("W1", (60, 70, 80)), wave_result("W2", (62, 70, 80), shares=(0.2, 0.2, 0.6))]
    series = change.index_series(found)
    assert [point.value for point in series.official] == pytest.approx([67, 68])
    assert series.re_estimated[1].value == pytest.approx(74.4)
    half = 1.959964 * 0.5 * np.sqrt(0.25 + 0.09 + 0.04)
    assert series.official[0].high - series.official[0].value == pytest.approx(half, rel=1e-6)
    assert series.changes[0] is None
    assert series.changes[1].value == pytest.approx(1.0)
    assert series.changes[1].high - series.changes[1].value == pytest.approx(half * np.sqrt(2), rel=1e-6)


@pytest.mark.parametrize(("rise", "direction"), [(0.1, 0), (3.0, 1), (-3.0, -1)])
def test_arrows_stand_only_where_chance_is_unlikely(rise, direction):
    found = [wave_result("W1", (60, 60, 60)), wave_result("W2", (60 + rise,) * 3)]
    assert change.index_series(found).changes[1].direction == direction


def test_construct_arrows_are_corrected_for_their_number():
    def one(points):
        return {"points": points, "se": 0.5, "ci": [points - 1, points + 1]}

    # z = 2.12, p = 0.034: an arrow alone, none among nine.
    for number, direction in ((1, 1), (9, 0)):
        names = [f"C{place}" for place in range(number)]
        before = wave_result("W1", (60, 60, 60), constructs={name: one(60.0) for name in names})
        after = wave_result(
            "W2", (60, 60, 60), constructs={name: one(60.0) for name in names} | {"C0": one(61.5)}
        )
        assert change.construct_changes([before, after], "", names)["C0"].direction == direction


def test_a_gap_in_the_series_has_no_change():
    odd = wave_result("W2", (60, 60, 60))
    odd.result["series"]["codes"] = ["A", "B", "X"]
    series = change.index_series([wave_result("W1", (60, 60, 60)), odd, wave_result("W3", (60, 60, 60))])
    assert series.official[1].value is None
    assert series.changes == (None, None, None)
