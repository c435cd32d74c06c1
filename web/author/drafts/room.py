"""What the pages of drafts share: their blueprint, the draft of an address, and sending a change."""

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flask import Blueprint, abort, request
from flask_security import current_user
from sqlalchemy import func, select

from surveys import words
from surveys.document.questionnaire import Questionnaire
from surveys.editing import drafting, publishing, series
from surveys.editing.assembling import assembled
from surveys.editing.drafting import Change, Outcome
from surveys.editing.naming import Names
from surveys.editing.nodes import Node, Nodes, nested
from surveys.editing.operations import Operation
from surveys.findings.finding import Finding
from surveys.findings.subject import Subject
from surveys.models import Draft, DraftChange, SeriesDecision, Version
from web import i18n, readers
from web.author.drafts import judging
from web.author.model import findings_of_model
from web.extensions import db
from web.shelf import Shelf

blueprint = Blueprint("drafts", __name__, url_prefix="/questionnaires")
PLACE = "/draft/<code>"
MARK = re.compile(r"[0-9a-f]{32}")
# What was read for a page is there for its preview and for the next form that is sent.
_nodes = Shelf(16)


class Desk:
    """A draft as a page shows it, with its nodes, its document and what is found in it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.code = draft.questionnaire.code

    @cached_property
    def nodes(self) -> Nodes:
        """Every node as it stands; to be read alone, for others read the same."""
        last = self.last.client if self.last is not None else b""
        found: Nodes = _nodes.get_state(
            self.key, (self.draft.number, last), lambda: drafting.nodes_of(db.session, self.draft)
        )
        return found

    @cached_property
    def names(self) -> Names:
        """What references are written by."""
        return Names(self.nodes)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The document as plain values, whatever is missing in it."""
        return assembled(self.nodes, self.names)

    @property
    def title(self) -> str:
        """What people read at the top, or the code of a draft that has none yet."""
        return i18n.text(self.plain.get("title") or {}) or self.code

    @property
    def key(self) -> judging.Key:
        """What tells it from other drafts."""
        return self.draft.id, self.draft.begun_at

    @cached_property
    def state(self) -> judging.Key:
        """What tells its present state from others: all that its findings depend on."""
        last = self.last.client if self.last is not None else b""
        of_versions = (Version.questionnaire_id == self.draft.questionnaire_id, Version.kind == "published")
        newest = db.session.scalar(select(func.max(Version.id)).where(*of_versions))
        return self.draft.number, last, newest, frozenset(self.decided)

    @cached_property
    def judged(self) -> judging.Judgement:
        """Every finding, and the document of what has the right shape."""
        return judging.of(self.key, self.state, self.nodes, lambda: self.plain, self._more)

    def _more(self, subject: Subject) -> Iterator[Finding]:
        yield from findings_of_model(subject)
        yield from series.undecided(self.former, subject.document, self.decided)
        yield from publishing.changed_since_last(db.session, self.code, subject.document)

    @cached_property
    def former(self) -> Mapping[str, series.Former]:
        """How the published versions asked each question last."""
        return series.formerly(db.session, self.draft.questionnaire_id)

    @cached_property
    def decided(self) -> Mapping[str, SeriesDecision]:
        """What somebody said goes on although it is worded anew."""
        return series.decisions(db.session, self.draft.questionnaire_id)

    @cached_property
    def reworded(self) -> tuple[series.Reworded, ...]:
        """The questions of which somebody says whether their answers go on."""
        document = self.document
        return () if document is None else tuple(series.reworded(self.former, document))

    @property
    def document(self) -> Questionnaire | None:
        """The document of what has the right shape, None where nothing has."""
        return self.judged.document

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is written."""
        own = {path: value for path, value in self.nodes.root.fields.items() if path.startswith("languages")}
        found = nested(own).get("languages")
        known = tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
        return known or (words.DEFAULT, words.FALLBACK)

    @cached_property
    def last(self) -> DraftChange | None:
        """The last change, None where none was made yet."""
        return db.session.get(DraftChange, (self.draft.id, self.draft.number))

    def node(self, node_id: int) -> Node:
        """Give a node that stands in the draft; where there is none, the page is not found."""
        if not self.nodes.is_there(node_id):
            abort(404)
        return self.nodes.by_id[node_id]


def find(code: str) -> Desk:
    """Give the draft of an address; where there is none, the page is not found."""
    draft = drafting.find(db.session, code)
    if draft is None:
        abort(404)
    return Desk(draft)


class Marks:
    """What a form carries so that its change can be merged: its base, its window, and a mark of its own."""

    def __init__(self, desk: Desk) -> None:
        self.base, self.tab, self.mark = desk.draft.number, secrets.token_hex(16), secrets.token_hex(16)

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> "Marks":
        """Give the marks of a form that is shown again: what it was made from stays."""
        made = cls.__new__(cls)
        made.base, made.tab, made.mark = int(form["base"]), form["tab"], secrets.token_hex(16)
        return made


def marks_of(desk: Desk) -> tuple[int, bytes, bytes]:
    """Read the base, the window and the change's own mark of a form that was sent.

    The same form with the same content is the same change, however often it is sent.
    """
    form = request.form
    base = readers.number(form.get("base", ""))
    tab, mark = form.get("tab", ""), form.get("mark", "")
    if base is None or not (MARK.fullmatch(tab) and MARK.fullmatch(mark)):
        abort(400)
    content = [request.path, *(f"{name}\x00{value}" for name, value in sorted(form.items(multi=True)))]
    kept = [part for part in content if not part.startswith("csrf_token\x00")]
    client = hashlib.sha256("\x01".join(kept).encode("utf-8", "surrogatepass")).digest()[:16]
    return min(base, desk.draft.number), bytes.fromhex(tab), client


def send(
    desk: Desk, operations: Sequence[Operation], gesture: bytes | None = None, *, unlocks: bool = False
) -> Outcome:
    """Make one change of the form that was sent; acknowledged when this returns."""
    base, tab, client = marks_of(desk)
    wanted = Change(base, tab, client, operations, gesture, unlocks=unlocks)
    outcome = drafting.change(
        db.session, desk.draft, wanted, staff_name=current_user.email, now=datetime.now(UTC)
    )
    db.session.commit()
    return outcome
