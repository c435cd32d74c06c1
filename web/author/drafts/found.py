"""The list of findings with their repairs, and what a search finds."""

from typing import NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing import series
from surveys.errors import SurveyError
from surveys.findings.finding import Finding
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room
from web.author.drafts.clashing import answered
from web.author.drafts.mending import Repair, repair_of
from web.author.drafts.room import PLACE, Marks
from web.author.drafts.wording import field_name, kind_of, name_of, shown
from web.extensions import db

blueprint = room.blueprint
MOST_HITS = 200
LONGEST_SEARCH = 200


class Line(NamedTuple):
    """A finding with the name of its part, and what one click does about it.

    `series` names the wordings of which one of two clicks says whether answers go on.
    """

    finding: Finding
    node: int
    name: str
    repair: Repair | None
    series: str


class Hit(NamedTuple):
    """A field that holds what was searched for."""

    node: int
    name: str
    field: str
    text: str


@blueprint.get(f"{PLACE}/findings")
@allow(DESIGNER, ANALYST)
def findings(code: str) -> ResponseReturnValue:
    """List everything that is found in a draft, errors first."""
    desk = room.find(code)
    lines, wordings = [], {each.place: each.content for each in desk.reworded}
    for each in desk.judged.found:
        node = desk.nodes.by_id[each.node]
        name = f"{kind_of(node)} {name_of(desk, node)}"
        open_ = wordings.get(each.finding.place, "") if each.finding.code == series.UNDECIDED else ""
        lines.append(Line(each.finding, each.node, name, repair_of(desk, each), open_))
    return render_template("author/drafts/findings.html", desk=desk, lines=lines, marks=Marks(desk))


@blueprint.post(f"{PLACE}/findings")
@allow(DESIGNER)
def mend(code: str) -> ResponseReturnValue:
    """Do the repair of one finding; one that is gone already is told."""
    desk = room.find(code)
    wanted = request.form.get("which", "")
    repairs = (repair_of(desk, each) for each in desk.judged.found)
    repair = next((each for each in repairs if each is not None and each.key == wanted), None)
    room.marks_of(desk)
    if repair is None:
        flash(_("That is mended already."), "info")
        return redirect(url_for("drafts.findings", code=code), 303)
    try:
        outcome = room.send(desk, repair.operations)
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return redirect(url_for("drafts.findings", code=code), 303)
    if outcome.conflicts:
        return answered(desk, outcome, repair.operations, desk.nodes.root.id)
    flash(_("Mended."), "success")
    return redirect(url_for("drafts.findings", code=code), 303)


@blueprint.get(f"{PLACE}/search")
@allow(DESIGNER, ANALYST)
def search(code: str) -> ResponseReturnValue:
    """Find parts by what stands in their fields."""
    desk = room.find(code)
    wanted = request.args.get("q", "").strip()
    if len(wanted) > LONGEST_SEARCH:
        abort(413)
    hits = []
    for node in desk.nodes.branch(desk.nodes.root) if wanted else ():
        for path, value in node.fields.items():
            text = desk.names.written(node, path, value)
            if isinstance(text, str) and wanted.lower() in text.lower():
                name = f"{kind_of(node)} {name_of(desk, node)}"
                hits.append(Hit(node.id, name, field_name(desk.names.written_path(node, path)), shown(text)))
    return render_template(
        "author/drafts/search.html",
        desk=desk,
        q=wanted,
        hits=hits[:MOST_HITS],
        n_hits=len({hit.node for hit in hits}),
    )
