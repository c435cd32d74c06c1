"""Answering at the same time: every response exists exactly once, and no answer is lost."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.codes import NOT_ASKED
from surveys.collecting import responses, settling
from surveys.collecting.invitations import find_invitation, issue_invitations
from surveys.collecting.submitting import Receipt, submit
from surveys.models import Invitation, Response, Wave
from tests.surveys.respondents import answer_all, refused, start, together
from tests.surveys.worlds import NOW, make_customers, make_wave


def test_two_tabs_lose_no_answer(engine, session):
    wave = make_wave(session)
    start(session, wave)
    with Session(engine) as first, Session(engine) as second:
        one = responses.find_response(first, first.get_one(Wave, wave.id), "browser")
        two = responses.find_response(second, second.get_one(Wave, wave.id), "browser")
        responses.save_page(first, one, "supply", {"Q1": 3}, {"WHY": "a"}, 2, NOW)
        first.commit()
        responses.save_page(second, two, "after", {"CH.hall": 1}, {}, 2, NOW)
        second.commit()
    session.expire_all()
    stored = responses.find_response(session, wave, "browser")
    answers = responses.answers_of(session, stored).values
    assert (answers["Q1"], answers["CH.hall"], stored.texts) == (3, 1, {"WHY": "a"})
    assert (stored.revision, stored.timings.tolist()) == (2, [20, 20])


def test_saving_at_the_same_time_keeps_every_page(engine, session):
    wave = make_wave(session)
    start(session, wave)
    wave_id = wave.id
    pages = iter([("supply", {code: 9}) for code in ("Q1", "Q2", "Q3")] + [("after", {"CH.line": 1})])
    lock = threading.Lock()

    def save(own: Session) -> None:
        with lock:
            section, values = next(pages)
        response = responses.find_response(own, own.get_one(Wave, wave_id), "browser")
        responses.save_page(own, response, section, values, {}, 1, NOW)

    assert together(engine, 4, save) == [None] * 4
    stored = responses.find_response(session, wave, "browser")
    assert responses.answers_of(session, stored).values == {
        "Q1": 9, "Q2": 9, "Q3": 9, "CH.hall": NOT_ASKED, "CH.line": 1,
    }  # fmt: skip
    assert (stored.revision, stored.timings.tolist()) == (4, [30, 10])


def test_opening_at_the_same_time_makes_one_response(engine, session):
    wave = make_wave(session)
    wave_id = wave.id

    def begin(own: Session) -> int:
        opened = responses.open_response(
            own, own.get_one(Wave, wave_id), client_key="browser", language="zh", now=NOW
        )
        return opened.id

    results = together(engine, 6, begin)
    assert len(set(results)) == 1
    assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_submitting_twice_gives_the_same_receipt(session):
    wave = make_wave(session)
    response = start(session, wave)
    answer_all(session, response)
    receipt = submit(session, response, NOW)
    session.commit()
    assert submit(session, response, NOW + timedelta(days=400)) == receipt
    assert len(receipt.code) == 19
    refused("RESPONSE_SUBMITTED", responses.save_page, session, response, "supply", {"Q1": 1}, {}, 1, NOW)
    assert start(session, wave).receipt == receipt.code


def test_submitting_at_the_same_time_gives_one_receipt(engine, session):
    wave = make_wave(session)
    response = start(session, wave)
    answer_all(session, response)
    wave_id = wave.id

    def end(own: Session) -> Receipt:
        found = responses.find_response(own, own.get_one(Wave, wave_id), "browser")
        return submit(own, found, NOW)

    results = together(engine, 6, end)
    assert all(isinstance(result, Receipt) for result in results), results
    assert len(set(results)) == 1


def test_receipts_differ_and_do_not_follow_from_each_other(session):
    wave = make_wave(session)
    receipts = set()
    for place in range(20):
        response = start(session, wave, f"browser {place}")
        receipts.add(submit(session, response, NOW).code)
    assert len(receipts) == 20


@pytest.mark.parametrize("anonymous", [True, False])
def test_one_token_gives_one_complete_response(engine, session, anonymous):
    people = make_customers(session)
    wave = make_wave(session, access="invited", anonymous=anonymous)
    [token] = issue_invitations(session, wave, 1 if anonymous else people[:1], NOW)
    session.commit()
    wave_id = wave.id

    def everything(own: Session) -> object:
        own_wave = own.get_one(Wave, wave_id)
        invitation = find_invitation(own, token)
        key = f"browser {threading.get_ident()}"
        response = responses.open_response(
            own, own_wave, client_key=key, language="zh", invitation=invitation, now=NOW
        )
        own.commit()
        return submit(own, response, NOW)

    results = together(engine, 5, everything)
    receipts = {result for result in results if isinstance(result, Receipt)}
    others = {result.code for result in results if not isinstance(result, Receipt)}
    assert len(receipts) == 1
    assert others <= {"INVITATION_USED"}
    complete = select(func.count()).where(Response.state == "complete")
    assert session.scalar(complete) == 1
    settling.settle(session, session.get_one(Wave, wave_id), NOW)
    assert session.scalar(select(Invitation.state)) == "used"


@pytest.mark.parametrize("limit", [1, 3])
def test_a_quota_holds_when_twenty_submit_at_once(engine, session, limit):
    make_customers(session)
    quotas = [{"where": {"unit": "C1-O1"}, "limit": limit}, {"where": {"unit": "C2-O1"}, "limit": 100}]
    wave = make_wave(session, quotas=quotas)
    wave_id = wave.id
    offices = {f"key {place}": "C2-O1" if place >= 20 else "C1-O1" for place in range(24)}
    for key, office in offices.items():
        start(session, wave, key, segment={"unit": office})
    keys, lock = iter(offices), threading.Lock()

    def send(own: Session) -> Receipt:
        with lock:
            key = next(keys)
        response = responses.find_response(own, own.get_one(Wave, wave_id), key)
        return submit(own, response, NOW)

    ends = together(engine, 24, send)
    assert all(isinstance(end, Receipt) for end in ends), ends
    assert sum(bool(end.code) for end in ends) == limit + 4
    session.expire_all()
    crowd = [key for key, office in offices.items() if office == "C1-O1"]
    states = [responses.find_response(session, wave, key).state for key in crowd]
    assert (states.count("complete"), states.count("screened")) == (limit, 20 - limit)


def test_two_tabs_of_the_last_one_in_a_quota_get_one_receipt(engine, session):
    make_customers(session)
    wave = make_wave(session, quotas=[{"where": {"unit": "C1-O1"}, "limit": 1}])
    wave_id = wave.id
    start(session, wave, segment={"unit": "C1-O1"})

    def send(own: Session) -> Receipt:
        return submit(own, responses.find_response(own, own.get_one(Wave, wave_id), "browser"), NOW)

    ends = together(engine, 4, send)
    assert len({end.code for end in ends}) == 1
    assert ends[0].code
