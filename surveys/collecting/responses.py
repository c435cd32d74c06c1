"""A response from the first page to the last: open, save a page, resume — each exactly once.

The caller commits. A page is saved by one UPDATE that only succeeds on the revision it was made from; when
another tab was faster, the row is read again and the page spliced into what stands there, so that no
tab's answers are lost.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import exists, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from surveys.asking.answers import Answers
from surveys.collecting import links, windows
from surveys.collecting.invitations import LIVE
from surveys.collecting.packing import layout_of
from surveys.collecting.quotas import full_quota
from surveys.collecting.segments import find_segment, segment_of, values_of
from surveys.database import insert_if_new
from surveys.errors import Problem, SurveyError
from surveys.models import Invitation, Participation, Response, Segment, Wave
from surveys.models.collection import Access, InvitationState, ResponseState
from surveys.models.marks import key_digest, random_id

MAX_TEXT = 20_000
NO_SYNC = {"synchronize_session": False}


def find_response(session: Session, wave: Wave, client_key: str) -> Response | None:
    """Find the response of a browser's key, in any state."""
    return session.scalar(links.BY_KEY, {"wave": wave.id, "key": key_digest(client_key)})


def open_response(
    session: Session,
    wave: Wave,
    *,
    client_key: str = "",
    language: str,
    now: datetime,
    invitation: Invitation | None = None,
    segment: Mapping[str, str] | None = None,
    seed: int | None = None,
    channel: str = "",
) -> Response:
    """Give the response of this link, or with a public one of this browser; make it if there is none.

    Parameters
    ----------
    client_key
        The random secret in the browser's cookie, where the link is a public one; only its hash is stored.
    invitation
        Required where only invited people may answer. Confidential: tied to the response here, and its
        customer gives the segment. Anonymous: only looked at; settling uses it up.
    segment
        Known values (unit code, customer_class, tier, account_type, area), for example from a unit's link.
    seed
        What random orders and lots come from, 32 bits.
    channel
        How the answers come, where it is not the wave's own mode.

    Raises
    ------
    SurveyError
        The wave takes no answers, the token is missing or used up, or the quota of the segment is full.
    """
    existing = _existing(session, wave, client_key, invitation)
    if existing is not None:
        if existing.state == ResponseState.OPEN:
            require_going(wave, now)
        return existing
    _require_open(wave, now)
    if wave.access == Access.INVITED or invitation is not None:
        linked = _check_invitation(session, wave, invitation, now)
        if linked is not None:
            return linked
    frame = _segment(session, wave, invitation, segment)
    if full_quota(session, wave, frame) is not None:
        raise SurveyError(Problem.QUOTA_FULL)
    layout = layout_of(session, wave.version_id, check=True)
    values = {
        "wave_id": wave.id,
        "id": random_id(),
        "version_id": wave.version_id,
        "anonymous": wave.anonymous,
        "mode": channel or wave.mode,
        "language": language[:16],
        "state": ResponseState.OPEN.value,
        "revision": 0,
        "section": "",
        "segment_id": frame.id if frame is not None else None,
        "started_at": wave.moment(now),
        "answers": layout.empty(),
        "timings": layout.no_time(),
        "texts": {},
        "seed": seed,
    }
    response = None
    while response is None:
        number = wave.key_number
        mark = key_digest(client_key) if invitation is None else links.mark_of(session, wave, invitation)
        # Only in a wave that is open, and by its present key, when this statement has its turn.
        stands = exists().where(Wave.id == wave.id, windows.is_open_at(now), Wave.key_number == number)
        session.execute(insert_if_new(session, Response, stands, **values, client_key=mark))
        response = session.scalar(links.BY_KEY, {"wave": wave.id, "key": mark})
        if response is None:  # settled or closed meanwhile
            session.refresh(wave)
            _require_open(wave, now)
            if invitation is not None:
                _check_invitation(session, wave, invitation, now)
    if invitation is not None and not wave.anonymous:
        session.add(Participation(token_hash=invitation.token_hash, wave_id=wave.id, response_id=response.id))
        session.flush()
    return response


def give_up(session: Session, response: Response) -> None:
    """Let no key lead to a response any more."""
    session.execute(
        update(Response)
        .where(Response.wave_id == response.wave_id, Response.id == response.id)
        .values(client_key=secrets.token_bytes(links.MARK)),
        execution_options=NO_SYNC,
    )


def save_page(
    session: Session,
    response: Response,
    section: str,
    values: Mapping[str, int],
    texts: Mapping[str, str],
    seconds: float,
    now: datetime,
    *,
    passed: bool = True,
    language: str = "",
    today: date | None = None,
    disposition: str | None = None,
) -> None:
    """Save one checked page in one statement; `response` then shows what is stored.

    A page that was not `passed` is where its person comes back to. `language`: in which it was answered.
    `disposition`: what the response counts as if it ends here; as before where none is given.

    Raises
    ------
    SurveyError
        The response is submitted already, the wave takes no answers, or a code is not of this version.
    """
    layout = layout_of(session, response.version_id)
    if response.state == ResponseState.OPEN:
        require_going(response.wave, now)
    for code, written in texts.items():
        if len(written) > MAX_TEXT:
            raise SurveyError(Problem.TEXT_LONG, code=code, limit=MAX_TEXT)
    clean = {code: written.replace("\x00", "") for code, written in texts.items()}
    while response.state == ResponseState.OPEN:
        page = {
            "answers": layout.splice(response.answers, values),
            "texts": {code: text for code, text in {**response.texts, **clean}.items() if text},
            "timings": layout.add_time(response.timings, section, seconds),
            "section": section if passed else response.section,
            "revision": response.revision + 1,
            "language": language[:16] or response.language,
            "day": today or response.day,
            "disposition": disposition or response.disposition,
        }
        saved = session.execute(
            update(Response)
            .where(
                Response.wave_id == response.wave_id,
                Response.id == response.id,
                Response.revision == response.revision,
                Response.state == ResponseState.OPEN,
                exists().where(Wave.id == response.wave_id, windows.takes_on_at(now)),
            )
            .values(page),
            execution_options=NO_SYNC,
        )
        if saved.rowcount == 1:  # type: ignore[attr-defined]
            for name, value in page.items():
                set_committed_value(response, name, value)
            return
        session.refresh(response)
        session.refresh(response.wave)
        if response.state == ResponseState.OPEN:
            require_going(response.wave, now)  # it was closed, or ended earlier, meanwhile
    raise SurveyError(Problem.RESPONSE_SUBMITTED)


def account_of(response: Response) -> dict[str, str]:
    """Give what the frame knows of the respondent, for routing and piping; empty values are left out."""
    segment = response.segment
    return {} if segment is None else {name: value for name, value in values_of(segment).items() if value}


def answers_of(session: Session, response: Response) -> Answers:
    """Give everything that is stored of a response: every slot, own words, what the customer file says."""
    codes = layout_of(session, response.version_id).codes
    values = dict(zip(codes, response.answers.tolist(), strict=True))
    return Answers(values, dict(response.texts), account_of(response), response.day, response.seed or 0)


def _existing(
    session: Session, wave: Wave, client_key: str, invitation: Invitation | None
) -> Response | None:
    """Give the response that the link, or with a public one the browser, has led to."""
    if invitation is not None and invitation.wave_id == wave.id:
        return links.response_of(session, wave, invitation)
    return find_response(session, wave, client_key) if client_key else None


def _check_invitation(
    session: Session, wave: Wave, invitation: Invitation | None, now: datetime
) -> Response | None:
    """Refuse a token that cannot be used; give the response that a confidential one led to before."""
    if invitation is None or invitation.wave_id != wave.id:
        raise SurveyError(Problem.INVITATION_MISSING)
    if wave.anonymous:
        session.refresh(invitation, ["state"])  # after the wave's key was read: settling changes both
        if invitation.state not in LIVE:
            raise SurveyError(Problem.INVITATION_USED)
        return None
    # The update holds the row (on SQLite: the database), so two browsers with one token come in turn.
    live = session.execute(
        update(Invitation)
        .where(
            Invitation.wave_id == wave.id,
            Invitation.token_hash == invitation.token_hash,
            Invitation.state.in_(LIVE),
        )
        .values(state=InvitationState.STARTED.value, changed_at=now)
        .returning(Invitation.token_hash),
        execution_options=NO_SYNC,
    ).first()
    linked = links.response_of(session, wave, invitation)
    if live is None and linked is None:
        raise SurveyError(Problem.INVITATION_USED)
    return linked


def _segment(
    session: Session,
    wave: Wave,
    invitation: Invitation | None,
    values: Mapping[str, str] | None,
) -> Segment | None:
    """Give the segment that the invitation knows, its own or its customer's; else that of the link."""
    if invitation is not None:
        if wave.anonymous and invitation.segment is not None:
            return invitation.segment
        if not wave.anonymous and invitation.customer is not None:
            return segment_of(session, invitation.customer)
    return find_segment(session, values) if values else None


def require_going(wave: Wave, now: datetime) -> None:
    """Refuse answers of those who have begun to a wave that is not open and whose grace is over."""
    if not wave.takes_on(now):
        raise SurveyError(Problem.WAVE_CLOSED)


def _require_open(wave: Wave, now: datetime) -> None:
    """Refuse to begin in a wave that is not open."""
    if not wave.is_open(now):
        raise SurveyError(Problem.WAVE_CLOSED)
