"""A page turn without a site: what is saved, what comes then, and what another tab said meanwhile."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.codes import NOT_ASKED
from surveys.collecting.page_turn import Sent, turn
from surveys.collecting.visit import ClosedError, find_visit, key_name
from surveys.errors import Problem
from surveys.models import Response
from tests.web.answering import NOW, make_wave

RATED = {"Q1": ["7"], "Q2": ["8"], "Q3": ["dk"], "CH": ["hall"]}
KEY = "a-key-that-a-browser-keeps"


@pytest.fixture
def wave(session):
    return make_wave(session)


def visit(session, wave, key=KEY, **more):
    keys = {key_name(wave): key}
    return find_visit(session, public_key=wave.public_key, keys=keys, language="en", now=NOW, **more)


def send(found, page, go="next", **form):
    came = turn(found, Sent(page, form, go, 2.0), NOW)
    if came.saved:
        found.session.commit()
    else:
        found.take_back()
    return came


def test_pages_follow_each_other_to_the_receipt(session, wave):
    found = visit(session, wave)
    assert (found.response, found.is_over) == (None, False)
    assert send(found, "start", OK=["yes"], CLASS=["residential"]).page == "rate"
    assert send(found, "rate", **RATED).page == "words"
    last = send(found, "words", WHY=["x"])
    assert (last.saved, last.page) == (True, None)
    assert visit(session, wave).is_over
    assert found.response.receipt


def test_what_comes_up_is_asked_before_the_next_page(session, wave):
    found = visit(session, wave)
    send(found, "start", OK=["yes"])
    came = send(found, "rate", **RATED | {"CH": ["line"]})
    assert (came.page, came.question) == ("rate", "CALLS")
    came = send(found, "rate", CALLS=["2"], **RATED | {"CH": ["line"]})
    assert (came.page, came.question) == ("words", "")


def test_a_refused_first_page_leaves_nothing(session, wave):
    found = visit(session, wave)
    came = send(found, "start", CLASS=["residential"])
    assert [each.problem for each in came.problems] == [Problem.ANSWER_REQUIRED]
    assert found.response is None
    assert session.scalar(select(func.count()).select_from(Response)) == 0
    # Whoever goes back or changes the language need not have answered yet.
    assert send(found, "start", "stay", CLASS=["residential"]).page == "start"
    assert send(found, "start", "back", CLASS=["residential"]).page == "start"


def test_a_page_that_is_not_asked_is_neither_saved_nor_refused(session, wave):
    found = visit(session, wave)
    send(found, "start", OK=["yes"], CLASS=["residential"])
    came = send(found, "works", BIG=["yes"])
    assert (came.saved, list(came.problems)) == (False, [])
    assert visit(session, wave).response.section == "start"


def test_whoever_is_screened_out_after_a_change_of_mind_leaves_nothing_beyond(session, wave):
    found = visit(session, wave)
    send(found, "start", OK=["yes"], CLASS=["industrial"])
    send(found, "rate", **RATED)
    send(found, "works", BIG=["yes"], TRADE=["Steel"])
    assert send(found, "start", OK=["no"], CLASS=["industrial"]).page is None
    response = visit(session, wave).response
    assert (response.state, response.texts) == ("screened", {})
    assert set(response.answers.tolist()[2:]) == {NOT_ASKED}


def test_what_another_tab_saved_meanwhile_counts(engine, session, wave):
    first = visit(session, wave)
    send(first, "start", OK=["yes"], CLASS=["residential"])
    held = visit(session, wave)
    with Session(engine) as elsewhere:
        assert send(visit(elsewhere, wave), "rate", **RATED).page == "words"
    # This tab was opened before the ratings were there, and yet nothing is missing.
    assert send(held, "words", WHY=["x"]).page is None
    assert visit(session, wave).is_over


def test_a_link_that_leads_nowhere_does_not_tell_why(session, wave):
    invited = make_wave(session, code="INVITED", access="invited")
    for link in ({"public_key": "nothing"}, {"public_key": invited.public_key}, {"token": "x" * 24}):
        with pytest.raises(ClosedError) as told:
            find_visit(session, keys={}, language="en", now=NOW, **link)
        assert told.value.args == ()
