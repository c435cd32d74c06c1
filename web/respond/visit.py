"""The visit behind a request: what its link and its cookie say, and the mark that our forms carry."""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response as Page
from flask import current_app, request

from surveys.collecting.visit import ClosedError, Visit, find_visit, key_name, seed_name
from web import i18n
from web.respond import sessions


def visit(public_key: str, token: str, seat: str = "") -> Visit:
    """Find out who asks, at a kiosk by their seat; `ClosedError` where the link cannot be used."""
    now = datetime.now(UTC)
    found = find_visit(
        sessions.current(),
        public_key=_without_tail(public_key),
        token=_without_tail(token),
        unit=request.args.get("unit", ""),
        keys=keys_of(public_key, seat) if seat else request.cookies,
        language=i18n.choose(),
        now=now,
        today=today(),
    )
    found.seat = seat
    found.language = i18n.choose_of(found.router.document.languages)
    return found


def today() -> date:
    """Give the day where the installation is."""
    return datetime.now(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()


BYTES = 16
SEAT = re.compile(r"[A-Za-z0-9_-]{32}")
# What mail programs and chats take into a link: a full stop, a bracket, blanks.
TAIL = re.compile(r"[^A-Za-z0-9_-]+$")
MARK = re.compile(r"([0-9a-f]{32})([0-9a-f]{32})([0-9a-f]{1,8})")


def keys_of(public_key: str, seat: str) -> dict[str, str]:
    """Give what a browser would keep as cookies, of a seat at a kiosk."""
    if not SEAT.fullmatch(seat):
        raise ClosedError
    drawn = int.from_bytes(hashlib.sha256(seat.encode()).digest()[:4], "big")
    return {f"r_{public_key}": seat, f"o_{public_key}": str(drawn)}


def _without_tail(key: str) -> str:
    return TAIL.sub("", key)


def mark_of(found: Visit) -> str:
    """Give the mark of a form of ours: nobody without the browser's key, or the link, can make it.

    It ends with the revision of the response from which the form is made. Masked anew in each page: the
    length of a compressed page, which repeats what was typed, tells nothing of it.
    """
    revision = 0 if found.response is None else found.response.revision
    mask = secrets.token_bytes(BYTES)
    return f"{mask.hex()}{_masked(_mark(found, revision), mask).hex()}{revision:x}"


def _mark(found: Visit, revision: int) -> bytes:
    key = str(current_app.secret_key).encode()
    told = f"respond:{found.client_key}:{revision}".encode()
    return hmac.digest(key, told, "sha256")[:BYTES]


def _masked(mark: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mark, mask, strict=True))


def revision_of(found: Visit, sent: str) -> int | None:
    """Give the revision from which a sent form was made; None without the mark of its browser."""
    there = MARK.fullmatch(sent)
    if found.is_new_key or there is None:
        return None
    revision = int(there[3], 16)
    mark = _masked(bytes.fromhex(there[2]), bytes.fromhex(there[1]))
    return revision if hmac.compare_digest(mark, _mark(found, revision)) else None


def remember(found: Visit, page: Page) -> Page:
    """Write the browser's key as a cookie; before the first page is sent, what its random order came from.

    A personal link is a key by itself and leaves none in the browser.
    """
    if found.seat:
        return page
    kept = {} if found.token else {key_name(found.wave): found.client_key}
    if found.response is None and found.router.draws:
        kept[seed_name(found.wave, found.token)] = str(found.seed)
    for name, value in kept.items():
        keep(page, name, value)
    return page


def keep(page: Page, name: str, value: str) -> None:
    """Write a cookie that stays until nobody goes on any more."""
    page.set_cookie(
        name,
        value,
        max_age=timedelta(days=current_app.config["MANYI"]["RESUME_DAYS"]),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["MANYI"]["HTTPS"],
        path="/",
    )
