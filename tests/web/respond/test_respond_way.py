"""The way through the pages: what is asked next, what is taken back, and that nobody goes round it."""

import pytest

from surveys.asking.router import Router
from surveys.codes import NOT_ASKED
from tests.web.answering import Respondent, stored


def test_a_further_question_on_the_page_is_asked_before_the_next_page(session, wave, person):
    person.open()
    person.send(OK="yes")
    assert person.page.select_one("#q-CALLS").has_attr("hidden")
    person.send(Q1="7", CH=["line"])
    assert person.section == "rate"
    assert person.page.select_one(".notice")
    assert not person.page.select_one("#q-CALLS").has_attr("hidden")
    person.send(Q1="7", CH=["line"], CALLS="3")
    assert person.section == "words"
    assert stored(session, wave)[0][1]["CALLS"] == 3


def test_a_change_of_mind_takes_back_what_is_not_asked_any_more(session, wave, person):
    person.open()
    person.send(OK="yes", CLASS="industrial")
    person.send(Q1="7", CH=["hall"])
    person.send(BIG="yes", TRADE="Steel")
    person.open("start")
    person.send(OK="yes", CLASS="residential")
    person.send(Q1="7", CH=["hall"])
    assert person.section == "words"
    person.send(WHY="x")
    person.receipt()
    [(response, answers)] = stored(session, wave)
    assert (answers["BIG"], response.texts) == (NOT_ASKED, {"WHY": "x"})


def test_pages_skipped_by_their_address_are_asked_before_the_end(session, wave, person):
    person.open()
    person.send(OK="yes")
    response = person.post("words", {"WHY": "straight to the end"})
    assert response.location == f"{person.link}/rate"
    assert stored(session, wave)[0][0].state == "open"
    person.open("rate")
    person.send(Q1="1")
    person.send(WHY="now")
    person.receipt()


def test_nobody_passes_the_screening_by_going_round_it(session, wave, person):
    person.open()
    person.post("start", {"OK": "no", "go": "back"})
    person.post("rate", {"Q1": "1"})
    # Whoever went back has not sent that page on: they are led to it, and there it ends.
    assert person.post("words", {"WHY": "x"}).location == person.link
    assert person.open().select_one("input[name=OK][value=no]").has_attr("checked")
    assert person.post("start", {"OK": "no"}).location == f"{person.link}/done"
    [(response, _)] = stored(session, wave)
    assert (response.state, response.receipt) == ("screened", None)
    assert "No thanks needed" in person.open("done").get_text()
    other = Respondent(person.app, person.link)
    other.open()
    assert other.post("words", {"WHY": "x"}).location == f"{person.link}/start"


def test_a_page_turn_decides_the_way_three_times(person, monkeypatch):
    """Before the page, with it, and for the page that comes: each evaluates its conditions once."""
    person.open()
    person.send(OK="yes", CLASS="industrial")
    made = []
    way = Router.way

    def counted(router, answers):
        made.append(1)
        return way(router, answers)

    monkeypatch.setattr(Router, "way", counted)
    response = person.post("rate", {"Q1": "7", "CH": ["hall"]})
    assert person.get(response.location).status_code == 200
    assert 0 < len(made) <= 3
    made.clear()
    person.open("start")
    made.clear()
    assert person.get(person.post("start", {"OK": "no"}).location).status_code == 200
    assert 0 < len(made) <= 3


@pytest.mark.parametrize("go", ["lang:zh", "back"])
def test_a_page_is_done_by_next_alone(session, wave, person, go):
    """Left blank by a change of language it was stored as skipped, and the link led beyond it."""
    person.open()
    person.send(OK="yes")
    assert person.section == "rate"
    person.post("rate", {"go": go})
    [(response, answers)] = stored(session, wave)
    assert (response.section, answers["Q1"]) == ("start", NOT_ASKED)
    person.open()
    assert person.section == "rate"
    person.post("rate", {"Q1": "4", "go": go})
    [(response, answers)] = stored(session, wave)
    assert (response.section, answers["Q1"]) == ("start", 4)


@pytest.mark.parametrize("go", ["lang:en", "back"])
def test_what_cannot_be_read_waits_for_its_person(session, wave, person, go):
    person.open()
    person.send(OK="yes")
    assert person.post("rate", {"CH": "line", "CALLS": "<b>abc", "go": go}).status_code == 303
    page = person.open("rate")
    field = page.select_one("input[name=CALLS]")
    assert (field["value"], field["aria-invalid"]) == ("<b>abc", "true")
    assert page.select_one(".error-summary a[href='#CALLS']") is not None
    person.send(Q1="7", Q2="7", Q3="7", CH="line", CALLS="3")
    [(response, answers)] = stored(session, wave)
    assert (answers["CALLS"], response.texts) == (3, {})


def test_an_answer_whose_question_drops_out_is_told_not_refused(session, wave, person):
    person.open()
    person.send(OK="yes")
    person.post("rate", {"Q1": "7", "CH": "line"})
    person.open("rate")
    person.send(Q1="7", CH="line", CALLS="3")
    person.open("rate")
    came = person.send(Q1="7", CH="hall", CALLS="3")
    assert person.section == "words"
    assert "no longer applies to you" in came.select_one(".notice").get_text()
    [(_, answers)] = stored(session, wave)
    assert answers["CALLS"] == NOT_ASKED


@pytest.mark.parametrize("tail", [".", "%3E", "/", "%20", "=", "\u3002", ")."])
def test_a_link_bears_what_mails_and_chats_append(app, session, wave, person, tail):
    there = Respondent(app, person.link + tail)
    there.open()
    assert there.place == f"{person.link}/start"


def test_the_language_of_a_response_is_that_of_its_last_page(session, wave, person):
    person.open()
    person.send(OK="yes")
    person.post("rate", {"go": "lang:zh"})
    person.language = "zh"
    person.open()
    person.send(Q1="7")
    assert stored(session, wave)[0][0].language == "zh"
