"""What the worker deletes when its time has come: own words, broken answers, links, contacts, log-ins."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from surveys.collecting import retention
from surveys.errors import SurveyError
from surveys.proving import pruning

log = structlog.get_logger(__name__)
ENDS = (
    (retention.due, retention.end_texts),
    (retention.due_broken, retention.end_broken),
    (retention.due_links, retention.end_links),
)


def clear(session: Session, now: datetime) -> None:
    """Delete what is due, a transaction each; of a wave that does not match its seal nothing."""
    for due, end in ENDS:
        for wave in due(session, now):
            try:
                end(session, wave, now=now)
            except SurveyError as error:  # nothing is deleted before that is known
                log.warning("answers_kept", wave=wave.code, reason=str(error))
                session.rollback()
            session.commit()
    if retention.end_contacts(session, now):
        session.commit()
    if pruning.due(session, now):
        pruning.prune(session, now)
        session.commit()
