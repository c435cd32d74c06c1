"""A tablet for many people after one another: nothing of one is left for the next.

Each person gets a seat, a random key in the address instead of a cookie. It is good until they have finished,
start anew, or go away for a minute; then it leads nowhere, by the browser's way back neither.
"""

import secrets
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from flask import Response as Page
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup

from surveys.collecting.responses import give_up
from surveys.collecting.visit import ClosedError, Visit
from surveys.collecting.waves import find_wave
from surveys.models.collection import Access
from web import i18n
from web.respond import addresses, sessions
from web.respond.sharing import unit
from web.respond.visit import mark_of, revision_of, visit

blueprint = Blueprint("kiosk", __name__)
IDLE_SECONDS: Final = 60
WARNED_SECONDS: Final = 15


@blueprint.get("/k/<public_key>")
@blueprint.get("/k/<public_key>/")
def begin(public_key: str) -> ResponseReturnValue:
    """Give the next person a seat of their own, in the language of the tablet."""
    wave = find_wave(sessions.current(), public_key)
    if wave is None or wave.access != Access.PUBLIC:
        raise ClosedError
    page = make_response(redirect(addresses.seat(public_key, secrets.token_urlsafe(24), unit()), 303))
    page.delete_cookie(i18n.COOKIE)
    return _cleared(page)


@blueprint.post("/k/<public_key>/<seat>/leave")
def leave(public_key: str, seat: str) -> ResponseReturnValue:
    """Start anew: the answers so far stay, as broken off, and nobody gets back to them."""
    found = visit(public_key, "", seat)
    page = make_response(redirect(addresses.kiosk(found.wave.public_key, unit()), 303))
    if revision_of(found, request.form.get("_t", "")) is not None:
        vacate(found)
        found.session.commit()
    return _cleared(page)


def vacate(found: Visit) -> None:
    """Let the seat lead nowhere any more; the caller commits."""
    if found.seat and found.response is not None:
        give_up(found.session, found.response)


def corner(found: Visit, *, has_finished: bool = False) -> str:
    """Write what stands at the end of a page at a kiosk: the way to start anew, by itself after a minute."""
    if not found.seat:
        return ""
    with force_locale(i18n.locale(found.language)):
        return _form(leave=addresses.leave(found), mark=mark_of(found), has_finished=has_finished)


def corner_of_refusal() -> Markup:
    """Write what stands at the end where the request of a seat is refused, so that its tablet goes on."""
    asked = request.view_args or {}
    if "seat" not in asked:
        return Markup()
    return Markup(_form(leave="", anew=addresses.kiosk(asked["public_key"], ""), unit=unit()))  # noqa: S704


def _form(**told: str | bool) -> str:
    return render_template("respond/_kiosk.html", idle=IDLE_SECONDS, warned=WARNED_SECONDS, **told)


def _cleared(page: Page) -> Page:
    page.headers["Clear-Site-Data"] = '"cache", "storage"'
    return page
