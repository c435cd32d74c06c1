"""Closed waves, responses, decisions, versions and runs: what is changed behind the product's back is found.

The world is made by the product's own calls; each change is one that somebody with the database can make.
"""

import re
import threading
import time
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing import decisions, lawful, official, runs
from surveys.collecting import bulk, responses, sealing, segments, waves
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.collecting.submitting import submit
from surveys.errors import SurveyError
from surveys.keys import keys_of
from surveys.models import Analysis, AuditEntry, Response, Wave
from surveys.proving.begin import begin
from surveys.proving.proof import prove
from surveys.proving.since import Match, since
from tests.surveys.respondents import answer_all, start
from tests.surveys.tampering import kinds, tamper, without_rules
from tests.surveys.worlds import NOW, make_wave

LATER = NOW + timedelta(days=1)
N = 12


@pytest.fixture
def world(session):
    """A closed wave of 13 responses, one by its own person; one exclusion; a finished, published run."""
    begin(session, now=NOW, staff={})
    wave = make_wave(session, access="invited")
    tokens = issue_invitations(session, wave, 3, NOW)
    invitation = find_invitation(session, tokens[0])
    own = start(session, wave, invitation=invitation)
    answer_all(session, own)
    submit(session, own, NOW, invitation=invitation)
    columns = {code: np.arange(N) % 10 + 1 for code in ("Q1", "Q2", "Q3")}
    texts = [{"WHY": f"because {place}"} for place in range(N)]
    ids = bulk.store_complete(session, wave, columns, completed_at=NOW, language="zh", texts=texts)
    session.commit()
    waves.close_wave(session, wave, LATER)
    session.commit()
    leave_out(session, wave, [int(ids[0])])
    finish(session, wave)
    session.commit()
    assert kinds(session) == []
    return session


def the(session) -> Wave:
    return session.scalars(select(Wave)).one()


def leave_out(session, wave, ids) -> None:
    decisions.exclude(session, wave, ids, actor="Ann", reason="a test", now=LATER)
    detail = {"decisions": decisions.head(session, wave)}
    audit.record(
        session, actor="Ann", action="quality.exclude", target=f"wave:{wave.code}", now=LATER, detail=detail
    )
    session.commit()


def finish(session, wave) -> Analysis:
    run = runs.create(
        session, title="Run", waves=[wave], specification={"index": "SAT"}, options={"b": 1e16}, seed=1,
        code_version="1", staff_name="Ann", now=LATER,
    )  # fmt: skip
    runs.start(session, run, now=LATER)
    result = {"index": {"points": 71.25}, "quality": {"state": decisions.state_of(session, wave)}}
    runs.finish(
        session, run, result=result, data_fingerprint="f" * 64, n_respondents=N, now=LATER,
        sealed=lawful.marks(session, [wave.code]),
    )  # fmt: skip
    official.propose(session, run, actor="Bob", reason="a test", now=LATER)
    official.approve(session, run, actor="Cleo", reason="a test", now=LATER)
    detail = {"decisions": official.head(session, wave.code)}
    audit.record(session, actor="Cleo", action="run.approve", target=wave.code, now=LATER, detail=detail)
    session.commit()
    return run


ONE = "(SELECT min(id) FROM response)"
OF_ONE = f"WHERE id = {ONE}"
CHANGES = {
    "an edited answer": f"UPDATE response SET answers = {{other}} {OF_ONE} → response",
    "an edited text": f"UPDATE response SET texts = '{{{{}}}}' {OF_ONE} → response",
    "another day": f"UPDATE response SET completed_at = '{{day}}', started_at = '{{day}}' {OF_ONE}"
    " → response",
    "another language": f"UPDATE response SET language = 'en' {OF_ONE} → response",
    "another segment": f"UPDATE response SET segment_id = {{segment}} {OF_ONE} → response",
    "another outcome": f"UPDATE response SET disposition = 'partial' {OF_ONE} → response",
    "no seal": f"UPDATE response SET seal = NULL {OF_ONE} → unsealed",
    "a deleted response": f"DELETE FROM response {OF_ONE} → responses",
    "one taken out of the count": f"UPDATE response SET state = 'open', completed_at = NULL {OF_ONE}"
    " → responses",
    "a reopened wave": "UPDATE wave SET state = 'open' → wave_state",
    "another window": "UPDATE wave SET closes_at = NULL → wave_changed",
    "another purpose": "UPDATE wave SET purpose = 'pilot' → wave_changed",
    "a used link": "UPDATE invitation SET state = 'used' WHERE state = 'issued' → wave_changed",
    "removed links": "DELETE FROM invitation WHERE state = 'used' → wave_changed",
    "an exclusion by hand": "INSERT INTO decision (wave_id, number, response_id, kind, what, actor,"
    f" reason, at) SELECT wave_id, 9, {ONE}, 'excluded', '', 'Ann', '', at FROM decision → decisions",
    "an exclusion taken away": "DELETE FROM decision → decisions",
    "a changed reason": "UPDATE decision SET reason = 'fraud' → decisions",
    "another approver": "UPDATE run_decision SET actor = 'Dan' WHERE kind = 'approved' → published",
    "a withdrawn publication": "DELETE FROM run_decision WHERE kind = 'published' → published",
    "a changed result": "UPDATE analysis SET result = '{{}}' → run",
    "a changed seed": "UPDATE analysis SET seed = 2 → run",
    "a run that is undone": "UPDATE analysis SET state = 'failed', result = NULL → run",
    "a changed version": "UPDATE version SET document = '{document}' → version",
    "a version with a hash of its own": "UPDATE version SET content_hash = '{hash}' → version",
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_found(world, name):
    statement, kind = CHANGES[name].split(" → ")
    table = re.search(r"(?:UPDATE|FROM|INTO) (\w+)", statement)[1]
    answers = world.scalars(select(Response.answers).order_by(Response.id)).first()
    other = np.full_like(answers, 10).astype("<i2").tobytes().hex()
    is_postgres = world.connection().dialect.name == "postgresql"
    filled = statement.format(
        other=f"'\\x{other}'" if is_postgres else f"x'{other}'",
        document='{"a": 1}',
        hash="0" * 64,
        day="2026-03-04 00:00:00+00" if is_postgres else "2026-03-04 00:00:00.000000",
        segment=segments.find_segment(world, {"customer_class": "industrial"}).id,
    )
    tamper(world, table, filled)
    assert kind in kinds(world), name


def test_findings_are_said_in_both_languages(world):
    tamper(world, "response", f"DELETE FROM response WHERE id = {ONE}")
    [finding] = prove(world).findings
    assert finding.text("en").startswith("Wave W1 was sealed with 13 complete responses and has 12")
    assert finding.text("zh").startswith("调查期 W1 封存时有 13 份已完成答卷")


def test_a_row_put_in_past_the_site_is_found(world):
    names = [column.name for column in Response.__table__.columns if column.name not in {"id", "client_key"}]
    key = "'\\xabab'" if world.connection().dialect.name == "postgresql" else "x'abab'"
    copied = ", ".join(names)
    tamper(
        world,
        "response",
        f"INSERT INTO response ({copied}, id, client_key) SELECT {copied}, id + 1, {key}"
        f" FROM response WHERE id = {ONE}",
    )
    assert {"response", "responses"} <= set(kinds(world))


def test_a_seal_of_another_response_does_not_pass(world):
    """Two rows trade their seals: the set of seals stays, neither fits."""
    tamper(
        world,
        "response",
        "UPDATE response SET seal = CASE WHEN id = (SELECT min(id) FROM response)"
        " THEN (SELECT seal FROM response r WHERE r.id = (SELECT max(id) FROM response))"
        " ELSE (SELECT seal FROM response r WHERE r.id = (SELECT min(id) FROM response)) END"
        " WHERE id IN ((SELECT min(id) FROM response), (SELECT max(id) FROM response))",
    )
    assert "response" in kinds(world)


def test_a_wave_that_is_gone_is_found(world):
    if world.connection().dialect.name == "sqlite":
        world.execute(text("PRAGMA foreign_keys = OFF"))
        world.commit()
    for table in ("run_decision", "decision", "invitation", "response"):
        tamper(world, table, f"DELETE FROM {table}")
    tamper(world, "wave", "DELETE FROM wave")
    assert "wave_gone" in kinds(world)


def test_a_run_that_is_gone_is_found(world):
    without_rules(world, "run_decision")
    world.execute(text("DELETE FROM run_decision"))
    tamper(world, "analysis", "DELETE FROM analysis")
    assert "run_gone" in kinds(world)


def test_the_seal_key_missing_is_never_called_intact(world):
    (keys_of(world).folder / "seal-1").rename(keys_of(world).folder / "gone")
    assert kinds(world) == ["key_missing"]


def test_lawful_changes_leave_it_intact(world):
    wave = the(world)
    leave_out(world, wave, [world.scalars(select(func.max(Response.id))).one()])
    assert kinds(world) == []
    invitation = find_invitation(world, issue_more(world, wave))
    with sealing.lawfully(world, wave, actor="Ann", action="invitations.outcome", now=LATER):
        set_outcome(world, invitation, "refused", LATER)
    world.commit()
    assert kinds(world) == []


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
