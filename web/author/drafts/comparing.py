"""Any two versions of a questionnaire side by side, or one and the draft, in words."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from surveys.analysing.affected import Asked
from surveys.editing import drafting, publishing
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import sources
from web.author.drafts import differing, series
from web.author.drafts.differing import Side
from web.author.drafts.room import Desk, blueprint
from web.extensions import db

DRAFT = "draft"


@blueprint.get("/compare/<code>")
@allow(DESIGNER, ANALYST)
def compare(code: str) -> ResponseReturnValue:
    """Tell what differs between two versions, or a version and the draft, with the answers it is about."""
    stored = publishing.find_questionnaire(db.session, code) if "\x00" not in code else None
    if stored is None:
        abort(404)
    draft = drafting.find(db.session, code)
    desk = Desk(draft) if draft is not None else None
    documents = {str(each.number): each.document for each in stored.versions}
    base = ""
    if desk is not None:
        documents[DRAFT] = desk.plain
        base = str(desk.draft.base_version.number) if desk.draft.base_version is not None else ""
    offered = list(documents)
    told = {str(each.number): each.told for each in sources.versions(db.session) if each.code == code}
    newer = request.args.get("newer") or offered[-1]
    usual = base if newer == DRAFT else next((each for each in offered[::-1] if each != newer), newer)
    older = request.args.get("older") or usual or newer
    if older not in documents or newer not in documents:
        abort(404)
    undecided = series.undecided(desk) if desk is not None and newer == DRAFT else ()
    sides = Side(documents[older]), Side(documents[newer])
    last = stored.versions[-1].number if stored.versions else 0
    asked = Asked(db.session, code, last if older == DRAFT else int(older))
    return render_template(
        "author/drafts/compare.html",
        code=code,
        title=documents[newer].get("title") or {},
        offered={each: told.get(each, "") for each in offered},
        older=older,
        newer=newer,
        groups=differing.groups(*sides, asked),
        worded=list(differing.worded(*sides, asked, undecided)),
        whole=asked.whole,
        reached=differing.reached,
    )
