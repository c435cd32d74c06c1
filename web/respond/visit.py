"""The visit behind a request: what its link and its cookie say, and the mark that our forms carry."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response as Page
from flask import current_app, request

from surveys.collecting.visit import Visit, find_visit, key_name
from web import i18n
from web.respond import sessions


def visit(public_key: str, token: str) -> Visit:
    """Find out who asks; `ClosedError` where the link cannot be used."""
    now = datetime.now(UTC)
    return find_visit(
        sessions.current(),
        public_key=public_key,
        token=token,
        unit=request.args.get("unit", ""),
        keys=request.cookies,
        language=i18n.choose(),
        now=now,
        today=now.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date(),
    )


def mark_of(found: Visit) -> str:
    """Give the mark of a form of ours: nobody without the browser's key can make it."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"respond:{found.client_key}".encode(), hashlib.sha256).hexdigest()[:32]


def is_marked(found: Visit, sent: str) -> bool:
    """Tell whether a form carries the mark of the browser that sends it."""
    return not found.is_new_key and hmac.compare_digest(sent.encode(), mark_of(found).encode())


def remember(found: Visit, page: Page) -> Page:
    """Write the browser's key as a cookie that only this link gets."""
    page.set_cookie(
        key_name(found.wave),
        found.client_key,
        max_age=timedelta(days=current_app.config["MANYI"]["RESUME_DAYS"]),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["MANYI"]["HTTPS"],
        path="/",
    )
    return page
