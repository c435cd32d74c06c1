"""Links of a wave: the public one, and those for single use."""

import csv
import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from surveys.collecting import waves
from surveys.collecting.invitations import token_hash
from surveys.models import Invitation
from surveys.watching.standing import standing
from tests.web.fieldwork.planning import actions
from tests.web.noted import entries_but_log_ins


def test_the_public_link_is_whole_and_leads_to_the_questionnaire(designer, stranger, wave):
    made = wave()
    assert designer.browse("/waves").select_one(".card-foot a")["href"] == f"/s/{made.public_key}"
    page = designer.browse("/waves/W1")
    link = page.select_one(".link-line a")["href"]
    assert link == f"http://localhost/s/{made.public_key}"
    assert page.select_one("[data-copy]")["data-copy"] == link
    assert stranger.client.get(f"/s/{made.public_key}").location == f"/s/{made.public_key}/supply"


def test_the_public_address_of_the_settings_wins(app, designer, wave):
    made = wave()
    app.config["MANYI"]["PUBLIC_URL"] = "http://localhost/survey"
    link = designer.browse("/waves/W1").select_one(".link-line a")["href"]
    assert link == f"http://localhost/survey/s/{made.public_key}"


def test_single_use_links_come_once_as_a_file_and_only_hashes_stay(designer, stranger, session, wave):
    made = wave(access="invited")
    page = designer.browse("/waves/W1")
    assert "can never show them again" in page.get_text()
    assert not page.select(".link-line")
    response = designer.submit("/waves/W1", 200, form="form[action$='/links']", number="3")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=links-W1-")
    assert response.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == ["number", "link"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    tokens = [row[1].removeprefix("http://localhost/i/") for row in rows[1:]]
    stored = session.scalars(select(Invitation)).all()
    assert {row.token_hash for row in stored} == {token_hash(token) for token in tokens}
    assert not [token for token in tokens for row in stored if token in str(vars(row))]
    assert stranger.client.get(f"/i/{tokens[0]}").location == f"/i/{tokens[0]}/supply"
    assert not [token for token in tokens if token in str(designer.browse("/waves/W1"))]
    entry = session.scalars(entries_but_log_ins).one()
    assert (entry.action, entry.target, entry.detail) == ("wave.issue_links", "wave:W1", {"n_links": 3})
    assert standing(session, made).invited == 3


def test_links_are_not_made_twice_by_a_second_press(designer, session, wave):
    made = wave(access="invited")
    known = designer.browse("/waves/W1").select_one("input[name=known]")["value"]
    designer.send("/waves/W1/links", 200, number="2", known=known)
    again = designer.send("/waves/W1/links", 409, number="2", known=known)
    assert "Links were made since this page was opened" in again.text
    assert standing(session, made).invited == 2
    # The page that says so is up to date: pressing there makes more.
    designer.submit("/waves/W1", 200, form="form[action$='/links']", number="1")
    session.expire_all()
    assert standing(session, made).invited == 3


@pytest.mark.parametrize("number", ["", "0", "-1", "20001", "1e3", "many", "9" * 5000, "1.5"])
def test_a_wrong_number_of_links_is_refused(designer, session, wave, number):
    made = wave(access="invited")
    response = designer.submit("/waves/W1", 422, form="form[action$='/links']", number=number)
    assert "Enter a whole number from 1 to 20000." in response.text
    assert standing(session, made).invited == 0
    assert actions(session) == []


def test_links_belong_to_open_anonymous_waves_with_links(designer, session, wave):
    wave("OPENLY")
    designer.send("/waves/OPENLY/links", 404, number="1", known="0")
    wave("NAMED", access="invited", anonymous=False)
    page = designer.browse("/waves/NAMED")
    assert "belong to customers" in page.get_text()
    assert not page.select("form[action$='/links']")
    designer.send("/waves/NAMED/links", 422, number="1", known="0")
    closed = wave("SHUT", access="invited")
    waves.close_wave(session, closed, datetime.now(UTC))
    session.commit()
    assert "is closed" in designer.send("/waves/SHUT/links", 422, number="1", known="0").text
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert actions(session) == [("wave.seal", "wave:SHUT")]
