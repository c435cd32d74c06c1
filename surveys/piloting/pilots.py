"""Pilots: a draft frozen as it stands for a few people, closed, emptied and deleted.

A pilot is a version of its own kind, which stays, and a wave of its own purpose with what people said, which
no figure, file or list of waves knows (`Purpose.DRAFT`) and which goes when the pilot is deleted.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveys.collecting import sealing, waves
from surveys.collecting.links import destroy_keys
from surveys.database import after_commit, lock_for_writing, lock_row
from surveys.document.loading import load
from surveys.editing import drafting, publishing
from surveys.editing.assembling import assembled
from surveys.errors import Problem, SurveyError
from surveys.findings.listing import Room, findings_of
from surveys.keys import keys_of
from surveys.models import Customer, Draft, Invitation, PilotComment, Response, Version, Wave
from surveys.models.collection import Access, InvitationState, Purpose, ResponseState
from surveys.piloting.people import keep

DAYS: Final = 14
MOST_DAYS: Final = 90
NO_SYNC: Final = {"synchronize_session": False}


class Pilot(NamedTuple):
    """One pilot of a draft; `wave` is None when it was deleted.

    `began` counts who sent a page, `complete` who came to the end and submitted.
    """

    number: int
    change: int
    version: Version
    wave: Wave | None
    began: int = 0
    complete: int = 0

    @property
    def name(self) -> str:
        """What pages and the trail call it."""
        return f"P{self.number}"


def freeze(
    session: Session,
    draft: Draft,
    change: int,
    number: int,
    *,
    days: int = DAYS,
    people: Sequence[Customer] = (),
    more: Room,
    staff_name: str,
    now: datetime,
) -> Pilot:
    """Freeze a draft as its page showed it (its last `change`, and the `number` that this pilot gets).

    Anybody who has the link may answer, without a name, until `days` are over; where `people` of the customer
    file are given these alone, each by a link of their own.

    Raises
    ------
    SurveyError
        PILOT_DAYS: not from 1 to `MOST_DAYS`. PILOT_STALE: the draft was changed or frozen since.
        QUESTIONNAIRE_FAULTY: there are errors in it.
    """
    if not 1 <= days <= MOST_DAYS:
        raise SurveyError(Problem.PILOT_DAYS, limit=MOST_DAYS)
    lock_for_writing(session, Version)
    lock_row(session, draft)
    if (change, number) != (draft.number, next_number(session, draft)):
        raise SurveyError(Problem.PILOT_STALE)
    nodes = drafting.nodes_of(session, draft)
    document = load(assembled(nodes))
    errors = [each for each in findings_of(document, more=more) if each.severity == "error"]
    if errors:
        raise publishing.FaultyError(errors)
    version = publishing.made(session, draft.questionnaire, document, "pilot", staff_name, now)
    version.change = change
    session.add(version)
    session.flush()
    wave = waves.create_wave(
        session,
        version,
        code=f"{draft.questionnaire.code}-P{number}-{secrets.token_hex(4)}",  # nobody reads or types it
        title=document.title,
        closes_at=now + timedelta(days=days),
        purpose=Purpose.DRAFT,
        access=Access.INVITED if people else Access.PUBLIC,
        now=now,
    )
    if people:
        keep(session, version, people, now)
    waves.open_wave(session, wave, now)
    drafting.snapshot(session, draft, nodes, "pilot")
    return Pilot(number, change, version, wave)


def next_number(session: Session, draft: Draft) -> int:
    """Give the number of the next pilot of a draft."""
    of_draft = (Version.questionnaire_id == draft.questionnaire_id, Version.kind == "pilot")
    return (session.scalar(select(func.max(Version.number)).where(*of_draft)) or 0) + 1


def pilots_of(session: Session, draft: Draft) -> list[Pilot]:
    """Give every pilot of a draft, the newest first, deleted ones too."""
    query = (
        select(Version, Wave)
        .outerjoin(Wave, Wave.version_id == Version.id)
        .where(Version.questionnaire_id == draft.questionnaire_id, Version.kind == "pilot")
        .order_by(Version.number.desc())
    )
    rows = session.execute(query).all()
    counts = (
        select(Response.wave_id, Response.state, func.count())
        .where(Response.wave_id.in_([wave.id for _, wave in rows if wave is not None]))
        .group_by(Response.wave_id, Response.state)
    )
    counted: dict[int, dict[str, int]] = {}
    for wave_id, state, n in session.execute(counts):
        counted.setdefault(wave_id, {})[state] = n
    found = []
    for version, wave in rows:
        own = counted.get(wave.id, {}) if wave is not None else {}
        complete = own.get(ResponseState.COMPLETE, 0)
        found.append(Pilot(version.number, version.change or 0, version, wave, sum(own.values()), complete))
    return found


def find(session: Session, draft: Draft, number: int) -> Pilot | None:
    """Find a pilot of a draft by its number."""
    return next((each for each in pilots_of(session, draft) if each.number == number), None)


def close(session: Session, wave: Wave, now: datetime) -> None:
    """Let no more answers in; nothing is sealed, because nothing will rest on them."""
    wave.closes_at = now
    session.flush()


def empty(session: Session, wave: Wave) -> dict[str, Any]:
    """Delete everything that people said, so that the same link begins anew; give how much it was."""
    sealing.lock_answers(session, wave)
    gone = {}
    for name, table in (("comments", PilotComment), ("responses", Response)):
        done = session.execute(delete(table).where(table.wave_id == wave.id), execution_options=NO_SYNC)
        gone[name] = done.rowcount  # type: ignore[attr-defined]
    session.execute(
        update(Invitation)
        .where(Invitation.wave_id == wave.id, Invitation.state != InvitationState.WITHDRAWN)
        .values(state=InvitationState.ISSUED.value),
        execution_options=NO_SYNC,
    )
    session.expire_all()
    return gone


def remove(session: Session, wave: Wave) -> dict[str, Any]:
    """Delete a pilot with its links and everything that people said.

    Its frozen document stays, and holds no answers; so does who was asked to try it.
    """
    gone = empty(session, wave)
    session.execute(delete(Invitation).where(Invitation.wave_id == wave.id), execution_options=NO_SYNC)
    after_commit(session, partial(destroy_keys, keys_of(session).folder, wave.id))
    session.delete(wave)
    session.flush()
    return gone
