"""The dates of a wave are changed on its page: later and earlier, noted, and refused in words."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.collecting import responses, waves
from surveys.collecting.visit import find_visit
from surveys.errors import SurveyError
from surveys.models import AuditEntry
from tests.web.answering import Respondent, make_wave, stored
from tests.web.fieldwork.planning import actions
from web.fieldwork.days import begin_of, end_of

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
FORM = "form[action$='/dates']"
WHY = {"dates-reason": "Letters come late"}


def later(app, days):
    """The day so many days from now where the site is."""
    with app.test_request_context():
        from web.fieldwork.days import day_of  # noqa: PLC0415  needs a request

        return day_of(datetime.now(UTC) + days * DAY)


def ends(app, day):
    with app.test_request_context():
        return end_of(day)


def change(designer, status=303, **sent):
    return designer.submit(
        "/waves/W", status, form=FORM, **{f"dates-{name}": str(day) for name, day in sent.items()}, **WHY
    )


def test_a_later_end_lets_people_begin_on_and_an_earlier_one_does_not(app, designer, session):
    wave = make_wave(session, closes_at=NOW + 2 * DAY)
    change(designer, closes_on=later(app, 30))
    session.refresh(wave)
    assert (wave.closes_at, wave.opens_at) == (ends(app, later(app, 30)), wave.opens_at)
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "wave.change_dates"))
    assert entry.detail["reason"] == "Letters come late"
    assert entry.detail["before"]["closes_at"] != entry.detail["after"]["closes_at"]
    assert entry.detail["before"]["opens_at"] == entry.detail["after"]["opens_at"]
    change(designer, closes_on=later(app, 1))
    session.refresh(wave)
    assert wave.closes_at == ends(app, later(app, 1))
    page = designer.browse("/waves/W")
    assert "The dates were changed" in page.select_one("p.given").get_text()
    assert not page.select("[name=dates-opens_on]"), "it has begun"
    change(designer, closes_on="")
    session.refresh(wave)
    assert wave.closes_at is None
    assert actions(session) == [("wave.change_dates", "wave:W")] * 3


def test_what_is_sent_again_unchanged_moves_nothing_by_a_second(app, designer, session):
    wave = make_wave(session, opened=False, opens_at=NOW + 3 * DAY, closes_at=NOW + 5 * DAY)
    designer.submit("/waves/W", 303, form=FORM)
    session.refresh(wave)
    assert (wave.opens_at, wave.closes_at) == (NOW + 3 * DAY, NOW + 5 * DAY)


def test_the_start_moves_both_ways_until_the_wave_has_begun(app, designer, session):
    wave = make_wave(session, opens_at=NOW + 5 * DAY)
    link = f"/s/{wave.public_key}"
    assert Respondent(app, link).get(link).status_code == 404
    change(designer, opens_on=later(app, 9))
    session.refresh(wave)
    with app.test_request_context():
        assert wave.opens_at == begin_of(later(app, 9))
    change(designer, opens_on=later(app, 0))
    session.refresh(wave)
    assert wave.opens_at <= datetime.now(UTC)
    assert wave.opens_at > NOW - timedelta(minutes=5), "never before the change"
    assert Respondent(app, link).open()
    assert "Open" in designer.browse("/waves/W").select_one(".tag").get_text()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"opens_on": 3}, "has begun: its first day stays"),
        ({"closes_on": -1}, "This day is over"),
        ({"closes_on": "soon"}, "2026-03-31"),
        ({"closes_on": "2026-02-30"}, "2026-03-31"),
        ({"closes_on": "1026-02-20"}, "from 2000 to 2100"),
        ({"closes_on": "9999-12-31"}, "from 2000 to 2100"),
        ({"closes_on": "2026\x0002-01"}, "2026-03-31"),
        ({"closes_on": 20, "reason": ""}, "Please fill this in."),
        ({"closes_on": 20, "reason": "x" * 1001}, "3 to 1000"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(app, designer, session, sent, says):
    wave = make_wave(session, closes_at=NOW + 9 * DAY)
    days = {name: str(later(app, day)) if isinstance(day, int) else day for name, day in sent.items()}
    given = (
        WHY | {"dates-closes_on": str(later(app, 9))} | {f"dates-{name}": day for name, day in days.items()}
    )
    assert says in designer.send("/waves/W/dates", 422, **given).text
    session.refresh(wave)
    assert (wave.opens_at, wave.closes_at) == (wave.opens_at, NOW + 9 * DAY)
    assert actions(session) == []


def test_an_end_before_the_start_or_before_a_pause_ends_is_refused(app, designer, session):
    wave = make_wave(session, opens_at=NOW + 5 * DAY)
    sent = WHY | {"dates-opens_on": str(later(app, 5)), "dates-closes_on": str(later(app, 2))}
    assert "must open before it closes" in designer.send("/waves/W/dates", 422, **sent).text
    paused = make_wave(session, code="P")
    waves.pause_wave(session, paused, datetime.now(UTC), resumes_on=later(app, 4))
    session.commit()
    sent = WHY | {"dates-closes_on": str(later(app, 2))}
    told = designer.send("/waves/P/dates", 422, **sent).text
    assert f"is to go on on {later(app, 4)}" in told
    assert wave.closes_at is None


def test_a_window_that_is_over_and_a_closed_wave_stay_as_they_are(app, designer, session):
    for code, closes_at in (("OVER", NOW - timedelta(hours=1)), ("CLOSED", NOW + 9 * DAY)):
        wave = make_wave(session, code=code)
        wave.closes_at, wave.opens_at = closes_at, NOW - 9 * DAY
        session.commit()
    waves.close_wave(session, wave, datetime.now(UTC))
    session.commit()
    sent = WHY | {"dates-closes_on": str(later(app, 20))}
    assert "is over and is not opened again" in designer.send("/waves/OVER/dates", 422, **sent).text
    assert "cannot be done now" in designer.send("/waves/CLOSED/dates", 422, **sent).text
    for code in ("OVER", "CLOSED"):
        assert not designer.browse(f"/waves/{code}").select(FORM)


def test_only_designers_change_dates_and_of_no_wave_there_are_none(sign_in, session):
    make_wave(session)
    for role in ("analyst", "interviewer", "viewer", "unit_manager"):
        assert sign_in(role).send("/waves/W/dates", 403, **WHY).status_code == 403
    assert sign_in("designer").send("/waves/nothing/dates", 404, **WHY)


def test_both_clocks_hold_where_the_dates_change_while_a_page_is_on_its_way(app, designer, session):
    """The request has read the wave before the change, the statement that stores comes after it."""
    wave = make_wave(session, closes_at=NOW + 9 * DAY)
    begun = Respondent(app, f"/s/{wave.public_key}")
    begun.open()
    begun.send(OK="yes", CLASS="residential")
    with Session(session.get_bind()) as late:
        now = datetime.now(UTC)
        newcomer = find_visit(late, public_key=wave.public_key, keys={}, language="en", now=now)
        [(response, _)] = [(late.merge(each, load=False), rest) for each, rest in stored(session, wave)]
        assert response.wave.takes_on(now)
        wave.closes_at = now - timedelta(seconds=1)
        session.commit()
        with pytest.raises(SurveyError, match="not taking answers"):
            newcomer.open(now)
        responses.save_page(late, response, "rate", {"Q1": 7}, {}, 1.0, now)  # in the grace: who has begun
        late.commit()
        wave.closes_at = now - timedelta(hours=49)
        wave.opens_at = now - 9 * DAY
        session.commit()
        with pytest.raises(SurveyError, match="not taking answers"):
            responses.save_page(late, response, "rate", {"Q1": 2}, {}, 1.0, now)
        late.rollback()
    [(_, values)] = stored(session, wave)
    assert values["Q1"] == 7


def test_a_pause_past_its_day_is_pointed_out_and_promised_to_nobody(app, designer, session, sign_in):
    wave = make_wave(session)
    waves.pause_wave(session, wave, NOW, resumes_on=(NOW + 2 * DAY).date())
    session.commit()
    link = f"/s/{wave.public_key}"
    assert "It is planned to go on" in Respondent(app, link).open().get_text()
    assert designer.browse("/waves").select_one(".tag").get_text() == "Paused"
    wave.resumes_on = (NOW - 2 * DAY).date()
    session.commit()
    for visitor in (designer, sign_in("interviewer")):
        card = visitor.browse("/waves").select_one(".card-item").get_text(" ", strip=True)
        assert "Paused, should go on" in card
        assert re.search(r"were told that it goes on from \w+ \d+, \d{4}", card)
    page = designer.browse("/waves/W").get_text(" ", strip=True)
    assert "Let it go on; then you may pause it again" in page
    told = Respondent(app, link).open().get_text()
    assert "planned" not in told
    assert "in a few days" in told
    designer.submit("/waves/W", 303, form="form[action$='/resume']")
    assert designer.browse("/waves").select_one(".tag").get_text() == "Open"
