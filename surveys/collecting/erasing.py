"""Erasure on request: the answers of one person go, and the trail says that, by whom and why, but not which.

In a closed wave it is a lawful change: the wave's seal is made anew, and earlier runs tell how many are gone.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import reasons
from surveys.collecting.sealing import lawfully
from surveys.errors import Problem, SurveyError
from surveys.models import Participation, Response, Wave


def erase(session: Session, wave: Wave, receipt: str, *, actor: str, reason: str, now: datetime) -> None:
    """Erase the complete response of a receipt, with the link that led to it where one is kept.

    Raises
    ------
    SurveyError
        No response of the wave has this receipt; there is no reason, or the wave does not match its seal.
    """
    reasons.require(reason)
    said = receipt.strip().upper()
    found = session.scalar(select(Response.id).where(Response.wave_id == wave.id, Response.receipt == said))
    if found is None:
        raise SurveyError(Problem.RECEIPT_UNKNOWN, code=wave.code)
    detail = {"n": 1, "reason": reason.strip()}
    with lawfully(session, wave, actor=actor, action="response.erase", now=now, detail=detail):
        for table, key in ((Participation, Participation.response_id), (Response, Response.id)):
            session.execute(
                delete(table).where(table.wave_id == wave.id, key == found),
                execution_options={"synchronize_session": False},
            )
        session.expire_all()
