"""Single-use links: issued, found again by their hash, and what became of them."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from surveys.collecting.coarsening import FEWEST, Cell, coarsen
from surveys.collecting.links import response_of
from surveys.collecting.segments import find_segment, values_of
from surveys.errors import Problem, SurveyError, wrong_state
from surveys.models import Customer, Invitation, Unit, Wave
from surveys.models.collection import InvitationState, ResponseState, WaveState

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
MAX_INVITATIONS = 1_000_000


# Built once, because every request by a personal link asks it.
BY_HASH = (
    select(Invitation)
    .where(Invitation.token_hash == bindparam("hash"))
    .execution_options(populate_existing=True)
)


# Whoever is in one of these states may still answer.
LIVE = (InvitationState.ISSUED, InvitationState.SENT, InvitationState.STARTED, InvitationState.UNREACHABLE)


SETTABLE = {
    InvitationState.SENT,
    InvitationState.REFUSED,
    InvitationState.UNREACHABLE,
    InvitationState.INELIGIBLE,
    InvitationState.WITHDRAWN,
}


def issue_invitations(
    session: Session, wave: Wave, customers: Iterable[Customer] | int, now: datetime
) -> list[str]:
    """Make single-use tokens and return them in clear, once: the database keeps only their hashes.

    Given customers, there is one token each, in their order. A confidential wave keeps whose it is; an
    anonymous one what is known of at least ten of them alike, and may be given a number instead.

    Raises
    ------
    SurveyError
        The wave is closed or confidential and given a number; there are too few or too many, or a customer
        has a link already.
    """
    if wave.state == WaveState.CLOSED:
        raise wrong_state(wave.code, wave.state)
    if isinstance(customers, int) and not wave.anonymous:
        raise SurveyError(Problem.INVITATION_KIND, code=wave.code)
    people = None if isinstance(customers, int) else list(customers)
    number = customers if isinstance(customers, int) else len(people or ())
    if not 0 < number <= MAX_INVITATIONS:
        raise SurveyError(Problem.INVITATION_NUMBER, limit=MAX_INVITATIONS)
    names: list[int | None] = [None] * number
    segments: list[int | None] = [None] * number
    if people is not None:
        _refuse_second_invitation(session, wave, [each.id for each in people])
        if wave.anonymous:
            segments = _shared(session, wave, people)
        else:
            names = [each.id for each in people]
    tokens = [secrets.token_urlsafe(18) for _ in names]
    rows = [
        {
            "token_hash": token_hash(token),
            "wave_id": wave.id,
            "anonymous": wave.anonymous,
            "customer_id": name,
            "segment_id": segment,
            "state": InvitationState.ISSUED.value,
            "changed_at": None if wave.anonymous else now,
        }
        for token, name, segment in zip(tokens, names, segments, strict=True)
    ]
    # Stored in the order of the hashes, which is no order at all.
    session.execute(insert(Invitation), sorted(rows, key=lambda row: str(row["token_hash"])))
    return tokens


def _shared(session: Session, wave: Wave, people: Sequence[Customer]) -> list[int | None]:
    """Give the segments of customers that links of an anonymous wave may keep; none where nothing is left."""
    if len(people) < FEWEST:
        raise SurveyError(Problem.INVITATION_FEW, code=wave.code, least=FEWEST)
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    above = {unit.code: units[unit.parent_id].code for unit in units.values() if unit.parent_id is not None}
    kept = coarsen([Cell(**values_of(each)) for each in people], above)
    known = {
        cell: find_segment(session, cell._asdict()).id if any(cell) else None for cell in dict.fromkeys(kept)
    }
    return [known[cell] for cell in kept]


def token_hash(token: str) -> str:
    """Hash a token; tokens are random and long, so a plain hash cannot be turned round."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_invitation(session: Session, token: str) -> Invitation | None:
    """Find the invitation of a token, whatever its state; None for anything that is no token."""
    if not TOKEN.fullmatch(token):
        return None
    return session.scalar(BY_HASH, {"hash": token_hash(token)})


def set_outcome(session: Session, invitation: Invitation, state: str, now: datetime) -> None:
    """Note what became of an invitation (sent, refused, unreachable, ineligible, withdrawn)."""
    if state not in SETTABLE:
        raise SurveyError(Problem.INVITATION_STATE, state=state)
    found = response_of(session, invitation.wave, invitation) if invitation.anonymous else None
    if found is not None and found.state != ResponseState.OPEN:
        raise SurveyError(Problem.INVITATION_USED)  # answered, and not yet settled
    changed = session.execute(
        update(Invitation)
        .where(
            Invitation.wave_id == invitation.wave_id,
            Invitation.token_hash == invitation.token_hash,
            Invitation.state != InvitationState.USED,
        )
        .values(state=str(state), changed_at=None if invitation.anonymous else now)
        .returning(Invitation.token_hash),
        execution_options={"synchronize_session": False},
    ).first()
    session.refresh(invitation)
    if changed is None:
        raise SurveyError(Problem.INVITATION_USED)


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
