"""What is done with a wave in its life: opened, paused, let go on, ended, closed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from surveys.collecting import waves
from surveys.errors import SurveyError
from surveys.models import Wave
from surveys.models.collection import WaveState
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.extensions import db
from web.fieldwork.days import begin_of, end_of, first_day, last_day
from web.fieldwork.forms import DatesForm, PauseForm, ReasonForm
from web.fieldwork.views import find, page, record, refused

blueprint = Blueprint("life", __name__, url_prefix="/waves")


@blueprint.post("/<code>/open")
@allow(DESIGNER)
def open_(code: str) -> ResponseReturnValue:
    """Let answers in."""
    return _changed(code, waves.open_wave, "wave.open", _("The wave is open."))


@blueprint.post("/<code>/pause")
@allow(DESIGNER)
def pause(code: str) -> ResponseReturnValue:
    """Let nobody begin for a time, with a reason and the day on which it is to go on."""
    form = PauseForm(prefix="pause")
    if not form.validate_on_submit():
        return page(find(code), forms={"pause": form}, status=422)
    day = form.resumes_on.data

    def paused(session: Session, wave: Wave, now: datetime) -> None:
        waves.pause_wave(session, wave, now, resumes_on=day)

    detail = {"reason": form.reason.data, "resumes_on": None if day is None else day.isoformat()}
    said = _("The wave pauses. Pages that people have open are saved when they are sent.")
    return _changed(code, paused, "wave.pause", said, detail)


@blueprint.post("/<code>/resume")
@allow(DESIGNER)
def resume(code: str) -> ResponseReturnValue:
    """Let a paused wave go on."""
    return _changed(code, waves.resume_wave, "wave.resume", _("The wave goes on."))


@blueprint.post("/<code>/dates")
@allow(DESIGNER)
def change_dates(code: str) -> ResponseReturnValue:
    """Change the first and the last day of a wave whose window is not over, with a reason once it is open."""
    found, form = find(code), DatesForm(prefix="dates")
    if found.state == WaveState.PLANNED:
        del form.reason
    if not form.validate_on_submit():
        return page(found, forms={"dates": form}, status=422)
    before: dict[str, datetime | None] = {}
    opens, closes = form.opens_on.data, form.closes_on.data
    keeps_begin = opens == first_day(found.opens_at) or (found.has_begun(datetime.now(UTC)) and opens is None)
    after = {
        "opens_at": found.opens_at if keeps_begin else begin_of(opens) if opens else None,
        "closes_at": found.closes_at if closes == last_day(found.closes_at) else closes and end_of(closes),
    }

    def changed(session: Session, wave: Wave, now: datetime) -> None:
        before.update(opens_at=wave.opens_at, closes_at=wave.closes_at)  # as they are behind the lock
        waves.change_dates(session, wave, now, **after)
        after.update(opens_at=wave.opens_at, closes_at=wave.closes_at)

    detail = {"before": before, "after": after} | ({"reason": form.reason.data} if "reason" in form else {})
    return _changed(code, changed, "wave.change_dates", _("The dates are changed."), detail)


@blueprint.post("/<code>/end")
@allow(DESIGNER)
def end(code: str) -> ResponseReturnValue:
    """End the window of a wave before its last day, with a reason; who has begun may finish."""
    form = ReasonForm(prefix="end")
    if not form.validate_on_submit():
        return page(find(code), forms={"end": form}, status=422)
    said = _("The window is over. Who has begun may finish within 48 hours.")
    return _changed(code, waves.end_wave, "wave.end", said, {"reason": form.reason.data})


@blueprint.post("/<code>/close")
@allow(DESIGNER)
def close(code: str) -> ResponseReturnValue:
    """Close the wave for good, with a reason where people could still finish."""
    found, detail = find(code), None
    if found.takes_on(datetime.now(UTC)) and found.state != WaveState.CLOSED:
        form = ReasonForm(prefix="close")
        if not form.validate_on_submit():
            return page(found, forms={"close": form}, status=422)
        detail = {"reason": form.reason.data}
    said = _("The wave is closed. Answers are no longer taken.")
    return _changed(code, waves.close_wave, "wave.close", said, detail)


def _changed(
    code: str,
    change: Callable[[Session, Wave, datetime], None],
    action: str,
    said: str,
    detail: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """Change the state of a wave, note it in the trail and say so."""
    found, now = find(code, lock=True), datetime.now(UTC)
    stood = _standing(found)
    try:
        change(db.session, found, now)
    except SurveyError as error:
        return refused(code, error)
    if _standing(found) != stood:
        record(action, found, now, detail)
    db.session.commit()
    flash(said, "success")
    return redirect(url_for("fieldwork.wave", code=code), 303)


def _standing(found: Wave) -> tuple[object, ...]:
    """Give all that a change of a wave's life can change: what was sent twice changes nothing."""
    return found.state, found.opens_at, found.closes_at, found.resumes_on
