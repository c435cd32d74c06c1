"""The trail: proved by a key and anchors outside the database."""

import hashlib
import json
import shutil
import stat

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys import anchors, audit, migrating
from surveys.anchors import Anchor
from surveys.database import create_engine
from surveys.keys import bind, keys_of
from surveys.models import AuditEntry
from surveys.proving import restoring
from surveys.proving.begin import begin
from surveys.proving.proof import prove
from tests.surveys.tampering import kinds, tamper, without_rules
from tests.surveys.worlds import NOW


def write(session: Session, number: int = 1) -> None:
    for place in range(number):
        audit.record(session, actor="Ann", action="wave.open", target=f"wave:{place}", now=NOW)
        session.commit()


@pytest.fixture
def trail(session):
    begin(session, now=NOW, staff={})
    session.commit()
    write(session, 5)
    assert kinds(session) == []
    return session


def folder_of(session):
    return keys_of(session).folder


def test_keys_and_anchors_are_their_owners_alone(trail):
    folder = folder_of(trail)
    assert sorted(path.name for path in folder.iterdir()) == ["anchor.log", "audit-1"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert anchors.read_log(folder)[-1] == prove(trail).end == Anchor(6, audit.end(trail).head)


def test_what_is_taken_back_leaves_no_anchor(trail):
    audit.record(trail, actor="Ann", action="a", target="t", now=NOW)
    trail.rollback()
    with trail.begin_nested() as part:
        audit.record(trail, actor="Ann", action="a", target="t", now=NOW)
        part.rollback()
    trail.commit()
    assert len(anchors.read_log(folder_of(trail))) == 6
    assert kinds(trail) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET actor = 'Bob' WHERE id = 3", ["entry"]),
        ("UPDATE audit_entry SET key = NULL, number = NULL WHERE id = 3", ["entry"]),
        ("DELETE FROM audit_entry WHERE id = 3", ["entry", "trail_other", "trail_shorter"]),
        ("DELETE FROM audit_entry WHERE id > 3", ["trail_shorter"]),
        ("DELETE FROM audit_entry", ["trail_shorter"]),
    ],
)
def test_an_edited_removed_or_truncated_trail_is_found(trail, statement, found):
    tamper(trail, "audit_entry", statement)
    assert set(kinds(trail)) & set(found), kinds(trail)
    # what is written afterwards hides nothing
    write(trail, 5)
    assert prove(trail).findings


def bare(entry: AuditEntry) -> str:
    content = [
        entry.previous_hash, entry.at.isoformat(timespec="microseconds"), entry.actor, entry.action,
        entry.target, entry.detail,
    ]  # fmt: skip
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def rewrite(session: Session, hash_of, **values) -> None:
    """Write the whole trail anew with another actor."""
    without_rules(session, "audit_entry")
    previous = audit.FIRST
    rows = session.execute(select(AuditEntry).order_by(AuditEntry.id)).scalars().all()
    for number, entry in enumerate(rows, start=1):
        entry.actor, entry.previous_hash = "Bob", previous
        for name, value in values.items():
            setattr(entry, name, number if value is ... else value)
        entry.hash = previous = hash_of(entry)
    session.commit()
    session.expire_all()


def test_a_trail_written_anew_without_the_key_is_found(trail):
    rewrite(trail, bare, key=None, number=None)
    assert kinds(trail) == ["trail_other"]
    write(trail)
    assert kinds(trail) == ["trail_other"]


def test_a_trail_written_anew_with_a_key_of_ones_own_is_found(trail):
    own = b"x" * 32
    name = f"9-{hashlib.sha256(b'key' + own).hexdigest()[:8]}"
    rewrite(trail, lambda entry: audit._keyed_hash(entry, own), key=name, number=...)
    assert kinds(trail) == ["key_missing", "trail_other"]


def test_who_holds_key_and_log_is_found_by_an_anchor_from_outside(trail):
    outside = audit.end(trail)
    secret = keys_of(trail).newest("audit").secret
    rewrite(trail, lambda entry: audit._keyed_hash(entry, secret))
    log = folder_of(trail) / anchors.LOG
    log.unlink()
    for number, head in restoring.heads(trail).items():
        anchors.append(folder_of(trail), Anchor(number, head))
    assert kinds(trail) == []  # this is what no outside anchor has seen
    assert kinds(trail, outside) == ["trail_other"]
    assert kinds(trail, *anchors.read(f"Mail of Tuesday: {outside}, keep it.")) == ["trail_other"]


def test_what_no_outside_anchor_has_seen_is_said(trail):
    seen = audit.end(trail)
    write(trail, 3)
    assert (prove(trail).newer, prove(trail, [seen]).newer, prove(trail, [audit.end(trail)]).newer) == (
        9,
        3,
        0,
    )


def test_a_missing_key_or_log_is_never_called_intact(trail):
    folder = folder_of(trail)
    (folder / "anchor.log").rename(folder / "kept")
    assert kinds(trail) == ["anchors_missing"]
    (folder / "kept").rename(folder / "anchor.log")
    (folder / "audit-1").rename(folder / "gone")
    assert kinds(trail) == ["key_missing"]
    write(trail, 2)  # goes on with a key whose number is free
    assert (folder / "audit-2").exists()
    assert kinds(trail) == ["key_missing"]
    (folder / "gone").rename(folder / "audit-1")
    assert kinds(trail) == []


def test_an_empty_trail_proves_nothing(session):
    assert kinds(session) == ["not_begun"]


def test_former_keys_go_on_proving(trail):
    keys_of(trail).add("audit")
    write(trail, 2)
    names = trail.scalars(select(AuditEntry.key).order_by(AuditEntry.id)).all()
    assert [name.split("-")[0] for name in names] == ["1"] * 6 + ["2"] * 2
    assert kinds(trail) == []


def test_a_restore_explains_what_it_gave_up_and_nothing_else(trail):
    before = restoring.heads(trail)
    tamper(trail, "audit_entry", "DELETE FROM audit_entry WHERE id > 4")  # an older copy is put back
    assert kinds(trail) == ["trail_shorter"]
    restoring.note(trail, before=before, actor="Ann", reason="disk", now=NOW)
    trail.commit()
    assert kinds(trail) == []
    seen = audit.end(trail)
    write(trail, 4)
    assert kinds(trail, Anchor(6, before[6]), seen) == []
    tamper(trail, "audit_entry", "DELETE FROM audit_entry WHERE number > 7")
    assert kinds(trail) == ["trail_shorter"]


def test_a_restore_does_not_wash_what_was_removed_before(trail):
    tamper(trail, "audit_entry", "DELETE FROM audit_entry WHERE id > 4")
    restoring.note(trail, before=restoring.heads(trail), actor="Ann", reason="none", now=NOW)
    trail.commit()
    assert prove(trail).findings


def test_a_trail_of_the_time_before_keys_goes_on_and_is_covered(database_url, tmp_path):
    """Upgraded from the revision before: its entries stay as they are, and the first key proves them."""
    bind(database_url, tmp_path / "keys")
    migrating.downgrade(database_url, "0014_refusals")
    engine = create_engine(database_url)
    with Session(engine) as session:
        previous = audit.FIRST
        for number in range(1, 4):
            entry = AuditEntry(
                at=NOW,
                actor="Ann",
                action="a",
                target=f"t{number}",
                detail={"n": number},
                previous_hash=previous,
            )
            previous = bare(entry)
            values = {
                "id": number, "at": "2026-03-05 09:41:30.123456", "actor": "Ann", "action": "a",
                "target": f"t{number}", "detail": json.dumps({"n": number}),
                "previous": entry.previous_hash, "hash": previous,
            }  # fmt: skip
            session.execute(
                text(
                    "INSERT INTO audit_entry (id, at, actor, action, target, detail, previous_hash, hash)"
                    " VALUES (:id, :at, :actor, :action, :target, :detail, :previous, :hash)"
                ),
                values,
            )
        if engine.dialect.name == "postgresql":
            session.execute(text("SELECT setval('audit_entry_id_seq', 3)"))
            session.execute(text("SET TIME ZONE 'UTC'"))
        session.commit()
    migrating.upgrade(database_url)
    with Session(engine) as session:
        assert kinds(session) == ["not_begun"]
        begin(session, now=NOW, staff={})
        write(session)
        assert kinds(session) == []
        assert audit.end(session).number == 5
        tamper(session, "audit_entry", "UPDATE audit_entry SET actor = 'Bob' WHERE id = 2")
        assert kinds(session) == ["entry"]
    engine.dispose()
    shutil.rmtree(tmp_path / "keys")
