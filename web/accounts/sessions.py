"""Sessions at the server: a cookie lets in only while its row is there, and no longer than is set."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask, current_app, request, session
from flask_login import user_logged_out
from flask_security import Security, user_authenticated
from sqlalchemy import delete, select

from web.accounts.models import Staff, StaffSession
from web.extensions import db

NAME: Final = "staff_session"


def configure(app: Flask, security: Security) -> None:
    """Let log-ins begin rows, log-outs end them, and nothing else let anybody in."""
    managing = security.login_manager
    found_by_cookie = managing._user_callback  # noqa: SLF001  Flask-Login has no public way to ask for it

    def load(user_id: str) -> Staff | None:
        person: Staff | None = found_by_cookie(user_id)
        return person if person is not None and _running(person) is not None else None

    managing.user_loader(load)
    # Neither a header nor an address lets anybody in; and no page of accounts answers in JSON.
    managing.request_loader(lambda _request: None)
    security.want_json(lambda _request: False)
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)


def running_of(person: Staff) -> Sequence[StaffSession]:
    """Give the sessions of a person that have not ended, the newest first."""
    wanted = select(StaffSession).where(StaffSession.staff_id == person.id, StaffSession.began_at > _oldest())
    return db.session.scalars(wanted.order_by(StaffSession.began_at.desc())).all()


def is_this(row: StaffSession) -> bool:
    """Tell whether a row is the session of this request."""
    return row.key == _key(session.get(NAME))


def end(person: Staff, *, key: str | None = None) -> None:
    """End one session of a person, or all but that of this request; the caller commits."""
    chosen = StaffSession.key == key if key else StaffSession.key != _key(session.get(NAME))
    db.session.execute(delete(StaffSession).where(StaffSession.staff_id == person.id, chosen))


def _begin(app: Flask, user: Staff, **_named: Any) -> None:
    """Begin a session with a name of its own; what the browser brought along is not gone on with."""
    del app
    now = datetime.now(UTC)
    stale = (StaffSession.key == _key(session.get(NAME))) | (StaffSession.began_at <= _oldest())
    db.session.execute(delete(StaffSession).where(stale))
    session[NAME] = secrets.token_urlsafe(32)
    # A session that is remembered outlives the browser, never the hours of the site: no other cookie does.
    session.pop("_remember", None)
    session.permanent = bool(request.form.get("remember"))
    browser = str(request.user_agent.string)[:200]
    db.session.add(
        StaffSession(
            key=_key(session[NAME]),
            staff_id=user.id,
            began_at=now,
            address=request.remote_addr or "",
            browser=browser,
        )
    )
    db.session.flush()


def _end(app: Flask, **_named: Any) -> None:
    del app
    db.session.execute(delete(StaffSession).where(StaffSession.key == _key(session.pop(NAME, None))))
    db.session.commit()


def _running(person: Staff) -> StaffSession | None:
    key = session.get(NAME)
    row = db.session.get(StaffSession, _key(key)) if key else None
    return row if row is not None and row.staff_id == person.id and row.began_at > _oldest() else None


def _oldest() -> datetime:
    return datetime.now(UTC) - timedelta(hours=current_app.config["MANYI"]["SESSION_HOURS"])


def _key(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()
