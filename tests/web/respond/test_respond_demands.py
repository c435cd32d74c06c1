"""Pages whose questions ask something of their answers: reminders that hold nobody back, words of authors."""

import pytest

from surveys.analysing.export import wave_table
from surveys.codes import SKIPPED
from surveys.document import loading
from tests.surveys.demanding import DOCUMENT
from tests.surveys.worlds import published_unchecked
from tests.web.answering import Respondent, make_wave, stored


@pytest.fixture
def wave(session):
    return make_wave(session, published_unchecked(session, loading.load(DOCUMENT)))


@pytest.fixture
def person(app, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    return person


def refused(person, **fields):
    """Send the page that is open; gives the page that comes instead of the next."""
    response = person.post(person.section, {name.replace("__", "."): each for name, each in fields.items()})
    assert response.status_code == 422
    person.page = type(person.page)(response.get_data(as_text=True), "html.parser")
    return person.page


def hidden(page):
    return [node["value"] for node in page.select("input[name=_r]")]


def test_who_leaves_something_blank_is_reminded_once_and_may_go_on(session, wave, person):
    page = refused(person, OUT="", CLASS="home", G1="1", METER="12")
    assert page.select_one(".error-summary h2").get_text() == "Is this left blank on purpose?"
    assert not page.title.get_text().startswith("Error")
    assert page.select_one("#e-OUT").get_text() == "Even 0 helps us."
    assert hidden(page) == ["OUT", "G2", "WHY"]
    assert page.select_one("#METER")["value"] == "12"
    assert stored(session, wave) == []
    person.send(_r=hidden(page), OUT="", CLASS="home", G1="1", METER="12")
    [(_, answers)] = stored(session, wave)
    assert (person.section, answers["OUT"], answers["WHY"], answers["METER"]) == ("P2", SKIPPED, SKIPPED, 1)


def test_going_back_and_changing_the_language_reminds_of_nothing(person):
    person.send("lang:zh", OUT="")
    assert (person.section, person.page.html["lang"]) == ("P1", "zh-CN")
    page = refused(person, OUT="500")
    assert page.select_one(".error-summary h2").get_text() == "请再看一下以下回答"
    assert page.select_one("#e-OUT").get_text() == "请填0到366。"
    assert page.select_one("#e-WHY").get_text() == "这道题还没有回答。请回答，或直接继续。"


def test_what_is_wrong_stays_wrong_after_a_reminder(person):
    page = refused(person, OUT="1", WHEN="1999-01-01", HOURS="1.25", _r=["OUT", "HOURS", "WHEN", "<b>"])
    assert "not before 2019-01-01" in page.select_one("#e-WHEN").get_text()
    assert "at most 1 decimals" in page.select_one("#e-HOURS").get_text()
    assert hidden(page) == ["CLASS", "G1", "G2", "WHY"]


def test_an_answer_that_fits_no_more_leads_back_to_its_page(session, wave, person):
    whole = {"CLASS": "home", "G1": "1", "G2": "2", "WHY": "so", "OUT": "1", "HOURS": "12.5"}
    refused(person, **whole, WHEN="2026-03-01", BACK="2026-02-01")
    person.send(**whole, WHEN="2026-03-01", BACK="2026-03-01")
    person.send(LONG="x", NOTE="")
    assert person.section == "done"
    table = wave_table(session, wave)
    [row] = (dict(zip(table.header, row, strict=True)) for row in table.rows())
    assert {code: row[code] for code in ("OUT", "HOURS", "WHEN", "LONG", "MUCH", "NOTE")} == {
        "OUT": "1", "HOURS": "12.5", "WHEN": "2026-03-01", "LONG": "1", "MUCH": "", "NOTE": "",
    }  # fmt: skip
