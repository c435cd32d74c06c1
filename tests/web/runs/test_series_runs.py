"""Series runs: stored by the worker, read by the pages, the same figures everywhere."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from surveys.models import Analysis, Wave
from tests.web.demo_site import FIRST, LIVE, SECOND, demo_file, site_url  # noqa: F401
from tests.web.insight.test_insight import number_of, official_points
from tests.web.newer import copy_of, newer_run, published
from web import digits
from web.insight import results
from web.runs import series


def test_until_the_worker_has_followed_the_series_points_stand_without_changes(viewer, session):
    newer = published(session, SECOND)
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
        found = results.series_of(session, wave_code=SECOND, is_official=not live_too)
        assert [each.wave.code for each in found.waves] == codes
        assert found.stored["waves"][: len(codes)] == codes
    assert "since 2026 Q2" in viewer.browse(f"/insight/?wave={SECOND}").select_one(".headline").get_text()
    assert "since 2026 Q4" in analyst.browse(f"/insight/?wave={SECOND}").select_one(".headline").get_text()


def test_a_change_is_the_same_on_page_download_run_and_in_the_stored_document(analyst, session):
    found = results.series_of(session, is_official=False)
    constructs = [code for code in found.moves("") if ":" not in code]
    path = f"/insight/{LIVE}/index.csv"
    response = analyst.client.get(path, headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    download = {row["Code"]: row for row in rows if row["Level"] == "2"}
    run = analyst.browse(f"/runs/{found.run[0]}")
    told = session.get_one(Analysis, found.run[0]).result["parts"][""]
    overview = analyst.browse(f"/insight/?wave={LIVE}")
    assert len(constructs) == len(download) == 9
    arrows = {
        row.th.a.get_text(): row.select("td") for row in overview.select("#topics ~ .table-scroll tbody tr")
    }
    for code in constructs:
        moves = told["moves"][LIVE][code]
        row, page = download[code], analyst.browse(f"/insight/{LIVE}/constructs/{code}")
        text = page.select_one(".headline").get_text()
        name = page.h1.get_text().split("·")[-1].strip()
        for horizon, prefix in (("last", "Change"), ("base", "Change since then")):
            cell = moves[horizon]
            if cell["value"] is None:  # of a wave in which few answered it
                assert (code, row[prefix], cell["state"]) == ("PQV", "", "failed")
                continue
            # Few people have answered the last wave: its changes are printed in whole points.
            assert float(row[prefix]) == pytest.approx(cell["value"], abs=0.501)
            lows = {"last": "Change from", "base": "Since then from"}[horizon]
            assert float(row[lows]) == pytest.approx(cell["ci"][0], abs=0.501)
            corrected = {"last": "p, corrected", "base": "Since then p, corrected"}[horizon]
            assert float(row[corrected]) == pytest.approx(cell["p_adjusted"], abs=0.000501)
            line = next(
                each for each in run.select("#changes ~ .table-scroll tbody tr")
                if each.th.get_text() == f"{LIVE} · {code}"
                and each.td.get_text().startswith({"last": "last wave", "base": "first"}[horizon])
            )  # fmt: skip
            shown = [each.get_text() for each in line.select("td")]
            assert float(shown[1]) == float(row[prefix]), "printed alike"
            if cell["verdict"] in {"up", "down"}:
                assert f"{abs(cell['value']):.0f} points since" in text
                if code != "SAT":
                    sign = {"up": "▲", "down": "▼"}[cell["verdict"]]
                    arrow = arrows[name][1 if horizon == "last" else 2].get_text().strip()
                    assert arrow == f"{sign} {cell['value']:+.0f}".replace("-", digits.MINUS)
            else:
                written = row[prefix].replace("-", digits.MINUS)
                assert f"{'' if written.startswith(digits.MINUS) else '+'}{written} points" in text
        assert "trend" not in moves  # three waves only


@pytest.mark.parametrize("part", ["", "customer_class:residential"])
def test_points_have_the_first_waves_weights_on_every_level_and_add_up(analyst, session, part):
    found = results.series_of(session, is_official=False)
    if part:  # too few of them have answered the last wave
        found = found.up_to(SECOND)
    first = found.waves[0].result["items"]["shares"]
    for code, shares in first.items():
        assert found.weights(part, code) == shares
        points = found.last.part(part)["indicators"]
        if any(points[question]["points"] is None for question in shares):
            continue  # too few people answered one of them
        by_hand = sum(share * points[question]["points"] for question, share in shares.items())
        assert found.construct(part, code).at(-1).value == pytest.approx(by_hand, abs=1e-9)
        inner = {
            name: sum(shares[question] for question, each in points.items() if each["dimension"] == name)
            for name, node in found.last.part(part)["dimensions"].items()
            if node["construct"] == code
        }
        rolled = sum(share * float(found.dimension(part, name).value) for name, share in inner.items())
        assert rolled == pytest.approx(by_hand, abs=1e-9)


def test_what_has_moved_is_said_with_its_interval_and_the_worse_first(analyst, session):
    """A drift is planted in the stored series: loyalty falls, expectations rise, the rest stands."""
    found = results.series_of(session, is_official=False)
    result = json.loads(json.dumps(session.get(Analysis, found.run[0]).result))
    for code, moves in result["parts"][""]["moves"][LIVE].items():
        for cell in moves.values():
            low, value, high = {"LOY": (-7.0, -4.5, -2.0), "EXP": (4.1, 6.6, 9.1)}.get(code, (-1.0, 0.0, 1.0))
            verdict = "down" if code == "LOY" else "up" if code == "EXP" else "unclear"
            cell |= {"value": value, "ci": [low, high], "se": 1.25, "verdict": verdict, "against": FIRST}
    copy_of(session, found.run[0], result=result)
    told = analyst.browse(f"/insight/?wave={LIVE}").select_one("section[aria-labelledby=moved]").get_text(" ")
    assert "retention: down 4 points since 2026 Q2 (2 to 7)" in told
    assert "expectations: up 7 points since 2026 Q2 (4 to 9)" in told.lower().replace("q2", "Q2")
    assert told.index("down 4") < told.index("up 7")
    zh = (
        analyst.browse(f"/insight/?wave={LIVE}&lang=zh")
        .select_one("section[aria-labelledby=moved]")
        .get_text(" ")
    )
    assert "下降 4 分（2 至 7）" in zh
    assert "上升 7 分（4 至 9）" in zh
    assert "括号内是各项变化最可能所在的范围。" in zh, "a range is told what it is"


def test_nothing_has_moved_is_said_too(analyst):
    page = analyst.browse(f"/insight/?wave={SECOND}")
    moved = page.select_one("section[aria-labelledby=moved]").get_text(" ")
    assert ("No change can be shown" in moved) == (not page.select("#topics ~ .table-scroll .rise, .fall"))


def test_a_series_run_of_the_release_before_is_made_anew_and_its_page_still_opens(analyst, session):
    found = results.series_of(session, is_official=False)
    now = session.get(Analysis, found.run[0])
    document = {"level": 0.95, "waves": [], "breaks": {}, "parts": {"": {"changes": {}, "constructs": {}}}}
    old = copy_of(session, now.id, specification={"runs": now.specification["runs"]}, result=document)
    assert "older release" in analyst.browse(f"/runs/{old.id}").get_text()
    assert results.series_of(session, is_official=False).run[0] == now.id, "it is passed over"
    newer_run(session, SECOND)
    assert results.series_of(session, is_official=False).run is None
    assert series.refresh(session) == 1
