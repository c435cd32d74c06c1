"""What became of everybody who was invited to a wave, or began it: one disposition each, and the rates.

In a confidential wave each invitation is looked at with the response that it led to. In an anonymous one
nothing joins them: the responses are counted, and of nobody else came anything back.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from surveys.collecting.dispositions import counted
from surveys.collecting.exclusions import excluded_ids
from surveys.models import Customer, Invitation, Participation, Response, Segment, Unit, Wave
from surveys.models.collection import InvitationState, Mode, ResponseState
from surveys.models.dispositions import Disposition
from surveys.watching.rates import Group, Rate, rates


class Outcome(StrEnum):
    """A final disposition: those of responses, and what becomes of invitations without one."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    SCREENED = "screened"
    OVER_QUOTA = "over_quota"
    INELIGIBLE = "ineligible"
    REFUSED = "refused"
    BREAK_OFF = "break_off"
    BLANK = "blank"
    NO_CONTACT = "no_contact"
    NOTHING = "nothing"
    UNDELIVERABLE = "undeliverable"


# AAPOR's code and group of each (2023, table of internet surveys of specifically named persons).
CODES: Final[Mapping[Outcome, tuple[str, Group]]] = {
    Outcome.COMPLETE: ("1.1", Group.INTERVIEW),
    Outcome.PARTIAL: ("1.2", Group.PARTIAL),
    Outcome.SCREENED: ("4.10", Group.NOT_ELIGIBLE),
    Outcome.OVER_QUOTA: ("4.80", Group.NOT_ELIGIBLE),
    Outcome.INELIGIBLE: ("4.90", Group.NOT_ELIGIBLE),
    Outcome.REFUSED: ("2.111", Group.REFUSAL),
    Outcome.BREAK_OFF: ("2.12", Group.REFUSAL),
    Outcome.BLANK: ("2.1121", Group.REFUSAL),
    Outcome.NO_CONTACT: ("2.20", Group.NON_CONTACT),
    Outcome.NOTHING: ("3.19", Group.UNKNOWN),
    Outcome.UNDELIVERABLE: ("3.30", Group.UNKNOWN),
}
# What staff noted of an invitation; what was withdrawn is no sample.
NOTED: Final = {
    InvitationState.REFUSED: Outcome.REFUSED,
    InvitationState.UNREACHABLE: Outcome.UNDELIVERABLE,
    InvitationState.INELIGIBLE: Outcome.INELIGIBLE,
}
# Final whatever staff noted; of a break-off staff may know more.
FINAL: Final = frozenset(Disposition) - {Disposition.BREAK_OFF, Disposition.BLANK}
IN_PERSON: Final = frozenset({Mode.PHONE, Mode.FACE})


class Standing(NamedTuple):
    """How a wave stands.

    `outcomes` are of everybody invited, or where nobody was of everybody who began; `rates` are None in the
    latter case. `noted` says how many invitations are in each state. `finished` are complete and partial
    ones, of the `begun`; `open` are under way, or broken off.
    """

    invited: int
    noted: dict[str, int]
    outcomes: dict[Outcome, int]
    rates: list[Rate] | None
    begun: int
    finished: int
    open: int
    excluded: int

    def of(self, group: Group) -> int:
        """Give the number of cases in a group."""
        return in_groups(self.outcomes)[group]

    @property
    def complete(self) -> int:
        """How many answered enough to count in the index."""
        return self.outcomes[Outcome.COMPLETE]


def standing(session: Session, wave: Wave) -> Standing:
    """Count a wave."""
    of_wave = Response.wave_id == wave.id
    by_disposition = select(Response.disposition, func.count()).where(of_wave)
    responses = counted(_numbers(session, by_disposition.group_by(Response.disposition)))
    is_open = select(func.count()).where(of_wave, Response.state == ResponseState.OPEN)
    by_state = select(Invitation.state, func.count()).where(Invitation.wave_id == wave.id)
    noted = _numbers(session, by_state.group_by(Invitation.state))
    invited = sum(noted.values()) - noted.get(InvitationState.WITHDRAWN, 0)
    if not invited:
        outcomes = _of_responses(responses)
    elif wave.anonymous:
        outcomes = _apart(wave, responses, noted, invited)
    else:
        outcomes = _joined(session, wave, literal("")).get("", dict.fromkeys(Outcome, 0))
    found = Standing(
        invited=sum(noted.values()),
        noted=noted,
        outcomes=outcomes,
        rates=None,
        begun=sum(responses.values()),
        finished=responses[Disposition.COMPLETE] + responses[Disposition.PARTIAL],
        open=session.scalars(is_open).one(),
        excluded=session.scalars(select(func.count()).select_from(excluded_ids(wave).subquery())).one(),
    )
    return found._replace(rates=rates(in_groups(outcomes))) if invited else found


def _of_responses(responses: Mapping[Disposition, int]) -> dict[Outcome, int]:
    return dict.fromkeys(Outcome, 0) | {Outcome(name): number for name, number in responses.items()}


def _apart(
    wave: Wave, responses: Mapping[Disposition, int], noted: Mapping[str, int], invited: int
) -> dict[Outcome, int]:
    """Count an anonymous wave: nothing came back of issued − begun − what staff noted, not below 0."""
    found = _of_responses(responses)
    for state, number in noted.items():
        if (outcome := _noted(wave, state)) is not None:
            found[outcome] += number
    found[Outcome.NOTHING] = max(0, invited - sum(found.values()))
    return found


def parts(session: Session, wave: Wave, by: str) -> dict[str, tuple[dict[Outcome, int], list[Rate] | None]]:
    """Count a wave by unit or customer class: outcomes, and rates where it is known who was invited.

    That is so in a confidential wave alone; of the others those who began are counted, by what is known of
    them, and there are no rates. Unknown is the empty text.
    """
    if not wave.anonymous and session.scalar(
        select(Invitation.token_hash).filter_by(wave_id=wave.id).limit(1)
    ):
        label = Unit.code if by == "unit" else Customer.customer_class
        found = _joined(session, wave, label)
        return {name: (outcomes, rates(in_groups(outcomes))) for name, outcomes in sorted(found.items())}
    known = func.coalesce(Unit.code if by == "unit" else Segment.customer_class, "")
    query = (
        select(known, Response.disposition, func.count())
        .outerjoin(Segment, Response.segment_id == Segment.id)
        .outerjoin(Unit, Segment.unit_id == Unit.id)
        .where(Response.wave_id == wave.id)
        .group_by(known, Response.disposition)
    )
    numbers: dict[str, dict[str | None, int]] = {}
    for name, disposition, number in session.execute(query):
        numbers.setdefault(name, {})[disposition] = number
    return {name: (_of_responses(counted(own)), None) for name, own in sorted(numbers.items())}


def in_groups(outcomes: Mapping[Outcome, int]) -> dict[Group, int]:
    """Add outcomes up by AAPOR's groups."""
    found = dict.fromkeys(Group, 0)
    for outcome, number in outcomes.items():
        found[CODES[outcome][1]] += number
    return found


def _joined(session: Session, wave: Wave, label: Any) -> dict[str, dict[Outcome, int]]:
    """Count a confidential wave by a label of its customers, each invitation with its response."""
    has_response = Response.id.is_not(None) | Invitation.disposition.is_not(None)
    counts_as = func.coalesce(
        Response.disposition, Invitation.disposition
    )  # the latter once links are forgotten
    query = (
        select(label, Invitation.state, has_response, counts_as, func.count())
        .outerjoin(Customer, Customer.id == Invitation.customer_id)
        .outerjoin(Unit, Unit.id == Customer.unit_id)
        .outerjoin(Participation, Participation.token_hash == Invitation.token_hash)
        .outerjoin(
            Response,
            (Response.wave_id == Participation.wave_id) & (Response.id == Participation.response_id),
        )
        .where(Invitation.wave_id == wave.id, Invitation.state != InvitationState.WITHDRAWN)
        .group_by(label, Invitation.state, has_response, counts_as)
    )
    found: dict[str, dict[Outcome, int]] = {}
    for name, state, has_begun, disposition, number in session.execute(query):
        part = found.setdefault(name or "", dict.fromkeys(Outcome, 0))
        own = Disposition(disposition or Disposition.BREAK_OFF) if has_begun else None
        noted = _noted(wave, state)
        if own is not None and (own in FINAL or noted is None):
            part[Outcome(own)] += number
        else:
            part[noted or Outcome.NOTHING] += number
    return found


def _noted(wave: Wave, state: str) -> Outcome | None:
    """Give what staff noted of an invitation; on the telephone and in person nobody is undeliverable."""
    if state == InvitationState.UNREACHABLE and wave.mode in IN_PERSON:
        return Outcome.NO_CONTACT
    return NOTED.get(InvitationState(state))


def _numbers(session: Session, query: Any) -> dict[Any, int]:
    return {name: number for name, number in session.execute(query)}  # noqa: C416  rows are no pairs
