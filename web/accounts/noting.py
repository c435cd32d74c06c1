"""Log-ins and log-outs in the audit trail, and how many log-ins failed, by account and minute.

A failure is no entry of its own: entries queue up for each other, and who guesses passwords would fill the
trail. It is counted in the database and written when its minute is over.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask
from flask_login import user_logged_out
from flask_security import user_authenticated
from sqlalchemy import delete
from sqlalchemy.orm import Session

from surveys import audit
from web.accounts.mail import normalise
from web.accounts.models import Attempt, Staff
from web.accounts.staff import find_staff
from web.extensions import db

FAILED: Final = "failed"
NOBODY: Final = "unknown"  # the trail holds no addresses of people without an account
ACTOR: Final = "system"


def configure(app: Flask) -> None:
    """Note who logs in and out."""
    user_authenticated.connect(_logged_in, app)
    user_logged_out.connect(_logged_out, app)


def failure(email: str, now: datetime) -> tuple[str, datetime]:
    """Give the key under which a failed log-in is counted, and when its minute ends."""
    try:
        person = find_staff(db.session, normalise(email))
    except ValueError:
        person = None
    minute = now.replace(second=0, microsecond=0)
    whose = person.id if person else NOBODY
    return f"{FAILED}:{minute:%Y-%m-%dT%H:%M}Z:{whose}", minute + timedelta(minutes=1)


def note_failures(session: Session, now: datetime) -> None:
    """Write an entry for each account and minute that is over; the caller commits."""
    over = delete(Attempt).where(Attempt.key.startswith(f"{FAILED}:"), Attempt.until <= now)
    counted = session.execute(
        over.returning(Attempt.key, Attempt.number), execution_options={"synchronize_session": False}
    ).all()
    for key, number in sorted((row.key, row.number) for row in counted):
        _, _, rest = key.partition(":")
        minute, _, whose = rest.rpartition(":")
        audit.record(
            session,
            actor=ACTOR,
            action="staff.log_in_failed",
            target=f"staff:{whose}",
            now=now,
            detail={"n": number, "minute": minute},
        )


def _logged_in(app: Flask, user: Staff, authn_via: Sequence[str] | None = None, **_named: Any) -> None:
    del app
    audit.record(
        db.session,
        actor=user.email,
        action="staff.log_in",
        target=f"staff:{user.id}",
        now=datetime.now(UTC),
        detail={"by": list(authn_via or ())},
    )


def _logged_out(app: Flask, user: Staff, **_named: Any) -> None:
    del app
    if not user.is_authenticated:
        return
    audit.record(
        db.session,
        actor=user.email,
        action="staff.log_out",
        target=f"staff:{user.id}",
        now=datetime.now(UTC),
    )
    db.session.commit()
