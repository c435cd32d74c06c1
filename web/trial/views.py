"""The trial of a questionnaire: a version, a built-in one, or a draft as it stands."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user

from surveys import audit
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import language_of
from surveys.errors import Problem, SurveyError
from surveys.models import StoredTrial
from surveys.trial import keeping, trial
from web import i18n, readers, telling
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import room
from web.author.drafts import room as drafts
from web.author.model import promised
from web.extensions import db
from web.naming import Naming
from web.runs import heartbeat, queue
from web.trial.telling import told

blueprint = Blueprint("trial", __name__, url_prefix="/questionnaires")
DRAFT = {"source": "draft", "part": ""}
PLACE, OF_DRAFT = f"{room.PLACE}/trial", f"{drafts.PLACE}/trial"
KINDS = {
    "page": _l("Page"),
    "question": _l("Question"),
    "option": _l("Option"),
    "stop": _l("Ends here"),
    "quota": _l("Quota"),
}
LARGEST_SEED = 2**31 - 1


class Tried(NamedTuple):
    """What is tried: its document, None where nothing of it can be walked, and where it stands."""

    key: str
    title: str
    document: Questionnaire | None
    change: int
    n_errors: int
    back: str
    findings: str


def _find(source: str, code: str, part: str) -> Tried:
    if source != "draft":
        found = room.find(source, code, part)
        back = url_for("author.document", source=source, code=code, part=part)
        title = i18n.text(found.document.title)
        return Tried(f"{source}/{code}/{part}", title, found.document, 0, 0, back, back)
    desk = drafts.find(code)
    errors = desk.judged.n_barring
    title = i18n.text(desk.plain.get("title") or {}) or code
    back = url_for("drafts.show", code=code)
    listed = url_for("drafts.findings", code=code)
    document = None if errors else desk.document
    return Tried(f"draft/{code}", title, document, desk.draft.number, errors, back, listed)


def _at(endpoint: str, source: str, code: str, part: str) -> str:
    if source == "draft":
        return url_for(endpoint, code=code)
    return url_for(endpoint, source=source, code=code, part=part)


@blueprint.get(OF_DRAFT, defaults=DRAFT)
@blueprint.get(PLACE)
@allow(DESIGNER, ANALYST)
def show(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show the newest trial, and ask for another."""
    return _page(source, code, part)


@blueprint.get(f"{OF_DRAFT}/progress", defaults=DRAFT)
@blueprint.get(f"{PLACE}/progress")
@allow(DESIGNER, ANALYST)
def progress(source: str, code: str, part: str) -> ResponseReturnValue:
    """Give the progress alone; a page asks for it again until the trial has ended."""
    stored = keeping.newest(db.session, _find(source, code, part).key)
    if stored is None:
        return Response("", 286)
    body = render_template("trial/_progress.html", **_progress(stored, source, code, part))
    # 286 tells htmx to stop asking; the page is loaded anew to show the result.
    is_over = stored.state not in keeping.UNFINISHED
    return Response(body, 286 if is_over else 200, {"HX-Refresh": "true"} if is_over else {})


@blueprint.post(OF_DRAFT, defaults=DRAFT)
@blueprint.post(PLACE)
@allow(DESIGNER)
def start(source: str, code: str, part: str) -> ResponseReturnValue:
    """Ask the worker for a trial of the questionnaire as it stands."""
    found = _find(source, code, part)
    if found.document is None:
        return _page(source, code, part, status=422)
    people, wrong = _whole(request.form.get("people", ""), 10, trial.MOST)
    seed, odd = _whole(request.form.get("seed", ""), 0, LARGEST_SEED)
    if people is None or seed is None:
        return _page(source, code, part, wrong={"people": wrong, "seed": odd}, status=422)
    now = datetime.now(UTC)
    day = datetime.now(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()
    try:
        stored, is_new = keeping.ask(
            db.session, found.key, found.document, change=found.change, people=people, seed=seed, day=day,
            staff_name=current_user.email, now=now,
        )  # fmt: skip
    except SurveyError as error:
        db.session.rollback()
        return _page(source, code, part, message=error.text(i18n.choose()), status=409)
    here = redirect(_at("trial.show", source, code, part), 303)
    if not is_new:
        db.session.rollback()
        flash(
            _("This very trial was asked for before: the same questionnaire, seed and day give the same."),
            "success",
        )
        return here
    audit.record(
        db.session,
        actor=current_user.email,
        action="questionnaire.try",
        target=f"questionnaire:{found.key}",
        now=now,
        detail={"people": people, "seed": seed},
    )
    db.session.commit()
    queue.submit_trial(stored.id)
    flash(_("The trial is on its way."), "success")
    return here


def _whole(text: str, low: int, high: int) -> tuple[int | None, str]:
    """Read a whole number; where it is none, say what is wrong."""
    found = readers.number(text.strip(), low, high)
    return found, "" if found is not None else Problem.ANSWER_NUMBER.text(i18n.choose(), low=low, high=high)


def _progress(stored: StoredTrial, source: str, code: str, part: str) -> dict[str, object]:
    is_open = stored.state in keeping.UNFINISHED
    return {
        "stored": stored,
        "is_open": is_open,
        "is_attended": not is_open or heartbeat.is_attended(),
        "refused": telling.refusal(stored.refusal, stored.message, i18n.choose()),
        "again": _at("trial.progress", source, code, part),
        "here": _at("trial.show", source, code, part),
    }


def _why(estimation: dict[str, Any] | None) -> telling.Told | None:
    """Tell why the model was not estimated, where the engine refused it."""
    if not estimation or estimation["refused"] != "model":
        return None
    return telling.refusal(estimation.get("refusal"), estimation["message"], i18n.choose())


def _page(
    source: str,
    code: str,
    part: str,
    *,
    message: str = "",
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = _find(source, code, part)
    stored = keeping.newest(db.session, found.key)
    tried = found.document
    if stored is not None and stored.change != found.change:
        tried = Questionnaire.model_validate(stored.document)
    naming = Naming(tried, language_of(tried, i18n.choose())) if tried is not None else None
    result = stored.result if stored is not None else None
    sent = request.form if status != 200 else {}
    page = render_template(
        "trial/show.html",
        found=found,
        stored=stored,
        result=result,
        promised=promised(tried) if tried is not None else None,
        told=told(result, naming) if result and naming else None,
        kinds=KINDS,
        why=_why(result["estimation"]) if result else None,
        cautions=telling.told(result["estimation"] or {}, i18n.choose()) if result else [],
        people=sent.get("people", trial.PEOPLE),
        seed=sent.get("seed", 1),
        wrong=wrong or {},
        message=message,
        action=_at("trial.start", source, code, part),
        shown=_progress(stored, source, code, part) if stored is not None else None,
    )
    return page, status
