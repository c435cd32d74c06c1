"""Pilots of a draft: frozen with one click, handed out by link or QR code, reported, emptied and deleted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from surveys import audit
from surveys.database import lock_for_writing
from surveys.document.minutes import minutes
from surveys.document.wording import language_of
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.models import AuditEntry, Customer, Wave
from surveys.models.collection import Access
from surveys.piloting import comments, people, pilots
from surveys.piloting.counting import counted
from surveys.piloting.pilots import Pilot
from web import i18n, qr, readers
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.room import Desk, Marks
from web.author.model import findings_of_model
from web.exports.download import csv_download
from web.exports.table import Table
from web.extensions import db
from web.fieldwork.overview import address_of, whole_address
from web.labels import CLASSES
from web.naming import Naming
from web.pilot import inviting, telling
from web.respond import addresses

blueprint = Blueprint("pilot", __name__, url_prefix="/questionnaires")
PLACE: Final = f"{room.PLACE}/pilot"
OF_ONE: Final = f"{PLACE}/<int:number>"
DELETED: Final = "pilot.delete"


class Ending(NamedTuple):
    """What became of a deleted pilot."""

    at: datetime
    by: str


@blueprint.get(PLACE)
@allow(DESIGNER)
def index(code: str) -> ResponseReturnValue:
    """Show every pilot of a draft, and freeze another."""
    return _index(room.find(code))


def _index(
    desk: Desk,
    faults: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    found = pilots.pilots_of(db.session, desk.draft)
    page = render_template(
        "pilot/index.html",
        desk=desk,
        pilots=found,
        endings=_endings(desk),
        marks=Marks(desk),
        next=found[0].number + 1 if found else 1,
        errors=desk.judged.n_barring,
        document=desk.document,
        minutes=minutes(desk.document) if desk.document is not None else 0,
        faults=dict.fromkeys(inviting.FIELDS, "") | dict(faults or {}),
        given={"days": str(pilots.DAYS), "drawn": inviting.USUAL, **(given or {})},
        units=inviting.units(),
        classes=CLASSES,
        has_customers=db.session.scalar(select(Customer.id).limit(1)) is not None,
        now=datetime.now(UTC),
    )
    return page, status


@blueprint.post(PLACE)
@allow(DESIGNER)
def freeze(code: str) -> ResponseReturnValue:
    """Freeze the draft as the page showed it, and go to the link to hand out."""
    desk = room.find(code)
    base, _tab, _client = room.marks_of(desk)
    number = readers.number(request.form.get("number", "")) or 0
    days = readers.number(request.form.get("days", "").strip()) or 0
    now = datetime.now(UTC)
    try:
        chosen = inviting.invited(desk.draft, request.form, request.files.get("list"), now)
        made = pilots.freeze(
            db.session,
            desk.draft,
            base,
            number,
            days=days,
            people=chosen,
            more=findings_of_model,
            staff_name=current_user.email,
            now=now,
        )
        detail = {"change": made.change, "days": days, "content_hash": made.version.content_hash}
        detail |= {"people": len(chosen)} if chosen else {}
        _record("pilot.freeze", desk, made, now, detail)
    except inviting.InvitedError as refused:
        return _index(room.find(code), {refused.field: refused.message}, request.form, 422)
    except SurveyError as refused:
        db.session.rollback()
        about = refused.text(i18n.choose())
        if refused.problem == Problem.PILOT_DAYS:
            return _index(room.find(code), {"days": about}, request.form, 422)
        flash(about, "error")
        return redirect(url_for("pilot.index", code=code), 303)
    if chosen:
        flash(_("Frozen as %(name)s. Make the links of those asked below.", name=made.name), "success")
    else:
        flash(_("Frozen as %(name)s. Hand out the link or the code below.", name=made.name), "success")
    return redirect(url_for("pilot.show", code=code, number=made.number), 303)


@blueprint.get(OF_ONE)
@allow(DESIGNER)
def show(code: str, number: int) -> ResponseReturnValue:
    """Show a pilot's link and its report; of a deleted one when it was deleted."""
    desk, found = _find(code, number)
    if found.wave is None:
        return render_template("pilot/gone.html", desk=desk, pilot=found, ending=_endings(desk).get(number))
    document = publishing.load_document(found.version)
    router = publishing.router_of(found.version.content_hash, lambda: document)
    told = counted(db.session, found.wave, router)
    said = comments.of_wave(db.session, found.wave)
    naming = Naming(document, language_of(document, i18n.choose()))
    blocks, totals = telling.blocks_of(document, told, naming)
    nodes = {
        (node.kind, node.code): node.id
        for node in desk.nodes
        if node.code and desk.nodes.is_there(node.id) and node.kind in {"section", "question", "row"}
    }
    link = address_of(found.wave)
    is_invited = found.wave.access == Access.INVITED
    return render_template(
        "pilot/show.html",
        desk=desk,
        pilot=found,
        wave=found.wave,
        told=told,
        pages=list(telling.pages_of(document, told, said, naming, nodes, totals)),
        blocks=blocks,
        about=telling.about_of(said),
        n_comments=len(said),
        document=document,
        link=link,
        code=_code(link),
        asked=people.asked(db.session, found.version) if is_invited else [],
        n_links=people.n_links(db.session, found.wave) if is_invited else 0,
        is_open=found.wave.is_open(datetime.now(UTC)),
        minutes=minutes(document),
        share=telling.share,
        fewest=telling.FEWEST,
    )


def _code(link: str) -> tuple[int, str] | None:
    """Give the QR code of a link; None of one that is too long for it."""
    try:
        return qr.svg_path(link)
    except ValueError:
        return None


@blueprint.post(f"{OF_ONE}/links")
@allow(DESIGNER)
def links(code: str, number: int) -> ResponseReturnValue:
    """Make a link for each of those asked, and hand them over this once, as a file; older ones end."""
    desk, found, wave = _standing(code, number)
    now = datetime.now(UTC)
    asked = people.asked(db.session, found.version)
    if not asked or not wave.is_open(now):
        abort(404)
    try:
        tokens = people.links(db.session, wave, asked, now)
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return redirect(url_for("pilot.show", code=code, number=number), 303)
    _record("pilot.links", desk, found, now, {"n_links": len(tokens)})
    rows = (
        (each.code, whole_address(addresses.link(token=token)))
        for each, token in zip(asked, tokens, strict=True)
    )
    return csv_download(Table(["customer", "link"], rows), f"links-{code}-{found.name}-{now:%Y%m%d-%H%M%S}")


@blueprint.post(f"{OF_ONE}/close")
@allow(DESIGNER)
def close(code: str, number: int) -> ResponseReturnValue:
    """Let no more answers in."""
    desk, found, wave = _standing(code, number)
    now = datetime.now(UTC)
    if wave.is_open(now):
        pilots.close(db.session, wave, now)
        _record("pilot.close", desk, found, now)
    flash(_("Closed: nobody can answer %(name)s any more.", name=found.name), "success")
    return redirect(url_for("pilot.show", code=code, number=number), 303)


@blueprint.route(f"{OF_ONE}/empty", methods=["GET", "POST"])
@allow(DESIGNER)
def empty(code: str, number: int) -> ResponseReturnValue:
    """Ask once, then delete everything that people said; the link begins anew."""
    desk, found, wave = _standing(code, number)
    if request.method == "GET":
        return render_template("pilot/sure.html", desk=desk, pilot=found, whole=False, **_gone(wave))
    now = datetime.now(UTC)
    _record("pilot.empty", desk, found, now, pilots.empty(db.session, wave))
    flash(
        _("Every answer and comment of %(name)s is deleted. The link begins anew.", name=found.name),
        "success",
    )
    return redirect(url_for("pilot.show", code=code, number=number), 303)


@blueprint.route(f"{OF_ONE}/delete", methods=["GET", "POST"])
@allow(DESIGNER)
def delete(code: str, number: int) -> ResponseReturnValue:
    """Ask once, then delete the pilot with everything that people said; the frozen draft stays."""
    desk, found, wave = _standing(code, number)
    if request.method == "GET":
        return render_template("pilot/sure.html", desk=desk, pilot=found, whole=True, **_gone(wave))
    now = datetime.now(UTC)
    _record(DELETED, desk, found, now, pilots.remove(db.session, wave))
    flash(_("%(name)s is deleted, with every answer and comment.", name=found.name), "success")
    return redirect(url_for("pilot.index", code=code), 303)


def _gone(wave: Wave) -> dict[str, int]:
    return {"n_comments": len(comments.of_wave(db.session, wave))}


def _find(code: str, number: int) -> tuple[Desk, Pilot]:
    desk = room.find(code)
    return desk, pilots.find(db.session, desk.draft, number) or abort(404)


def _standing(code: str, number: int) -> tuple[Desk, Pilot, Wave]:
    """Give a pilot that is not deleted; nobody else changes one until a request that does is through."""
    if request.method == "POST":
        lock_for_writing(db.session, Wave)
    desk, found = _find(code, number)
    return desk, found, found.wave or abort(404)


def _target(desk: Desk, name: str) -> str:
    return f"questionnaire:{desk.code}/{name}"


def _endings(desk: Desk) -> dict[int, Ending]:
    """Give when and by whom pilots were deleted, by number, as the trail has it."""
    start = _target(desk, "P")
    wanted = select(AuditEntry).where(
        AuditEntry.action == DELETED, AuditEntry.target.startswith(start, autoescape=True)
    )
    return {
        int(entry.target.removeprefix(start)): Ending(entry.at, entry.actor)
        for entry in db.session.scalars(wanted)
    }


def _record(
    action: str, desk: Desk, pilot: Pilot, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Note what was done in the audit trail, and keep it."""
    target = _target(desk, pilot.name)
    audit.record(db.session, actor=current_user.email, action=action, target=target, now=now, detail=detail)
    db.session.commit()
