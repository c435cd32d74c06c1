"""Flags, exclusions, numbers of flags, bursts: a change past the site stays found after a lawful one."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from surveys import audit, seals
from surveys.analysing import quality
from surveys.collecting import retention, sealing
from surveys.errors import SurveyError
from surveys.keys import keys_of
from surveys.models import AuditEntry, QualityCheck, Response
from surveys.proving import waves as proving
from surveys.proving.begin import begin
from surveys.proving.said import BEGIN, BEGIN_QUALITY
from tests.surveys.sealed import LATER, OF_ONE, leave_out, make, the
from tests.surveys.tampering import kinds, tamper
from tests.surveys.worlds import NOW, make_wave

PUT_IN = (
    "INSERT INTO burst (wave_id, number, kind, place, began, n, n_alike, usual, excludes)"
    " SELECT id, 1, 'office', 'D1-01', '2026-03-05', 40, 40, 1.0, (1 = 1) FROM wave WHERE code = 'W1'"
)
LAST = "number = (SELECT max(number) FROM decision)"
UNSEEN = {
    "put in": "INSERT INTO decision (wave_id, number, response_id, kind, what, actor, reason, at)"
    " SELECT wave_id, number + 1, response_id + 1, 'excluded', '', 'rules', '', at FROM decision"
    f" WHERE {LAST}",
    "altered": f"UPDATE decision SET response_id = response_id + 1 WHERE {LAST}",
    "taken away": f"DELETE FROM decision WHERE {LAST}",
}


@pytest.fixture
def world(session):
    return make(session)


def look(world, code="W1"):
    wave = the(world) if code == "W1" else make_wave(world, code=code)
    quality.assess(world, wave, now=LATER)
    world.commit()


@pytest.mark.parametrize("name", UNSEEN)
def test_a_decision_changed_unseen_stays_found_when_others_follow(world, name):
    tamper(world, "decision", UNSEEN[name])
    assert "decisions" in kinds(world)
    leave_out(world, the(world), [world.scalars(select(func.max(Response.id))).one()])
    assert "decisions" in kinds(world), "the lawful one tells the head that it met"


def test_another_look_finds_the_same_and_says_nothing(world):
    before = world.scalar(select(func.count()).select_from(AuditEntry))
    look(world)
    assert world.scalar(select(func.count()).select_from(AuditEntry)) == before
    assert kinds(world) == []


def test_a_lawful_exclusion_erasure_and_look_leave_it_intact(world):
    leave_out(world, the(world), [world.scalars(select(func.max(Response.id))).one()])
    gone = select(func.max(Response.id)).scalar_subquery()
    with sealing.lawfully(world, the(world), actor="Ann", action="response.erase", now=LATER):
        world.execute(delete(Response).where(Response.id == gone))
    world.commit()
    counted = world.get(QualityCheck, the(world).id).n_responses
    quality.assess(world, the(world), now=LATER + timedelta(days=1))
    world.commit()
    check = world.get(QualityCheck, the(world).id)
    assert (check.n_responses, check.at) == (counted - 1, LATER + timedelta(days=1))
    assert kinds(world) == []


def test_a_burst_put_in_stays_found_after_the_next_look(world):
    tamper(world, "burst", PUT_IN)
    look(world)
    assert kinds(world) == ["quality"]


def test_numbers_put_to_a_wave_that_nobody_looked_at_are_found(world):
    make_wave(world, the(world).version, code="W2")
    world.commit()
    assert kinds(world) == []
    copied = "at, (1 = 0), n_responses, counts FROM quality_check"
    wave = "(SELECT id FROM wave WHERE code = 'W2')"
    tamper(
        world,
        "quality_check",
        f"INSERT INTO quality_check (wave_id, at, is_final, n_responses, counts) SELECT {wave}, {copied}",
    )
    assert kinds(world) == ["quality"]


def test_numbers_of_former_releases_are_not_proved_yet_and_are_from_the_upgrade_on(session):
    parts = {"staff": {}, "runs": {}, "versions": {}, "decisions": {}, "published": {}}
    audit.record(session, actor="system", action=BEGIN, target="trail", now=NOW, detail=parts)
    wave = make_wave(session)
    session.add(QualityCheck(wave_id=wave.id, at=NOW, is_final=False, n_responses=0, counts={"speeder": 3}))
    session.commit()
    tamper(session, "quality_check", "UPDATE quality_check SET n_responses = 1")
    assert kinds(session) == []
    for _ in range(2):
        begin(session, now=NOW, staff={})
        session.commit()
    assert session.scalar(select(func.count()).where(AuditEntry.action == BEGIN_QUALITY)) == 1
    assert kinds(session) == []
    tamper(session, "quality_check", "UPDATE quality_check SET n_responses = 2")
    assert kinds(session) == ["quality"]


def test_seals_of_former_releases_hold_and_go_on(world, monkeypatch):
    """As they were made: a response without its timings, a wave without its access."""
    key = keys_of(world).newest("seal")
    for ident, _, sealed in list(proving.read(world, the(world))):
        world.execute(update(Response).where(Response.id == ident).values(seal=seals._made(key, sealed)))
    now = sealing.standing(world, the(world))
    former = {name: said for name, said in now.items() if name != "access"}
    audit.record(world, actor="t", action="wave.seal", target="wave:W1", now=LATER, detail={"seal": former})
    world.commit()
    assert kinds(world) == []
    late = LATER + timedelta(days=731)
    assert retention.end_texts(world, the(world), now=late) > 0
    world.commit()
    assert kinds(world) == []
    tamper(world, "response", f"UPDATE response SET language = 'fr' {OF_ONE}")
    assert kinds(world) == ["response"]


def test_the_end_of_own_words_seals_no_altered_answer_anew(world):
    tamper(world, "response", f"UPDATE response SET language = 'fr' {OF_ONE}")
    with pytest.raises(SurveyError) as caught:
        retention.end_texts(world, the(world), now=LATER + timedelta(days=731))
    assert caught.value.code == "SEAL_BROKEN"
    world.rollback()
    assert kinds(world) == ["response"]
