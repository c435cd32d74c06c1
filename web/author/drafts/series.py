"""Questions that are worded anew: whether their answers go on, or begin another series."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Final, NamedTuple

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from surveys.analysing.affected import Affected, Asked
from surveys.document.series import BETWEEN, Wording
from surveys.document.wording import language_of
from surveys.editing import series
from surveys.editing.operations import Operation
from surveys.editing.series import Reworded
from surveys.errors import SurveyError
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.room import PLACE, Desk
from web.extensions import db
from web.naming import Naming

blueprint = room.blueprint
SAME: Final = "same"
NEW: Final = "new"


class Question(NamedTuple):
    """One question worded anew, as a page asks about it: what was and is read, by the languages that differ.

    `said` is what was decided, empty while nothing is; `by` who said that it goes on.
    """

    reworded: Reworded
    name: str
    texts: list[tuple[str, str, str]]
    affected: Affected
    said: str
    by: str

    @property
    def proposed(self) -> str:
        """What is decided, or is plain."""
        return self.said or (SAME if self.reworded.is_slight else "")


def questions(desk: Desk, asked: Asked) -> Iterator[Question]:
    """Give every question of a draft that is worded anew, in the questionnaire's order."""
    document = desk.document
    if document is None or not desk.reworded:
        return
    naming = Naming(document, language_of(document, i18n.choose()))
    for each in desk.reworded:
        before, now = each.former.wording, each.wording
        texts = [
            (said, *_apart(before, now, said))
            for said in each.languages
            if before.texts.get(said) != now.texts.get(said)
        ]
        decision = desk.decided.get(each.content)
        said = NEW if each.is_new else SAME if decision is not None else ""
        by = decision.staff_name if decision is not None and said == SAME else ""
        yield Question(each, naming.part(each.code), texts, asked.of({each.code}), said, by)


def _apart(before: Wording, now: Wording, language: str) -> tuple[str, str]:
    """Give of two wordings, each of several texts, those that differ, as they are written."""
    sides = (before.texts, now.texts, before.written, now.written)
    parts = zip_longest(*(each.get(language, "").split(BETWEEN) for each in sides), fillvalue="")
    differing = [(was, is_now) for one, other, was, is_now in parts if one != other]
    was, is_now = zip(*differing, strict=True)
    return " · ".join(filter(None, was)), " · ".join(filter(None, is_now))


def undecided(desk: Desk) -> frozenset[str]:
    """Give the codes of which nobody has said anything yet."""
    return frozenset(
        each.code for each in desk.reworded if not each.is_new and each.content not in desk.decided
    )


@blueprint.post(f"{PLACE}/series")
@allow(DESIGNER)
def decide_series(code: str) -> ResponseReturnValue:
    """Keep what is said of questions worded anew: of each, by both its wordings, `same` or `new`."""
    desk = room.find(code)
    room.marks_of(desk)
    listed = request.form.get("then") == "findings"
    back = redirect(url_for("drafts.findings" if listed else "drafts.review", code=code), 303)
    chosen = [(each, request.form.get(f"series:{each.content}", "")) for each in desk.reworded]
    said = [(each, what) for each, what in chosen if what in {SAME, NEW}]
    if not said:
        flash(_("Choose for at least one question. One that was worded anew since is asked again."), "error")
        return back
    try:
        outcome = room.send(desk, list(_lineages(desk, said)))
    except SurveyError as refused:
        db.session.rollback()
        flash(refused.text(i18n.choose()), "error")
        return back
    if outcome.conflicts:
        flash(_("The draft was changed since this page was opened. Look at it again."), "error")
        return back
    goes_on, now = [each for each, what in said if what == SAME], datetime.now(UTC)
    series.goes_on(db.session, desk.draft.questionnaire, goes_on, staff_name=current_user.email, now=now)
    db.session.commit()
    flash(_("Decided."), "success")
    return back


def _lineages(desk: Desk, said: Sequence[tuple[Reworded, str]]) -> Iterator[Operation]:
    """Give the operations that write into the document what begins another series, or does not any more."""
    nodes = {
        node.code: node
        for node in desk.nodes.branch(desk.nodes.root)
        if node.kind in {"question", "row"} and node.code
    }
    for each, what in said:
        if what == NEW and not each.is_new:
            lineage = each.former.lineage + 1
        elif what == SAME and each.is_new:
            lineage = each.former.wording.lineage or 1
        else:
            continue
        value = None if lineage == 1 else lineage
        yield {"op": "set", "id": nodes[each.code].id, "field": "lineage", "value": value}
