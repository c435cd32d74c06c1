"""Single-use links: issued, found again by their hash, and what became of them."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from surveys.collecting.links import response_of
from surveys.errors import Problem, SurveyError
from surveys.models import Customer, Invitation, Wave
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
