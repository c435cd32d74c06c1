"""Review of a draft: reasons for warnings, submission, approval by another person, publication."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from surveys.analysing.affected import Asked
from surveys.editing import reviewing
from surveys.editing.assembling import assembled
from surveys.editing.rewriting import operations_to
from surveys.errors import Problem, SurveyError
from surveys.models import AcceptedFinding
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.models import Staff
from web.accounts.roles import ADMINISTRATOR, ANALYST, DESIGNER
from web.author import sources
from web.author.drafts import differing, room, series
from web.author.drafts.differing import Side
from web.author.drafts.judging import Placed
from web.author.drafts.noting import record_draft
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.starting import tell_changed
from web.author.drafts.wording import kind_of, name_of
from web.author.model import findings_of_model
from web.extensions import db

blueprint = room.blueprint
DECISIONS: Final[Mapping[str, reviewing.Decision]] = {
    "approve": "approved",
    "refuse": "refused",
    "withdraw": "withdrawn",
}


class Warned(NamedTuple):
    """A warning with its part, the key under which a form names it, and its reason if it has one."""

    placed: Placed
    name: str
    content: str
    reason: AcceptedFinding | None

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.placed.finding.code}|{self.placed.finding.place}|{self.content}"


@blueprint.get(f"{PLACE}/review")
@allow(DESIGNER, ANALYST)
def review(code: str) -> ResponseReturnValue:
    """Show what a draft changes, what stands in the way, and who decided what."""
    desk = room.find(code)
    opened = reviewing.open_review(db.session, desk.draft)
    before = desk.draft.base_version
    plain = desk.plain if opened is None else assembled(reviewing.nodes_of(db.session, opened))
    sides = Side(before.document if before is not None else {}), Side(plain)
    asked = Asked(db.session, code, before.number if before is not None else 0)
    editors = reviewing.editors_of(db.session, desk.draft)
    return render_template(
        "author/drafts/review.html",
        desk=desk,
        marks=Marks(desk),
        opened=opened,
        earlier=[each for each in reviewing.reviews_of(db.session, desk.draft) if each is not opened],
        warned=list(_warned(desk)),
        groups=differing.groups(*sides, asked) if before is not None else [],
        worded=list(differing.worded(*sides, asked, series.undecided(desk))),
        questions=list(series.questions(desk, asked)),
        versions=[each for each in sources.versions(db.session) if each.code == code],
        whole=asked.whole,
        reached=differing.reached,
        editors=sorted(editors),
        may_approve=opened is not None and current_user.email not in editors | {opened.submitted_by},
        approvers=list(_approvers(editors | ({opened.submitted_by} if opened else set()))),
    )


def _warned(desk: Desk) -> Iterator[Warned]:
    known = reviewing.reasons_of(db.session, desk.draft)
    for each in desk.judged.found:
        if each.finding.severity == "warning":
            node = desk.nodes.by_id[each.node]
            content = reviewing.content_of(node, each.finding)
            reason = known.get((each.finding.code, each.finding.place, content))
            yield Warned(each, f"{kind_of(node)} {name_of(desk, node)}", content, reason)


def _approvers(editors: frozenset[str] | set[str]) -> Iterator[str]:
    for person in db.session.scalars(select(Staff).where(Staff.active).order_by(Staff.email)):
        if person.role_names & {DESIGNER, ADMINISTRATOR} and person.email not in editors:
            yield person.email


@blueprint.post(f"{PLACE}/review/reasons")
@allow(DESIGNER)
def accept(code: str) -> ResponseReturnValue:
    """Accept the warnings that are ticked, for a reason in words."""
    desk = room.find(code)
    reason, ticked = request.form.get("reason", "").strip(), set(request.form.getlist("warning"))
    chosen = [(each.placed.finding, each.content) for each in _warned(desk) if each.key in ticked]
    if not reason or not chosen:
        flash(_("Tick at least one warning and write the reason for which it stands."), "error")
    elif len(reason) > reviewing.LONGEST_REASON:
        flash(_("Use %(n)s characters at most.", n=reviewing.LONGEST_REASON), "error")
    else:
        now = datetime.now(UTC)
        reviewing.accept(db.session, desk.draft, chosen, reason, staff_name=current_user.email, now=now)
        db.session.commit()
        flash(_("Accepted with a reason: %(n)s.", n=len(chosen)), "success")
    return redirect(url_for("drafts.review", code=code), 303)


@blueprint.post(f"{PLACE}/review/submit")
@allow(DESIGNER)
def submit(code: str) -> ResponseReturnValue:
    """Submit the draft as the page showed it, with no error and a reason for every warning."""
    desk = room.find(code)
    base, _tab, _client = room.marks_of(desk)
    try:
        _require_ready(desk)
        now = datetime.now(UTC)
        made = reviewing.submit(db.session, desk.draft, base, staff_name=current_user.email, now=now)
        record_draft("draft.submit", desk.code, now, change=made.number)
    except SurveyError as refused:
        return _refused(code, refused)
    flash(_("Submitted. Somebody who did not edit it approves it."), "success")
    return redirect(url_for("drafts.review", code=code), 303)


@blueprint.post(f"{PLACE}/review/decide")
@allow(DESIGNER)
def decide(code: str) -> ResponseReturnValue:
    """Approve, refuse with a reason, or withdraw what is submitted."""
    desk = room.find(code)
    said = request.form.get("decision", "")
    reason = request.form.get("reason", "").strip()
    decision = DECISIONS.get(said)
    if decision is None:
        abort(400)
    if len(reason) > reviewing.LONGEST_REASON:
        flash(_("Use %(n)s characters at most.", n=reviewing.LONGEST_REASON), "error")
        return redirect(url_for("drafts.review", code=code), 303)
    if decision == "refused" and not reason:
        flash(_("Write why it is refused, so that it can be mended."), "error")
        return redirect(url_for("drafts.review", code=code), 303)
    now = datetime.now(UTC)
    try:
        reviewing.decide(
            db.session, desk.draft, _review_id(), decision, reason, staff_name=current_user.email, now=now
        )
        if decision == "approved":
            record_draft("draft.approve", desk.code, now)
        elif decision == "refused":
            record_draft("draft.refuse", desk.code, now, reason=reason)
        else:
            record_draft("draft.withdraw", desk.code, now)
    except SurveyError as refused:
        return _refused(code, refused)
    flash(_("Decided."), "success")
    return redirect(url_for("drafts.review", code=code), 303)


@blueprint.post(f"{PLACE}/review/publish")
@allow(DESIGNER)
def publish(code: str) -> ResponseReturnValue:
    """Publish what was approved as the next version."""
    desk = room.find(code)
    now = datetime.now(UTC)
    try:
        version = reviewing.publish(
            db.session,
            desk.draft,
            _review_id(),
            more=findings_of_model,
            staff_name=current_user.email,
            now=now,
        )
        record_draft(
            "questionnaire.publish", desk.code, now, version=version.number, content_hash=version.content_hash
        )
    except SurveyError as refused:
        return _refused(code, refused)
    flash(_("Published as version %(n)s. It never changes from now on.", n=version.number), "success")
    return redirect(url_for("author.document", source="version", code=code, part=version.number), 303)


def _require_ready(desk: Desk) -> None:
    """Refuse a draft with an error in it, or with a warning that nobody has judged."""
    errors, unjudged = desk.judged.count("error"), sum(each.reason is None for each in _warned(desk))
    if errors or unjudged:
        raise SurveyError(Problem.REVIEW_LACKS, errors=errors, warnings=unjudged)


@blueprint.post(f"{PLACE}/review/restore")
@allow(DESIGNER)
def overwrite(code: str) -> ResponseReturnValue:
    """Make the draft equal to a published version, as one change that can be taken back."""
    desk = room.find(code)
    number = readers.number(request.form.get("version", ""))
    version = next((each for each in desk.draft.questionnaire.versions if each.number == number), None)
    if version is None:
        abort(404)
    operations = operations_to(desk.nodes, version.document)
    try:
        outcome = room.send(desk, operations)
    except SurveyError as refused:
        return _refused(code, refused)
    if outcome.conflicts:
        flash(_("The draft was changed since this page was opened. Look at it again."), "error")
        return redirect(url_for("drafts.review", code=code), 303)
    flash(_("The draft is version %(n)s again. The history can take this back.", n=number), "success")
    tell_changed(version.document)
    return redirect(url_for("drafts.review", code=code), 303)


def _review_id() -> int:
    return readers.number(request.form.get("review", "")) or 0


def _refused(code: str, refused: SurveyError) -> ResponseReturnValue:
    db.session.rollback()
    flash(refused.text(i18n.choose()), "error")
    return redirect(url_for("drafts.review", code=code), 303)
