"""Blocks of staff: the list of them, and the page of one with what was done to it, and what may be done."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from sqlalchemy import select

from surveys.editing import library
from surveys.editing.nodes import ROOT, Node
from surveys.errors import SurveyError
from surveys.models import Draft, DraftNode, LibraryEntry, StoredQuestionnaire
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.roles import ADMINISTRATOR, ANALYST, DESIGNER
from web.author import sources
from web.author.drafts import noting, room
from web.author.drafts.gathering import referred_by
from web.author.drafts.origins import BLOCK, VERSION, Origin, named, origin_of
from web.author.drafts.wording import kind_of, name_of
from web.extensions import db

blueprint = room.blueprint
LIBRARY: Final = "/library"
OF_ONE: Final = f"{LIBRARY}/<int:block>"
DOINGS: Final = {
    "put": _l("put in"),
    "renew": _l("parts replaced"),
    "rename": _l("renamed"),
    "withdraw": _l("taken off the shelf"),
    "restore": _l("put back on the shelf"),
    "undo": _l("last act taken back"),
}


class Own(NamedTuple):
    """A block as lists show it: how it stands, its parts as a link takes them, and where it is from."""

    entry: LibraryEntry
    origin: Origin
    parts: tuple[Node, ...]
    n_questions: int
    source: str
    source_address: str

    @property
    def ids(self) -> tuple[int, ...]:
        """The parts as a form sends them."""
        return tuple(each.id for each in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """What the parts are called."""
        return tuple(f"{kind_of(each)} {name_of(self.origin, each)}" for each in self.parts)


def own_blocks() -> Iterator[Own]:
    """Give every block of staff, withdrawn ones too, by name."""
    for entry in library.shelf(db.session):
        found = _own(entry)
        if found is not None:
            yield found


def _own(entry: LibraryEntry) -> Own | None:
    origin = origin_of(f"{BLOCK}:{entry.block}/{entry.edition}")
    if origin is None:
        return None
    n = sum(each.kind == "question" for each in origin.nodes)
    return Own(entry, origin, tuple(_parts(origin)), n, *named(entry.source))


def _parts(origin: Origin) -> Iterator[Node]:
    """Give what was put in: a section that was made only to hold questions is none of it."""
    system = next(iter(origin.nodes.children(ROOT, "system")), None)
    constructs = origin.nodes.children(system.id, "construct") if system is not None else []
    along = {each.id for construct in constructs for each in referred_by(origin.nodes, construct)}
    for section in origin.nodes.children(ROOT, "section"):
        if "origin/source" in section.fields:
            yield section
            continue
        for question in origin.nodes.children(section.id, "question"):
            if not along.intersection(each.id for each in origin.nodes.branch(question)):
                yield question
    yield from constructs


@blueprint.get(LIBRARY)
@allow(DESIGNER, ANALYST)
def blocks() -> ResponseReturnValue:
    """List the blocks of staff; withdrawn ones apart."""
    found = list(own_blocks())
    return render_template(
        "author/drafts/blocks.html",
        there=[each for each in found if not each.entry.withdrawn],
        gone=[each for each in found if each.entry.withdrawn],
        drafts=sources.drafts(db.session),
    )


@blueprint.get(OF_ONE)
@allow(DESIGNER, ANALYST)
def block(block: int) -> ResponseReturnValue:
    """Show a block: its parts, where it is from and where it is used, and everything done to it."""
    return _page(block)


def _page(block: int, fault: str = "", status: int = 200) -> ResponseReturnValue:
    acts = library.acts_of(db.session, block)
    own = _own(acts[-1]) if acts else None
    if own is None:
        abort(404)
    is_sent = status != 200
    return render_template(
        "author/drafts/block.html",
        own=own,
        acts=acts[::-1],
        doings=DOINGS,
        may_change=_may_change(acts),
        owner=acts[0].staff_name,
        used=list(_used(block)),
        name=request.form.get("name", "") if is_sent else own.entry.name,
        about=request.form.get("about", "") if is_sent else own.entry.about,
        fault=fault,
    ), status


def _may_change(acts: list[LibraryEntry]) -> bool:
    """Tell whether a block is of whoever asks: who put it in, and administrators, may change it."""
    is_designer = DESIGNER in current_user.role_names and current_user.email == acts[0].staff_name
    return is_designer or ADMINISTRATOR in current_user.role_names


def _used(block: int) -> Iterator[tuple[str, str]]:
    """Name the drafts that hold copies of a block, and the newest versions that do, with their pages."""
    head = f"{BLOCK}:{block}/"
    kept = DraftNode.fields["origin/source"].as_string()
    query = (
        select(StoredQuestionnaire.code)
        .join(Draft)
        .join(DraftNode)
        .where(kept.startswith(head), DraftNode.dropped.is_(False))
        .distinct()
        .order_by(StoredQuestionnaire.code)
    )
    for code in db.session.scalars(query):
        yield _("Draft of %(code)s", code=code), url_for("drafts.show", code=code)
    seen: set[str] = set()
    for version in sources.versions(db.session):
        found = (
            None
            if version.code in seen
            else sources.find(db.session, VERSION, version.code, str(version.number))
        )
        seen.add(version.code)
        if found is not None and any(each.source.startswith(head) for each in found.document.origins()):
            yield named(f"{VERSION}:{version.code}/{version.number}")


@blueprint.post(f"{OF_ONE}/<any(rename, withdraw, restore, undo):doing>")
@allow(DESIGNER)
def change_block(block: int, doing: str) -> ResponseReturnValue:
    """Do something to a block as its page showed it; whose it is not is refused."""
    acts = library.acts_of(db.session, block)
    if not acts:
        abort(404)
    if not _may_change(acts):
        abort(403)
    seen, was = readers.number(request.form.get("seen", "")), acts[-1]
    if seen is None:
        abort(400)
    by: dict[str, Any] = {"staff_name": current_user.email, "now": datetime.now(UTC)}
    try:
        match doing:
            case "rename":
                said: dict[str, Any] = {each: request.form.get(each, "") for each in ("name", "about")}
                done = library.rename(db.session, block, seen, **said, **by)
                noting.record("library.rename", done, was)
            case "undo":
                done = library.undo(db.session, block, seen, **by)
                noting.record("library.undo", done, was)
            case "withdraw":
                done = library.withdraw(db.session, block, seen, gone=True, **by)
                noting.record("library.withdraw", done, was)
            case _:
                done = library.withdraw(db.session, block, seen, gone=False, **by)
                noting.record("library.restore", done, was)
    except SurveyError as refused:
        db.session.rollback()
        return _page(block, refused.text(i18n.choose()), 422)
    if done.number > was.number:
        flash(
            _("Done: %(what)s. The history of the block takes it back.", what=DOINGS[done.doing]), "success"
        )
    return redirect(url_for("drafts.block", block=block), 303)
