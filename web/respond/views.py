"""The pages of a questionnaire: open, answer, go back, switch language, finish; each page is saved."""

import hmac
import math
from datetime import UTC, datetime
from html import escape

from flask import Blueprint, abort, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from surveys.asking.way import Way
from surveys.codes import NOT_ASKED
from surveys.collecting import responses
from surveys.collecting.submitting import screen_out, submit
from surveys.document.wording import fill, in_language
from surveys.errors import Problem, SurveyError
from surveys.models.collection import ResponseState
from surveys.questions.reading import PageAnswers
from web import i18n
from web.accounts.access import public
from web.extensions import csrf, db, limiter
from web.respond.compile import CompiledPage, plain_text, sent_values, stored_values
from web.respond.pages import page_of
from web.respond.visit import ClosedError, Visit, visit

blueprint = Blueprint("respond", __name__)
# The forms carry a mark of their own, tied to the browser's key: staff sessions play no part here.
csrf.exempt(blueprint)
SLOWEST_PAGE_SECONDS = 3600.0


@blueprint.errorhandler(ClosedError)
def closed(_error: ClosedError) -> ResponseReturnValue:
    """Say kindly that the link cannot be used; nothing tells why."""
    db.session.rollback()
    return render_template("respond/closed.html", page_tag=i18n.tag(i18n.choose())), 404


@blueprint.get("/s/<public_key>")
@blueprint.get("/i/<token>")
@public
def start(public_key: str = "", token: str = "") -> ResponseReturnValue:
    """Lead to the page where this respondent is: the first, the one after the last saved, or the receipt."""
    found = visit(db.session, public_key=public_key, token=token, language=i18n.choose())
    if found.response is not None and found.response.state != ResponseState.OPEN:
        return redirect(f"{found.base}/done", 303)
    way = found.router.way(found.answers())
    last = found.response.section if found.response is not None else ""
    section = way.after(last or None)
    if section is None and last:
        section = next(reversed(way.shown), None)
    if section is None:
        raise ClosedError  # a questionnaire that asks this person nothing
    return found.remember(make_response(redirect(found.address(section), 303)))


@blueprint.get("/s/<public_key>/done")
@blueprint.get("/i/<token>/done")
@public
def done(public_key: str = "", token: str = "") -> ResponseReturnValue:
    """Thank, and show the receipt."""
    found = visit(db.session, public_key=public_key, token=token, language=i18n.choose())
    response = found.response
    if response is None or response.state == ResponseState.OPEN:
        return redirect(found.base, 303)
    document = found.router.document
    way = found.router.way(found.answers())
    names = found.names(way)
    screened = response.state == ResponseState.SCREENED and way.stop is not None
    text = in_language(way.stop.text if screened and way.stop else document.thanks, found.language)
    with force_locale(found.language):
        return render_template(
            "respond/done.html",
            page_tag=i18n.tag(found.language),
            page_language=found.language,
            document=document,
            text=fill(text, names),
            receipt=response.receipt,
            languages=[code for code in document.languages if code != found.language],
        )


@blueprint.get("/s/<public_key>/<section>")
@blueprint.get("/i/<token>/<section>")
@public
def show(section: str, public_key: str = "", token: str = "") -> ResponseReturnValue:
    """Show one page with what was answered before."""
    found = visit(db.session, public_key=public_key, token=token, language=i18n.choose())
    if found.response is not None and found.response.state != ResponseState.OPEN:
        return redirect(f"{found.base}/done", 303)
    way = found.router.way(found.answers())
    if section not in way.shown:
        return redirect(found.base, 303)
    page = page_of(found.router, section, found.language)
    return found.remember(make_response(_fill(found, page, way, stored_values(page, way))))


@blueprint.post("/s/<public_key>/<section>")
@blueprint.post("/i/<token>/<section>")
@public
@limiter.limit(lambda: current_app.config["MANYI"]["ANSWER_LIMIT"])
def answer(section: str, public_key: str = "", token: str = "") -> ResponseReturnValue:
    """Check and save one page, then go where the pressed button leads."""
    if (request.content_length or 0) > current_app.config["MANYI"]["ANSWER_KIB"] * 1024:
        abort(413)
    now = datetime.now(UTC)
    found = visit(db.session, public_key=public_key, token=token, language=i18n.choose())
    if section not in found.router.pages:
        raise ClosedError
    form = {name: request.form.getlist(name) for name in request.form}
    if found.is_new_key or not hmac.compare_digest(request.form.get("_t", "").encode(), found.token.encode()):
        return _unconfirmed(found, section, form)
    if found.response is not None and found.response.state != ResponseState.OPEN:
        return redirect(f"{found.base}/done", 303)
    pressed = request.form.get("go", "next")
    go = pressed if pressed == "back" or pressed.startswith("lang:") else "next"
    is_first = found.response is None
    try:
        response = found.open(now)
        way = found.router.way(found.answers())
        if section not in way.shown:
            db.session.rollback()
            return redirect(found.base, 303)  # a page that these answers leave out: nothing is stored
        checked = found.router.check(section, form, way)
        after = found.router.way(way.answers.saying(checked))
        if go != "next" or section in after.stops:
            checked.problems = [p for p in checked.problems if p.problem != Problem.ANSWER_REQUIRED]
        if checked.problems:
            db.session.rollback()
            if is_first:
                found.response = None  # taken back with the transaction
            return _refused(found, section, form, checked, after)
        values = way.filed | checked.values
        responses.save_page(db.session, response, section, values, checked.texts, _seconds(), now)
        target = _target(found, section, go, way, after, now)
        db.session.commit()
    except SurveyError as error:
        db.session.rollback()
        if error.problem == Problem.RESPONSE_SUBMITTED:
            return redirect(f"{found.base}/done", 303)
        raise ClosedError from error
    page = make_response(redirect(target, 303))
    if go.startswith("lang:") and go[5:] in i18n.names():
        i18n.set_cookie(page, go[5:])
    return page


def _seconds() -> float:
    """Give the time on the page as the browser measured it; nonsense counts as no time."""
    told = request.form.get("_s", 0.0, type=float)
    return min(max(told, 0.0), SLOWEST_PAGE_SECONDS) if math.isfinite(told) else 0.0


def _target(found: Visit, section: str, go: str, before: Way, way: Way, now: datetime) -> str:
    """Decide which page comes after a saved one, and finish at the end."""
    response = found.response
    assert response is not None
    if go == "back":
        return f"{found.base}/{way.before(section) or section}"
    if go.startswith("lang:"):
        return f"{found.base}/{section}"
    if section in way.stops:
        screen_out(found.session, response, now, invitation=found.invitation)
        return f"{found.base}/done"
    known = set(before.shown[section])
    # In the order of the page: whoever is led to a later one would overlook those above it.
    unanswered = [
        code
        for code in way.shown.get(section, ())
        if code not in known and way.standing.get(code, NOT_ASKED) < 0
    ]
    if unanswered and "_seen" not in request.form:
        return f"{found.base}/{section}?more=1#q-{unanswered[0]}"
    following = way.after(section)
    if following is not None:
        return f"{found.base}/{following}"
    return _finish(found, section, way, now)


def _finish(found: Visit, section: str, way: Way, now: datetime) -> str:
    """Submit where nothing is missing; whoever skipped a page by its address is led to it."""
    response = found.response
    assert response is not None
    if way.stop is not None:
        screen_out(found.session, response, now, invitation=found.invitation)
        return f"{found.base}/done"
    gap = way.gap()
    if gap is not None:
        return f"{found.base}/{gap}"
    old = way.leftovers()
    if old.values or old.texts:
        responses.save_page(found.session, response, section, old.values, old.texts, 0.0, now)
    submit(found.session, response, now, invitation=found.invitation)
    return f"{found.base}/done"


def _unconfirmed(found: Visit, section: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """Show again what came without the browser's key (cookies deleted, a forged form): nothing is stored."""
    if found.response is not None and found.response.state != ResponseState.OPEN:
        return redirect(f"{found.base}/done", 303)
    page = page_of(found.router, section, found.language)
    values = sent_values(page, form)
    with force_locale(found.language):
        heading = escape(_("These answers are not saved yet. Please send them once more."))
        remedy = escape(_("If this message comes again, allow cookies for this site."))
    inside = f"<h2>{heading}</h2><p>{remedy}</p>"
    values["errors"] = f'<div class="error-summary" role="alert" tabindex="-1">{inside}</div>'
    way = found.router.way(found.answers())
    return found.remember(make_response(_fill(found, page, way, values), 422))


def _refused(
    found: Visit, section: str, form: dict[str, list[str]], checked: PageAnswers, way: Way
) -> ResponseReturnValue:
    """Show the page again with everything that was sent, and what to mend."""
    page = page_of(found.router, section, found.language)
    values = sent_values(page, form)
    names = found.names(way)
    lines = []
    for problem in checked.problems:
        text = escape(problem.text(found.language))
        label = escape(fill(plain_text(page.labels.get(problem.field.split(".")[0], "")), names))
        lines.append(f'<li><a href="#{escape(problem.field)}">{label}</a>: {text}</li>')
        values[f"e:{problem.field}"] = f'<p class="error" id="e-{escape(problem.field)}">{text}</p>'
        values[f"d:{problem.field}"] = f' aria-describedby="e-{escape(problem.field)}"'
    with force_locale(found.language):
        heading = escape(_("Please look at these answers again"))
        values["title"] = escape(_("Error")) + ": "
    listed = f"<h2>{heading}</h2><ul>{''.join(lines)}</ul>"
    values["errors"] = f'<div class="error-summary" role="alert" tabindex="-1">{listed}</div>'
    return _fill(found, page, way, values), 422


def _fill(found: Visit, page: CompiledPage, way: Way, values: dict[str, str]) -> str:
    """Fill the compiled page's holes for this respondent."""
    section = page.section.code
    place = way.place(section)
    chosen = {f"s:{key[2:]}": " selected" for key, value in values.items() if key[:2] == "c:" and value}
    names = {f"{{{name}": escape(text) for name, text in found.names(way).items()}
    with force_locale(found.language):
        back, more = escape(_("Back")), escape(_("Your answer brings up a further question."))
        frame = {
            "action": escape(found.address(section)),
            "token": found.token,
            "progress": str(round(100 * way.share(section))),
            "progress_text": escape(_("Page %(place)s of %(pages)s", place=place, pages=len(way.shown))),
            "next": escape(_("Submit") if way.is_last(section) else _("Next")),
            "back": "" if place == 1 else f'<button name="go" value="back">{back}</button>',
            "saved": escape(_("Every page is saved when you go on.")),
        }
        if request.args.get("more"):
            frame["notice"] = f'<p class="notice">{more}</p>'
    return page.fill(way.shown.get(section, ()), values | chosen | names | frame)
