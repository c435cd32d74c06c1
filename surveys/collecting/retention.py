"""How long answers are kept: own words 24 months after their wave has closed, what was broken off 12.

What was chosen in complete and partial questionnaires stays, and of the broken ones that there were so many.
Which link of a confidential wave led to which answers is kept 24 months too, and how to reach a customer
24 months after the last import that said so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from surveys import audit
from surveys.collecting import sealing
from surveys.collecting.links import destroy_keys
from surveys.collecting.packing import layout_of
from surveys.database import after_commit
from surveys.document.questionnaire import Questionnaire
from surveys.editing.publishing import load_document
from surveys.errors import Problem, SurveyError
from surveys.keys import keys_of
from surveys.models import AuditEntry, Contact, Invitation, Participation, Response, Wave
from surveys.models.collection import ResponseState, WaveState
from surveys.models.dispositions import Disposition

KEPT: Final = timedelta(days=730)
KEPT_BROKEN: Final = timedelta(days=365)
ACTION: Final = "wave.texts_end"
BROKEN_ACTION: Final = "wave.broken_end"
LINKS_ACTION: Final = "wave.links_end"
CONTACTS_ACTION: Final = "customers.contacts_end"
NO_SYNC: Final = {"synchronize_session": False}
WORDS: Final = frozenset({"line", "lines"})  # kinds of fields that take own words


def due(session: Session, now: datetime) -> Sequence[Wave]:
    """Give the closed waves whose own words have been kept long enough."""
    return _due(session, ACTION, now - KEPT)


def due_broken(session: Session, now: datetime) -> Sequence[Wave]:
    """Give the closed waves in which answers of broken questionnaires have been kept long enough."""
    return _due(session, BROKEN_ACTION, now - KEPT_BROKEN)


def due_links(session: Session, now: datetime) -> Sequence[Wave]:
    """Give the closed confidential waves whose links have led to answers for long enough."""
    return [wave for wave in _due(session, LINKS_ACTION, now - KEPT) if not wave.anonymous]


def _due(session: Session, action: str, closed_before: datetime) -> Sequence[Wave]:
    done = exists().where(AuditEntry.action == action, AuditEntry.target == "wave:" + Wave.code)
    wanted = select(Wave).where(Wave.state == WaveState.CLOSED, Wave.closes_at < closed_before, ~done)
    return session.scalars(wanted.order_by(Wave.id)).all()


def end_broken(session: Session, wave: Wave, *, now: datetime) -> int:
    """Delete what was answered in questionnaires that were broken off; give how many there were.

    Raises
    ------
    SurveyError
        The wave is not what its seal says: nothing is changed.
    """
    layout = layout_of(session, wave.version_id)
    wanted = select(Response).where(
        Response.wave_id == wave.id,
        Response.state == ResponseState.OPEN,
        func.coalesce(Response.disposition, Disposition.BREAK_OFF.value) != Disposition.PARTIAL.value,
    )
    with sealing.lawfully(session, wave, actor="system", action=BROKEN_ACTION, now=now):
        broken = session.scalars(wanted).all()
        for response in broken:
            response.answers, response.timings, response.texts = layout.empty(), layout.no_time(), {}
    return len(broken)


def end_links(session: Session, wave: Wave, *, now: datetime) -> int:
    """Forget which link of a confidential wave led to which answers; give how many did.

    What became of each invitation stays, so that the rates of the wave do; when it was goes, which is when
    the answers came, and so does the key by which links give the marks of responses.

    Raises
    ------
    SurveyError
        The wave is not what its seal says: nothing is changed.
    """
    joined = (Response.wave_id == Participation.wave_id) & (Response.id == Participation.response_id)
    counted_as = (
        select(func.coalesce(Response.disposition, Disposition.BREAK_OFF.value))
        .join(Participation, joined)
        .where(Participation.token_hash == Invitation.token_hash)
    )
    of_wave = select(Participation.token_hash).where(Participation.wave_id == wave.id)
    with sealing.lawfully(session, wave, actor="system", action=LINKS_ACTION, now=now):
        session.execute(
            update(Invitation)
            .where(Invitation.wave_id == wave.id, Invitation.token_hash.in_(of_wave))
            .values(disposition=counted_as.scalar_subquery(), changed_at=None),
            execution_options=NO_SYNC,
        )
        forgotten = delete(Participation).where(Participation.wave_id == wave.id)
        number = session.connection().execute(forgotten).rowcount
        session.expire_all()
    after_commit(session, partial(destroy_keys, keys_of(session).folder, wave.id))
    return number


def end_contacts(session: Session, now: datetime) -> int:
    """Delete how to reach customers whom no import has named for long enough; give how many. Noted."""
    old = Contact.seen_on < (now - KEPT).date()
    number = session.scalars(select(func.count()).select_from(Contact).where(old)).one()
    if number:
        session.execute(delete(Contact).where(old), execution_options=NO_SYNC)
        audit.record(
            session, actor="system", action=CONTACTS_ACTION, target="customers", now=now, detail={"n": number}
        )
    return number


def end_texts(session: Session, wave: Wave, *, now: datetime) -> int:
    """Delete a wave's own words and seal anew what held some; give how many responses did.

    Raises
    ------
    SurveyError
        The wave is not what its seal says: nothing is changed.
    """
    own = own_words(load_document(wave.version))
    number = 0
    key = keys_of(session).newest("seal")
    with sealing.lawfully(session, wave, actor="system", action=ACTION, now=now):
        for response in session.scalars(select(Response).where(Response.wave_id == wave.id)):
            if not own & response.texts.keys():
                continue
            is_complete = response.state == ResponseState.COMPLETE
            if is_complete and not sealing.is_whole(session, response):
                raise SurveyError(Problem.SEAL_BROKEN, code=wave.code)
            response.texts = {name: said for name, said in response.texts.items() if name not in own}
            if is_complete and response.completed_at is not None:
                response.seal = sealing.seal_of(
                    session, key, response, response.segment_id, response.completed_at, response.disposition
                )
            number += 1
    return number


def own_words(document: Questionnaire) -> frozenset[str]:
    """Give the fields of a questionnaire that take own words: open questions, and those beside options."""
    found: set[str] = set()
    for question in document.questions():
        for piece in question.pieces(document.scales):
            found |= {each.name for each in piece.controls if each.kind in WORDS} | piece.own_words.keys()
    return frozenset(found)
