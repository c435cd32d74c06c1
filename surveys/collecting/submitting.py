"""The end of a response: submitted with a receipt, or screened out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.collecting import cells, invitations, sealing, segments
from surveys.collecting.packing import layout_of
from surveys.collecting.quotas import full_quota
from surveys.collecting.responses import NO_SYNC, account_of, require_going
from surveys.database import lock_row
from surveys.errors import Problem, SurveyError
from surveys.keys import keys_of
from surveys.models import Invitation, Participation, Response, Segment
from surveys.models.collection import OF_QUOTA, Access, InvitationState, ResponseState
from surveys.models.dispositions import Disposition
from surveys.models.marks import new_receipt

# What becomes of the invitation, where it is known whose answers they are.
SPENT = dict.fromkeys(Disposition, InvitationState.USED) | {
    Disposition.SCREENED: InvitationState.INELIGIBLE,
    Disposition.OVER_QUOTA: InvitationState.INELIGIBLE,
    Disposition.REFUSED: InvitationState.REFUSED,
}


class Receipt(NamedTuple):
    """What a respondent gets for a submitted response: an unguessable code, and when.

    In an anonymous wave the time is midnight UTC of the day.
    """

    code: str
    completed_at: datetime


def submit(
    session: Session,
    response: Response,
    now: datetime,
    *,
    disposition: Disposition = Disposition.COMPLETE,
    quotas: Sequence[str] = (),
) -> Receipt:
    """Submit once; any repetition gives the same receipt. `disposition`: what the answers count as.

    Whose quota has been filled meanwhile is screened out instead, with an empty receipt: quotas are counted
    in the transaction that completes, and those of one wave complete one after the other. `quotas` are those
    of the questionnaire to which the answers belong: counted in all of them, or, where one is full, in none.

    A confidential token is used up here. An anonymous one is not touched: nothing that is written together
    with answers names it, and settling marks it later, in a batch.

    Raises
    ------
    SurveyError
        The wave takes no answers, or the response was screened out.
    """
    return _end(session, response, now, End(ResponseState.COMPLETE, disposition), quotas)


def screen_out(
    session: Session,
    response: Response,
    now: datetime,
    *,
    disposition: Disposition = Disposition.SCREENED,
    ended_by: str | None = None,
) -> None:
    """End a response whose person does not belong to the survey, or refuses; it never counts as complete.

    `ended_by` is the code of the stop, or `OF_QUOTA` and that of the full quota.
    """
    _end(session, response, now, End(ResponseState.SCREENED, disposition, ended_by))


class End(NamedTuple):
    """How a response ends: what it counts as, and the stop or quota that ended it."""

    state: ResponseState
    disposition: Disposition
    ended_by: str | None = None


def _end(
    session: Session,
    response: Response,
    now: datetime,
    end: End,
    quotas: Sequence[str] = (),
) -> Receipt:
    wave = response.wave
    if response.state == ResponseState.OPEN:
        require_going(wave, now)
        sealing.hold(session, response)  # another tab, or whoever closes the wave, may have been first
    if response.state == ResponseState.OPEN:
        require_going(wave, now)
        segment_id = _answered_segment(session, response)
        if end.disposition == Disposition.COMPLETE and (full := _full(session, response, segment_id, quotas)):
            end = End(ResponseState.SCREENED, Disposition.OVER_QUOTA, full)
        if not wave.anonymous:
            _use_token(session, response, end.disposition, now)
        completed: dict[str, Any] = {}
        if end.state == ResponseState.COMPLETE:
            key, at = keys_of(session).newest("seal"), wave.moment(now)
            seal = sealing.seal_of(session, key, response, segment_id, at, end.disposition)
            completed = {"completed_at": at, "receipt": new_receipt(), "seal": seal}
        session.execute(
            update(Response)
            .where(
                Response.wave_id == response.wave_id,
                Response.id == response.id,
                Response.state == ResponseState.OPEN,
            )
            .values(
                state=end.state.value,
                disposition=end.disposition.value,
                ended_by=end.ended_by,
                segment_id=segment_id,
                revision=Response.revision + 1,
                **completed,
            ),
            execution_options=NO_SYNC,
        )
        session.refresh(response)
    if response.state != end.state:
        raise SurveyError(Problem.RESPONSE_SUBMITTED)
    return Receipt(response.receipt or "", response.completed_at or wave.moment(now))


def _full(session: Session, response: Response, segment_id: int | None, quotas: Sequence[str]) -> str | None:
    """Say which quota is full, if one is; otherwise count this response, while others wait until the end."""
    wave = response.wave
    if not wave.quotas and not quotas:
        return None
    lock_row(session, wave)
    segment = session.get(Segment, segment_id) if segment_id is not None else None
    if full_quota(session, wave, segment) is not None:
        return OF_QUOTA
    full = cells.take(session, wave, quotas)
    return None if full is None else f"{OF_QUOTA}{full}"


def _answered_segment(session: Session, response: Response) -> int | None:
    """Complete what the frame knows of the respondent by the answers to the same questions.

    What an anonymous link says is shared by ten or more; with answers beside it, it would lead to fewer.
    """
    layout = layout_of(session, response.version_id)
    by_link = response.anonymous and response.wave.access == Access.INVITED
    if not layout.frame or (by_link and response.segment_id is not None):
        return response.segment_id
    answered: dict[str, str] = {}
    for question in layout.frame:
        if question.options:
            value = question.options.get(int(response.answers[layout.position[question.code]]), "")
        else:
            value = response.texts.get(question.code, "").strip()
        if value:
            answered[question.name] = value
    values = segments.usable_values(session, answered) | account_of(response)
    return segments.find_segment(session, values).id if values else None


def _use_token(session: Session, response: Response, disposition: Disposition, now: datetime) -> None:
    """Mark the token of a confidential response, if it has one."""
    link = select(Participation.token_hash).where(
        Participation.wave_id == response.wave_id, Participation.response_id == response.id
    )
    session.execute(
        update(Invitation)
        .where(
            Invitation.wave_id == response.wave_id,
            Invitation.token_hash == link.scalar_subquery(),
            Invitation.state.in_(invitations.LIVE),
        )
        .values(state=SPENT[disposition].value, changed_at=now),
        execution_options=NO_SYNC,
    )
