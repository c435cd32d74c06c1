"""Landing page, and staff's first page."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import select

from surveys.collecting.waves import IN_THE_FIELD
from surveys.models import Wave
from surveys.models.collection import Access, WaveState
from web.accounts.access import may, public, signed_in
from web.accounts.roles import DUTIES, ROLES
from web.extensions import db
from web.home import seeing
from web.home.kinds import NEVER

blueprint = Blueprint("home", __name__)


def listed_waves() -> list[Wave]:
    """Give the open public waves that their owners show on the landing page."""
    now = datetime.now(UTC)
    wanted = select(Wave).where(Wave.state == WaveState.OPEN, Wave.access == Access.PUBLIC, IN_THE_FIELD)
    waves = db.session.scalars(wanted.order_by(Wave.id.desc()))
    return [wave for wave in waves if wave.settings.get("listed") and wave.is_open(now)]


@blueprint.get("/")
@public
def landing() -> ResponseReturnValue:
    """Say what this is, and show the way in."""
    return render_template("home/landing.html", waves=listed_waves())


@blueprint.get("/who-sees-what")
@public
def who_sees_what() -> ResponseReturnValue:
    """Say of every kind of data who sees it, how long it is kept, and what is never stored."""
    return render_template(
        "home/who_sees_what.html",
        rows=seeing.rows(),
        names=seeing.names(),
        duties=[DUTIES[role] for role in ROLES],
        never=NEVER,
        browsers=seeing.browsers(),
    )


@blueprint.get("/home")
@signed_in
def home() -> ResponseReturnValue:
    """Bring staff to the room where their work is."""
    for endpoint in ("insight.index", "author.index"):
        if may(endpoint):
            return redirect(url_for(endpoint))
    return render_template("home/welcome.html", name=current_user.name or current_user.email)
