"""The pages of a questionnaire: open, answer, go back, switch language, finish; each page is saved."""

import math
import re
from datetime import UTC, datetime
from typing import Literal

from flask import Blueprint, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy.exc import InvalidRequestError

from surveys.asking.way import Way
from surveys.collecting import keeping
from surveys.collecting.page_turn import Sent, Turn, turn
from surveys.collecting.visit import ClosedError, PausedError, Visit
from surveys.document.wording import fill, in_language
from surveys.errors import Problem, SurveyError
from surveys.models.collection import OF_QUOTA, ResponseState
from web import i18n
from web.limits import limiter
from web.respond import addresses, commenting, kiosk, messages, pages, sessions, sharing
from web.respond.compile import CompiledPage
from web.respond.counting import counting_of
from web.respond.visit import mark_of, remember, revision_of, today, visit

blueprint = Blueprint("respond", __name__)
SLOWEST_PAGE_SECONDS = 3600.0


@blueprint.app_errorhandler(ClosedError)
def closed(error: ClosedError) -> ResponseReturnValue:
    """Say kindly that the link cannot be used; nothing tells why, but to who has answered by it.

    Whoever sent a page meanwhile is shown their own words again, to copy them.
    """
    sessions.rollback()
    name = "answered" if error.has_answered else "closed"
    told = {"written": _written(), "corner": kiosk.corner_of_refusal()}
    return render_template(f"respond/{name}.html", page_tag=i18n.tag(i18n.choose()), **told), 404


@blueprint.app_errorhandler(PausedError)
def paused(error: PausedError) -> ResponseReturnValue:
    """Say kindly that the survey pauses, when it goes on, and that nothing is lost."""
    sessions.rollback()
    # A day that is past promises nothing any more.
    day = error.resumes_on if error.resumes_on and error.resumes_on >= today() else None
    told = {"has_begun": error.has_begun, "day": day, "written": _written()}
    tag, corner = i18n.tag(i18n.choose()), kiosk.corner_of_refusal()
    return render_template("respond/paused.html", page_tag=tag, corner=corner, **told)


def _require_pages(found: Visit) -> None:
    """Show no page while the wave pauses, but the thanks of who has finished; nobody comes back to a seat."""
    if not found.wave.is_paused(datetime.now(UTC)):
        return
    if found.seat:
        kiosk.vacate(found)
        found.session.commit()
    raise PausedError(found.wave, has_begun=not found.seat)


def _written() -> list[str]:
    """Give what was typed on the page that was sent; choices are no words."""
    names = [name for name in request.form if not name.startswith("_")]
    sent = [text.strip() for name in names for text in request.form.getlist(name)]
    return [text for text in sent if re.search(r"\s|[^\x00-\x7f]", text)]


@blueprint.get("/s/<public_key>")
@blueprint.get("/i/<token>")
@blueprint.get("/s/<public_key>/")
@blueprint.get("/i/<token>/")
@blueprint.get("/k/<public_key>/<seat>")
def start(public_key: str = "", token: str = "", seat: str = "") -> ResponseReturnValue:
    """Lead to the page where this respondent is: the first, the one after the last saved, or the receipt."""
    found = visit(public_key, token, seat)
    if found.is_over:
        if token:
            raise ClosedError(has_answered=True)
        return redirect(addresses.done(found, sharing.unit()), 303)
    _require_pages(found)
    way = found.way()
    last = found.response.section if found.response is not None else ""
    section = way.after(last or None)
    if section is None and last:
        section = next(reversed(way.shown), None)
    if section is None:
        raise ClosedError  # a questionnaire that asks this person nothing
    place = addresses.page(found, section)
    if last and sharing.is_shared(found):
        place = addresses.resumed(found, section, sharing.unit())
    return remember(found, make_response(redirect(place, 303)))


@blueprint.post("/s/<public_key>")
def anew(public_key: str) -> ResponseReturnValue:
    """Let somebody else begin on this device; what was answered there before stays, and no way leads back."""
    found = visit(public_key, "")
    page = make_response(redirect(addresses.anew(found.wave.public_key, sharing.unit()), 303))
    return sharing.forget(found, page) if revision_of(found, request.form.get("_t", "")) is not None else page


@blueprint.get("/s/<public_key>/done")
@blueprint.get("/i/<token>/done")
def done(public_key: str = "", token: str = "") -> ResponseReturnValue:
    """Thank, and show the receipt."""
    found = visit(public_key, token)
    response = found.response
    if response is None or not found.is_over:
        return redirect(addresses.start(found), 303)
    return _thanks(found)


def _thanks(found: Visit) -> str:
    """Thank, with the receipt of who has completed the questionnaire."""
    response, document, way = found.response, found.router.document, found.way()
    assert response is not None
    text = in_language(document.thanks, found.language)
    if response.state == ResponseState.SCREENED:
        text = _farewell(found, response.ended_by or "", way)
    with force_locale(i18n.locale(found.language)):
        return render_template(
            "respond/done.html",
            page_tag=i18n.tag(found.language),
            page_language=found.language,
            document=document,
            text=fill(text, found.names(way)),
            receipt=response.receipt,
            languages=[code for code in document.languages if code != found.language],
            is_trial=commenting.is_trial(found),
            corner=Markup(kiosk.corner(found, has_finished=True)),  # noqa: S704  rendered with escapes
            anew=addresses.anew(found.wave.public_key, sharing.unit()) if sharing.is_shared(found) else "",
            mark=mark_of(found),
        )


def _farewell(found: Visit, ended_by: str, way: Way) -> str:
    """Give what is said to whoever was let go: by the stop, by the quota, or where neither has words."""
    if ended_by.startswith(OF_QUOTA) or way.stop is None:
        code = ended_by.removeprefix(OF_QUOTA)
        texts = (quota.text for quota in found.router.document.quotas if quota.code == code)
        said = next(texts, None)
        return Problem.QUOTA_FULL.text(found.language) if said is None else in_language(said, found.language)
    return in_language(way.stop.text, found.language)


@blueprint.get("/s/<public_key>/<section>")
@blueprint.get("/i/<token>/<section>")
@blueprint.get("/k/<public_key>/<seat>/<section>")
def show(section: str, public_key: str = "", token: str = "", seat: str = "") -> ResponseReturnValue:
    """Show one page with what was answered before."""
    found = visit(public_key, token, seat)
    if found.is_over:
        return redirect(addresses.done(found), 303)
    _require_pages(found)
    way = found.way()
    if section not in way.shown:
        return redirect(addresses.start(found), 303)
    page = pages.page_of(found.router, section, found.language)
    values = (
        pages.stored_values(page, way) | pages.notice(found, page, request.args) | _unread(found, page, way)
    )
    shown = pages.fill(found, page, way, values)
    return remember(found, make_response(shown))


@blueprint.post("/s/<public_key>/<section>")
@blueprint.post("/i/<token>/<section>")
@blueprint.post("/k/<public_key>/<seat>/<section>")
@limiter.limit(lambda: current_app.config["MANYI"]["ANSWER_LIMIT"])
def answer(section: str, public_key: str = "", token: str = "", seat: str = "") -> ResponseReturnValue:
    """Check and save one page, then go where the pressed button leads."""
    request.max_content_length = current_app.config["MANYI"]["ANSWER_KIB"] * 1024
    found = visit(public_key, token, seat)
    if section not in found.router.pages:
        raise ClosedError
    form = {name: request.form.getlist(name) for name in request.form}
    if found.is_over:
        return redirect(addresses.done(found), 303)
    revision = revision_of(found, request.form.get("_t", ""))
    if revision is None:
        return _unconfirmed(found, section, form)
    pressed = request.form.get("go", "next")
    stays = pressed.startswith("lang:")
    go: Literal["next", "back", "stay"] = "stay" if stays else "back" if pressed == "back" else "next"
    sent = Sent(section, form, go, _seconds(), revision)
    try:
        now = datetime.now(UTC)
        came = turn(found, sent, now)
        if not came.saved:
            found.take_back()
            return _not_saved(found, section, form, came)
        commenting.keep(found, section, form)
        target = _target(found, came)
        count = counting_of(found, came, now)
        thanks = _thanks(found) if found.seat and came.page is None else ""
        if thanks:
            kiosk.vacate(found)  # shown once, here: no address leads back to it
        found.session.commit()
    except SurveyError as error:
        found.session.rollback()
        if error.problem == Problem.RESPONSE_SUBMITTED:
            return redirect(addresses.done(found), 303)
        if found.wave.is_paused(datetime.now(UTC)):
            raise PausedError(found.wave, has_begun=False) from error  # since this first page was on its way
        raise ClosedError from error
    except InvalidRequestError as error:
        found.session.rollback()
        raise ClosedError from error  # the pilot was deleted while this page was on its way
    count()
    if thanks:
        return thanks
    page = make_response(redirect(target, 303))
    if stays and pressed[5:] in found.router.document.languages:
        i18n.set_cookie(page, pressed[5:])
    return page


def _seconds() -> float:
    """Give the time on the page as the browser measured it; nonsense counts as no time."""
    told = request.form.get("_s", 0.0, type=float)
    return min(max(told, 0.0), SLOWEST_PAGE_SECONDS) if math.isfinite(told) else 0.0


def _target(found: Visit, came: Turn) -> str:
    if came.page is None:
        return addresses.done(found)
    if came.question:
        return addresses.question(found, came.page, came.question)
    return (addresses.after_dropping if came.dropped else addresses.page)(found, came.page)


def _unread(found: Visit, page: CompiledPage, way: Way) -> dict[str, str]:
    """Show what was typed before the page was left and could not be read, with what is wrong with it."""
    fields = [field for item in page.items.values() for field in item.fields]
    typed = keeping.waiting(way, fields)
    if not typed:
        return {}
    problems = found.router.wrong(page.section.code, typed)
    told = messages.refused(page, problems, found.names(way)) if problems else {}
    return pages.sent_values(page, typed) | told


def _unconfirmed(found: Visit, section: str, form: dict[str, list[str]]) -> ResponseReturnValue:
    """Show again what came without the browser's key (cookies deleted, a forged form): nothing is stored."""
    page = pages.page_of(found.router, section, found.language)
    values = pages.sent_values(page, form) | messages.unconfirmed(page)
    return remember(found, make_response(pages.fill(found, page, found.way(), values, form), 422))


def _not_saved(found: Visit, section: str, form: dict[str, list[str]], came: Turn) -> ResponseReturnValue:
    """Show the page again with everything that was sent, and what to mend."""
    if not came.problems:
        return redirect(addresses.start(found), 303)  # a page that the answers before leave out
    page = pages.page_of(found.router, section, found.language)
    before = found.way()
    told = messages.refused(
        page, came.problems, found.names(came.way), messages.elsewhere(found, page, before)
    )
    return pages.fill(found, page, came.way, pages.sent_values(page, form) | told, form), 422
