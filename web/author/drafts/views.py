"""A draft's history, undo, and its file."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from surveys.editing import drafting, history
from surveys.editing.assembling import assembled
from surveys.editing.history import Step
from surveys.errors import SurveyError
from surveys.piloting.pilots import pilots_of
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.wording import Told, told
from web.extensions import db

blueprint = room.blueprint
PAGE_SIZE = 50
# How many operations of one gesture the history tells before it only counts.
TOLD = 12


class Line(NamedTuple):
    """One line of the history: a gesture in words, and whose it was."""

    step: Step
    told: list[Told]
    n_more: int
    is_mine: bool


@blueprint.get(f"{PLACE}/history")
@allow(DESIGNER, ANALYST)
def past(code: str) -> ResponseReturnValue:
    """Show every change in words, the newest first, and what can be taken back."""
    desk = room.find(code)
    steps = history.steps_of(db.session, desk.draft)[::-1]
    n_pages = max(-(-len(steps) // PAGE_SIZE), 1)
    number = min(max(readers.number(request.args.get("page", "")) or 1, 1), n_pages)
    lines = [_line(desk, step) for step in steps[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    return render_template(
        "author/drafts/history.html",
        desk=desk,
        lines=lines,
        pilots=pilots_of(db.session, desk.draft),
        marks=Marks(desk),
        page=number,
        n_pages=n_pages,
    )


def _line(desk: Desk, step: Step) -> Line:
    said = list(told(desk, step.operations))
    mine = step.staff_name == current_user.email
    return Line(step, said[:TOLD], max(len(said) - TOLD, 0), mine)


@blueprint.post(f"{PLACE}/undo")
@allow(DESIGNER)
def undo(code: str) -> ResponseReturnValue:
    """Take back one's own last change, do it again, or take back a change of the history by its number."""
    desk = room.find(code)
    steps = history.steps_of(db.session, desk.draft)
    wanted = request.form.get("which", "undo")
    step: Step | None
    if wanted == "redo":
        step, nothing = history.redoable(steps, current_user.email), _("There is nothing to do again.")
    elif (number := readers.number(wanted)) is not None:
        step = next((each for each in steps if number in each.numbers), None)
        nothing = ""
        if step is None:
            abort(404)
        if not step.stands:
            step, nothing = None, _("It is taken back already.")
    else:
        step, nothing = history.undoable(steps, current_user.email), _("You have changed nothing here yet.")
    if step is None:
        flash(nothing, "info")
    else:
        _take_back(desk, step, _("Done again.") if wanted == "redo" else _("Taken back."))
    then = request.form.get("then", "")
    if then == "history":
        return redirect(url_for("drafts.past", code=code), 303)
    if (number := readers.number(then)) is not None and room.find(code).nodes.is_there(number):
        return redirect(url_for("drafts.part", code=code, node_id=number), 303)
    return redirect(url_for("drafts.show", code=code), 303)


def _take_back(desk: Desk, step: Step, done: str) -> None:
    base, tab, client = room.marks_of(desk)
    try:
        outcome = history.take_back(
            db.session,
            desk.draft,
            step,
            base=base,
            tab=tab,
            client=client,
            staff_name=current_user.email,
            now=datetime.now(UTC),
        )
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return
    db.session.commit()
    if outcome.conflicts:
        name = outcome.conflicts[0].staff_name
        flash(_("%(name)s has changed the same in the meantime. Look at the history.", name=name), "error")
    else:
        flash(done, "success")


@blueprint.get(f"{PLACE}/document.json")
@allow(DESIGNER, ANALYST)
def download(code: str) -> ResponseReturnValue:
    """Give the draft as a file that can be imported again, as it stands or as it was after a change."""
    desk = room.find(code)
    asked, number = readers.number(request.args.get("at", "")), desk.draft.number
    plain = desk.plain
    if asked is not None and asked < number:
        number, plain = asked, assembled(drafting.nodes_at(db.session, desk.draft, asked))
    text = json.dumps(plain, ensure_ascii=False, indent=1) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{code}-draft-{number}.json"'}
    return Response(text, mimetype="application/json", headers=headers)
