"""A copy that is put back lacks what came after it: the trail says which of its ends were given up."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import anchors, audit
from surveys.anchors import Anchor
from surveys.keys import keys_of
from surveys.models import AuditEntry


def heads(session: Session) -> dict[int, str]:
    """Give number → hash of each entry of the trail, whatever else of it cannot be read."""
    found = session.execute(select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.id))
    return {number or place: head for place, (number, head) in enumerate(found, start=1)}


def note(
    session: Session,
    *,
    before: Mapping[int, str] | None,
    actor: str,
    reason: str,
    now: datetime,
) -> int:
    """Note that a copy was put back, and which anchors of this machine it gives up; tell how many.

    Parameters
    ----------
    before
        `heads` of the database that was replaced: what it did not hold itself, a restore does not explain.
        None where it cannot be read: then all anchors beyond the copy are given up.
    """
    after = heads(session)
    end = max(after, default=0)
    given_up = [
        each
        for each in anchors.read_log(keys_of(session).folder) or ()
        if not each.holds(after.get(each.number))
        and (each.number > end if before is None else each.holds(before.get(each.number)))
    ]
    detail = {"reason": reason, "given_up": [str(each) for each in given_up]}
    audit.record(session, actor=actor, action="database.restore", target="database", now=now, detail=detail)
    return len(given_up)


def explained(entries: Iterable[audit.Checked]) -> list[Anchor]:
    """Give the anchors that restores have given up."""
    return [
        anchor
        for each in entries
        if each.entry.action == audit.RESTORED and each.is_whole
        for anchor in anchors.read(" ".join(each.entry.detail.get("given_up", ())))
    ]
