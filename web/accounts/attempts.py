"""How often may be tried to log in: a limit per address and a growing delay per account, over all processes.

Counted in the database, under keys that tell nobody who tried. An account is never locked: whoever logged in
from a browser before keeps a count of their own there, so that strangers cannot keep them out.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flask import Flask, abort, current_app, g, request, session
from flask_security import user_authenticated
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse_many
from sqlalchemy import delete, update

from surveys.database import insert_if_new
from web.accounts import noting
from web.accounts.models import Attempt, Staff
from web.extensions import db

FREE: Final = 5  # failures before a delay begins
LONGEST: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(days=1)
KNOWN: Final = "manyi_known"
KNOWN_DAYS: Final = 180
COUNTED: Final = ("security.login", "security.forgot_password", "security.reset_password")


def configure(app: Flask) -> None:
    """Count what is tried, and remember browsers that got in."""
    app.before_request(_meet)
    app.after_request(_note)
    user_authenticated.connect(_got_in, app)


def _meet() -> None:
    """Refuse a try that comes too often from its address, or too soon for its account."""
    if request.method != "POST" or request.endpoint not in COUNTED:
        return
    now = datetime.now(UTC)
    noting.note_failures(db.session, now)
    db.session.execute(delete(Attempt).where(Attempt.until < now - FORGOTTEN))
    fits = all(_fits(limit, now) for limit in parse_many(current_app.config["MANYI"]["LOGIN_LIMIT"]))
    db.session.commit()
    if not fits:
        abort(429)
    if request.endpoint == "security.login":
        g.attempt = _account_key()
        tried = db.session.get(Attempt, g.attempt)
        if tried is not None and tried.number >= FREE and tried.until > now:
            g.pop("attempt")
            abort(429)


def _fits(limit: Any, now: datetime) -> bool:
    """Count one try in the limit's present window."""
    seconds = limit.get_expiry()
    window = int(now.timestamp()) // seconds
    key = _secret("address", request.remote_addr or "", str(limit), str(window))
    until = datetime.fromtimestamp((window + 1) * seconds, UTC)
    return _count(key, until) <= int(limit.amount)


def _count(key: str, until: datetime) -> int:
    db.session.execute(insert_if_new(db.session, Attempt, key=key, number=0, until=until))
    counted = (
        update(Attempt).where(Attempt.key == key).values(number=Attempt.number + 1).returning(Attempt.number)
    )
    return int(db.session.scalar(counted, execution_options={"synchronize_session": False}) or 0)


def _note(response: Any) -> Any:
    """Count a log-in that failed; the next may come later each time. Remember a browser that got in."""
    if "attempt" in g and "got_in" not in g:
        now = datetime.now(UTC)
        number = _count(g.attempt, now)
        wait = min(timedelta(seconds=2.0 ** min(max(number - FREE, 0), 12)), LONGEST)
        later = {"until": now + wait}
        db.session.execute(update(Attempt).where(Attempt.key == g.attempt).values(later))
        _count(*noting.failure(request.form.get("email", ""), now))
        db.session.commit()
    if "got_in" in g:
        response.set_cookie(
            KNOWN, _signer().dumps(g.got_in), max_age=timedelta(days=KNOWN_DAYS), httponly=True,
            samesite="Lax", secure=current_app.config["MANYI"]["HTTPS"],
        )  # fmt: skip
    return response


def is_known(user: Staff) -> bool:
    """Tell whether this browser has logged in to the account before."""
    try:
        whose, _browser = _signer().loads(request.cookies.get(KNOWN, ""))
    except (BadSignature, ValueError):
        return False
    return bool(whose == _secret("account", user.email.lower()))


def _got_in(app: Flask, user: Staff, **_named: Any) -> None:
    del app
    if "attempt" in g:
        db.session.execute(delete(Attempt).where(Attempt.key == g.attempt))
    g.got_in = [_secret("account", user.email.lower()), session.get("staff_session", "")[:16]]


def _account_key() -> str:
    """Give the key of the account that is tried; a browser that once got in has one of its own."""
    account = _secret("account", request.form.get("email", "").strip().lower())
    try:
        whose, browser = _signer().loads(request.cookies.get(KNOWN, ""))
    except (BadSignature, ValueError):
        return account
    return _secret("browser", account, str(browser)) if whose == account else account


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="known-browser")


def _secret(*parts: str) -> str:
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    key = "attempts:" + str(current_app.config["SECRET_KEY"])
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()
