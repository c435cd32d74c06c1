"""What becomes of a change on a page: it goes on, or both sides are shown where another did the same."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing.drafting import Outcome
from surveys.editing.merging import Conflict
from surveys.editing.nodes import Node
from surveys.editing.operations import DROP, PLACE, Operation
from web.author.drafts import room
from web.author.drafts.fields import Choice, Field, fields_of_node, sent
from web.author.drafts.room import Desk, Marks
from web.author.drafts.sending import SHOWN, VALUE
from web.author.drafts.wording import field_name, kind_of, name_of, shown


class Clash(NamedTuple):
    """One conflict as its page shows it; `field` is what may be written anew, None for what is no field."""

    conflict: Conflict
    name: str
    what: str
    theirs: str
    mine: str
    field: Field | None


def answered(
    desk: Desk, outcome: Outcome, operations: Sequence[Operation], node_id: int, said: str = ""
) -> ResponseReturnValue:
    """Go on after a change; or show what somebody else did in the meantime, and what to do about it."""
    if outcome.conflicts:
        fresh = room.find(desk.code)
        clashes = list(_clashes(fresh, outcome.conflicts, operations))
        return render_template(
            "author/drafts/conflict.html",
            desk=fresh,
            node_id=node_id if fresh.nodes.is_there(node_id) else fresh.nodes.root.id,
            marks=Marks(fresh),
            clashes=clashes,
            again=list(_again(operations, {clash.field.path for clash in clashes if clash.field})),
        ), 409
    flash(said or _("Saved."), "success")
    return redirect(url_for("drafts.part", code=desk.code, node_id=node_id), 303)


def _clashes(desk: Desk, conflicts: Sequence[Conflict], operations: Sequence[Operation]) -> Iterator[Clash]:
    for each in conflicts:
        node = desk.nodes.by_id[each.node]
        name = f"{kind_of(node)} {name_of(desk, node)}"
        if each.path in {DROP, PLACE}:
            gone = _("removed") if node.dropped else _("brought back")
            theirs = gone if each.path == DROP else whereabouts(desk, node, each.theirs)
            yield Clash(each, name, "", theirs, _wanted(desk, node, operations), None)
        else:
            path = desk.names.written_path(node, each.path)
            known = {field.path: field for field in fields_of_node(desk, node)}
            field = known.get(path, Field(path, field_name(path), "line"))
            is_field = any(
                operation["op"] == "set" and operation["id"] == node.id for operation in operations
            )
            mine = sent(each.mine) if is_field else _wanted(desk, node, operations)
            yield Clash(each, name, field.label, shown(each.theirs) or "–", mine, field if is_field else None)


def _wanted(desk: Desk, node: Node, operations: Sequence[Operation]) -> str:
    """Say what a change wanted of a part, or of what it stands in."""
    above = {each.id for each in desk.nodes.chain(node)}
    wanted = next((each for each in operations if each["op"] != "add" and each["id"] in above), None)
    match wanted:
        case {"op": "drop"}:
            return str(_("removed"))
        case {"op": "restore"}:
            return str(_("brought back"))
        case {"op": "move", "id": moved, "parent": parent, "place": place}:
            return whereabouts(desk, desk.nodes.by_id[moved], (parent, place))
        case {"op": "set", "value": value}:
            return shown(value) or "–"
    return str(_("added to it"))


def whereabouts(desk: Desk, node: Node, stands: Sequence[Any]) -> str:
    """Say where a part stands, or would, by its parent and place: in what, and behind which of its kind."""
    parent, place = stands
    before = [
        each for each in desk.nodes.children(parent, node.kind) if each.id != node.id and each.place < place
    ]
    inside = name_of(desk, desk.nodes.by_id[parent])
    if not before:
        return str(_("first in “%(part)s”", part=inside))
    return str(_("in “%(part)s”, behind “%(other)s”", part=inside, other=name_of(desk, before[-1])))


def _again(operations: Sequence[Operation], asked: set[str]) -> Iterator[Choice]:
    """Give what a form sends again so that the rest of a change is made too."""
    hidden = {"csrf_token", "base", "tab", "mark"}
    changed = {str(each.get("field")) for each in operations if each["op"] == "set"}
    for name, value in request.form.items(multi=True):
        path = name[2:] if name[:2] in {VALUE, SHOWN} else None
        if name in hidden or path in asked:
            continue
        if path is None or path in changed:
            yield Choice(name, value)
