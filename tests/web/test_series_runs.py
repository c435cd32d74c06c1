"""Series runs: stored by the worker, read by the pages, the same figures everywhere."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from surveys.models import Wave
from tests.web.demo_site import FIRST, LIVE, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import newer_run
from tests.web.test_insight import number_of, official_points
from web.insight import results
from web.runs import series


def test_until_the_worker_has_followed_the_series_points_stand_without_changes(viewer, session):
    newer = newer_run(session, SECOND)
    page = viewer.browse("/insight/")
    assert number_of(page) == pytest.approx(newer.result["index"]["points"], abs=0.051)
    assert "being computed" in page.select_one(".headline").get_text()
    assert not page.select(".rise, .fall, .breaks")
    assert "正在计算" in viewer.browse("/insight/?lang=zh").select_one(".headline").get_text()
    construct = viewer.browse(f"/insight/{SECOND}/constructs/PQV?lang=en")
    assert "being computed" in construct.select_one(".headline").get_text()
    assert series.refresh(session) == 1
    assert series.refresh(session) == 0, "what is there is not made again"
    page = viewer.browse("/insight/")
    assert number_of(page) == pytest.approx(official_points(session, FIRST, SECOND), abs=0.051)
    assert "being computed" not in page.get_text()


def test_waves_in_the_field_between_closed_ones_leave_leaders_a_series_of_their_own(viewer, analyst, session):
    live = session.scalar(select(Wave).where(Wave.code == LIVE))
    first = session.scalar(select(Wave).where(Wave.code == FIRST))
    live.opens_at = first.opens_at + timedelta(days=1)
    session.commit()
    assert series.refresh(session) == 1, "the closed ones begin a series that is there"
    wanted = [[FIRST, SECOND], [FIRST, LIVE, SECOND]]
    for live_too, codes in zip((False, True), wanted, strict=True):
        found = results.series_of(session, wave_code=SECOND, live=live_too)
        assert [each.wave.code for each in found.waves] == codes
        assert found.stored["waves"][: len(codes)] == codes
    assert "since 2026 Q2" in viewer.browse(f"/insight/?wave={SECOND}").select_one(".headline").get_text()
    assert "since 2026 Q4" in analyst.browse(f"/insight/?wave={SECOND}").select_one(".headline").get_text()


def test_a_change_is_the_same_on_page_download_run_and_in_the_stored_document(analyst, session):
    found = results.series_of(session, live=True)
    whole = found.stored["parts"][""]
    cells = {None: whole["changes"][SECOND]} | whole["constructs"][SECOND]
    response = analyst.client.get(f"/insight/{SECOND}/index.csv", headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    download = {None if row["Level"] == "1" else row["Code"]: row for row in rows if row["Level"] in "12"}
    run = analyst.browse(f"/runs/{found.run[0]}")
    table = {row.th.get_text(): row for row in run.select("#changes ~ .table-scroll tbody tr")}
    told = json.loads(analyst.client.get(f"/runs/{found.run[0]}/result.json").data)["result"]["parts"][""]
    overview = analyst.browse(f"/insight/?wave={SECOND}")
    assert len(cells) == len(download) == 10
    clear = 0
    for code, cell in cells.items():
        assert cell == (told["constructs"][SECOND][code] if code else told["changes"][SECOND])
        row = download[code]
        assert float(row["Change"]) == pytest.approx(cell["value"], abs=0.0501)
        ends = [float(row[name]) for name in ("Change from", "Change to")]
        assert ends == pytest.approx(cell["ci"], abs=0.0501)
        assert float(row["p"]) == pytest.approx(cell["p"], abs=0.000501)
        label = f"{SECOND} · {code or 'Satisfaction index'}"
        shown = [each.get_text() for each in table[label].select("td")]
        assert float(shown[0]) == pytest.approx(cell["value"], abs=0.000501)
        page = overview if code is None else analyst.browse(f"/insight/{SECOND}/constructs/{code}")
        text = page.select_one(".headline").get_text()
        if cell["verdict"] == "unclear":
            assert f"({cell['value']:+.1f} points may be chance)" in text
        else:
            clear += 1
            sign = {"up": "▲", "down": "▼"}[cell["verdict"]]
            assert f"{sign} {cell['value']:+.1f}" in text
    assert sum(len(row.select(".rise, .fall")) for row in overview.select("#topics ~ .table-scroll tr")) == (
        clear - sum(cells[code]["verdict"] != "unclear" for code in (None, "SAT"))
    )
