"""Copying into a draft from another questionnaire: chosen, seen with what comes along, done as one change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing import library
from surveys.editing.nodes import ROOT, Node
from surveys.errors import SurveyError
from surveys.models import LibraryEntry
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author import sources
from web.author.drafts import room
from web.author.drafts.clashing import answered
from web.author.drafts.copying import COPIED, brought
from web.author.drafts.noting import record_draft
from web.author.drafts.origins import BLOCK, DRAFT, Origin, origin_of
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.wording import kind_of, name_of
from web.extensions import db

blueprint = room.blueprint


class Offered(NamedTuple):
    """A part that can be copied, with those below it that can be too."""

    node: Node
    name: str
    below: tuple["Offered", ...]


class Named(NamedTuple):
    """A questionnaire from which can be copied: what a form sends for it, and what it is called."""

    sent: str
    label: str


def _named(desk: Desk) -> Iterator[Named]:
    for other in sources.drafts(db.session):
        if other.code != desk.code:
            told = _("Draft of %(code)s", code=other.code)
            label = f"{i18n.text(other.title)} · {told}" if other.title else told
            yield Named(f"{DRAFT}:{other.code}", label)
    for version in sources.versions(db.session):
        yield Named(f"version:{version.code}/{version.number}", version.label)
    for each in sources.instruments_with_state(db.session):
        label = sources.called(each.document.title, each.form)
        yield Named(f"instrument:{each.name}/{each.form}", label)
    for block in library.shelf(db.session):
        if not block.withdrawn:
            sent = f"{BLOCK}:{block.block}/{block.edition}"
            yield Named(sent, _("Library: %(name)s", name=block.name))


def offered(origin: Origin) -> tuple[tuple[Offered, ...], tuple[Offered, ...]]:
    """Give the sections with their questions, and the constructs."""
    root = origin.nodes.root.id
    systems = origin.nodes.children(root, "system")
    constructs = origin.nodes.children(systems[0].id, "construct") if systems else []
    sections = origin.nodes.children(root, "section")
    return (
        tuple(
            Offered(
                each,
                name_of(origin, each),
                tuple(
                    Offered(asked, f"{kind_of(asked)} {name_of(origin, asked)}", ())
                    for asked in origin.nodes.children(each.id, "question")
                ),
            )
            for each in sections
        ),
        tuple(Offered(each, name_of(origin, each), ()) for each in constructs),
    )


@blueprint.route(f"{PLACE}/bring", methods=["GET", "POST"])
@allow(DESIGNER)
def bring(code: str) -> ResponseReturnValue:
    """Choose a questionnaire, then parts of it, see what comes along, and copy them as one change."""
    desk = room.find(code)
    given = request.form if request.method == "POST" else request.args
    sent = given.get("source", "")
    origin = origin_of(sent) if sent else None
    if sent and origin is None:
        abort(404)
    gone = _withdrawn(sent)
    if gone is not None:
        flash(_("%(name)s was taken off the shelf by %(who)s.", name=gone.name, who=gone.staff_name), "error")
        return redirect(url_for("drafts.library", code=code), 303)
    chosen = chosen_of(origin, given.getlist("part")) if origin is not None else []
    into = _into(desk, given.get("into", ""))
    found = brought(desk, origin, chosen, into, day=_today()) if origin is not None and chosen else None
    fault = ""
    if origin is None or found is None:
        if request.method == "POST" or "go" in given:
            fault = _("Choose at least one section, question or construct.")
    elif request.method == "POST":
        how = request.form.get("how", "")
        if not found.missing or how in {"keep", "leave"}:
            return _copy(desk, origin, chosen, into, keeps=how != "leave")
        fault = _("Say what is to become of what refers to parts that are not here.")
    return render_template(
        "author/drafts/bring.html",
        desk=desk,
        marks=Marks(desk),
        sources=list(_named(desk)),
        origin=origin,
        offered=offered(origin) if origin is not None and found is None else None,
        sections=[(each.id, name_of(desk, each)) for each in desk.nodes.children(ROOT, "section")],
        chosen=chosen,
        into=into,
        found=found,
        fault=fault,
    ), 422 if fault else 200


def _today() -> date:
    return datetime.now(UTC).date()


def _withdrawn(sent: str) -> LibraryEntry | None:
    """Give the last act on a block that is off the shelf; None of what can be taken."""
    kind, _sep, rest = sent.partition(":")
    acts = library.acts_of(db.session, int(rest.split("/")[0])) if kind == BLOCK else []
    return acts[-1] if acts and acts[-1].withdrawn else None


def chosen_of(origin: Origin, sent: list[str]) -> list[Node]:
    """Give the parts that were ticked; what is none, or can be copied by nobody, is not found."""
    found: dict[int, Node] = {}
    for each in sent:
        number = readers.number(each)
        if number is None or not origin.nodes.is_there(number):
            abort(404)
        node = origin.nodes.by_id[number]
        if node.kind not in COPIED:
            abort(404)
        found[node.id] = node
    return list(found.values())


def _into(desk: Desk, sent: str) -> Node | None:
    if not sent:
        return None
    number = readers.number(sent)
    if number is None or desk.node(number).kind != "section":
        abort(404)
    return desk.nodes.by_id[number]


def _copy(
    desk: Desk, origin: Origin, chosen: list[Node], into: Node | None, *, keeps: bool
) -> ResponseReturnValue:
    found = brought(desk, origin, chosen, into, day=_today(), keeps=keeps)
    try:
        outcome = room.send(desk, found.operations)
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return redirect(url_for("drafts.bring", code=desk.code, source=origin.sent), 303)
    if outcome.conflicts:
        return answered(desk, outcome, found.operations, desk.nodes.root.id)
    if outcome.is_new:
        detail = {"source": origin.source, "change": outcome.number, "parts": len(chosen)}
        record_draft("draft.copy", desk.code, datetime.now(UTC), **detail)
    flash(_("Copied from %(title)s. Undo takes all of it back.", title=origin.title), "success")
    first = outcome.ids.get(found.operations[0]["id"], desk.nodes.root.id)
    return redirect(url_for("drafts.part", code=desk.code, node_id=first), 303)
