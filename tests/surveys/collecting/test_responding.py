"""Answering: what is stored, and what is refused."""

from datetime import timedelta

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from surveys.codes import DONT_KNOW, NOT_ASKED
from surveys.collecting import responses, waves
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.collecting.submitting import screen_out, submit
from surveys.models import Invitation, Participation, Response, Wave
from surveys.watching.standing import Outcome, standing
from tests.surveys.respondents import answer_all, refused, start
from tests.surveys.worlds import CODES, NOW, document, make_customers, make_version, make_wave, text

# What a link knows of who opens it.
KNOWN = {"customer_class": "residential", "tier": "resident", "area": "urban", "unit": "C1-O1"}


def test_pages_are_stored_and_resumed(engine, session):
    wave = make_wave(session)
    response = start(session, wave)
    assert responses.answers_of(session, response).values == dict.fromkeys(CODES, NOT_ASKED)
    answer_all(session, response)
    with Session(engine) as other:
        found = responses.find_response(other, other.get_one(Wave, wave.id), "browser")
        assert responses.answers_of(other, found).values == {
            "Q1": 8, "Q2": 7, "Q3": DONT_KNOW, "CH.hall": 1, "CH.line": 0,
        }  # fmt: skip
        assert found.texts == {"WHY": "好"}
        assert found.timings.tolist() == [123, 50]
        assert (found.section, found.revision, found.state) == ("after", 2, "open")


def test_a_page_is_one_statement(engine, session):
    wave = make_wave(session)
    response = start(session, wave)
    responses.save_page(session, response, "supply", {"Q1": 1}, {}, 1, NOW)
    session.commit()
    found = responses.find_response(session, wave, "browser")
    assert wave.is_open(NOW)
    statements = []
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    responses.save_page(session, found, "supply", {"Q1": 2}, {}, 1, NOW)
    session.commit()
    assert len(statements) == 1
    assert statements[0].startswith("UPDATE response")


def test_a_confidential_token_resumes_on_another_device(session):
    people = make_customers(session)
    wave = make_wave(session, access="invited", anonymous=False)
    tokens = issue_invitations(session, wave, people[:2], NOW)
    session.commit()
    invitation, second = (find_invitation(session, token) for token in tokens)
    phone = start(session, wave, "phone", invitation=invitation)
    assert start(session, wave, "desk", invitation=invitation).id == phone.id
    assert start(session, wave, "phone", invitation=second).id != phone.id
    assert invitation.state == "started"
    assert responses.account_of(phone) == {
        "unit": "C1-O1", "customer_class": "residential", "tier": "resident", "area": "urban",
    }  # fmt: skip
    receipt = submit(session, phone, NOW)
    session.commit()
    session.refresh(invitation)
    assert invitation.state == "used"
    assert start(session, wave, "third", invitation=invitation).receipt == receipt.code


def test_an_anonymous_dump_cannot_join_token_and_response(session):
    wave = make_wave(session, access="invited", anonymous=True)
    tokens = issue_invitations(session, wave, 3, NOW)
    for token in tokens:
        invitation = find_invitation(session, token)
        response = start(session, wave, f"browser {token}", invitation=invitation)
        answer_all(session, response)
        submit(session, response, NOW)
        session.commit()
    waves.close_wave(session, wave, NOW + timedelta(days=1))
    session.commit()
    assert session.scalar(select(func.count()).select_from(Participation)) == 0
    rows = session.scalars(select(Response)).all()
    invitations = session.scalars(select(Invitation)).all()
    assert {row.completed_at.time() for row in rows} == {row.started_at.time() for row in rows}
    assert {row.started_at for row in rows} == {NOW.replace(hour=0, minute=0, second=0, microsecond=0)}
    assert {invitation.changed_at for invitation in invitations} == {None}
    # What either side stores in rows' own order says nothing: both stand in the order of random keys.
    stored = session.connection().exec_driver_sql("SELECT id FROM response").scalars().all()
    hashes = session.connection().exec_driver_sql("SELECT token_hash FROM invitation").scalars().all()
    assert stored == sorted(stored)
    assert hashes == sorted(hashes)
    values = {str(value) for row in rows for value in (row.id, row.client_key, row.receipt)}
    assert not values & {invitation.token_hash for invitation in invitations}
    assert not any(token in str(vars(row)) for token in tokens for row in rows)


def test_closed_and_expired_waves_refuse(session):
    wave = make_wave(session, closes_at=NOW + timedelta(hours=1))
    response = start(session, wave)
    later = NOW + timedelta(hours=49)
    assert waves.ended(session, later - timedelta(microseconds=1)) == []
    assert waves.ended(session, later) == [wave]
    refused("WAVE_CLOSED", responses.save_page, session, response, "supply", {"Q1": 1}, {}, 1, later)
    refused("WAVE_CLOSED", submit, session, response, later)
    named = {"client_key": "new", "language": "zh"}
    refused("WAVE_CLOSED", responses.open_response, session, wave, now=later, **named)
    waves.close_wave(session, wave, NOW)
    refused("WAVE_CLOSED", responses.open_response, session, wave, now=NOW, **named)
    planned = make_wave(session, wave.version, code="W2", opened=False)
    refused("WAVE_CLOSED", responses.open_response, session, planned, now=NOW, **named)


def test_who_has_begun_may_finish_within_two_days_and_nobody_begins(session):
    wave = make_wave(session, closes_at=NOW + timedelta(hours=1))
    response, other = start(session, wave), start(session, wave, "other")
    after = NOW + timedelta(hours=48, minutes=59)
    again = responses.open_response(session, wave, client_key="browser", language="zh", now=after)
    assert again.id == response.id
    responses.save_page(session, response, "supply", {"Q1": 1, "Q2": 2, "Q3": 3}, {}, 1, after)
    submit(session, response, after)
    session.commit()
    assert (response.state, response.completed_at) == ("complete", wave.moment(after))
    refused("WAVE_CLOSED", responses.open_response, session, wave, client_key="new", language="zh", now=after)
    refused("WAVE_CLOSED", submit, session, other, after + timedelta(minutes=1))


def test_a_token_must_be_given_live_and_of_this_wave(session):
    wave = make_wave(session, access="invited")
    other = make_wave(session, wave.version, code="W2", access="invited")
    [token] = issue_invitations(session, other, 1, NOW)
    foreign = find_invitation(session, token)
    named = {"client_key": "new", "language": "zh", "now": NOW}
    refused("INVITATION_MISSING", responses.open_response, session, wave, **named)
    refused("INVITATION_MISSING", responses.open_response, session, wave, invitation=foreign, **named)
    set_outcome(session, foreign, "withdrawn", NOW)
    refused("INVITATION_USED", responses.open_response, session, other, invitation=foreign, **named)
    for wrong in ("", "x", token[:-1], token + "a", "' OR 1=1 --", "\x00" * 30, "é" * 30):
        assert find_invitation(session, wrong) is None


def test_wrong_pages_are_refused_and_change_nothing(session):
    wave = make_wave(session)
    response = start(session, wave)
    for code, section, values, texts in [
        ("ANSWER_UNKNOWN", "supply", {"Q1": 1, "NO": 1}, {}),
        ("ANSWER_RANGE", "supply", {"Q1": 40_000}, {}),
        ("SECTION_UNKNOWN", "nowhere", {"Q1": 1}, {}),
        ("TEXT_LONG", "supply", {"Q1": 1}, {"WHY": "x" * 20_001}),
    ]:
        refused(code, responses.save_page, session, response, section, values, texts, 1, NOW)
    session.commit()
    session.refresh(response)
    assert response.revision == 0
    assert set(responses.answers_of(session, response).values.values()) == {NOT_ASKED}


def test_hostile_texts_come_back_as_they_were(session):
    wave = make_wave(session)
    response = start(session, wave)
    for words in ("'; DROP TABLE response; --", "{{7*7}}", "😀 \u202e \u200b", "\\ \" '", "满意" * 100):
        responses.save_page(session, response, "after", {}, {"WHY": words}, 1, NOW)
        session.commit()
        session.refresh(response)
        assert response.texts == {"WHY": words}
    responses.save_page(session, response, "after", {}, {"WHY": "a\x00b"}, 1, NOW)
    assert response.texts == {"WHY": "ab"}


def test_full_quotas_and_screening(session):
    make_customers(session)
    quota = {"where": {"unit": "C1-O1"}, "limit": 1}
    wave = make_wave(session, quotas=[quota])
    office = {"unit": "C1-O1"}
    first = start(session, wave, "1", segment=office)
    screened = start(session, wave, "2", segment=office)
    screen_out(session, screened, NOW)
    submit(session, first, NOW)
    named = {"client_key": "3", "language": "zh", "now": NOW}
    refused("QUOTA_FULL", responses.open_response, session, wave, segment=office, **named)
    assert start(session, wave, "4", segment={"unit": "C2-O1"}).state == "open"
    refused("RESPONSE_SUBMITTED", submit, session, screened, NOW)
    counted = standing(session, wave)
    assert (counted.complete, counted.outcomes[Outcome.SCREENED], counted.open) == (1, 1, 1)


def test_answers_about_the_customer_give_the_segment(session):
    make_customers(session)
    questions = [
        {
            "type": "single", "code": "CLASS", "account": "customer_class", "text": text("You are …"),
            "options": [
                {"code": "residential", "value": 1, "text": text("a household")},
                {"code": "industrial", "value": 2, "text": text("a factory")},
                {"code": "martian", "value": 3, "text": text("something else")},
            ],
        },
        {"type": "short_text", "code": "UNIT", "account": "unit", "text": text("Your office")},
    ]  # fmt: skip
    about = {"code": "about", "title": text("About you"), "questions": questions}
    version = make_version(session, code="framed", sections=[about])
    wave = make_wave(session, version, anonymous=False)
    given = [
        ({"CLASS": 2}, {"UNIT": " C1-O2 "}, None, {"customer_class": "industrial", "unit": "C1-O2"}),
        ({"CLASS": 2}, {"UNIT": "c1 – o2 Office"}, None, {"customer_class": "industrial", "unit": "C1-O2"}),
        ({"CLASS": 3}, {"UNIT": "nowhere"}, None, {}),
        ({"CLASS": 2}, {}, KNOWN, KNOWN),
    ]  # fmt: skip
    for number, (values, texts, known, expected) in enumerate(given):
        response = start(session, wave, f"browser {number}", segment=known)
        responses.save_page(session, response, "about", values, texts, 1, NOW)
        submit(session, response, NOW)
        session.commit()
        assert responses.account_of(response) == expected


def test_a_text_taken_back_is_not_kept(session):
    wave = make_wave(session)
    response = start(session, wave)
    responses.save_page(session, response, "after", {}, {"WHY": "because"}, 1, NOW)
    responses.save_page(session, response, "after", {}, {"WHY": ""}, 1, NOW)
    session.commit()
    session.refresh(response)
    assert response.texts == {}


def test_a_version_number_that_comes_again_gets_its_own_layout(session):
    first = make_version(session, code="first")
    number = first.id
    wave = waves.create_wave(session, first, code="W0", title="x", now=NOW)
    waves.open_wave(session, wave, NOW)
    responses.open_response(session, wave, client_key="a", language="zh", now=NOW)
    session.rollback()
    changed = document(code="second")
    del changed["sections"][1]
    wave = make_wave(session, make_version(session, **changed))
    if session.connection().dialect.name == "sqlite":
        assert wave.version_id == number
    assert start(session, wave).answers.tolist() == [NOT_ASKED] * 3
