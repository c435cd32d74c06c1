"""What the worker does with waves, each minute: closes those whose time has ended, settles, writes anew."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from surveys import audit
from surveys.collecting import rewriting, settling, waves
from surveys.models import Wave

ACTOR: Final = "worker"
logger = structlog.get_logger(__name__)


def tend(session: Session, now: datetime) -> None:
    """Carry out what is due, a transaction each; what others are in the way of is tried again in a minute."""
    for wave in waves.ended(session, now):
        _one(session, wave, lambda each: _close(session, each, now))
    for wave in settling.due(session, now):
        _one(session, wave, lambda each: settling.settle(session, each, now, gives_way=True))
    for wave in rewriting.due(session):
        _one(session, wave, lambda each: rewriting.rewrite(session, each, now))


def _close(session: Session, wave: Wave, now: datetime) -> None:
    waves.close_wave(session, wave, now)
    audit.record(session, actor=ACTOR, action="wave.close", target=f"wave:{wave.code}", now=now)


def _one(session: Session, wave: Wave, work: Callable[[Wave], object]) -> None:
    try:
        work(wave)
        session.commit()
    except OperationalError as error:
        session.rollback()
        logger.warning("a wave waits for others to end", wave=wave.code, error=type(error.orig).__name__)
