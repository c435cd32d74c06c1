"""Which run is official: an analyst proposes, a second person approves, an administrator withdraws."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import reasons
from surveys.analysing import official
from surveys.analysing.series import KIND
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, AuditEntry
from surveys.models.decisions import RunState
from web.accounts.access import allow
from web.accounts.roles import ADMINISTRATOR, ANALYST
from web.accounts.staff import find_staff
from web.extensions import db
from web.i18n import choose
from web.runs import queue
from web.runs.views import page_of, record

blueprint = Blueprint("deciding", __name__, url_prefix="/runs")
# Who made somebody's account may hold the link to its password: for so long the two count as one person.
ONE_PERSON: Final = timedelta(days=30)


@blueprint.post("/<int:run_id>/propose")
@allow(ANALYST)
def propose(run_id: int) -> ResponseReturnValue:
    """Propose a run as the official one."""
    said = _("The run is proposed. It is published when a second person approves it.")
    return _decide(run_id, "run.propose", official.propose, said)


@blueprint.post("/<int:run_id>/approve")
@allow(ANALYST)
def approve(run_id: int) -> ResponseReturnValue:
    """Approve a proposed run, which publishes it."""
    return _decide(run_id, "run.approve", _approve, _("The run is published: leaders see it from now on."))


@blueprint.post("/<int:run_id>/take-back")
@allow(ANALYST)
def take_back(run_id: int) -> ResponseReturnValue:
    """Take a proposal back, or refuse it."""

    def act(session: Session, run: Analysis, *, actor: str, reason: str, now: datetime) -> None:
        official.withdraw(session, run, actor=actor, reason=reason, now=now, state=RunState.PROPOSED)

    return _decide(run_id, "run.take_back", act, _("The proposal is taken back."))


@blueprint.post("/<int:run_id>/withdraw")
@allow(ADMINISTRATOR)
def withdraw(run_id: int) -> ResponseReturnValue:
    """Withdraw a published run; readers see when and why, and no figures."""

    def act(session: Session, run: Analysis, *, actor: str, reason: str, now: datetime) -> None:
        official.withdraw(session, run, actor=actor, reason=reason, now=now, state=RunState.PUBLISHED)

    said = _("The run is withdrawn: leaders see that, with your reason, and no figures of this wave.")
    return _decide(run_id, "run.withdraw", act, said)


def _decide(run_id: int, action: str, decide: Callable[..., None], said: str) -> ResponseReturnValue:
    run = db.session.get(Analysis, run_id) or abort(404)
    if run.options.get("kind") == KIND:
        abort(404)  # series runs follow the official ones by themselves
    reason, now = request.form.get("reason", "").strip(), datetime.now(UTC)
    official.lock(db.session)
    was = {"decisions": official.head(db.session, run.wave_codes[0])}
    try:
        reasons.check(reason)
        decide(db.session, run, actor=current_user.email, reason=reason, now=now)
    except SurveyError as error:
        db.session.rollback()
        run = db.session.get(Analysis, run_id) or abort(404)
        return page_of(run, message=error.text(choose()), reason=reason[: reasons.LONGEST], status=422)
    head = official.head(db.session, run.wave_codes[0])
    record(action, run, now, reason=reason, decisions=head, was=was)
    db.session.commit()
    queue.submit_following()
    flash(said, "success")
    return redirect(url_for("runs.show", run_id=run_id), 303)


def _approve(session: Session, run: Analysis, *, actor: str, reason: str, now: datetime) -> None:
    rows = official.history(session, run.id)
    for other in {run.created_by, *(row.actor for row in rows[-1:])} - {actor}:
        if _made_one_another(session, actor, other, now):
            raise SurveyError(Problem.RUN_BY_FRIEND)
    official.approve(session, run, actor=actor, reason=reason, now=now)


def _made_one_another(session: Session, first: str, second: str, now: datetime) -> bool:
    """Tell whether one of two people made the other's account, or gave it a password, a short time ago."""
    for maker, made in ((first, second), (second, first)):
        person = find_staff(session, made)
        if person is None:
            continue
        entries = select(AuditEntry.id).where(
            AuditEntry.actor == maker,
            AuditEntry.action.in_(("staff.add", "staff.renew_password")),
            AuditEntry.target == f"staff:{person.id}",
            AuditEntry.at > now - ONE_PERSON,
        )
        if session.scalars(entries.limit(1)).first() is not None:
            return True
    return False
