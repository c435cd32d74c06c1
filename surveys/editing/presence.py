"""Who has a draft open, and at which part: their pages say so again and again, and it is soon forgotten."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveys.database import insert_if_new
from surveys.models import Draft, DraftPresence

# A page says that it is open every 30 seconds; who has not said so for longer than two of these is away.
FORGOTTEN: Final = timedelta(seconds=75)


class Present(NamedTuple):
    """Somebody who has the draft open, and the id of the part that they look at."""

    staff_name: str
    node: int


def note(session: Session, draft: Draft, staff_name: str, node: int, now: datetime) -> None:
    """Keep that somebody has a part of the draft open; who is away is forgotten. The caller commits."""
    session.execute(
        delete(DraftPresence).where(DraftPresence.draft_id == draft.id, DraftPresence.at < now - FORGOTTEN)
    )
    known = update(DraftPresence).where(
        DraftPresence.draft_id == draft.id, DraftPresence.staff_name == staff_name
    )
    session.execute(
        insert_if_new(session, DraftPresence, draft_id=draft.id, staff_name=staff_name, node=node, at=now)
    )
    session.execute(known.values(node=node, at=now))


def others(session: Session, draft: Draft, staff_name: str, now: datetime) -> tuple[Present, ...]:
    """Give everybody else who has the draft open, by name."""
    found = session.execute(
        select(DraftPresence.staff_name, DraftPresence.node)
        .where(
            DraftPresence.draft_id == draft.id,
            DraftPresence.staff_name != staff_name,
            DraftPresence.at >= now - FORGOTTEN,
        )
        .order_by(DraftPresence.staff_name)
    )
    return tuple(Present(*each) for each in found)
