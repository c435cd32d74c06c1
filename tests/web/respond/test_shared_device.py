"""One telephone in a household: who opens the public link next is not taken for who had it before."""

import pytest

from surveys.collecting.waves import close_wave
from tests.surveys.worlds import make_units
from tests.web.answering import NOW, Respondent, make_wave, stored

FIRST, SECOND = {"OK": "yes", "CLASS": "residential"}, {"Q1": "7", "Q2": "8", "Q3": "dk", "CH": ["hall"]}


@pytest.fixture
def wave(session):
    make_units(session)
    return make_wave(session)


def press(person, button):
    """Press a button that lets somebody else begin, and follow."""
    answer = person.client.post(
        button.get("formaction") or button.find_parent("form")["action"], data={"_t": person.mark}
    )
    assert answer.status_code == 303
    person.link, link = answer.location, person.link
    page = person.open()
    person.link = link
    return page


def test_who_comes_back_is_told_and_somebody_else_begins_anew(app, session, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    assert not person.page.select(".anew")
    person.send(**FIRST)
    person.send(**SECOND)
    assert not person.page.select(".anew"), "whoever goes on is not asked who they are"
    page = person.open()
    assert person.section == "words"
    assert "goes on where somebody stopped on this device" in page.select_one(".notice").get_text()
    page = press(person, page.select_one("button.anew"))
    assert person.section == "start"
    assert not page.select("input[checked], option[selected]:not([value='']), .notice")
    person.send(**FIRST)
    person.send(**SECOND | {"Q1": "2"})
    person.send(WHY="x", DAY="2026-03-31", TOP__1="safety")
    assert sorted((each.state, values["Q1"]) for each, values in stored(session, wave)) == [
        ("complete", 2), ("open", 7),
    ]  # fmt: skip


def test_after_the_thanks_somebody_else_answers_for_the_office_of_the_link(app, session, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    link = person.link
    person.answer_all()
    person.link = f"{link}?unit=C1-O1"
    page = person.open()
    assert page.select_one(".receipt")
    person.link = link
    page = press(person, page.select_one("button.anew"))
    assert person.section == "start"
    assert not page.select(".receipt, input[checked]")
    answer = person.client.post(
        page.select_one("#answers")["action"], data={"_t": person.mark, "go": "next"} | FIRST
    )
    assert answer.status_code == 303
    assert [each.segment.unit.code for each, _ in stored(session, wave) if each.state == "open"] == ["C1-O1"]


def test_nobody_is_sent_away_by_a_forged_form_and_by_their_own_link(app, session, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    person.send(**FIRST)
    for mark in ("", "0" * 65, "x"):
        assert person.client.post(f"{person.link}?unit=%00%0d", data={"_t": mark}).status_code == 303
    person.open()
    assert person.section == "rate"
    assert person.client.post("/s/nothing").status_code == 404
    assert person.client.post("/i/nothing").status_code == 405
    invited = make_wave(session, code="I", access="invited")
    assert person.client.post(f"/s/{invited.public_key}").status_code == 404


def test_once_the_wave_is_over_nobody_else_is_offered_to_begin(app, session, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.answer_all()
    assert person.page.select("button.anew")
    close_wave(session, wave, NOW)
    session.commit()
    assert not person.open().select("button.anew")
