"""Runs: ask for an estimation, follow its progress, read how it was made, repeat it."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import exists, select
from sqlalchemy.orm import defer
from wtforms.fields.choices import SelectChoice

import csi_model
from surveys import audit
from surveys.analysing.series import KIND, is_series
from surveys.models import Analysis, Wave
from surveys.models import Response as StoredResponse
from surveys.models.collection import Purpose, ResponseState
from surveys.models.records import AnalysisState
from web.accounts.access import allow
from web.accounts.roles import ANALYST
from web.extensions import db
from web.i18n import text
from web.runs import cautions, compute, queue
from web.runs.forms import RunForm

blueprint = Blueprint("runs", __name__, url_prefix="/runs")

LISTED = 100
UNFINISHED = (AnalysisState.QUEUED, AnalysisState.RUNNING)


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
        return _ask_for(wave, options=options, seed=int(form.seed.data or 0))
    found = db.session.scalars(
        select(Analysis)
        .where(is_series().is_not(True))
        .order_by(Analysis.id.desc())
        .limit(LISTED)
        .options(*_without_results())
    )
    return render_template("runs/index.html", form=form, runs=list(found), waves=waves), (
        422 if form.errors else 200
    )


@blueprint.get("/<int:run_id>")
@allow(ANALYST)
def show(run_id: int) -> ResponseReturnValue:
    """Tell everything about one run."""
    run = db.session.get(Analysis, run_id) or abort(404)
    if run.options.get("kind") == KIND:
        return render_template("runs/series.html", run=run, result=run.result)
    before = _repeated_by(run)
    same = before is not None and before.result == run.result if run.result else None
    told = cautions.told(run.result or {})
    return render_template(
        "runs/show.html", run=run, result=run.result, before=before, is_same=same, cautions=told
    )


@blueprint.get("/<int:run_id>/progress")
@allow(ANALYST)
def progress(run_id: int) -> ResponseReturnValue:
    """Give the progress alone; a page asks for it again until the run has ended."""
    run = db.session.get(Analysis, run_id) or abort(404)
    body = render_template("runs/_progress.html", run=run)
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


@blueprint.get("/<int:run_id>/result.json")
@allow(ANALYST)
def result(run_id: int) -> ResponseReturnValue:
    """Give the whole result with what is needed to repeat it."""
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
        "result": run.result,
    }
    return Response(
        json.dumps(document, ensure_ascii=False, indent=1),
        mimetype="application/json",
        headers={"Content-Disposition": f"attachment; filename=run-{run.id}.json"},
    )


def _ask_for(wave: Wave, *, options: dict[str, Any], seed: int) -> ResponseReturnValue:
    waiting = select(Analysis).where(Analysis.state.in_(UNFINISHED)).options(*_without_results())
    for other in db.session.scalars(waiting):
        if other.wave_codes == [wave.code] and (other.options, other.seed) == (
            compute.options_of(options),
            seed,
        ):
            flash(_("This run is on its way already."), "info")
            return redirect(url_for(".show", run_id=other.id))
    now = datetime.now(UTC)
    run = compute.plan(db.session, wave, staff_name=current_user.email, now=now, seed=seed, options=options)
    audit.record(
        db.session,
        actor=current_user.email,
        action="run.ask",
        target=wave.code,
        detail={"run": run.id},
        now=now,
    )
    db.session.commit()
    queue.submit(run.id)
    return redirect(url_for(".show", run_id=run.id))


def _estimable() -> list[Wave]:
    """Give the official waves that somebody has answered, the newest first."""
    complete = StoredResponse.state == ResponseState.COMPLETE
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
