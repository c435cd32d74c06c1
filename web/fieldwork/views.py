"""Pages of fieldwork: the list of waves, a new wave, one wave with its links and quotas."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from surveys import audit
from surveys.collecting import waves
from surveys.collecting.invitations import issue_invitations
from surveys.database import lock_for_writing
from surveys.errors import Problem, SurveyError
from surveys.models import Version, Wave
from surveys.models.collection import Access, WaveState
from surveys.watching.begun import by_channel, by_day
from surveys.watching.standing import CODES, standing
from web.accounts.access import allow
from web.accounts.roles import ADMINISTRATOR, ANALYST, DESIGNER, INTERVIEWER, UNIT_MANAGER
from web.accounts.units import scope_of
from web.exports.download import csv_download
from web.exports.table import Table
from web.extensions import db
from web.fieldwork import overview, quotas
from web.fieldwork.days import begin_of, end_of
from web.fieldwork.forms import (
    LinksForm,
    PauseForm,
    ReasonForm,
    WaveForm,
    dates_form,
    wave_form,
)
from web.i18n import choose
from web.labels import ACCESS, ANONYMOUS, MODE, PRIVACY, PURPOSE
from web.respond import addresses

blueprint = Blueprint("fieldwork", __name__, url_prefix="/waves")
# A refusal that belongs to one entry of the form is shown beside it.
FIELD_OF = {Problem.WAVE_EXISTS: "code", Problem.WAVE_CODE: "code", Problem.WAVE_WINDOW: "closes_on"}
# Roles that read the counts of whole waves.
COUNTING = (ADMINISTRATOR, DESIGNER, ANALYST, INTERVIEWER)


@blueprint.get("")
@allow(DESIGNER, ANALYST, INTERVIEWER, UNIT_MANAGER)
def index() -> ResponseReturnValue:
    """List the waves; unit managers read how many answered in their units."""
    scope = scope_of(db.session, current_user, COUNTING)
    return render_template(
        "fieldwork/index.html",
        standings=overview.standings(db.session, None if scope.is_everything else scope.lineage.ids),
        is_of_units=not scope.is_everything,
        states=overview.STATES,
        link=addresses.link,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@allow(DESIGNER)
def create() -> ResponseReturnValue:
    """Plan a wave."""
    offered = overview.versions(db.session)
    form = wave_form(offered)
    if request.method == "GET" and request.args.get("version") in {str(each.number) for each in offered}:
        form.version.data = request.args["version"]
    if form.validate_on_submit():
        try:
            made = _create(form)
        except SurveyError as error:
            db.session.rollback()
            form[FIELD_OF.get(error.problem, "code")].errors = [error.text(choose())]
        else:
            db.session.commit()
            flash(
                _("The wave %(code)s is planned. Open it when everything is ready.", code=made.code),
                "success",
            )
            return redirect(url_for("fieldwork.wave", code=made.code), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("fieldwork/new.html", form=form, has_versions=bool(offered)), status


def _create(form: WaveForm) -> Wave:
    # Of two requests with one code the second waits here and is then told that the code is taken.
    lock_for_writing(db.session, Wave)
    version = db.session.get_one(Version, int(form.version.data))
    now = datetime.now(UTC)
    settings: dict[str, Any] = {"listed": bool(form.listed.data)}
    if names := form.texts("utility"):
        settings["utility"] = names
    wave = waves.create_wave(
        db.session,
        version,
        code=form.code.data or "",
        title=form.texts("title"),
        opens_at=begin_of(form.opens_on.data) if form.opens_on.data else None,
        closes_at=end_of(form.closes_on.data) if form.closes_on.data else None,
        purpose=form.purpose.data,
        mode=form.mode.data,
        access=form.access.data,
        anonymous=form.privacy.data == ANONYMOUS,
        settings=settings,
        now=now,
    )
    detail = {
        "questionnaire": f"{version.questionnaire.code}/{version.number}",
        "access": wave.access,
        "privacy": form.privacy.data,
        "purpose": wave.purpose,
        "opens_at": wave.opens_at,
        "closes_at": wave.closes_at,
    }
    record("wave.create", wave, now, detail)
    return wave


@blueprint.get("/<code>")
@allow(DESIGNER, ANALYST, INTERVIEWER)
def wave(code: str) -> ResponseReturnValue:
    """Show one wave."""
    return page(find(code))


@blueprint.post("/<code>/links")
@allow(DESIGNER)
def links(code: str) -> ResponseReturnValue:
    """Make single-use links and hand them over once, as a file."""
    found, now = find(code, lock=True), datetime.now(UTC)
    if found.access != Access.INVITED:
        abort(404)
    form = LinksForm()
    if not form.validate_on_submit():
        return page(found, form=form, status=422)
    if form.known.data != str(standing(db.session, found).invited):
        message = _(
            "Links were made since this page was opened. Check the counts, then make more if you need."
        )
        db.session.rollback()
        return page(find(code), message=message, status=409)
    number = form.number.data or 0
    try:
        tokens = issue_invitations(db.session, found, number, now)
    except SurveyError as error:
        return refused(code, error)
    record("wave.issue_links", found, now, {"n_links": number})
    db.session.commit()
    return _download(code, tokens, now)


@blueprint.post("/<code>/quotas")
@allow(DESIGNER)
def set_quotas(code: str) -> ResponseReturnValue:
    """Set the limits of the questionnaire's quotas; an empty one sets none."""
    found, now, sent = find(code, lock=True), datetime.now(UTC), request.form.to_dict()
    before = quotas.limits_of(db.session, found)
    try:
        quotas.set_sent(db.session, found, sent)
    except quotas.RefusedError as refusal:
        db.session.rollback()
        return page(find(code), sent=sent, refused_quota=(refusal.code, refusal.text(choose())), status=422)
    except SurveyError as error:
        return refused(code, error)
    if (after := quotas.limits_of(db.session, found)) != before:
        record("wave.set_quotas", found, now, {"before": before, "after": after})
    db.session.commit()
    flash(_("The quotas are set."), "success")
    return redirect(url_for("fieldwork.wave", code=code), 303)


def _download(code: str, tokens: list[str], now: datetime) -> Response:
    addressed = (overview.whole_address(addresses.link(token=token)) for token in tokens)
    table = Table(["number", "link"], enumerate(addressed, start=1))
    return csv_download(table, f"links-{code}-{now:%Y%m%d-%H%M%S}")


def find(code: str, *, lock: bool = False) -> Wave:
    """Give the wave of a code; with `lock` no other request changes a wave until this one is through."""
    if lock:
        lock_for_writing(db.session, Wave)
    if not waves.CODE.fullmatch(code):
        abort(404)
    wanted = select(Wave).where(Wave.code == code, waves.IN_THE_FIELD)
    found = db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        abort(404)
    return found


def refused(code: str, error: SurveyError) -> ResponseReturnValue:
    """Take back what was done and show the wave with what is wrong."""
    db.session.rollback()
    return page(find(code), message=error.text(choose()), status=422)


def page(
    found: Wave,
    *,
    form: LinksForm | None = None,
    forms: Mapping[str, ReasonForm] | None = None,
    message: str = "",
    sent: Mapping[str, str] | None = None,
    refused_quota: tuple[str, str] = ("", ""),
    status: int = 200,
) -> ResponseReturnValue:
    """Show one wave, with what was sent and refused where something was."""
    counts = standing(db.session, found)
    shown = LinksForm(formdata=None) if form is None else form
    shown.known.data = str(counts.invited)
    if form is not None:
        shown.known.raw_data = None
    now = datetime.now(UTC)
    rendered = render_template(
        "fieldwork/wave.html",
        wave=found,
        state=overview.state_of(found, now),
        is_open=found.is_open(now),
        needs_reason=found.takes_on(now),
        has_begun=found.has_begun(now),
        is_over=found.closes_at is not None and found.closes_at <= now,
        given=overview.last_reason(db.session, found),
        forms={
            "pause": PauseForm(None, prefix="pause"),
            "dates": dates_form(found),
            "end": ReasonForm(None, prefix="end"),
            "close": ReasonForm(None, prefix="close"),
        }
        | dict(forms or {}),
        window=overview.window_of(found),
        counts=counts,
        address=overview.address_of(found) if found.access == Access.PUBLIC else "",
        kiosk=overview.whole_address(addresses.kiosk(found.public_key, "")),
        links_form=shown if _takes_links(found) else None,
        quotas=quotas.shown(db.session, found, sent or {}),
        refused_quota=refused_quota[0],
        refusal=refused_quota[1],
        message=message,
        states=overview.STATES,
        noted=overview.NOTED,
        outcomes=[(overview.OUTCOMES[name], *CODES[name], counts.outcomes[name]) for name in CODES],
        groups=overview.GROUPS,
        rates=overview.RATES,
        begun=(by_channel(db.session, found), by_day(db.session, found)),
        part_name=overview.part_name,
        privacy=PRIVACY[ANONYMOUS if found.anonymous else "confidential"],
        labels=(PURPOSE[found.purpose], ACCESS[found.access], MODE[found.mode]),
    )
    return rendered, status


def _takes_links(found: Wave) -> bool:
    return found.access == Access.INVITED and found.anonymous and found.state != WaveState.CLOSED


def record(action: str, found: Wave, now: datetime, detail: dict[str, Any] | None = None) -> None:
    """Note in the trail what somebody did with a wave."""
    audit.record(
        db.session,
        actor=current_user.email,
        action=action,
        target=f"wave:{found.code}",
        now=now,
        detail=detail,
    )
