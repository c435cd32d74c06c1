"""Who else has a draft open, and whether it was changed since: what open pages ask again and again."""

from datetime import UTC, datetime

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from surveys.editing import presence
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.editor import NODE
from web.author.drafts.room import PLACE, Desk
from web.author.drafts.wording import name_of
from web.extensions import db

blueprint = room.blueprint


@blueprint.get(f"{PLACE}/news")
@allow(DESIGNER)
def news(code: str) -> ResponseReturnValue:
    """Give the number of the last change, who made it, and who else is here; 304 where nothing is new."""
    return _news(room.find(code))


@blueprint.post(f"{NODE}/here")
@allow(DESIGNER)
def here(code: str, node_id: int) -> ResponseReturnValue:
    """Note that somebody has a part open, and give the news."""
    desk = room.find(code)
    if node_id not in desk.nodes.by_id:  # one that was removed meanwhile is still open in somebody's window
        abort(404)
    presence.note(db.session, desk.draft, current_user.email, node_id, datetime.now(UTC))
    db.session.commit()
    return _news(desk)


def _news(desk: Desk) -> Response:
    others = presence.others(db.session, desk.draft, current_user.email, datetime.now(UTC))
    tag = "-".join((str(desk.draft.number), *(f"{each.staff_name}@{each.node}" for each in others)))
    if request.method == "GET" and request.if_none_match.contains(tag):
        answer = Response(status=304)
        answer.set_etag(tag)
        return answer
    told = jsonify(
        number=desk.draft.number,
        by=desk.last.staff_name if desk.last is not None else "",
        here=[_said(desk, each) for each in others],
    )
    told.set_etag(tag)
    return told


def _said(desk: Desk, each: presence.Present) -> str:
    node = desk.nodes.by_id.get(each.node)
    if node is None or node.id == desk.nodes.root.id or not desk.nodes.is_there(node.id):
        return str(_("%(name)s is here", name=each.staff_name))
    return str(_("%(name)s is here, at “%(part)s”", name=each.staff_name, part=name_of(desk, node)))
