"""What changes a closed wave lawfully leaves it intact, runs tell it, nobody completes after the close."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from surveys.codes import NOT_ASKED
from surveys.collecting import bulk, responses, retention, sealing, waves
from surveys.collecting.erasing import erase
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.collecting.submitting import submit
from surveys.errors import SurveyError
from surveys.keys import keys_of
from surveys.models import Analysis, AuditEntry, Response, Wave
from surveys.proving.begin import begin
from surveys.proving.since import Match, since
from surveys.watching.standing import standing
from tests.surveys.respondents import answer_all, start
from tests.surveys.sealed import LATER, OF_ONE, ONE, N, leave_out, make, the
from tests.surveys.tampering import kinds, tamper, without_rules
from tests.surveys.worlds import NOW, make_wave


@pytest.fixture
def world(session):
    return make(session)


def test_lawful_changes_leave_it_intact(world):
    wave = the(world)
    leave_out(world, wave, [world.scalars(select(func.max(Response.id))).one()])
    assert kinds(world) == []
    invitation = find_invitation(world, issue_more(world, wave))
    with sealing.lawfully(world, wave, actor="Ann", action="invitations.outcome", now=LATER):
        set_outcome(world, invitation, "refused", LATER)
    world.commit()
    assert kinds(world) == []


def test_an_erasure_leaves_it_intact_and_runs_tell_how_many(world):
    wave, run = the(world), world.scalars(select(Analysis)).one()
    receipt = world.scalars(select(Response.receipt).where(Response.receipt.is_not(None))).one()
    for wrong, reason, code in (("X", "asked", "RECEIPT_UNKNOWN"), (receipt, " ", "DECISION_REASON")):
        with pytest.raises(SurveyError) as caught:
            erase(world, wave, wrong, actor="Ann", reason=reason, now=LATER)
        assert caught.value.code == code
    erase(world, wave, f" {receipt.lower()} ", actor="Ann", reason="asked by mail", now=LATER)
    world.commit()
    assert world.scalar(select(func.count()).select_from(Response)) == N
    assert kinds(world) == []
    assert since(world, run) == (Match.LAWFULLY, 1)
    entry = world.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.detail["reason"], receipt in str(entry.detail)) == (
        "response.erase",
        "asked by mail",
        False,
    )
    tamper(world, "response", f"DELETE FROM response {OF_ONE}")
    assert kinds(world) == ["responses"]


def test_own_words_end_after_their_time_and_the_wave_stays_intact(world):
    wave, late = the(world), LATER + timedelta(days=731)
    assert retention.due(world, LATER + timedelta(days=729)) == []
    assert retention.due(world, late) == [wave]
    assert retention.end_texts(world, wave, now=late) == N + 1
    world.commit()
    assert {tuple(each) for each in world.scalars(select(Response.texts))} == {()}
    assert (kinds(world), retention.due(world, late)) == ([], [])
    assert since(world, world.scalars(select(Analysis)).one()) == (Match.LAWFULLY, 0)
    tamper(world, "response", f"UPDATE response SET language = 'fr' {OF_ONE}")
    assert kinds(world) == ["response"]


def test_answers_that_were_broken_off_end_after_their_time(session):
    begin(session, now=NOW, staff={})
    wave = make_wave(session)
    broken, whole = start(session, wave, "1"), start(session, wave, "2")
    responses.save_page(session, broken, "after", {"Q1": 7}, {"WHY": "because"}, 5, NOW)
    answer_all(session, whole)
    submit(session, whole, NOW)
    waves.close_wave(session, wave, LATER)
    session.commit()
    before, late = standing(session, wave), LATER + timedelta(days=366)
    assert retention.due_broken(session, LATER + timedelta(days=364)) == []
    assert retention.due_broken(session, late) == [wave]
    assert retention.end_broken(session, wave, now=late) == 1
    session.commit()
    assert (kinds(session), retention.due_broken(session, late)) == ([], [])
    session.refresh(broken)
    assert (set(broken.answers.tolist()), set(broken.timings.tolist()), broken.texts) == (
        {NOT_ASKED},
        {0},
        {},
    )
    assert NOT_ASKED not in whole.answers[:3]
    assert standing(session, wave) == before


def issue_more(session, wave) -> str:
    """A link of a wave that is open; the product gives none of a closed one."""
    other = make_wave(session, wave.version, code="W2", access="invited")
    [token] = issue_invitations(session, other, 1, NOW)
    session.commit()
    return token


def test_a_wave_that_does_not_match_is_not_changed_lawfully(world):
    tamper(world, "response", f"DELETE FROM response WHERE id = {ONE}")
    with (
        pytest.raises(SurveyError) as caught,
        sealing.lawfully(world, the(world), actor="Ann", action="invitations.outcome", now=LATER),
    ):
        raise AssertionError("nothing is changed")
    assert caught.value.code == "SEAL_BROKEN"


def test_a_run_tells_what_has_happened_since(world):
    run, wave = world.scalars(select(Analysis)).one(), the(world)
    assert since(world, run) == (Match.SAME, 0)
    leave_out(world, wave, [world.scalars(select(func.max(Response.id))).one()])
    assert since(world, run) == (Match.LAWFULLY, 0)
    tamper(world, "response", f"UPDATE response SET language = 'fr' WHERE id = {ONE}")
    assert since(world, run).match == Match.BROKEN


def test_what_was_there_before_seals_is_sealed_once(session):
    wave = make_wave(session)
    bulk.store_complete(session, wave, {"Q1": [1, 2]}, completed_at=NOW, language="en")
    waves.close_wave(session, wave, LATER)
    without_rules(session, "audit_entry")
    session.execute(text("DELETE FROM audit_entry"))
    session.execute(text("UPDATE response SET seal = NULL"))
    session.commit()
    (keys_of(session).folder / "anchor.log").unlink()
    session.expire_all()
    assert kinds(session) == ["not_begun", "unsealed"]
    begin(session, now=LATER, staff={})
    begin(session, now=LATER, staff={})
    session.commit()
    assert kinds(session) == []
    assert session.scalar(select(func.count()).where(AuditEntry.action == "trail.begin")) == 1
    tamper(session, "response", f"UPDATE response SET language = 'fr' WHERE id = {ONE}")
    assert "response" in kinds(session)


@pytest.mark.parametrize("anonymous", [True, False])
def test_nobody_completes_in_a_closed_wave(engine, session, anonymous):
    """Submits run while the wave is closed: each completes and is sealed, or is refused; none comes after."""
    begin(session, now=NOW, staff={})
    wave = make_wave(session, anonymous=anonymous)
    wave_id, number = wave.id, 10
    for place in range(number):
        answer_all(session, start(session, wave, key=f"browser {place}"))
    session.commit()
    refused, failures = [], []
    ready = threading.Barrier(number + 1)

    def send(place: int) -> None:
        try:
            with Session(engine) as own:
                response = responses.find_response(own, own.get_one(Wave, wave_id), f"browser {place}")
                ready.wait(30)
                time.sleep(0.01 * (place % 6))
                submit(own, response, NOW)
                own.commit()
        except SurveyError as error:
            refused.append(error.code)
        except Exception as error:  # noqa: BLE001  a thread must hand its failure over
            failures.append(error)

    threads = [threading.Thread(target=send, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    with Session(engine) as own:
        found = own.get_one(Wave, wave_id)
        ready.wait(30)
        time.sleep(0.02)
        waves.close_wave(own, found, NOW)
        own.commit()
    for thread in threads:
        thread.join(60)
    assert failures == []
    session.expire_all()
    complete = session.scalar(select(func.count()).where(Response.state == "complete"))
    assert complete + len(refused) == number
    assert set(refused) <= {"WAVE_CLOSED", "WAVE_STATE"}
    assert sealing.last_seal(session, session.get_one(Wave, wave_id))["n"] == complete
    assert kinds(session) == []
