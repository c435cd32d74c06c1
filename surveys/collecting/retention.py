"""How long answers are kept: own words 24 months after their wave has closed, what was broken off 12.

What was chosen in complete and partial questionnaires stays, and of the broken ones that there were so many.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from surveys.collecting import sealing
from surveys.collecting.packing import layout_of
from surveys.document.questionnaire import Questionnaire
from surveys.editing.publishing import load_document
from surveys.keys import keys_of
from surveys.models import AuditEntry, Response, Wave
from surveys.models.collection import ResponseState, WaveState
from surveys.models.dispositions import Disposition

KEPT: Final = timedelta(days=730)
KEPT_BROKEN: Final = timedelta(days=365)
ACTION: Final = "wave.texts_end"
BROKEN_ACTION: Final = "wave.broken_end"
WORDS: Final = frozenset({"line", "lines"})  # kinds of fields that take own words


def due(session: Session, now: datetime) -> Sequence[Wave]:
    """Give the closed waves whose own words have been kept long enough."""
    return _due(session, ACTION, now - KEPT)


def due_broken(session: Session, now: datetime) -> Sequence[Wave]:
    """Give the closed waves in which answers of broken questionnaires have been kept long enough."""
    return _due(session, BROKEN_ACTION, now - KEPT_BROKEN)


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
            response.texts = {name: said for name, said in response.texts.items() if name not in own}
            if response.state == ResponseState.COMPLETE and response.completed_at is not None:
                response.seal = sealing.seal_of(
                    session, key, response, response.segment_id, response.completed_at, response.disposition
                )
            number += 1
    return number


def own_words(document: Questionnaire) -> frozenset[str]:
    """Give the fields of a questionnaire that take own words: open questions, and those beside options."""
    found: set[str] = set()
    for question in document.questions():
        found |= {each.name for each in question.controls(document.scales) if each.kind in WORDS}
        found |= question.own_words().keys()
    return frozenset(found)
