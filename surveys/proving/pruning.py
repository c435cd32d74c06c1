"""Log-ins go from the trail after twelve months: who, from the entry; what stays proves that it was there.

An entry keeps its number and hash, so that the chain and all anchors hold. A checkpoint, an entry itself,
seals which ones were emptied: no other passes for one of them.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.database import lock_for_writing
from surveys.models import AuditEntry

KEPT: Final = timedelta(days=365)
LOG_INS: Final = ("staff.log_in", "staff.log_out", "staff.log_in_failed")


def due(session: Session, now: datetime) -> bool:
    """Tell whether there are log-ins that have been kept long enough; from a midnight on, once a day."""
    return bool(session.scalar(select(exists().where(*_old(now)))))


def prune(session: Session, now: datetime) -> int:
    """Empty the entries of old log-ins and note it; give how many. The caller commits.

    One that is not what it was written as stays: it must be looked into first.
    """
    lock_for_writing(session, AuditEntry)
    wanted = select(AuditEntry).where(*_old(now)).order_by(AuditEntry.id)
    entries = [each for each in session.scalars(wanted) if audit.is_proved(session, each)]
    if not entries:
        return 0
    days = [_day(each.at) for each in entries]
    emptied = [(each.number or 0, each.hash, day) for each, day in zip(entries, days, strict=True)]
    detail = {"n": len(entries), "before": f"{_limit(now):%Y-%m-%d}", "seal": audit.seal_of_emptied(emptied)}
    checkpoint = audit.record(
        session, actor="system", action=audit.CHECKPOINT, target="trail", now=now, detail=detail
    )
    for entry, day in zip(entries, days, strict=True):
        entry.action, entry.at, entry.actor, entry.target = audit.EMPTIED, day, "", ""
        entry.detail = {"checkpoint": checkpoint.number}
    session.flush()
    return len(entries)


def _old(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return AuditEntry.action.in_(LOG_INS), AuditEntry.at < _limit(now), AuditEntry.key.is_not(None)


def _limit(now: datetime) -> datetime:
    return _day(now) - KEPT


def _day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
