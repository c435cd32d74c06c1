"""Entries of log-ins go after twelve months; the trail stays proved, nothing else passes for one of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from surveys import anchors, audit
from surveys.keys import keys_of
from surveys.models import AuditEntry
from surveys.proving import pruning
from surveys.proving.begin import begin
from tests.surveys.tampering import kinds, tamper, without_rules
from tests.surveys.worlds import NOW

LATE = NOW + timedelta(days=366)


def note(session, action, at=NOW, number=1):
    for _ in range(number):
        audit.record(session, actor="ann@example.org", action=action, target="staff:1", now=at)
        session.commit()


@pytest.fixture
def trail(session):
    begin(session, now=NOW, staff={})
    for action in ("staff.log_in", "wave.open", "staff.log_out", "staff.log_in_failed"):
        note(session, action)
    note(session, "staff.log_in", LATE - timedelta(days=10))
    return session


def prune(session, now=LATE):
    number = pruning.prune(session, now)
    session.commit()
    return number


def test_old_log_ins_name_nobody_and_everything_stays_proved(trail):
    outside = anchors.read_log(keys_of(trail).folder)
    assert not pruning.due(trail, NOW + timedelta(days=364))
    assert pruning.due(trail, LATE)
    assert (prune(trail), pruning.due(trail, LATE), prune(trail)) == (3, False, 0)
    assert kinds(trail, *outside) == []
    said = [(each.action, each.actor) for each in trail.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    gone = ("pruned", "")
    assert said == [
        ("trail.begin", "system"), gone, ("wave.open", "ann@example.org"), gone, gone,
        ("staff.log_in", "ann@example.org"), ("trail.prune", "system"),
    ]  # fmt: skip
    note(trail, "wave.open", LATE)
    assert prune(trail, LATE + timedelta(days=380)) == 1  # a second checkpoint leaves the first one
    assert kinds(trail, *outside) == []


TAMPERED = (
    """action = 'pruned', actor = '', target = '', detail = '{"checkpoint": 7}' WHERE id = 3""",
    "actor = 'Bob' WHERE id = 2",
    """detail = '{"checkpoint": 8}' WHERE id = 2""",
    """detail = '{"checkpoint": "x"}' WHERE id = 2""",
    "detail = '{}' WHERE id = 2",
    "action = 'wave.open' WHERE id = 2",
    "detail = '{}' WHERE id = 7",
)


def test_who_empties_another_entry_or_changes_an_emptied_one_is_found(trail):
    prune(trail)
    without_rules(trail, "audit_entry")
    trail.commit()
    for statement in TAMPERED:
        assert trail.execute(text(f"UPDATE audit_entry SET {statement}")).rowcount == 1
        trail.expire_all()
        assert "entry" in kinds(trail), statement
        trail.rollback()
    assert kinds(trail) == []


def test_an_edited_log_in_is_not_emptied_and_the_database_refuses_all_else(trail):
    tamper(trail, "audit_entry", "UPDATE audit_entry SET actor = 'Bob' WHERE id = 2")
    assert prune(trail) == 2
    assert kinds(trail) == ["entry"]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'pruned', actor = '', target = '' WHERE id = 3",
        "actor = '' WHERE id = 2",
        "action = 'pruned', actor = '', target = '', hash = 'x' WHERE id = 2",
        "action = 'pruned', actor = 'Bob', target = '' WHERE id = 2",
    ],
)
def test_the_database_lets_log_ins_be_emptied_and_nothing_else(trail, change):
    with pytest.raises(IntegrityError, match="the audit trail cannot be changed"):
        trail.execute(text(f"UPDATE audit_entry SET {change}"))


@pytest.mark.parametrize(
    "detail", ["[]", '"x"', "null", "[[1]]", '{"checkpoint": [1]}', '{"checkpoint": "1"}']
)
@pytest.mark.parametrize("action", [audit.EMPTIED, audit.CHECKPOINT])
def test_an_entry_that_holds_anything_is_a_finding_and_no_fault(trail, detail, action):
    changed = "UPDATE audit_entry SET action = '{}', actor = '', target = '', detail = '{}' WHERE id = 3"
    tamper(trail, "audit_entry", changed.format(action, detail))
    assert "entry" in kinds(trail)
