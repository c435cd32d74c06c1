"""What has happened to the data of a run since it read them."""

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing.lawful import marks
from surveys.models import Analysis, Wave
from surveys.proving import said as words
from surveys.proving import waves


class Match(StrEnum):
    """How the data of a run stand to what it read."""

    SAME = "same"
    LAWFULLY = "lawfully"
    BROKEN = "broken"
    UNKNOWN = "unknown"  # it read a wave that was open, or is of the time before seals


class Since(NamedTuple):
    """What has happened since; `erased` responses are gone lawfully."""

    match: Match
    erased: int = 0


def since(session: Session, run: Analysis) -> Since:
    """Tell whether the data are those that a finished run read; each response is checked against its seal."""
    if not run.sealed or not all(each["seal"] for each in run.sealed.values()):
        return Since(Match.UNKNOWN)
    told = words.listen(audit.checked(session))
    for wave in session.scalars(select(Wave).where(Wave.code.in_(run.sealed)).order_by(Wave.id)):
        if next(waves.check_wave(session, wave, told), None) is not None:
            return Since(Match.BROKEN)
    now = marks(session, list(run.sealed))
    if now == run.sealed:
        return Since(Match.SAME)
    if now.keys() != run.sealed.keys():
        return Since(Match.BROKEN)
    return Since(Match.LAWFULLY, sum(run.sealed[code]["n"] - now[code]["n"] for code in now))
