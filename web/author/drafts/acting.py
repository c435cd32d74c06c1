"""What is done to whole parts: added, moved, doubled, removed, brought back."""

from collections.abc import Iterator
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask import redirect as to
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing.nodes import KINDS, Node, below
from surveys.editing.operations import Operation
from surveys.editing.order import between
from surveys.errors import SurveyError
from surveys.models import DraftChange
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.clashing import answered
from web.author.drafts.editor import NODE, blueprint, page
from web.author.drafts.making import copied, made
from web.author.drafts.room import Desk, Marks
from web.author.drafts.using import uses_of, without
from web.author.drafts.wording import kind_of, name_of
from web.extensions import db


def do(desk: Desk, operations: list[Operation], node_id: int, said: str = "") -> ResponseReturnValue:
    """Make the change and go to a part: to the first new one where the change adds any."""
    try:
        outcome = room.send(desk, operations)
    except SurveyError as refused:
        db.session.rollback()
        fresh = room.find(desk.code)
        there = fresh.nodes.by_id.get(node_id, fresh.nodes.root)
        return page(fresh, there, fault=refused.text(i18n.choose()), status=422)
    if outcome.number is not None and node_id not in desk.nodes.by_id:
        stored = db.session.get(DraftChange, (desk.draft.id, outcome.number))
        done = stored.operations if stored is not None else []
        node_id = next((each["id"] for each in done if each["op"] == "add"), desk.nodes.root.id)
    return answered(desk, outcome, operations, node_id, said)


@blueprint.post(f"{NODE}/add")
@allow(DESIGNER)
def add(code: str, node_id: int) -> ResponseReturnValue:
    """Add a part at the end of another one."""
    desk = room.find(code)
    node = desk.node(node_id)
    kind = request.form.get("kind", "")
    if kind not in below(node.kind):
        abort(404)
    fields = made(desk, node, kind, request.form.get("type", ""))
    there = desk.nodes.children(node.id, kind)
    place = between(there[-1].place if there else "", "")
    new = len(desk.nodes) + 10**6
    operation = {"op": "add", "id": new, "kind": kind, "parent": node_id, "place": place, "fields": fields}
    return do(desk, [operation], new, _("Added."))


@blueprint.post(f"{NODE}/move")
@allow(DESIGNER)
def move(code: str, node_id: int) -> ResponseReturnValue:
    """Move a part up, down, behind another one, or into another part."""
    desk = room.find(code)
    node = desk.node(node_id)
    wanted = request.form.get("to", "")
    parent: int | None = node.parent
    if wanted in {"up", "down"}:
        stepped = _stepped(desk, node, wanted)
        if stepped is None:
            fault = _("What stood beside it was moved or removed meanwhile. Move it as the parts stand now.")
            return page(desk, node, fault=fault, status=422)
        place = stepped
    elif (number := readers.number(wanted)) is not None and desk.nodes.is_there(number):
        target = desk.nodes.by_id[number]
        parent = target.id
        if target.kind == node.kind and target.id != node.id:
            parent, others = (
                target.parent,
                [each for each in desk.nodes.siblings(target) if each.id != node.id],
            )
            place = _between(others, others.index(target) + 1)
        elif target.kind == KINDS[node.kind].parent:
            there = [each for each in desk.nodes.children(target.id, node.kind) if each.id != node.id]
            place = between(there[-1].place if there else "", "")
        else:
            abort(404)
    else:
        abort(404)
    if (parent, place) == (node.parent, node.place):
        flash(_("It stands there already."), "info")
        return to(url_for("drafts.part", code=code, node_id=node_id), 303)
    operation = {"op": "move", "id": node_id, "parent": parent, "place": place}
    then = readers.number(request.form.get("then", ""))
    after = then if then is not None and desk.nodes.is_there(then) else node_id
    return do(desk, [operation], after, _("Moved."))


def _stepped(desk: Desk, node: Node, step: str) -> str | None:
    """Give a place past the neighbour that was seen when the step was asked for; None where it is gone.

    A step may have waited for a line: others have moved parts since.
    """
    siblings = desk.nodes.siblings(node)
    others = [each for each in siblings if each.id != node.id]
    stands, down = siblings.index(node), step == "down"
    seen = request.form.get("below" if down else "above", "")
    if seen:
        past = next((number for number, each in enumerate(others) if str(each.id) == seen), None)
        if past is None:
            return None
        at = past + down
    else:
        at = min(stands + 1, len(others)) if down else max(stands - 1, 0)
    return node.place if at == stands else _between(others, at)


def _between(siblings: list[Node], at: int) -> str:
    """Give a place before the sibling of that number."""
    low = siblings[at - 1].place if at > 0 else ""
    high = siblings[at].place if at < len(siblings) else ""
    return between(low, high)


@blueprint.post(f"{NODE}/double")
@allow(DESIGNER)
def double(code: str, node_id: int) -> ResponseReturnValue:
    """Copy a part with everything below it, behind it; what names one another inside names the copies."""
    desk = room.find(code)
    node = desk.node(node_id)
    if KINDS[node.kind].shape == "one":
        abort(404)
    siblings = desk.nodes.siblings(node)
    operations = list(copied(desk, node, _between(siblings, siblings.index(node) + 1)))
    return do(desk, operations, operations[0]["id"], _("Copied."))


@blueprint.route(f"{NODE}/drop", methods=["GET", "POST"])
@allow(DESIGNER)
def drop(code: str, node_id: int) -> ResponseReturnValue:
    """Remove a part; what others use is told first, and may be taken out of these with it."""
    desk = room.find(code)
    node = desk.node(node_id)
    if node.parent is None:
        abort(404)
    used = uses_of(desk, node)
    how = request.form.get("how", "")
    if request.method == "GET" or (used and how not in {"keep", "repair"}):
        return render_template(
            "author/drafts/drop.html",
            desk=desk,
            node=node,
            name=f"{kind_of(node)} {name_of(desk, node)}",
            used=used,
            marks=Marks(desk),
            n_below=sum(1 for _each in desk.nodes.branch(node)) - 1,
        ), 200 if request.method == "GET" else 422
    operations: list[dict[str, Any]] = list(_repairs(desk, node)) if how == "repair" else []
    operations.append({"op": "drop", "id": node_id})
    return do(desk, operations, node.parent, _("Removed. The history can bring it back."))


def _repairs(desk: Desk, node: Node) -> Iterator[Operation]:
    for use in uses_of(desk, node):
        yield from without(use)


@blueprint.post(f"{NODE}/restore")
@allow(DESIGNER)
def restore(code: str, node_id: int) -> ResponseReturnValue:
    """Bring a removed part back to its place."""
    desk = room.find(code)
    node = desk.nodes.by_id.get(node_id)
    if node is None:
        abort(404)
    back = [each for each in desk.nodes.chain(node) if each.dropped]
    operations: list[Operation] = [{"op": "restore", "id": each.id} for each in back]
    return do(desk, operations, node_id, _("Brought back."))
