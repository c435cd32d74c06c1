"""A draft is tried by a few people, its report counted by hand, and everything they said deleted."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from surveys.collecting import page_turn
from surveys.editing import drafting
from surveys.models import AuditEntry, DraftSnapshot, PilotComment, Response, Version, Wave
from surveys.models.collection import Purpose
from surveys.piloting import pilots
from tests.web.drafts import DRAFT, begin
from tests.web.piloting import FIRST, LEAVERS, PILOT, SECOND, TRIED, answer, person


def cell(page, code, label):
    [row] = [each for each in page.select(".pilot-page tbody tr") if each.code.get_text() == code]
    return row.select_one(f'td[data-label="{label}"]').get_text(" ", strip=True)


def figures(page):
    return {node.dt.get_text(): node.dd.get_text() for node in page.select(".figures > div")}


def test_twenty_people_and_a_report_that_equals_what_is_reckoned_by_hand(app, designer, session, frozen):
    page = designer.browse(f"{PILOT}/1")
    assert f"/s/{frozen.public_key}" in page.select_one(".hand-out a")["href"]
    assert page.select_one("svg.qr path:nth-of-type(2)")["d"].startswith("M4 4h1v1h-1z")
    for number in range(20):
        answer(app, frozen, number)
    page = designer.browse(f"{PILOT}/1?lang=en")
    asked_why = [n for n in range(20) if n % 2 == 0 and FIRST[n] <= 4]
    assert set(LEAVERS) < set(asked_why)
    told = figures(page)
    assert (told["Began"], told["Came to the end"], told["Still on the way"]) == ("20", "18", "2")
    assert told["Comments"] == "4"
    seconds = [30 + n + (12 if n in asked_why else 0) for n in range(20) if n not in LEAVERS]
    assert told["Minutes: half needed at most"] == f"{np.median(seconds) / 60:.1f}"
    assert cell(page, "S1", "Answered") == "20 (100 %)"
    assert (cell(page, "S2", "Answered"), cell(page, "S2", "Don't know"), cell(page, "S2", "Left blank")) == (
        "18 (90 %)",
        "1 (5 %)",
        "1 (5 %)",
    )
    counts = ", ".join(f"{point}: {FIRST.count(point)}" for point in range(1, 11))
    spread = cell(page, "S1", "How answers are spread")
    assert counts in spread
    assert f"lowest {FIRST.count(1)} (10 %)" in spread
    assert f"mean {np.mean(FIRST):.1f}" in spread
    assert cell(page, "WHY", "People asked") == cell(page, "WHY", "Answered") == str(len(asked_why) - 2)
    assert "(" not in cell(page, "WHY", "Answered"), "too few for a share"
    lines = [each.get_text(" ", strip=True) for each in page.select(".pilot-page > p")]
    assert f"Sent by 20 · left here, or still there: 0 · minutes: {(30 + 9.5) / 60:.1f}" in lines[0]
    assert f"Sent by {len(asked_why) - 2} · left here, or still there: 2" in lines[1]

    both = np.array([[FIRST[n], float(SECOND[n])] for n in range(18)])
    together = np.corrcoef(both.T)[0, 1]
    assert cell(page, "S1", "With the others") == cell(page, "S2", "With the others") == f"{together:.2f}"
    alpha = 2 * (1 - both.var(axis=0, ddof=1).sum() / both.sum(axis=1).var(ddof=1))
    block = page.select("#blocks ~ table tbody td")
    assert [each.get_text(" ", strip=True) for each in block[:4]] == ["D", "S1, S2", "18", f"{alpha:.2f}"]

    quotes = [each.get_text() for each in page.select('[aria-label="Comments on this question"] li')]
    assert quotes == [f"One of what? <b>{number}" for number in (0, 10, 15, 5)]
    nodes = {node.code: node.id for node in drafting.nodes_of(session, drafting.find(session, "small"))}
    for code in ("A", "S1", "WHY"):
        assert page.select_one(f'a[href="{DRAFT}/{nodes[code]}"]'), "each line opens the editor there"
    chinese = designer.browse(f"{PILOT}/1?lang=zh").select_one("main")
    assert "预调查" in chinese.get_text()


def test_who_tries_is_told_so_and_comments_without_javascript(app, session, frozen):
    one = person(app, frozen)
    page = one.open()
    assert "This is a trial" in page.select_one("main .trial[role=note]").get_text()
    assert len(page.select("details.comment textarea")) == 5, "four questions and the page"
    assert page.select_one("#q-S1 details.comment"), "hidden with its question"
    # What is wrong is shown again with every comment.
    refused = one.post("A", {"S1": "11", "_c.S1": "Too long", "_c.page.A": "A <i>page</i>", "_c.NOBODY": "x"})
    assert refused.status_code == 422
    assert "Too long" in refused.text
    assert "A &lt;i&gt;page&lt;/i&gt;" in refused.text
    one.open()
    one.send(MET="hot", S1="2", S2="3", **{"_c.S1": "Too\x00 long", "_c.page.A": " ", "_c.NOBODY": "x" * 9})
    page = one.page
    assert page.select_one("details.comment"), "the last page"
    assert [node["value"] for node in page.select('[name="_c.about.length"]')] == ["right", "longish", "long"]
    one.send(go="back", **{"_c.about.length": "never", "_c.about.unclear": "All"})
    assert one.page.select_one('[name="_c.S1"]').get_text() == "\nToo long"
    assert one.page.select_one("#q-S1 details[open]")
    one.send(MET="hot", S1="2", S2="3", **{"_c.S1": ""})
    one.send(WHY="slow", **{"_c.about.length": "long", "_c.about.missing": "Y" * 3000})
    assert "trial" in one.page.select_one(".trial").get_text()
    assert one.page.select_one(".receipt") is None
    kept = {each.place: each.text for each in session.scalars(select(PilotComment))}
    assert kept == {"about.length": "long", "about.unclear": "All", "about.missing": "Y" * 2000}
    chinese = person(app, frozen, "zh")
    assert "试" in chinese.open().select_one(".trial").get_text()


def test_no_other_page_has_room_for_comments(app, wave):
    page = person(app, wave).open()
    assert not page.select(".trial, .comment, [name^='_c.']")


def test_frozen_twice_gives_two_pilots_and_once_clicked_twice_gives_one(designer, session, frozen):
    sent = {"base": "0", "tab": "a" * 32, "mark": "b" * 32, "number": "2", "days": "5"}
    for _ in range(2):
        designer.send(PILOT, 303, **sent)
    page = designer.browse(PILOT)
    assert [each.get_text() for each in page.select("tbody a")] == ["P2", "P1"]
    assert "changed since this page was opened" in page.select_one(".notice-error").get_text()
    versions = session.scalars(select(Version).order_by(Version.id)).all()
    assert [(each.kind, each.number, each.change) for each in versions] == [("pilot", 1, 0), ("pilot", 2, 0)]
    assert session.scalar(select(DraftSnapshot.why)) == "begun", "change 0 was kept already"
    last = session.scalars(select(Wave).order_by(Wave.id.desc())).first()
    assert timedelta(days=4.9) < last.closes_at - datetime.now(UTC) < timedelta(days=5)
    assert last.purpose == Purpose.DRAFT
    assert designer.browse(f"{DRAFT}/history").select_one(f'a[href="{PILOT}/2"]'), "beside the changes"


def test_a_pilot_is_the_draft_as_it_was_and_says_how_many_changes_older(
    app, designer, session, frozen, nodes
):
    place = nodes()["S1"].id
    designer.submit(f"{DRAFT}/{place}", 303, form="#part", **{"v:text/en": "Something new"})
    assert "Something new" not in person(app, frozen).open().get_text()
    assert "1 change was made since." in designer.browse(f"{PILOT}/1").get_text(" ", strip=True)
    stale = {"base": "0", "tab": "a" * 32, "mark": "b" * 32, "number": "2", "days": "5"}
    designer.send(PILOT, 303, **stale)
    assert session.scalar(select(func.count()).select_from(Wave)) == 1, "the page had not shown that change"


def test_a_draft_with_an_error_is_not_frozen(designer, session):
    begin(
        designer,
        TRIED | {"quotas": [{"code": "Q", "when": "NOBODY == 1", "text": {"en": "F", "zh": "F"}}]},
    )
    page = designer.browse(PILOT)
    assert not page.select("main form[method=post]")
    assert "in it. Mend" in page.get_text()
    sent = {"base": "0", "tab": "a" * 32, "mark": "b" * 32, "number": "1", "days": "5"}
    designer.send(PILOT, 303, **sent)
    assert designer.browse(PILOT).select_one(".notice-error")
    assert session.scalar(select(func.count()).select_from(Version)) == 0


@pytest.mark.parametrize("days", ["", "0", "91", "-1", "1.5", "x", "９", "9" * 40])
def test_days_that_cannot_be_are_told_at_their_field(designer, session, days):
    begin(designer, TRIED)
    response = designer.submit(PILOT, 422, days=days)
    assert 'id="days-error"' in response.text
    assert session.scalar(select(func.count()).select_from(Version)) == 0


@pytest.mark.parametrize("field", ["base", "tab", "mark", "number"])
def test_a_form_that_nobody_was_given_freezes_nothing(designer, session, field):
    begin(designer, TRIED)
    for wrong in ("", "x", "9" * 30, "²"):
        sent = {"base": "0", "tab": "a" * 32, "mark": "b" * 32, "number": "1", "days": "5"} | {field: wrong}
        designer.send(PILOT, 303 if field == "number" else 400, **sent)
    assert session.scalar(select(func.count()).select_from(Version)) == 0


def test_closed_emptied_and_deleted_and_every_step_in_the_trail(app, designer, session, frozen):
    link = f"/s/{frozen.public_key}"
    for number in range(3):
        answer(app, frozen, number)
    one = person(app, frozen)
    one.open()
    designer.send(f"{PILOT}/1/close", 303)
    assert one.post("A", {"MET": "none"}).status_code == 404
    assert "nobody can answer" in designer.browse(f"{PILOT}/1").get_text()

    sure = designer.browse(f"{PILOT}/1/empty").get_text(" ", strip=True)
    assert "3 people with all their answers, and 1 comment" in sure
    designer.submit(f"{PILOT}/1/empty", 303)
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    assert session.scalar(select(func.count()).select_from(PilotComment)) == 0
    assert "Nobody has sent a page yet" in designer.browse(f"{PILOT}/1").get_text()

    designer.submit(f"{PILOT}/1/delete", 303)
    session.rollback()
    for table in (Wave, Response, PilotComment):
        assert session.scalar(select(func.count()).select_from(table)) == 0, table
    assert session.scalar(select(func.count()).select_from(Version)) == 1, "the frozen draft holds no answers"
    assert app.test_client().get(link).status_code == 404
    assert "deleted" in designer.browse(PILOT).select_one("tbody").get_text()
    assert "designer@example.org" in designer.browse(f"{PILOT}/1").get_text()
    for path in ("close", "empty", "delete"):
        designer.send(f"{PILOT}/1/{path}", 404)
    designer.submit(PILOT, 303)
    assert designer.browse(f"{PILOT}/2"), "a number is never given again"
    told = [(each.action, each.target) for each in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if each.action.startswith("pilot.")]  # fmt: skip
    steps = ["pilot.freeze", "pilot.close", "pilot.empty", "pilot.delete"]
    assert told == [(each, "questionnaire:small/P1") for each in steps] + [
        ("pilot.freeze", "questionnaire:small/P2")
    ]
    [emptied] = [each.detail for each in session.scalars(select(AuditEntry)) if each.action == "pilot.empty"]
    assert emptied == {"comments": 1, "responses": 3}


def test_what_was_deleted_leaves_no_byte_in_the_file(app, designer, session, frozen, tmp_path):
    one = person(app, frozen)
    one.open()
    one.send(MET="hot", S1="2", S2="3", **{"_c.S1": "UNMISTAKABLE REMARK"})
    designer.submit(f"{PILOT}/1/delete", 303)
    session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"UNMISTAKABLE" not in (tmp_path / "manyi.db").read_bytes()


def test_what_is_sent_while_the_pilot_is_deleted_is_refused_kindly(app, session, frozen, monkeypatch):
    one = person(app, frozen)
    one.open()
    one.send(go="back", MET="hot")
    passed = page_turn.keeping.passed

    def deleted_meanwhile(*given):
        pilots.remove(session, frozen)
        session.commit()
        return passed(*given)

    monkeypatch.setattr(page_turn.keeping, "passed", deleted_meanwhile)
    response = one.post("A", {"MET": "none", "S1": "3", "_c.S1": "late"})
    assert response.status_code == 404
    assert "This link cannot be used" in response.text


def test_nobody_but_designers_and_only_what_is_there(designer, analyst, viewer, frozen):
    for path in (PILOT, f"{PILOT}/1", f"{PILOT}/1/empty", f"{PILOT}/1/delete"):
        for who in (analyst, viewer):
            assert who.client.get(path).status_code == 403
            who.send(path, 405 if path == f"{PILOT}/1" else 403)
    for path in (
        f"{PILOT}/2",
        f"{PILOT}/0",
        f"{PILOT}/x",
        f"{PILOT}/{2**40}",
        "/questionnaires/draft/nobody/pilot/1",
    ):
        assert designer.client.get(path).status_code == 404
    begin(designer, TRIED | {"code": "other"})
    assert designer.client.get("/questionnaires/draft/other/pilot/1").status_code == 404
    assert designer.client.post(f"{PILOT}/1/delete").status_code in {400, 403}, "without a mark"


def test_the_editor_leads_there_and_the_code_holds_the_link(designer, frozen):
    assert designer.browse(DRAFT).select_one(f'a[href="{PILOT}"]')
    page = designer.browse(f"{PILOT}/1")
    box = page.select_one("svg.qr")["viewbox"].split()
    assert box[2] == box[3] == "37", "29 modules and a border of 4: version 3"
    assert re.fullmatch(r"http://localhost/s/[\w-]{16}", page.select_one(".hand-out a")["href"])
