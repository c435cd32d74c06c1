"""The append-only trail: who did what to which object, each entry chained to the one before."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import lock_for_writing
from surveys.models import AuditEntry

FIRST = "0" * 64


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    target: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry; entries of concurrent transactions queue up so that the chain never forks.

    `detail` says what changed. It never holds answers, contact data or secrets.
    """
    lock_for_writing(session, AuditEntry)
    last = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now,
        actor=actor,
        action=action,
        target=target,
        detail=json.loads(json.dumps(dict(detail or {}), default=str)),
        previous_hash=last or FIRST,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> tuple[int, ...]:
    """Recompute the chain; return the ids of entries that were altered or whose predecessor is gone."""
    broken = []
    previous = FIRST
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(1000):
        if entry.previous_hash != previous or entry.hash != _hash(entry):
            broken.append(entry.id)
        previous = entry.hash
    return tuple(broken)


def _hash(entry: AuditEntry) -> str:
    content = [
        entry.previous_hash,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.target,
        entry.detail,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
