"""A response from the first page to the last: open, save a page, resume — each exactly once.

The caller commits. A page is saved by one UPDATE that only succeeds on the revision it was made from; when
another tab was faster, the row is read again and the page spliced into what stands there, so that no
tab's answers are lost.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from surveys.asking.answers import Answers
from surveys.collecting.frame import find_customer
from surveys.collecting.invitations import LIVE, linked_response
from surveys.collecting.packing import layout_of
from surveys.collecting.quotas import full_quota
from surveys.collecting.segments import SEGMENT_NAMES, find_segment, segment_of
from surveys.database import insert_if_new
from surveys.errors import Problem, SurveyError
from surveys.models import Customer, Invitation, Participation, Response, Segment, Wave
from surveys.models.collection import Access, InvitationState, ResponseState, key_digest, random_id

MAX_TEXT = 20_000


NO_SYNC = {"synchronize_session": False}


# Built once: it is asked at every request, and building costs more than asking.
BY_KEY = (
    select(Response)
    .where(Response.wave_id == bindparam("wave"), Response.client_key == bindparam("key"))
    .execution_options(populate_existing=True)
)


def find_response(session: Session, wave: Wave, client_key: str) -> Response | None:
    """Find the response of a browser's key, in any state."""
    return session.scalar(BY_KEY, {"wave": wave.id, "key": key_digest(client_key)})


def open_response(
    session: Session,
    wave: Wave,
    *,
    client_key: str,
    language: str,
    now: datetime,
    invitation: Invitation | None = None,
    account: str | None = None,
    segment: Mapping[str, str] | None = None,
    seed: int | None = None,
) -> Response:
    """Give the response of this browser, or of this confidential token; make it if there is none.

    Parameters
    ----------
    client_key
        The random secret in the browser's cookie; only its hash is stored.
    invitation
        Required where only invited people may answer. Confidential: tied to the response here, and its
        customer gives the segment. Anonymous: only looked at; :func:`submit` spends it.
    account
        A customer code, in confidential waves, for the segment.
    segment
        Known values (unit code, customer_class, tier, account_type, area), for example from a unit's link.
    seed
        What random orders and lots come from, 32 bits.

    Raises
    ------
    SurveyError
        The wave takes no answers, the token is missing or used up, the account is unknown, or the quota
        of the segment is full.
    """
    confidential = invitation if not wave.anonymous else None
    linked = linked_response(session, confidential) if confidential is not None else None
    existing = linked or find_response(session, wave, client_key)
    if existing is not None and linked is None and confidential is not None and _is_linked(session, existing):
        # One browser, several tokens (a household with two accounts): each has a response of its own.
        client_key, existing = f"{client_key}:{confidential.token_hash}", None
    if existing is not None:
        if existing.state == ResponseState.OPEN:
            require_open(wave, now)
        return existing
    require_open(wave, now)
    if wave.access == Access.INVITED or invitation is not None:
        linked = _check_invitation(session, wave, invitation, now)
        if linked is not None:
            return linked
    frame = _segment(session, wave, invitation, account, segment)
    if full_quota(session, wave, frame) is not None:
        raise SurveyError(Problem.QUOTA_FULL)
    layout = layout_of(session, wave.version_id, check=True)
    values = {
        "wave_id": wave.id,
        "id": random_id(),
        "version_id": wave.version_id,
        "anonymous": wave.anonymous,
        "client_key": key_digest(client_key),
        "mode": wave.mode,
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
    session.execute(insert_if_new(session, Response, **values))
    response = find_response(session, wave, client_key)
    assert response is not None  # inserted just now, by us or by another request of this browser
    if invitation is not None and not wave.anonymous:
        session.add(Participation(token_hash=invitation.token_hash, wave_id=wave.id, response_id=response.id))
        session.flush()
    return response


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
        require_open(response.wave, now)
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
            )
            .values(page),
            execution_options=NO_SYNC,
        )
        if saved.rowcount == 1:  # type: ignore[attr-defined]
            for name, value in page.items():
                set_committed_value(response, name, value)
            return
        session.refresh(response)
    raise SurveyError(Problem.RESPONSE_SUBMITTED)


def account_of(response: Response) -> dict[str, str]:
    """Give what the frame knows of the respondent, for routing and piping; empty values are left out."""
    segment = response.segment
    if segment is None:
        return {}
    values = {name: getattr(segment, name) for name in SEGMENT_NAMES if name != "unit"}
    values["unit"] = segment.unit.code if segment.unit is not None else ""
    return {name: value for name, value in values.items() if value}


def answers_of(session: Session, response: Response) -> Answers:
    """Give everything that is stored of a response: every slot, own words, what the customer file says."""
    codes = layout_of(session, response.version_id).codes
    values = dict(zip(codes, response.answers.tolist(), strict=True))
    return Answers(values, dict(response.texts), account_of(response), response.day, response.seed or 0)


def _is_linked(session: Session, response: Response) -> bool:
    link = select(Participation.token_hash).where(
        Participation.wave_id == response.wave_id, Participation.response_id == response.id
    )
    return session.scalar(link) is not None


def _check_invitation(
    session: Session, wave: Wave, invitation: Invitation | None, now: datetime
) -> Response | None:
    """Refuse a token that cannot be used; give the response that a confidential one led to before."""
    if invitation is None or invitation.wave_id != wave.id:
        raise SurveyError(Problem.INVITATION_MISSING)
    if wave.anonymous:
        if invitation.state not in LIVE:
            raise SurveyError(Problem.INVITATION_USED)
        return None
    # The update holds the row (on SQLite: the database), so two browsers with one token come in turn.
    live = session.execute(
        update(Invitation)
        .where(Invitation.token_hash == invitation.token_hash, Invitation.state.in_(LIVE))
        .values(state=InvitationState.STARTED.value, changed_at=now)
        .returning(Invitation.token_hash),
        execution_options=NO_SYNC,
    ).first()
    linked = linked_response(session, invitation)
    if live is None and linked is None:
        raise SurveyError(Problem.INVITATION_USED)
    return linked


def _segment(
    session: Session,
    wave: Wave,
    invitation: Invitation | None,
    account: str | None,
    values: Mapping[str, str] | None,
) -> Segment | None:
    if wave.anonymous:
        if account is not None:
            raise SurveyError(Problem.ACCOUNT_IN_ANONYMOUS_WAVE)
        return find_segment(session, values) if values else None
    customer: Customer | None = None
    if invitation is not None:
        customer = invitation.customer
    elif account is not None:
        customer = find_customer(session, account)
    if customer is not None:
        return segment_of(session, customer)
    return find_segment(session, values) if values else None


def require_open(wave: Wave, now: datetime) -> None:
    """Refuse answers to a wave that is not open."""
    if not wave.is_open(now):
        raise SurveyError(Problem.WAVE_CLOSED)
