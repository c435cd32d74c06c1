"""Whom of the customer file a pilot asks: drawn by lot or named, kept, and left out of the main sample.

Links of a pilot are those of an anonymous wave: they tell of a customer what ten or more of those asked have
in common, and nothing leads from them to a name. Who was asked is kept apart from what was answered.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import Session

from surveys.collecting.coarsening import FEWEST
from surveys.collecting.frame import under
from surveys.collecting.invitations import LIVE, issue_invitations
from surveys.errors import Problem, SurveyError
from surveys.models import Customer, Invitation, PilotPerson, Version, Wave
from surveys.models.collection import InvitationState

MOST: Final = 500
# How long whoever has tried a questionnaire is not asked it again.
REST: Final = timedelta(days=365)


def tried(questionnaire_id: int, now: datetime) -> Select[int]:
    """Select the customers who were asked to try a questionnaire not long ago."""
    return (
        select(PilotPerson.customer_id)
        .join(Version, Version.id == PilotPerson.version_id)
        .where(Version.questionnaire_id == questionnaire_id, PilotPerson.asked_on > (now - REST).date())
    )


def drawn(
    session: Session,
    questionnaire_id: int,
    number: int,
    *,
    unit: str = "",
    customer_class: str = "",
    now: datetime,
) -> list[Customer]:
    """Draw customers by lot: of a unit and those under it, of a class, or of all; by their codes.

    Whoever was asked to try this questionnaire within `REST` is not drawn again.

    Raises
    ------
    SurveyError
        PILOT_NUMBER: fewer than ten or too many are wanted. PILOT_FRAME: there are fewer to draw from.
        UNIT_UNKNOWN: there is no such unit.
    """
    check_number(number)
    query = select(Customer).where(Customer.id.not_in(tried(questionnaire_id, now)))
    if unit:
        query = query.where(Customer.unit_id.in_(under(session, unit)))
    if customer_class:
        query = query.where(Customer.customer_class == customer_class)
    found = list(session.scalars(query.order_by(func.random()).limit(number)))
    if len(found) < number:
        raise SurveyError(Problem.PILOT_FRAME, number=len(found), wanted=number)
    return sorted(found, key=lambda each: each.code)


def named(session: Session, codes: Sequence[str]) -> list[Customer]:
    """Find customers by their codes, in their order; each code once.

    Raises
    ------
    SurveyError
        PILOT_NUMBER: fewer than ten or too many. PILOT_UNKNOWN: some are in no customer file, and which.
    """
    check_number(len(codes))
    found = {each.code: each for each in session.scalars(select(Customer).where(Customer.code.in_(codes)))}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise SurveyError(Problem.PILOT_UNKNOWN, number=len(unknown), codes=", ".join(unknown[:5]))
    return [found[code] for code in codes]


def check_number(number: int) -> None:
    """Refuse so few that links would tell who they are, and so many that it is no trial any more."""
    if not FEWEST <= number <= MOST:
        raise SurveyError(Problem.PILOT_NUMBER, least=FEWEST, most=MOST)


def keep(session: Session, version: Version, people: Iterable[Customer], now: datetime) -> None:
    """Keep who is asked to try a frozen draft."""
    rows = [
        {"version_id": version.id, "customer_id": each.id, "asked_on": now.date()}
        for each in sorted(people, key=lambda each: each.id)
    ]
    session.execute(insert(PilotPerson), rows)


def asked(session: Session, version: Version) -> list[Customer]:
    """Give who is asked to try a frozen draft, by their codes."""
    query = select(Customer).join(PilotPerson).where(PilotPerson.version_id == version.id)
    return list(session.scalars(query.order_by(Customer.code)))


def n_links(session: Session, wave: Wave) -> int:
    """Count the links of a pilot that were made and not taken back."""
    query = select(func.count()).select_from(Invitation).where(Invitation.wave_id == wave.id)
    return session.scalar(query.where(Invitation.state != InvitationState.WITHDRAWN)) or 0


def links(session: Session, wave: Wave, people: Sequence[Customer], now: datetime) -> list[str]:
    """Make a link for each of those asked, and give their tokens in that order, this once.

    Links that were made before and have not led to an answer are taken back.
    """
    session.execute(
        update(Invitation)
        .where(Invitation.wave_id == wave.id, Invitation.state.in_(LIVE))
        .values(state=InvitationState.WITHDRAWN.value),
        execution_options={"synchronize_session": False},
    )
    return issue_invitations(session, wave, people, now)


def rested(
    session: Session, questionnaire_id: int, people: Collection[Customer], now: datetime
) -> list[Customer]:
    """Give those of some customers who were not asked to try the questionnaire within `REST`."""
    tired = set(session.scalars(tried(questionnaire_id, now)))
    return [each for each in people if each.id not in tired]
