"""What a draft can take from: modules that are switched in, and blocks by construct."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from surveys import instruments
from surveys.editing.nodes import ROOT, Node
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import sources
from web.author.drafts import room
from web.author.drafts.blocks import own_blocks
from web.author.drafts.origins import MODULE, Origin, origin_of
from web.author.drafts.room import PLACE, Desk, blueprint
from web.author.drafts.wording import name_of
from web.extensions import db


class Module(NamedTuple):
    """A module: what it is for, its parts, and the section of the draft in which it is there already."""

    name: str
    sent: str
    title: str
    about: str
    parts: tuple[int, ...]
    here: Node | None


class Block(NamedTuple):
    """A construct with its questions, and where it comes from."""

    sent: str
    node: int
    title: str
    n_questions: int
    is_locked: bool


class Shelf(NamedTuple):
    """The blocks of one construct, by its code."""

    code: str
    name: str
    blocks: list[Block]


@blueprint.get(f"{PLACE}/library")
@allow(DESIGNER, ANALYST)
def library(code: str) -> ResponseReturnValue:
    """Show modules and blocks; each is seen with what comes along before it is taken."""
    desk = room.find(code)
    return render_template(
        "author/drafts/library.html",
        desk=desk,
        modules=list(_modules(desk)),
        own=[each for each in own_blocks() if not each.entry.withdrawn],
        shelves=list(_shelves()),
    )


def _modules(desk: Desk) -> Iterator[Module]:
    there = {each.code: each for each in desk.nodes.children(ROOT, "section")}
    for name in instruments.modules():
        origin = origin_of(f"{MODULE}:{name}")
        if origin is not None:
            sections = origin.nodes.children(ROOT, "section")
            here = next((there[each.code] for each in sections if each.code in there), None)
            about = i18n.text(instruments.module(name).about)
            yield Module(name, origin.sent, origin.title, about, tuple(each.id for each in sections), here)


def _origins() -> Iterator[Origin]:
    """Give the built-in questionnaires, and the newest version of each that is none of these."""
    known = [f"instrument:{name}/full" for name in instruments.names()]
    built_in = {sources.instrument(name, "full").code for name in instruments.names()}
    newest = {each.code: each.number for each in reversed(sources.versions(db.session))}
    known += [f"version:{code}/{number}" for code, number in newest.items() if code not in built_in]
    for sent in known:
        origin = origin_of(sent)
        if origin is not None:
            yield origin


def _shelves() -> Iterator[Shelf]:
    found: dict[str, Shelf] = {}
    for origin in _origins():
        for system in origin.nodes.children(ROOT, "system"):
            for node in origin.nodes.children(system.id, "construct"):
                shelf = found.setdefault(node.code, Shelf(node.code, name_of(origin, node), []))
                n = sum(each.kind in {"member", "check"} for each in origin.nodes.branch(node))
                is_locked = bool(node.fields.get("locked"))
                shelf.blocks.append(Block(origin.sent, node.id, origin.title, n, is_locked))
    yield from found.values()
