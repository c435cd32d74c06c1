"""Closed waves, responses, decisions, versions and runs: what is changed behind the product's back is found.

The world is made by the product's own calls; each change is one that somebody with the database can make.
"""

import re

import numpy as np
import pytest
from sqlalchemy import select, text

from surveys.collecting import segments
from surveys.keys import keys_of
from surveys.models import Response
from surveys.proving.proof import prove
from tests.surveys.sealed import OF_ONE, ONE, make
from tests.surveys.tampering import kinds, tamper, without_rules


@pytest.fixture
def world(session):
    return make(session)


CHANGES = {
    "an edited answer": f"UPDATE response SET answers = {{other}} {OF_ONE} → response",
    "an edited text": f"UPDATE response SET texts = '{{{{}}}}' {OF_ONE} → response",
    "another day": f"UPDATE response SET completed_at = '{{day}}', started_at = '{{day}}' {OF_ONE}"
    " → response",
    "another language": f"UPDATE response SET language = 'en' {OF_ONE} → response",
    "another segment": f"UPDATE response SET segment_id = {{segment}} {OF_ONE} → response",
    "another outcome": f"UPDATE response SET disposition = 'partial' {OF_ONE} → response",
    "no seal": f"UPDATE response SET seal = NULL {OF_ONE} → unsealed",
    "another time of answering": f"UPDATE response SET timings = {{time}} {OF_ONE} → response",
    "a deleted response": f"DELETE FROM response {OF_ONE} → responses",
    "one taken out of the count": f"UPDATE response SET state = 'open', completed_at = NULL {OF_ONE}"
    " → responses",
    "a reopened wave": "UPDATE wave SET state = 'open' → wave_state",
    "another window": "UPDATE wave SET closes_at = NULL → wave_changed",
    "another purpose": "UPDATE wave SET purpose = 'pilot' → wave_changed",
    "another access": "UPDATE wave SET access = 'public' → wave_changed",
    "a used link": "UPDATE invitation SET state = 'used' WHERE state = 'issued' → wave_changed",
    "removed links": "DELETE FROM invitation WHERE state = 'used' → wave_changed",
    "an exclusion by hand": "INSERT INTO decision (wave_id, number, response_id, kind, what, actor,"
    f" reason, at) SELECT wave_id, 9, {ONE}, 'excluded', '', 'Ann', '', at FROM decision → decisions",
    "an exclusion taken away": "DELETE FROM decision → decisions",
    "a changed reason": "UPDATE decision SET reason = 'fraud' → decisions",
    "another number of flags": "UPDATE quality_check SET counts = '{{\"speeder\": 9}}' → quality",
    "another number of answers": "UPDATE quality_check SET n_responses = 9 → quality",
    "another day of the look": "UPDATE quality_check SET at = '{day}' → quality",
    "a look that was not the last": "UPDATE quality_check SET is_final = (1 = 0) → quality",
    "a look taken away": "DELETE FROM quality_check → quality",
    "a burst put in": "INSERT INTO burst (wave_id, number, kind, place, began, n, n_alike, usual, excludes)"
    " SELECT id, 1, 'office', 'D1-01', '2026-03-05', 40, 40, 1.0, (1 = 1) FROM wave → quality",
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
    timings = world.scalars(select(Response.timings).order_by(Response.id)).first()
    time = np.full_like(timings, 1).astype("<u2").tobytes().hex()
    is_postgres = world.connection().dialect.name == "postgresql"
    filled = statement.format(
        other=f"'\\x{other}'" if is_postgres else f"x'{other}'",
        time=f"'\\x{time}'" if is_postgres else f"x'{time}'",
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
