"""Runs: ask for an estimation, follow its progress, read how it was made, repeat it."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from sqlalchemy import exists, select
from sqlalchemy.orm import defer
from wtforms.fields.choices import SelectChoice

import csi_model
from surveys import audit
from surveys.analysing import decisions, official, runs
from surveys.analysing.series import KIND, is_series
from surveys.database import lock_for_writing
from surveys.errors import SurveyError
from surveys.models import Analysis, Wave
from surveys.models import Response as StoredResponse
from surveys.models.collection import Purpose
from surveys.models.dispositions import Disposition
from surveys.models.records import AnalysisState
from surveys.proving.since import Since, since
from web import telling
from web.accounts.access import allow
from web.accounts.roles import ADMINISTRATOR, ANALYST
from web.extensions import db
from web.i18n import choose, text
from web.runs import compute, heartbeat, leaving, queue
from web.runs.forms import RunForm
from web.runs.wording import DECIDED, quality_lines

blueprint = Blueprint("runs", __name__, url_prefix="/runs")

LISTED = 100
CHECKED_UNASKED = 5_000
UNFINISHED = (AnalysisState.QUEUED, AnalysisState.RUNNING)
# What a run without a result says, where it is no refusal of the model.
ENDINGS = {
    runs.CANCELLED: _l("Cancelled."),
    queue.ABANDONED: _l("The worker stopped before this run had ended. Repeat the run."),
}


@blueprint.app_template_filter("span")
def span(cell: dict[str, Any]) -> str:
    """Write the interval of a stored figure, nothing where it has none."""
    return csi_model.Figure.read(cell).span("{:.3f}", "{} – {}")


@blueprint.route("/", methods=["GET", "POST"])
@allow(ANALYST)
def index() -> ResponseReturnValue:
    """List the runs, and ask for another."""
    form = RunForm()
    waves = _estimable()
    form.wave.choices = [SelectChoice(wave.code, f"{text(wave.title)} ({wave.code})") for wave in waves]
    if form.validate_on_submit():
        wave = next(wave for wave in waves if wave.code == form.wave.data)
        options = {name: form[name].data for name in ("method", "scheme", "bootstrap", "interactions")}
        if form.partial.data:
            options["partial"] = True
        return _ask_for(wave, options=options, seed=int(form.seed.data or 0))
    return _list(form, status=422 if form.errors else 200)


def _list(form: RunForm, *, message: str = "", status: int = 200) -> ResponseReturnValue:
    waves = _estimable()
    form.wave.choices = [SelectChoice(wave.code, f"{text(wave.title)} ({wave.code})") for wave in waves]
    found = db.session.scalars(
        select(Analysis)
        .where(is_series().is_not(True))
        .order_by(Analysis.id.desc())
        .limit(LISTED)
        .options(*_without_results())
    ).all()
    page = render_template(
        "runs/index.html",
        form=form,
        runs=found,
        waves=waves,
        message=message,
        decided={run: row.kind for run, row in official.last_decisions(db.session).items()},
        decided_words=DECIDED,
        endings=ENDINGS,
        is_attended=heartbeat.is_attended(),
    )
    return page, status


@blueprint.get("/<int:run_id>")
@allow(ANALYST)
def show(run_id: int) -> ResponseReturnValue:
    """Tell everything about one run."""
    return page_of(db.session.get(Analysis, run_id) or abort(404))


def page_of(run: Analysis, *, message: str = "", reason: str = "", status: int = 200) -> ResponseReturnValue:
    """Show a run; with what was refused, and what was typed then."""
    shared = {
        "run": run,
        "result": run.result and leaving.as_printed(run.result),
        "anchor": audit.end(db.session),
        **_progress(run),
    }
    if run.options.get("kind") == KIND:
        return render_template("runs/series.html", **shared)
    before = _repeated_by(run)
    same = before is not None and before.result == run.result if run.result else None
    history = official.history(db.session, run.id)
    page = render_template(
        "runs/show.html",
        **shared,
        before=before,
        is_same=same,
        cautions=telling.told(run.result or {}, choose()),
        history=history,
        decided=history[-1].kind if history else "",
        decided_words=DECIDED,
        can_be_official=official.can_be_official(db.session, run),
        is_concerned=current_user.email in {run.created_by, *(each.actor for each in history[-1:])},
        published=_published_instead(run),
        quality=quality_lines(run.result or {}),
        is_current=_is_current(run),
        data=_data_of(run),
        message=message,
        reason=reason,
    )
    return page, status


@blueprint.get("/<int:run_id>/progress")
@allow(ANALYST)
def progress(run_id: int) -> ResponseReturnValue:
    """Give the progress alone; a page asks for it again until the run has ended."""
    run = db.session.get(Analysis, run_id) or abort(404)
    body = render_template("runs/_progress.html", run=run, **_progress(run))
    # 286 tells htmx to stop asking; the page is loaded anew to show the result.
    ended = run.state not in UNFINISHED
    return Response(body, 286 if ended else 200, {"HX-Refresh": "true"} if ended else {})


@blueprint.post("/<int:run_id>/repeat")
@allow(ANALYST)
def repeat(run_id: int) -> ResponseReturnValue:
    """Estimate once more with the same model, options and seed; series runs come by themselves."""
    run = db.session.get(Analysis, run_id) or abort(404)
    if run.options.get("kind") == KIND:
        abort(404)
    wave = db.session.scalar(select(Wave).where(Wave.code == run.wave_codes[0])) or abort(404)
    return _ask_for(wave, options=dict(run.options), seed=run.seed)


@blueprint.post("/<int:run_id>/cancel")
@allow(ANALYST)
def cancel(run_id: int) -> ResponseReturnValue:
    """End a run that waits or goes on; its owner may, and administrators."""
    run = db.session.get(Analysis, run_id) or abort(404)
    if not _is_own(run):
        abort(403)
    now = datetime.now(UTC)
    try:
        runs.cancel(db.session, run, now=now)
    except SurveyError:
        db.session.rollback()
        flash(_("This run has ended already."), "info")
        return redirect(url_for(".show", run_id=run_id), 303)
    record("run.cancel", run, now)
    db.session.commit()
    flash(_("The run is cancelled."), "success")
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.get("/<int:run_id>/result.json")
@allow(ANALYST)
def result(run_id: int) -> ResponseReturnValue:
    """Give the whole result, in printed digits, with what is needed to repeat it."""
    run = db.session.get(Analysis, run_id) or abort(404)
    if run.result is None:
        abort(404)
    document: dict[str, Any] = {
        "waves": run.wave_codes,
        "specification": run.specification,
        "options": run.options,
        "seed": run.seed,
        "code_version": run.code_version,
        "data_fingerprint": run.data_fingerprint,
        "result": leaving.as_printed(runs.handed_out(run.result)),
    }
    record("run.download", run, datetime.now(UTC))
    document["trail"] = str(audit.end(db.session))
    db.session.commit()
    return Response(
        json.dumps(document, ensure_ascii=False, indent=1),
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename=run-{run.id}.json"},
    )


def _ask_for(wave: Wave, *, options: dict[str, Any], seed: int) -> ResponseReturnValue:
    # Of two who ask for the same at once the second waits here, and is led to the first one's run.
    lock_for_writing(db.session, Analysis)
    waiting = select(Analysis).where(Analysis.state.in_(UNFINISHED)).options(*_without_results())
    for other in db.session.scalars(waiting):
        if other.wave_codes == [wave.code] and (other.options, other.seed) == (
            compute.options_of(options),
            seed,
        ):
            flash(_("This run is on its way already."), "info")
            return redirect(url_for(".show", run_id=other.id), 303)
    now = datetime.now(UTC)
    try:
        runs.make_room(db.session, current_user.email)
    except SurveyError as error:
        db.session.rollback()
        return _list(RunForm(formdata=None), message=error.text(choose()), status=429)
    run = compute.plan(db.session, wave, staff_name=current_user.email, now=now, seed=seed, options=options)
    record("run.ask", run, now)
    db.session.commit()
    queue.submit(run.id)
    return redirect(url_for(".show", run_id=run.id), 303)


def record(action: str, run: Analysis, now: datetime, **detail: object) -> None:
    """Note in the trail what somebody did about a run."""
    audit.record(
        db.session,
        actor=current_user.email,
        action=action,
        target=run.wave_codes[0],
        detail={"run": run.id} | detail,
        now=now,
    )


def _data_of(run: Analysis) -> Since | None:
    """Tell what has happened to the data of a run; of very many answers on request, for it takes seconds."""
    is_asked = (run.n_respondents or 0) <= CHECKED_UNASKED or "check" in request.args
    return since(db.session, run) if is_asked else None


def _is_current(run: Analysis) -> bool:
    """Tell whether a run of one wave has counted the answers as they count now."""
    counted = (run.result or {}).get("quality") or {}
    wave = db.session.scalar(select(Wave).where(Wave.code == run.wave_codes[0])) if counted else None
    partial = bool(run.options.get("partial"))
    return wave is None or decisions.is_current(db.session, wave, counted, include_partial=partial)


def _is_own(run: Analysis) -> bool:
    """Whether the present user may cancel a run."""
    return run.created_by == current_user.email or ADMINISTRATOR in current_user.role_names


def _progress(run: Analysis) -> dict[str, Any]:
    """Give what the progress of a run says: how it ended, whether a worker is there, who may cancel it."""
    is_attended = run.state not in UNFINISHED or heartbeat.is_attended()
    why = telling.refusal(run.refusal, run.message, choose())
    return {"endings": ENDINGS, "why": why, "is_attended": is_attended, "is_own": _is_own(run)}


def _published_instead(run: Analysis) -> int | None:
    """Give the published run of the same wave, where it is another."""
    for row in official.published(db.session).values():
        other = db.session.get_one(Analysis, row.run_id, options=_without_results())
        if other.wave_codes == run.wave_codes and other.id != run.id:
            return other.id
    return None


def _estimable() -> list[Wave]:
    """Give the official waves that somebody has answered, the newest first."""
    complete = StoredResponse.disposition == Disposition.COMPLETE
    answered = exists().where(StoredResponse.wave_id == Wave.id, complete)
    wanted = select(Wave).where(Wave.purpose == Purpose.OFFICIAL, answered)
    return list(db.session.scalars(wanted.order_by(Wave.opens_at.desc(), Wave.id.desc())))


def _repeated_by(run: Analysis) -> Analysis | None:
    """Find the newest earlier finished run of the same question on the same data."""
    wanted = select(Analysis).where(
        Analysis.state == AnalysisState.DONE,
        Analysis.id < run.id,
        Analysis.seed == run.seed,
        Analysis.data_fingerprint == run.data_fingerprint,
    )
    for other in db.session.scalars(wanted.order_by(Analysis.id.desc()).limit(5)):
        same = (other.wave_codes, other.specification, other.options)
        if same == (run.wave_codes, run.specification, run.options):
            return other
    return None


def _without_results() -> tuple[Any, ...]:
    """Leave results and specifications unread: a list needs neither."""
    return defer(Analysis.result), defer(Analysis.specification)
