"""Dashboards: the figures are those of the answers, arrows stand only where chance is unlikely."""

import csv
import io
import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest
from sqlalchemy import select, update

import csi_model
from csi_model.inference import figures
from surveys.analysing import matrix
from surveys.analysing import series as analysing
from surveys.codes import REASONS
from surveys.editing import publishing
from surveys.models import Unit, Wave
from tests.web.demo_site import FIRST, LIVE, NOW, SECOND, demo_file, site_url  # noqa: F401
from web.exports.download import csv_download
from web.exports.table import Table
from web.insight import results
from web.insight.charts.over_waves import over_waves


def charts(page):
    return [json.loads(node["data-figure"]) for node in page.select(".chart[data-figure]")]


def number_of(page) -> float:
    return float(page.select_one(".score").get_text().split()[0])


def official_points(session, base: str, wave: str) -> float:
    """Derive the index anew: weights estimated from the base wave's answers, points from the wave's own."""
    found = {each.code: each for each in session.scalars(select(Wave))}
    spec = csi_model.ModelSpec.from_mapping(publishing.load_document(found[base].version).model())

    def answers(code):
        columns = matrix.load_matrix(session, found[code], spec.indicator_ids).columns()
        return csi_model.prepare(spec, columns, missing="em", reserved=REASONS)

    weighted = csi_model.estimate(spec, answers(base), csi_model.Options(missing="em"))
    return csi_model.index_among(weighted, answers(wave))


def test_headline_is_the_answers_with_the_first_waves_weights(viewer, session):
    page = viewer.browse("/insight/")
    assert number_of(page) == pytest.approx(official_points(session, FIRST, SECOND), abs=0.051)
    assert "2026 Q3" in page.h1.get_text()


def test_first_wave_has_nothing_to_compare_with(viewer, session):
    page = viewer.browse(f"/insight/?wave={FIRST}")
    own = results.series_of(session).up_to(FIRST).last.result["index"]["points"]
    assert number_of(page) == pytest.approx(own, abs=0.051)
    assert own == pytest.approx(official_points(session, FIRST, FIRST), abs=1e-9)
    assert "There is no earlier wave" in page.select_one(".headline").get_text()
    assert not page.select(".rise, .fall")


def test_every_chart_is_a_valid_figure_with_its_numbers_in_the_table(viewer):
    page = viewer.browse("/insight/")
    found = charts(page)
    assert len(found) == 10
    for figure in found:
        assert go.Figure(figure).data, "Plotly refuses the figure"
    bars = page.select_one("#topics").parent
    values = [cell.get_text() for cell in bars.select(".chart-box tbody td:nth-of-type(1)")]
    drawn = json.loads(bars.select_one(".chart")["data-figure"])["data"][0]["x"]
    assert [value == "" for value in values] == [each is None for each in drawn], "withheld in both"
    shown = [(float(value), each) for value, each in zip(values, drawn, strict=True) if value]
    assert [value for value, _ in shown] == pytest.approx([each for _, each in shown], abs=0.051)
    assert len(values) == 8
    assert len(shown) > 4
    # Without JavaScript the tables are open.
    assert all(node.has_attr("open") for node in page.select(".chart-box details"))
    for box in page.select(".chart-box"):
        headings = len(box.select("thead th"))
        assert all(len(row.select("th, td")) == headings for row in box.select("tbody tr"))


def test_drill_down_is_the_weighted_mean_of_its_parts(viewer):
    page = viewer.browse(f"/insight/{SECOND}/constructs/PQS")
    dimensions = [float(node.get_text().split("·")[1].split()[0]) for node in page.select("#questions ~ h3")]
    shares = [
        float(node.select_one(".hint").get_text().split()[1]) / 100 for node in page.select("#questions ~ h3")
    ]
    assert len(dimensions) > 1
    assert sum(shares) == pytest.approx(1, abs=0.04)
    assert number_of(page) == pytest.approx(np.dot(dimensions, shares) / sum(shares), abs=0.3)
    page = viewer.browse(f"/insight/{SECOND}/constructs/PQV")
    texts = page.select_one("#questions").parent.get_text()
    assert "outage" in texts
    assert "{" not in texts, "a hole in a question's text stayed open"


def test_four_levels_download_as_a_table(viewer, session):
    response = viewer.client.get(f"/insight/{SECOND}/index.csv", headers={"Accept-Language": "en"})
    assert response.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Level", "Code", "Name", "Points"]
    assert [sum(row[0] == level for row in rows) for level in "1234"] == [1, 9, 29, 52]
    shown = [row for row in rows[1:] if row[3]]
    stored = results.series_of(session).last.result
    levels = (stored["constructs"], stored["dimensions"], stored["indicators"])
    withheld = {code for level in levels for code, node in level.items() if node["points"] is None}
    assert {row[1] for row in rows[1:] if not row[3]} == withheld
    assert all(float(row[4]) <= float(row[3]) <= float(row[5]) and int(row[6]) >= 30 for row in shown)
    assert all(row[3:7] == [""] * 4 for row in rows[1:] if row not in shown), "of what is withheld nothing"


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
        "/insight/?part=%01",
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
    monkeypatch.setattr(analysing, "official_runs", lambda _session: {})
    assert "no result yet" in viewer.browse("/insight/").h1.get_text()


def test_lines_end_at_a_break_and_a_dashed_line_stands_there():
    value = np.array([60.0, 61.0, 70.0])
    points = figures.figure(value, low=value - 2, high=value + 2)
    drawn = json.loads(over_waves(["W1", "W2", "W3"], [("Index", points)], cut=[2]))
    go.Figure(drawn)
    *bands, line = drawn["data"]
    assert [band["x"] for band in bands] == [[0, 1, 1, 0], [2, 2]]
    assert [band["line"]["width"] > 0 for band in bands] == [False, True], "a single wave hides its interval"
    assert line["x"] == [0, 1, 1, 2]
    assert drawn["layout"]["xaxis"]["ticktext"] == ["W1", "W2", "W3"]
    assert line["y"] == [60.0, 61.0, None, 70.0]
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == [1.5]


def test_two_waves_of_one_title_have_a_place_each():
    value = np.array([60.0, 61.0, 70.0])
    drawn = json.loads(over_waves(["Q3", "Q3", "Q3"], [("Index", figures.figure(value))]))
    [line] = [trace for trace in drawn["data"] if trace["mode"].startswith("lines+markers")]
    assert line["x"] == [0, 1, 2]


@pytest.mark.parametrize(
    "hostile", ['<a href="https://evil.example">go</a>', "<b>x</b>", "<img src=x>", "</a>"]
)
def test_no_name_becomes_markup_of_a_chart(hostile):
    value = np.array([60.0, 61.0])
    text = over_waves([hostile, "W2"], [(hostile, figures.figure(value)), ("x", figures.figure(value))])
    assert not re.search("<(?!br>|extra></extra>|/extra>)", text), text


FORMULAS = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-1+cmd|' /C calc'!A0",
    "@x",
    "\t=1",
    "\n=1",
    "＝1+1",
    "＠x",
]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_of_a_download_is_computed(app, cell):
    with app.test_request_context():
        answer = csv_download(Table([cell, "n"], [[cell, -3.5], ["-4.2", "plain"]]), "x")
        answer.direct_passthrough = False
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline="")))
    assert rows == [[f"'{cell}", "n"], [f"'{cell}", "-3.5"], ["-4.2", "plain"]]


def test_questions_that_few_answered_are_marked(analyst, session):
    last = results.series_of(session, is_official=False).last
    found = last.result["indicators"]
    few = {code for code, node in found.items() if node["state"] == "indicative"}
    assert few, "few have answered the wave in the field"
    construct = found[min(few)]["construct"]
    page = analyst.browse(f"/insight/{last.wave.code}/constructs/{construct}")
    rows = {
        row.select_one(".tag").get_text(): row.td.get_text()
        for row in page.select("section[aria-labelledby=questions] tbody tr")
    }
    assert {code for code, cell in rows.items() if cell.startswith("≈ ")} == few & set(rows)
    assert "fewer than 100 answers" in page.select_one("section[aria-labelledby=questions]").get_text()
