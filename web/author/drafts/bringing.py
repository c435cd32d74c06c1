"""Copying into a draft from another questionnaire: chosen, seen with what comes along, done as one change."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from surveys import audit, instruments
from surveys.editing import drafting
from surveys.editing.assembling import disassembled
from surveys.editing.nodes import ROOT, Node
from surveys.editing.raising import raised
from surveys.errors import SurveyError
from surveys.models import Draft
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author import sources
from web.author.drafts import room
from web.author.drafts.copying import COPIED, Origin, brought
from web.author.drafts.editor import answered
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.wording import kind_of, name_of, text_of
from web.extensions import db

blueprint = room.blueprint
DRAFT, MODULE = "draft", "module"


class Offered(NamedTuple):
    """A part that can be copied, with those below it that can be too."""

    node: Node
    name: str
    below: tuple["Offered", ...]


class Named(NamedTuple):
    """A questionnaire from which can be copied: what a form sends for it, and what it is called."""

    sent: str
    label: str


def origin_of(sent: str) -> Origin | None:
    """Find a source: `version:CODE/N`, `instrument:NAME/FORM`, `draft:CODE`, `module:NAME`; else None."""
    kind, _sep, rest = sent.partition(":")
    if kind == DRAFT:
        draft = drafting.find(db.session, rest) if "\x00" not in rest else None
        if draft is None:
            return None
        nodes = drafting.nodes_of(db.session, draft)
        return Origin(sent, f"{text_of(nodes.root) or rest} ({_('draft')})", nodes)
    if kind == MODULE:
        if rest not in instruments.modules():
            return None
        document = instruments.module(rest).document
        return Origin(sent, i18n.text(document["title"]), disassembled(document))
    if kind not in {"version", "instrument"} or "/" not in rest:
        return None
    found = sources.find(db.session, kind, *rest.rsplit("/", 1))
    if found is None:
        return None
    nodes = disassembled(raised(found.document.dump()).plain)
    return Origin(sent, f"{i18n.text(found.document.title)} ({found.part})", nodes)


def _named(desk: Desk) -> Iterator[Named]:
    for other in db.session.scalars(select(Draft).order_by(Draft.id)):
        if other.id != desk.draft.id:
            code = other.questionnaire.code
            yield Named(f"{DRAFT}:{code}", _("Draft of %(code)s", code=code))
    for version in sources.versions(db.session):
        label = _("%(title)s, version %(n)s", title=i18n.text(version.title), n=version.number)
        yield Named(f"version:{version.code}/{version.number}", label)
    for each in sources.instruments_with_state(db.session):
        label = _("Built in: %(title)s (%(form)s)", title=i18n.text(each.document.title), form=each.form)
        yield Named(f"instrument:{each.name}/{each.form}", label)


def _offered(origin: Origin) -> tuple[tuple[Offered, ...], tuple[Offered, ...]]:
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
    chosen = _chosen(origin, given.getlist("part")) if origin is not None else []
    into = _into(desk, given.get("into", ""))
    found = brought(desk, origin, chosen, into) if origin is not None and chosen else None
    fault = ""
    if request.method == "POST":
        if origin is None or found is None:
            fault = _("Choose at least one section, question or construct.")
        else:
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
        offered=_offered(origin) if origin is not None and found is None else None,
        sections=[(each.id, name_of(desk, each)) for each in desk.nodes.children(ROOT, "section")],
        chosen=chosen,
        into=into,
        found=found,
        fault=fault,
    ), 422 if fault else 200


def _chosen(origin: Origin, sent: list[str]) -> list[Node]:
    """Give the parts that were ticked; what is none, or can be copied by nobody, is not found."""
    found: dict[int, Node] = {}
    for each in sent:
        if not room.NUMBER.fullmatch(each) or not origin.nodes.is_there(int(each)):
            abort(404)
        node = origin.nodes.by_id[int(each)]
        if node.kind not in COPIED:
            abort(404)
        found[node.id] = node
    return list(found.values())


def _into(desk: Desk, sent: str) -> Node | None:
    if not sent:
        return None
    if not room.NUMBER.fullmatch(sent) or desk.node(int(sent)).kind != "section":
        abort(404)
    return desk.nodes.by_id[int(sent)]


def _copy(
    desk: Desk, origin: Origin, chosen: list[Node], into: Node | None, *, keeps: bool
) -> ResponseReturnValue:
    found = brought(desk, origin, chosen, into, keeps=keeps)
    try:
        outcome = room.send(desk, found.operations)
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return redirect(url_for("drafts.bring", code=desk.code, source=origin.sent), 303)
    if outcome.conflicts:
        return answered(desk, outcome, found.operations, desk.nodes.root.id)
    audit.record(
        db.session,
        actor=current_user.email,
        action="draft.copy",
        target=f"draft:{desk.code}",
        now=datetime.now(UTC),
        detail={"source": origin.sent, "change": outcome.number, "parts": len(chosen)},
    )
    db.session.commit()
    flash(_("Copied from %(title)s. Undo takes all of it back.", title=origin.title), "success")
    first = outcome.ids.get(found.operations[0]["id"], desk.nodes.root.id)
    return redirect(url_for("drafts.part", code=desk.code, node_id=first), 303)
