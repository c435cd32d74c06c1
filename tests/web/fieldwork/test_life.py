"""A wave pauses and goes on, ends early and closes early: with a reason, and nothing answered is lost."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from surveys.collecting import settling, waves
from surveys.collecting.invitations import issue_invitations
from tests.web.answering import Respondent, make_wave, stored
from tests.web.fieldwork.planning import actions

TODAY = datetime.now(UTC).date()
REASON = {"pause-reason": "A question was wrong"}


def pause(designer, status=303, **more):
    return designer.submit("/waves/W", status, form="form[action$='/pause']", **REASON | more)


@pytest.mark.parametrize(
    ("language", "kept", "patience"),
    [("en", "Nothing is lost", "Nobody can begin just now"), ("zh", "都已保存", "暂时不能开始作答")],
)
def test_a_pause_is_told_kindly_loses_nothing_and_ends(app, designer, session, language, kept, patience):
    wave = make_wave(session)
    link = f"/s/{wave.public_key}"
    begun = Respondent(app, link, language)
    begun.open()
    begun.send(OK="yes", CLASS="residential")
    day = TODAY + timedelta(days=3)
    pause(designer, **{"pause-resumes_on": str(day)})

    sent = begun.post(begun.section, {"Q1": "7", "Q2": "8", "Q3": "dk", "CH": ["hall"]})
    assert sent.status_code == 303
    assert kept in begun.open().get_text()
    [(_, values)] = stored(session, wave)
    assert (values["Q1"], values["Q2"]) == (7, 8)

    told = Respondent(app, link, language).open().get_text()
    assert patience in told
    assert str(day.day) in told
    assert len(stored(session, wave)) == 1

    designer.submit("/waves/W", 303, form="form[action$='/resume']")
    begun.open()
    assert begun.section == "words"
    begun.send(WHY="好", DAY="2026-03-31", TOP__1="safety")
    assert begun.receipt()
    assert actions(session) == [("wave.pause", "wave:W"), ("wave.resume", "wave:W")]


def test_who_sends_the_last_page_in_a_pause_has_finished(app, designer, session):
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    person.send(OK="yes", CLASS="residential")
    person.send(Q1="7", Q2="8", Q3="dk", CH=["hall"])
    pause(designer)
    person.send(WHY="x", DAY="2026-03-31", TOP__1="safety")
    assert person.receipt()


def test_a_first_page_sent_into_a_pause_is_not_stored_and_its_words_are_shown(app, designer, session):
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    pause(designer)
    answer = person.post("start", {"OK": "yes", "OK.text": "two words"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 200
    assert page.select_one(".written").get_text() == "two words"
    assert stored(session, wave) == []


def test_a_link_of_their_own_waits_too_and_one_that_is_used_up_says_so(app, designer, session):
    wave = make_wave(session, access="invited")
    done, waits = tokens_of(session, wave, 2)
    first = Respondent(app, f"/i/{done}")
    first.answer_all()
    pause(designer)
    assert "answered already" in first.get(f"/i/{done}").text
    assert "stays good" in Respondent(app, f"/i/{waits}").open().get_text()
    assert "cannot be used" in first.get("/i/" + "x" * 24).text


def tokens_of(session, wave, number):
    tokens = issue_invitations(session, wave, number, datetime.now(UTC))
    session.commit()
    return tokens


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"pause-reason": ""}, "Please fill this in."),
        ({"pause-reason": " x "}, "3 to 1000"),
        ({"pause-reason": "x" * 1001}, "3 to 1000"),
        ({"pause-reason": "a\x00b\nc"}, "one line"),
        ({"pause-resumes_on": "soon"}, "2026-03-31"),
        ({"pause-resumes_on": "2020-01-01"}, "from today to the last day"),
        ({"pause-resumes_on": "2099-01-01"}, "from today to the last day"),
    ],
)
def test_a_pause_without_a_usable_reason_or_day_is_refused(designer, session, sent, says):
    wave = make_wave(session, closes_at=datetime.now(UTC) + timedelta(days=9))
    assert says in pause(designer, 422, **sent).text
    session.refresh(wave)
    assert wave.state == "open"
    assert actions(session) == []


def test_what_cannot_be_done_now_is_refused(designer, session):
    make_wave(session, opened=False)
    for what, form in (("pause", REASON), ("resume", {}), ("end", {"end-reason": "early"})):
        assert "cannot be done now" in designer.send(f"/waves/W/{what}", 422, **form).text, what


def test_a_window_that_is_ended_early_leaves_the_grace(app, designer, session):
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    person.send(OK="yes", CLASS="residential")
    assert "fill this in" in designer.submit("/waves/W", 422, form="form[action$='/end']").text
    designer.submit("/waves/W", 303, form="form[action$='/end']", **{"end-reason": "Enough answers"})
    assert Respondent(app, person.link).get(person.link).status_code == 404
    person.send(Q1="7", Q2="8", Q3="dk", CH=["hall"])
    page = designer.browse("/waves/W")
    assert "who has begun may finish" in page.select_one(".tags").get_text()
    assert "Enough answers" in page.select_one("p.given").get_text()
    assert not page.select("form[action$='/pause'], form[action$='/end']")
    assert "whoever has begun may finish" in page.select_one("[aria-labelledby=link]").get_text()
    session.refresh(wave)
    assert waves.ended(session, datetime.now(UTC)) == []
    assert waves.ended(session, datetime.now(UTC) + timedelta(hours=49)) == [wave]


def test_closing_for_good_before_the_end_needs_a_reason(designer, session):
    wave = make_wave(session)
    assert "fill this in" in designer.submit("/waves/W", 422, form="form[action$='/close']").text
    pause(designer)
    designer.submit(
        "/waves/W", 303, form="form[action$='/close']", **{"close-reason": "Ordered by the board"}
    )
    session.refresh(wave)
    assert wave.state == "closed"
    page = designer.browse("/waves/W").select_one("p.given").get_text()
    assert "designer@example.org: Ordered by the board" in page
    assert [each for each, _ in actions(session)] == ["wave.pause", "wave.seal", "wave.close"]


def test_a_pause_that_nobody_ends_does_not_outlive_the_window(app, designer, session):
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    person.send(OK="yes", CLASS="residential")
    pause(designer)
    session.refresh(wave)
    wave.closes_at = datetime.now(UTC) - timedelta(hours=1)
    wave.opens_at = wave.closes_at - timedelta(days=1)
    session.commit()
    person.open()  # the grace: who has begun may finish
    assert person.section == "rate"
    assert "who has begun may finish" in designer.browse("/waves/W").select_one(".tags").get_text()
    assert waves.ended(session, wave.ends_at) == [wave]
    assert settling.due(session, wave.ends_at) == []
