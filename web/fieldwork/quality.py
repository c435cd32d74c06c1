"""The quality of a wave's answers: flags with what each moves, bursts, who is left out and returned."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from sqlalchemy import select

from surveys import audit
from surveys.analysing import decisions, matrix, quality, series
from surveys.analysing.decisions import RULES, Standing
from surveys.collecting import waves
from surveys.errors import SurveyError
from surveys.models import Analysis, Burst, QualityCheck, Wave
from surveys.models.collection import KIOSK
from web import readers
from web.accounts.access import allow
from web.accounts.roles import ANALYST
from web.extensions import db
from web.i18n import choose
from web.labels import FLAGS, flags_text

blueprint = Blueprint("quality", __name__, url_prefix="/waves")
LISTED: Final = 200
LARGEST_ID: Final = 10**16 - 1


class FlagLine(NamedTuple):
    """One flag: how many carry it and are left out, and the index without and with all that carry it."""

    label: object
    n: int
    n_excluded: int | None
    without: float | None
    with_: float | None


class OutLine(NamedTuple):
    """One response that is doubtful or left out: why, by whom, and who asked for its return."""

    number: int
    why: str
    actor: str
    asked: str
    is_own_asking: bool


@blueprint.get("/<code>/quality")
@allow(ANALYST)
def show(code: str) -> ResponseReturnValue:
    """Show the quality of the answers of one wave."""
    return _page(_find(code))


@blueprint.post("/<code>/quality/ask-back")
@allow(ANALYST)
def ask_back(code: str) -> ResponseReturnValue:
    """Ask that answers be returned to the index."""
    said = _("Their return is asked for. A second person decides.")
    return _decide(code, "quality.ask_back", decisions.ask_back, said)


@blueprint.post("/<code>/quality/give-back")
@allow(ANALYST)
def give_back(code: str) -> ResponseReturnValue:
    """Return answers to the index, as a second person."""
    return _decide(
        code, "quality.give_back", decisions.give_back, _("The answers count again. Runs made before do not.")
    )


@blueprint.post("/<code>/quality/exclude")
@allow(ANALYST)
def exclude(code: str) -> ResponseReturnValue:
    """Leave answers out that are doubtful."""
    return _decide(code, "quality.exclude", decisions.exclude, _("The answers are left out of the next run."))


def _decide(code: str, action: str, decide: Callable[..., int], said: str) -> ResponseReturnValue:
    wave, now = _find(code), datetime.now(UTC)
    chosen, reason = _numbers(request.form.getlist("response")), request.form.get("reason", "").strip()
    decisions.lock(db.session)
    was = {"decisions": decisions.head(db.session, wave)}
    try:
        number = decide(db.session, wave, chosen, actor=current_user.email, reason=reason, now=now)
    except SurveyError as error:
        db.session.rollback()
        return _page(_find(code), message=error.text(choose()), chosen=chosen, reason=reason, status=422)
    if number:  # what stood so already is no decision
        detail = {
            "n": number,
            "responses": chosen[: quality.LISTED_IN_AUDIT],
            "reason": reason,
            "decisions": decisions.head(db.session, wave),
            "was": was,
        }
        audit.record(
            db.session, actor=current_user.email, action=action, target=f"wave:{code}", detail=detail, now=now
        )
    db.session.commit()
    flash(said, "success")
    return redirect(url_for(".show", code=code), 303)


def _numbers(texts: list[str]) -> list[int]:
    """Read numbers of responses, several in one text too; what is none belongs to no response."""
    parts = [part for each in texts for part in each.replace(",", " ").split()]
    return list(dict.fromkeys(readers.number(part, high=LARGEST_ID) or 0 for part in parts))


def _find(code: str) -> Wave:
    wanted = select(Wave).where(Wave.code == code, waves.IN_THE_FIELD)
    return (db.session.scalar(wanted) if waves.CODE.fullmatch(code) else None) or abort(404)


def _page(
    wave: Wave, *, message: str = "", chosen: list[int] | None = None, reason: str = "", status: int = 200
) -> ResponseReturnValue:
    known = decisions.standings(db.session, wave)
    stand = {ident: each for ident, each in known.items() if each.is_excluded}
    doubtful = {ident: each for ident, each in known.items() if each.flags and not each.is_excluded}
    bursts = quality.bursts_of(db.session, wave)
    named = {each.number: burst_text(each) for each in bursts}
    lines = [_out(ident, each, named) for ident, each in list(stand.items())[:LISTED]]
    run = series.newest_runs(db.session).get(wave.code)
    check = db.session.get(QualityCheck, wave.id)
    page = render_template(
        "fieldwork/quality.html",
        wave=wave,
        check=check,
        flags=_flags(check, _stored(run)),
        everything=_stored(run),
        run_id=run and run[0],
        is_current=run is None or _is_current(wave, run),
        n_now=matrix.n_answered(db.session, wave, include_partial=True),
        bursts=[(each, named[each.number]) for each in bursts],
        waiting=[each for each in lines if each.asked],
        out=[each for each in lines if not each.asked],
        n_out=len(stand),
        doubtful=[_doubt(ident, each) for ident, each in list(doubtful.items())[:LISTED]],
        n_doubtful=len(doubtful),
        listed=LISTED,
        chosen=set(chosen or ()),
        reason=reason,
        message=message,
    )
    return page, status


def _stored(run: series.Run | None) -> dict[str, Any]:
    """Give what the newest run of the wave has stored about quality."""
    if run is None:
        return {}
    result = db.session.scalar(select(Analysis.result["quality"]).where(Analysis.id == run[0]))
    return result or {}


def _is_current(wave: Wave, run: series.Run) -> bool:
    """Tell whether the newest run of the wave has counted the answers as they count now."""
    partial = db.session.scalar(select(Analysis.options["partial"]).where(Analysis.id == run[0]))
    return decisions.is_current(db.session, wave, _stored(run), include_partial=bool(partial))


def _flags(check: QualityCheck | None, stored: dict[str, Any]) -> list[FlagLine]:
    counts = check.counts if check is not None else {}
    effects: dict[str, Any] = stored.get("effects", {})
    found = []
    for name, label in FLAGS.items():
        own = effects.get(name, {})
        if counts.get(name) or own:
            found.append(
                FlagLine(
                    label,
                    counts.get(name, own.get("n", 0)),
                    own.get("n_excluded"),
                    own.get("without"),
                    own.get("with"),
                )
            )
    return found


def _out(ident: int, stands: Standing, named: dict[int, str]) -> OutLine:
    row, asked = stands.excluded, stands.asked if stands.is_asked_back else None
    assert row is not None
    if row.actor != RULES:
        why = row.reason
    else:
        number = row.reason.removeprefix("burst ")
        why = named.get(int(number), "") if number.isdigit() else flags_text(row.what)
    return OutLine(
        ident,
        why,
        str(_("the rules")) if row.actor == RULES else row.actor,
        "" if asked is None else f"{asked.actor}: {asked.reason}",
        asked is not None and asked.actor == current_user.email,
    )


def _doubt(ident: int, stands: Standing) -> OutLine:
    return OutLine(ident, flags_text(stands.flags), "", "", is_own_asking=False)


def burst_text(burst: Burst) -> str:
    """Say where and when a burst was, how many came, and how many of them were alike."""
    if burst.kind == "range":
        where = _("addresses %(place)s", place=burst.place)
    elif burst.kind == KIOSK and burst.place:
        where = _("tablets at %(place)s", place=burst.place)
    elif burst.kind == KIOSK:
        where = _("tablets without an office")
    elif burst.place:
        where = _("office %(place)s", place=burst.place)
    else:
        where = _("answers without an office")
    when = f"{burst.began}:00 UTC" if len(burst.began) > 10 else burst.began
    return str(
        ngettext(
            "Burst %(number)s: %(where)s, %(when)s: %(num)s answer, %(alike)s of it alike",
            "Burst %(number)s: %(where)s, %(when)s: %(num)s answers, %(alike)s of them alike",
            burst.n,
            number=burst.number,
            where=where,
            when=when,
            alike=burst.n_alike,
        )
    )
