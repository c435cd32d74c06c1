"""Quotas of a questionnaire in a wave: limits set, complete responses counted, and whether one is full.

Counted in the transaction that completes a response, while it holds the lock of the wave: those of one wave
complete one after the other. Pilot waves count none.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys.collecting.quotas import is_limit
from surveys.collecting.responses import answers_of
from surveys.database import lock_row
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError, wrong_state
from surveys.models import QuotaCell, Response, Wave
from surveys.models.collection import Purpose, WaveState
from surveys.models.dispositions import Disposition

BATCH = 500


class Filled(NamedTuple):
    """A quota of the questionnaire in a wave: its limit, None without one, and how many are counted."""

    code: str
    most: int | None
    taken: int | None


def filled(session: Session, wave: Wave) -> list[Filled]:
    """Give every quota of the wave's questionnaire; only those with a limit are counted."""
    cells = {each.quota: each for each in _cells(session, wave)}
    codes = [quota["code"] for quota in wave.version.document.get("quotas", ())]
    return [
        Filled(code, cell.most, cell.taken) if (cell := cells.get(code)) else Filled(code, None, None)
        for code in codes
    ]


def full(session: Session, wave: Wave, quotas: Sequence[str]) -> str | None:
    """Give the first of these quotas that is full now; nothing is locked."""
    if not quotas or wave.purpose != Purpose.OFFICIAL:
        return None
    cells = {each.quota: each for each in _cells(session, wave)}
    return next((code for code in quotas if code in cells and cells[code].taken >= cells[code].most), None)


def take(session: Session, wave: Wave, quotas: Sequence[str]) -> str | None:
    """Count one complete response in all of its quotas, or, where one is full, in none: give the first such.

    The caller holds the lock of the wave.
    """
    found = full(session, wave, quotas)
    if found is None and wave.purpose == Purpose.OFFICIAL:
        for cell in _cells(session, wave):
            if cell.quota in quotas:
                cell.taken += 1
        session.flush()
    return found


def set_limits(session: Session, wave: Wave, limits: Mapping[str, int | None]) -> None:
    """Set how many complete responses quotas of the questionnaire may have; None takes a limit away.

    Complete responses that are there already are counted; quotas that are not named stay as they are.

    Raises
    ------
    SurveyError
        The wave is closed or a pilot, the questionnaire has no such quota, or more are counted already.
    """
    known = [quota["code"] for quota in wave.version.document.get("quotas", ())]
    for code, most in limits.items():
        if code not in known:
            raise SurveyError(Problem.QUOTA_UNKNOWN, code=code, known=", ".join(known) or "–")
        if most is not None and not is_limit(most):
            raise SurveyError(Problem.WAVE_QUOTA, quota={code: most})
    if wave.purpose != Purpose.OFFICIAL:
        raise SurveyError(Problem.QUOTA_PILOT, code=wave.code)
    lock_row(session, wave)
    if wave.state == WaveState.CLOSED:
        raise wrong_state(wave.code, wave.state)
    session.execute(delete(QuotaCell).where(QuotaCell.wave_id == wave.id, QuotaCell.quota.in_(limits)))
    wanted = {code: most for code, most in limits.items() if most is not None}
    taken = _counted(session, wave) if wanted else {}
    for code, most in wanted.items():
        if taken.get(code, 0) > most:
            raise SurveyError(Problem.QUOTA_BELOW, code=code, taken=taken[code])
        session.add(QuotaCell(wave_id=wave.id, quota=code, most=most, taken=taken.get(code, 0)))
    session.flush()


def _cells(session: Session, wave: Wave) -> Sequence[QuotaCell]:
    wanted = select(QuotaCell).where(QuotaCell.wave_id == wave.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _counted(session: Session, wave: Wave) -> dict[str, int]:
    """Count the complete responses of each quota by what they answered."""
    version = wave.version
    router = publishing.router_of(version.content_hash, lambda: publishing.load_document(version))
    wanted = select(Response).where(Response.wave_id == wave.id, Response.disposition == Disposition.COMPLETE)
    found: dict[str, int] = {}
    for response in session.scalars(wanted.execution_options(yield_per=BATCH)):
        for code in router.quotas(router.way(answers_of(session, response))):
            found[code] = found.get(code, 0) + 1
    return found
