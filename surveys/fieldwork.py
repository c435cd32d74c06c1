"""Waves and invitations: open, close, invite, and count what came back."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from surveys.errors import Problem, SurveyError
from surveys.models import Customer, Invitation, Participation, Response, Segment, Unit, Version, Wave
from surveys.models.collection import Access, InvitationState, Mode, Purpose, ResponseState, WaveState

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
MAX_INVITATIONS = 1_000_000
# Built once, because every request of a respondent asks it.
BY_PUBLIC_KEY = select(Wave).where(Wave.public_key == bindparam("key"))
# Whoever is in one of these states may still answer.
LIVE = (InvitationState.ISSUED, InvitationState.SENT, InvitationState.STARTED, InvitationState.UNREACHABLE)
SETTABLE = {
    InvitationState.SENT,
    InvitationState.REFUSED,
    InvitationState.UNREACHABLE,
    InvitationState.INELIGIBLE,
    InvitationState.WITHDRAWN,
}


class WaveCounts(NamedTuple):
    """How a wave stands; `response_share` is None where nobody was invited by token."""

    invited: int
    outcomes: dict[str, int]
    open: int
    complete: int
    screened: int
    excluded: int
    response_share: float | None


def create_wave(
    session: Session,
    version: Version,
    *,
    code: str,
    title: Mapping[str, str] | str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    purpose: str = Purpose.OFFICIAL,
    mode: str = Mode.WEB,
    access: str = Access.PUBLIC,
    anonymous: bool = True,
    quotas: Sequence[Mapping[str, Any]] = (),
    settings: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Wave:
    """Plan a wave of a published version; :func:`open_wave` lets answers in.

    `mode` is how answers are taken (web, phone, face, paper, mixed), `access` who may answer (public,
    invited), `anonymous` whether answers may ever be tied to a person; it cannot be changed later.
    A quota is ``{"where": {"customer_class": "industrial"}, "limit": 200}``.
    """
    if not CODE.fullmatch(code):
        raise SurveyError(Problem.WAVE_CODE, code=code)
    if session.scalar(select(Wave.id).where(Wave.code == code)) is not None:
        raise SurveyError(Problem.WAVE_EXISTS, code=code)
    for name, value, allowed in (
        ("purpose", purpose, Purpose),
        ("mode", mode, Mode),
        ("access", access, Access),
    ):
        if value not in set(allowed):
            raise SurveyError(Problem.WAVE_SETTING, name=name, value=value, allowed=", ".join(allowed))
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise SurveyError(Problem.WAVE_WINDOW)
    for quota in quotas:
        _check_quota(quota)
    wave = Wave(
        code=code,
        title={"zh": title, "en": title} if isinstance(title, str) else dict(title),
        version=version,
        opens_at=opens_at,
        closes_at=closes_at,
        purpose=str(purpose),
        mode=str(mode),
        access=str(access),
        anonymous=anonymous,
        quotas=[dict(quota) for quota in quotas],
        settings=dict(settings or {}),
        public_key=secrets.token_urlsafe(12),
        created_at=now or datetime.now(UTC),
    )
    session.add(wave)
    session.flush()
    return wave


def open_wave(session: Session, wave: Wave, now: datetime) -> None:
    """Let answers in, from now or from the start of the window."""
    if wave.state != WaveState.PLANNED:
        raise SurveyError(Problem.WAVE_STATE, code=wave.code, state=wave.state)
    if wave.closes_at is not None and wave.closes_at <= now:
        raise SurveyError(Problem.WAVE_WINDOW)
    wave.state = WaveState.OPEN
    wave.opens_at = wave.opens_at or now
    session.flush()


def close_wave(session: Session, wave: Wave, now: datetime) -> None:
    """End the wave for good; what was answered but not submitted stays and does not count."""
    if wave.state != WaveState.OPEN:
        raise SurveyError(Problem.WAVE_STATE, code=wave.code, state=wave.state)
    wave.state = WaveState.CLOSED
    if wave.opens_at is None or wave.opens_at < now:
        wave.closes_at = min(wave.closes_at or now, now)
    session.flush()
    if wave.anonymous:
        forget_order(session, wave)


def issue_invitations(
    session: Session, wave: Wave, customers: Iterable[Customer] | int, now: datetime, *, purpose: str = "main"
) -> list[str]:
    """Make single-use tokens and return them in clear, once: the database keeps only their hashes.

    A confidential wave is given customers (one token each, in their order), an anonymous one a number.
    """
    if wave.state == WaveState.CLOSED:
        raise SurveyError(Problem.WAVE_STATE, code=wave.code, state=wave.state)
    if isinstance(customers, int) != wave.anonymous:
        raise SurveyError(Problem.INVITATION_KIND, code=wave.code)
    names = [None] * customers if isinstance(customers, int) else [customer.id for customer in customers]
    if not 0 < len(names) <= MAX_INVITATIONS:
        raise SurveyError(Problem.INVITATION_NUMBER, limit=MAX_INVITATIONS)
    _refuse_second_invitation(session, wave, [name for name in names if name is not None])
    tokens = [secrets.token_urlsafe(18) for _ in names]
    rows = [
        {
            "token_hash": token_hash(token),
            "wave_id": wave.id,
            "anonymous": wave.anonymous,
            "customer_id": name,
            "purpose": purpose,
            "state": InvitationState.ISSUED.value,
            "changed_at": None if wave.anonymous else now,
        }
        for token, name in zip(tokens, names, strict=True)
    ]
    # Stored in the order of the hashes, which is no order at all.
    session.execute(insert(Invitation), sorted(rows, key=lambda row: str(row["token_hash"])))
    return tokens


def token_hash(token: str) -> str:
    """Hash a token; tokens are random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_invitation(session: Session, token: str) -> Invitation | None:
    """Find the invitation of a token, whatever its state; None for anything that is no token."""
    if not TOKEN.fullmatch(token):
        return None
    return session.get(Invitation, token_hash(token), populate_existing=True)


def find_wave(session: Session, public_key: str) -> Wave | None:
    """Find the wave of a public link; None when there is none."""
    if "\x00" in public_key:
        return None
    return session.scalar(BY_PUBLIC_KEY, {"key": public_key})


def wave_by_code(session: Session, code: str) -> Wave:
    """Give the wave of a code, or refuse and name the known ones."""
    wave = session.scalar(select(Wave).where(Wave.code == code)) if "\x00" not in code else None
    if wave is None:
        known = ", ".join(session.scalars(select(Wave.code).order_by(Wave.id.desc()).limit(20))) or "–"
        raise SurveyError(Problem.WAVE_UNKNOWN, code=code, known=known)
    return wave


def set_outcome(session: Session, invitation: Invitation, state: str, now: datetime) -> None:
    """Note what became of an invitation (sent, refused, unreachable, ineligible, withdrawn)."""
    if state not in SETTABLE:
        raise SurveyError(Problem.INVITATION_STATE, state=state)
    changed = session.execute(
        update(Invitation)
        .where(Invitation.token_hash == invitation.token_hash, Invitation.state != InvitationState.USED)
        .values(state=str(state), changed_at=None if invitation.anonymous else now)
        .returning(Invitation.token_hash),
        execution_options={"synchronize_session": False},
    ).first()
    session.refresh(invitation)
    if changed is None:
        raise SurveyError(Problem.INVITATION_USED)


def counts(session: Session, wave: Wave) -> WaveCounts:
    """Count invitations and responses of a wave.

    The response share is completes of invited people over eligible invitations, AAPOR's RR1 without
    partials (AAPOR, Standard Definitions, 10th ed. 2023).
    """
    by_outcome = select(Invitation.state, func.count()).where(Invitation.wave_id == wave.id)
    outcomes = dict(session.execute(by_outcome.group_by(Invitation.state)).all())
    by_state = select(Response.state, func.count()).where(Response.wave_id == wave.id)
    states = dict(session.execute(by_state.group_by(Response.state)).all())
    excluded = select(func.count()).where(Response.wave_id == wave.id, Response.excluded)
    invited = sum(outcomes.values())
    eligible = (
        invited - outcomes.get(InvitationState.INELIGIBLE, 0) - outcomes.get(InvitationState.WITHDRAWN, 0)
    )
    return WaveCounts(
        invited=invited,
        outcomes=outcomes,
        open=states.get(ResponseState.OPEN, 0),
        complete=states.get(ResponseState.COMPLETE, 0),
        screened=states.get(ResponseState.SCREENED, 0),
        excluded=session.scalars(excluded).one(),
        response_share=outcomes.get(InvitationState.USED, 0) / eligible if eligible > 0 else None,
    )


def full_quota(session: Session, wave: Wave, segment: Segment | None) -> Mapping[str, Any] | None:
    """Give the first quota that this segment belongs to and that is full, or None."""
    for quota in wave.quotas:
        where = quota["where"]
        if segment is None or any(_segment_value(segment, name) != value for name, value in where.items()):
            continue
        query = (
            select(func.count())
            .select_from(Response)
            .join(Segment, Response.segment_id == Segment.id)
            .outerjoin(Unit, Segment.unit_id == Unit.id)
            .where(Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE)
        )
        for name, value in where.items():
            query = query.where((Unit.code if name == "unit" else getattr(Segment, name)) == value)
        if session.scalars(query).one() >= quota["limit"]:
            return dict(quota)
    return None


def linked_response(session: Session, invitation: Invitation) -> Response | None:
    """Give the response that a confidential token led to, or None."""
    return session.scalar(
        select(Response)
        .join(
            Participation,
            (Participation.wave_id == Response.wave_id) & (Participation.response_id == Response.id),
        )
        .where(Participation.token_hash == invitation.token_hash)
        .execution_options(populate_existing=True)
    )


def forget_order(session: Session, wave: Wave) -> None:
    """Write the wave's rows anew in the order of their random keys, on PostgreSQL.

    There a dump lists rows in the order of their last change; in an anonymous wave that order could tie
    the n-th used token to the n-th submitted response. SQLite keeps these rows by key anyway.
    """
    session.flush()
    if session.connection().dialect.name != "postgresql":
        return
    name = f"response_wave_{int(wave.id)}"
    # Responses have a table of their own, a partition, so it can be sorted as a whole.
    session.execute(text(f"CLUSTER {name} USING {name}_pkey"))
    session.execute(
        text(
            "WITH taken AS (DELETE FROM invitation WHERE wave_id = :wave RETURNING *) "
            "INSERT INTO invitation SELECT * FROM taken ORDER BY token_hash"
        ),
        {"wave": wave.id},
    )


def _check_quota(quota: Mapping[str, Any]) -> None:
    where, limit = quota.get("where"), quota.get("limit")
    names = {"unit", "customer_class", "tier", "account_type", "area"}
    good = isinstance(where, Mapping) and where and set(where) <= names
    if not good or isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise SurveyError(Problem.WAVE_QUOTA, quota=dict(quota))


def _segment_value(segment: Segment, name: str) -> str:
    if name == "unit":
        return segment.unit.code if segment.unit is not None else ""
    return str(getattr(segment, name))


def _refuse_second_invitation(session: Session, wave: Wave, customer_ids: list[int]) -> None:
    """Name a customer that would get a second token of the wave."""
    if len(set(customer_ids)) != len(customer_ids):
        raise SurveyError(Problem.INVITATION_TWICE, customer="…")
    for start in range(0, len(customer_ids), 500):
        part = customer_ids[start : start + 500]
        taken = session.scalar(
            select(Customer.code)
            .join(Invitation, Invitation.customer_id == Customer.id)
            .where(Invitation.wave_id == wave.id, Customer.id.in_(part))
            .limit(1)
        )
        if taken is not None:
            raise SurveyError(Problem.INVITATION_TWICE, customer=taken)
