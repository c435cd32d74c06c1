"""The editor: both trees, the part in the middle with its form, what stands below it, and what is found."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.document.conditions import choices_of
from surveys.document.wording import language_of
from surveys.editing.nodes import KINDS, Node, below
from surveys.errors import SurveyError
from surveys.logic.binding import bound
from surveys.logic.reading import parse
from surveys.questions import TYPES
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room, tree
from web.author.drafts.clashing import answered
from web.author.drafts.fields import Field, fields_of_node, sent, types
from web.author.drafts.held import Held, held
from web.author.drafts.making import PREFIX
from web.author.drafts.origins import STAMPED, told
from web.author.drafts.preview import section_of
from web.author.drafts.room import PLACE as DRAFT
from web.author.drafts.room import Desk, Marks
from web.author.drafts.sending import SHOWN, VALUE, Sent
from web.author.drafts.wording import KINDS as NAMES
from web.author.drafts.wording import columns_of, field_name, kind_of, name_of
from web.author.reading import Reading
from web.extensions import db
from web.naming import Naming
from web.security import framing_page

blueprint = room.blueprint
NODE = f"{DRAFT}/<int:node_id>"
# What a part is first of all: these fields stand above the others.
FIRST = ("type", "code", "text", "title", "name", "of")


class Below(NamedTuple):
    """Parts of one kind that stand below the open one."""

    kind: str
    name: object
    nodes: list[Node]
    may_add: bool


class Group(NamedTuple):
    """Fields of one name, which stand together; some are folded away unless one of them is wrong."""

    label: str
    fields: list[Field]
    is_folded: bool
    is_filled: bool
    is_wrong: bool


@blueprint.get(DRAFT)
@framing_page
@allow(DESIGNER, ANALYST)
def show(code: str) -> ResponseReturnValue:
    """Open a draft at its top."""
    desk = room.find(code)
    return page(desk, desk.nodes.root)


@blueprint.get(NODE)
@framing_page
@allow(DESIGNER, ANALYST)
def part(code: str, node_id: int) -> ResponseReturnValue:
    """Open a part of a draft."""
    desk = room.find(code)
    return page(desk, desk.node(node_id))


def page(
    desk: Desk,
    node: Node,
    marks: Marks | None = None,
    given: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    fault: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Show a part; `given` is what was sent and could not be taken, `faults` why, by field."""
    fields, wrong = fields_of_node(desk, node), faults or {}
    values, hold = _values(desk, node, fields, given), held(desk, node, fields)
    return render_template(
        "author/drafts/editor.html",
        desk=desk,
        node=node,
        name=name_of(desk, node),
        kind=kind_of(node),
        marks=marks or Marks(desk),
        groups=list(_groups(fields, values, wrong)),
        values=values,
        faults=wrong,
        fault=fault,
        sentence=lambda text: _sentence(desk, text),
        forms=tree.form(desk, node),
        indicators=tree.indicators(desk, node),
        beside=tree.beside(desk),
        neighbours=_neighbours(desk, node),
        parts_below=_below(desk, node, hold),
        previewed=section_of(desk, node),
        targets=list(_targets(desk, node, hold)),
        may_double=node.kind in PREFIX and hold.may_have(node.kind),
        types=types(),
        chain=list(desk.nodes.chain(node))[::-1],
        found=desk.judged.at(node.id),
        held=hold,
        origin=told(node),
        may_put=node.kind in STAMPED,
        columns=columns_of(desk),
        reading=_reading(desk) if node.kind == "system" else None,
        kind_of=kind_of,
        name_of=lambda each: name_of(desk, each),
    ), status


def _neighbours(desk: Desk, node: Node) -> tuple[Node | None, Node | None]:
    """Give the parts of its kind before and behind a part."""
    row = [None, *desk.nodes.siblings(node), None]
    at = row.index(node)
    return row[at - 1], row[at + 1]


def _reading(desk: Desk) -> Reading | None:
    """Give what tells the paths of the model as it stands; None where nothing has the right shape."""
    document = desk.document
    return None if document is None else Reading(document, language_of(document, i18n.choose()))


def _groups(fields: Sequence[Field], values: Mapping[str, Any], faults: Mapping[str, str]) -> Iterator[Group]:
    """Put fields of one name together: what is needed most first, what few need last and folded."""
    order = sorted(fields, key=lambda field: (field.is_folded, field.name not in FIRST))
    for name, found in groupby(order, key=lambda field: field.name):
        group = list(found)
        filled = any(values[each.path] not in {"", sent(each.usual), False} for each in group)
        is_wrong = any(each.path in faults for each in group)
        yield Group(field_name(name), group, group[0].is_folded, filled, is_wrong)


def _values(
    desk: Desk, node: Node, fields: Sequence[Field], given: Mapping[str, str] | None
) -> dict[str, Any]:
    """Give what each field holds: as it was sent, or as it is kept, or what nothing means."""
    kept = {
        desk.names.written_path(node, path): desk.names.written(node, path, value)
        for path, value in node.fields.items()
    }
    found: dict[str, Any] = {}
    for field in fields:
        value = kept.get(field.path, field.usual)
        if given is not None and (VALUE + field.path in given or SHOWN + field.path in given):
            found[field.path] = given.get(VALUE + field.path, "")
        elif field.control == "check":
            found[field.path] = value is not None and value is not False
        else:
            found[field.path] = sent(value)
    return found


def _sentence(desk: Desk, text: str) -> str:
    """Say a condition in words with texts of the questions; empty where it cannot be read yet."""
    document = desk.document
    if not text or document is None:
        return ""
    try:
        expression = bound(parse(text), choices_of(document))
    except SurveyError:
        return ""
    return Naming(document, language_of(document, i18n.choose())).sentence(expression)


def _below(desk: Desk, node: Node, hold: Held) -> list[Below]:
    found = []
    for kind in below(node.kind):
        nodes = desk.nodes.children(node.id, kind)
        fits = kind not in {"row", "option"} or _has(node, KINDS[kind].key)
        if nodes or fits:
            may_add = fits and hold.may_have(kind) and not (KINDS[kind].shape == "one" and nodes)
            found.append(Below(kind, NAMES[kind], nodes, may_add))
    return found


def _has(node: Node, key: str) -> bool:
    holder = TYPES.get(str(node.fields.get("type")))
    return holder is None or key in holder.model_fields


def _targets(desk: Desk, node: Node, hold: Held) -> Iterator[Node]:
    """Give what a part may be moved into, and its siblings, behind which it may be moved."""
    siblings = {each.id for each in desk.nodes.siblings(node)} - {node.id}
    for other in desk.nodes.branch(desk.nodes.root):
        is_other_parent = other.kind == KINDS[node.kind].parent and other.id != node.parent
        may_leave = node.parent is not None and hold.may_leave(node)
        if other.id in siblings or (may_leave and is_other_parent):
            yield other


@blueprint.post(NODE)
@allow(DESIGNER)
def save(code: str, node_id: int) -> ResponseReturnValue:
    """Set what differs in a part's form, as one change."""
    desk = room.find(code)
    node = desk.node(node_id)
    form = request.form
    read = Sent(desk, node, form)
    base, _tab, _client = room.marks_of(desk)
    operations = read.operations(base)
    if read.faults:
        message = _("Nothing was saved: one field cannot be read.")
        return page(desk, node, Marks.of_form(form), form, read.faults, message, 422)
    if not operations:
        return redirect(url_for("drafts.part", code=code, node_id=node_id), 303)
    try:
        outcome = room.send(desk, operations, _gesture())
    except SurveyError as refused:
        db.session.rollback()
        return page(room.find(code), node, Marks.of_form(form), form, None, refused.text(i18n.choose()), 422)
    return answered(desk, outcome, operations, node_id)


def _gesture() -> bytes | None:
    """Give the mark of what is typed in one go, which is one step of undo."""
    written = request.form.get("gesture", "")
    return bytes.fromhex(written) if room.MARK.fullmatch(written) else None
