"""Where parts of a draft come from: what can be copied from, and what a copy keeps of it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from flask import url_for
from flask_babel import gettext as _

from surveys import instruments
from surveys.document.questionnaire import Questionnaire
from surveys.editing import drafting, library
from surveys.editing.assembling import disassembled
from surveys.editing.naming import Names
from surveys.editing.nodes import Node, Nodes
from surveys.editing.raising import raised
from web import i18n
from web.author import sources
from web.author.drafts.wording import text_of
from web.extensions import db

DRAFT, MODULE, BLOCK, VERSION, INSTRUMENT = "draft", "module", "block", "version", "instrument"
# What a copy keeps of its source stands in these fields.
STAMPED: Final = frozenset({"section", "question", "construct"})
KEPT: Final = "origin"
TEXTS: Final = frozenset(
    {
        "text",
        "title",
        "name",
        "fallback",
        "hint",
        "intro",
        "thanks",
        "anchors",
        "labels",
        "unit",
        "messages",
        "without",
    }
)
PLACE: Final = re.compile(r"[0-9]{1,9}/[0-9]{1,9}")


def is_text(path: str) -> bool:
    """Tell whether a field holds a text in a language, which is the last part of its path."""
    return path.partition("/")[0] in TEXTS and "/" in path


class Origin:
    """Where parts come from: a questionnaire's parts, and what it is called.

    `sent` is what a form sends for it, `source` what its copies keep (`surveys.questions.parts.Origin`).
    """

    def __init__(self, sent: str, title: str, nodes: Nodes, source: str = "") -> None:
        self.sent, self.title, self._nodes = sent, title, nodes
        self.source = source or sent
        self.names = Names(nodes)

    @property
    def nodes(self) -> Nodes:
        """All its parts."""
        return self._nodes

    def stamp(self, node: Node, day: date) -> dict[str, Any]:
        """Give the fields by which a copy of a part tells where it is from."""
        if node.kind not in STAMPED:
            return {}
        return {
            "origin/source": self.source,
            "origin/code": node.code[:64],
            "origin/day": day.isoformat(),
        }


def origin_of(sent: str) -> Origin | None:
    """Find a source, None where there is none.

    It is `version:CODE/N`, `instrument:NAME/FORM`, `draft:CODE`, `module:NAME` or `block:N/EDITION`.
    """
    kind, _sep, rest = sent.partition(":")
    if kind == DRAFT:
        draft = drafting.find(db.session, rest) if "\x00" not in rest else None
        if draft is None:
            return None
        nodes = drafting.nodes_of(db.session, draft)
        title = f"{text_of(nodes.root) or rest} ({_('draft')})"
        return Origin(sent, title, nodes, f"{DRAFT}:{rest}/{draft.number}")
    if kind == MODULE:
        if rest not in instruments.modules():
            return None
        document = instruments.module(rest).document
        return Origin(sent, i18n.text(document["title"]), disassembled(document))
    if kind == BLOCK:
        return _block(sent, rest) if PLACE.fullmatch(rest) else None
    if kind not in {VERSION, INSTRUMENT} or "/" not in rest:
        return None
    found = sources.find(db.session, kind, *rest.rsplit("/", 1))
    if found is None:
        return None
    nodes = disassembled(raised(found.document.dump()).plain)
    return Origin(sent, named(sent)[0], nodes)


def _block(sent: str, rest: str) -> Origin | None:
    block, edition = map(int, rest.split("/"))
    document = library.document_of(db.session, block, edition)
    if document is None:
        return None
    name = library.acts_of(db.session, block)[-1].name
    return Origin(sent, _("Library: %(name)s", name=name), disassembled(document))


class Told(NamedTuple):
    """The source of a part as a page tells it, and a newer text of the same part, where there is one."""

    title: str
    address: str
    code: str
    day: date | None
    newer: str
    newer_address: str


def told(node: Node) -> Told | None:
    """Tell where a part was copied from; None of one that was written here."""
    source, code = str(node.fields.get("origin/source", "")), str(node.fields.get("origin/code", ""))
    if not source:
        return None
    try:
        day = date.fromisoformat(str(node.fields.get("origin/day", "")))
    except ValueError:
        day = None
    title, address = named(source)
    newer, newer_address = _newer(source, node.kind, code)
    return Told(title, address, code, day, newer, newer_address)


def named(source: str) -> tuple[str, str]:
    """Name a source and give its page; what is not there any more is called as it was kept."""
    kind, _sep, rest = source.partition(":")
    name, _sep, part = rest.partition("/")
    if kind == DRAFT:
        draft = drafting.find(db.session, name) if "\x00" not in name else None
        address = url_for("drafts.show", code=name) if draft is not None else ""
        return _("draft of %(code)s, change %(n)s", code=name, n=part), address
    if kind == BLOCK:
        acts = library.acts_of(db.session, int(name)) if PLACE.fullmatch(rest) else []
        if not acts:
            return source, ""
        return _("block “%(name)s” of the library", name=acts[-1].name), url_for(
            "drafts.block", block=int(name)
        )
    if kind == MODULE and name in instruments.modules():
        return _("module “%(name)s”", name=i18n.text(instruments.module(name).document["title"])), ""
    found = sources.find(db.session, kind, name, part) if kind in {VERSION, INSTRUMENT} and part else None
    if found is None:
        return source, ""
    title = i18n.text(found.document.title)
    address = url_for("author.document", source=kind, code=name, part=part)
    if kind == VERSION:
        return _("%(title)s, version %(n)s", title=title, n=part), address
    return sources.called(found.document.title, part), address


def _newer(source: str, kind: str, code: str) -> tuple[str, str]:
    """Name the newest edition of a source and its page, if it words a part otherwise than the source did."""
    of, _sep, rest = source.partition(":")
    name = rest.partition("/")[0]
    newest = ""
    if of == VERSION:
        numbers = [each.number for each in sources.versions(db.session) if each.code == name]
        newest = f"{VERSION}:{name}/{max(numbers, default=0)}"
    elif of == BLOCK and PLACE.fullmatch(rest):
        acts = library.acts_of(db.session, int(name))
        if acts and not acts[-1].withdrawn:
            newest = f"{BLOCK}:{name}/{acts[-1].edition}"
    if newest in {"", source}:
        return "", ""
    before, now = origin_of(source), origin_of(newest)
    if before is None or now is None:
        return "", ""
    was, found = _said(before, kind, code), _said(now, kind, code)
    return named(newest) if found and found != was else ("", "")


def _said(origin: Origin, kind: str, code: str) -> dict[str, Any]:
    """Give the texts of a part with those below it, by code and path."""
    top = next((each for each in origin.nodes if each.kind == kind and each.code == code), None)
    if top is None:
        return {}
    texts: dict[str, Any] = {}
    for node in origin.nodes.branch(top):
        texts |= {f"{node.code}:{path}": value for path, value in node.fields.items() if is_text(path)}
    return texts


class Copied(NamedTuple):
    """One source of a document, its page, and the codes that its parts had there."""

    title: str
    address: str
    codes: tuple[str, ...]


def of_document(document: Questionnaire) -> Iterator[Copied]:
    """Tell where the parts of a document were copied from, source by source."""
    found: dict[str, dict[str, None]] = {}
    for each in document.origins():
        found.setdefault(each.source, {})[each.code] = None
    for source, codes in found.items():
        yield Copied(*named(source), tuple(filter(None, codes)))
