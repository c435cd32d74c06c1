"""Turning a standard block into an ordinary one: with a written reason, in the trail, as one change."""

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing.operations import Operation
from surveys.editing.reviewing import LONGEST_REASON
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.clashing import answered
from web.author.drafts.editor import NODE, page
from web.author.drafts.noting import record_draft
from web.author.drafts.room import blueprint


@blueprint.post(f"{NODE}/unlock")
@allow(DESIGNER)
def unlock(code: str, node_id: int) -> ResponseReturnValue:
    """Unlock a standard block; whoever reviews the draft is told which of its questions differ."""
    desk = room.find(code)
    node = desk.node(node_id)
    if node.kind != "construct":
        abort(404)
    reason = request.form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        fault = _("Write why the block is to be changed, in %(n)s characters at most.", n=LONGEST_REASON)
        return page(desk, node, fault=fault, status=422)
    operations: list[Operation] = [{"op": "set", "id": node_id, "field": "locked", "value": None}]
    outcome = room.send(desk, operations, unlocks=True)
    if outcome.conflicts:
        return answered(desk, outcome, operations, node_id)
    if outcome.is_new:
        detail = {"construct": node.code, "change": outcome.number, "reason": reason}
        record_draft("draft.unlock", code, datetime.now(UTC), **detail)
        flash(_("It is an ordinary block now, and yours to change."), "success")
    return redirect(url_for("drafts.part", code=code, node_id=node_id), 303)
