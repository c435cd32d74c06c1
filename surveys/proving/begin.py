"""The beginning of the proof: what a database holds that was made before seals were."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from surveys import audit, seals
from surveys.analysing import decisions, official
from surveys.analysing.runs import content_digest
from surveys.collecting import sealing
from surveys.keys import keys_of
from surveys.models import Analysis, AuditEntry, Response, Version, Wave
from surveys.models.collection import WaveState
from surveys.models.records import AnalysisState
from surveys.proving import records, waves
from surveys.proving.findings import Kind
from surveys.proving.said import BEGIN, BEGIN_QUALITY


def begin(session: Session, *, now: datetime, staff: Mapping[str, Any]) -> None:
    """Seal what there is, and let the trail say how everything stands; only the first call does anything.

    `staff` is what each account may do, by its number. Trails that began before it was proved what looks at
    answers found say it once, by an entry of its own.
    """
    known = session.scalars(select(Wave).order_by(Wave.id)).all()
    beginnings = select(AuditEntry.detail).where(AuditEntry.action.in_((BEGIN, BEGIN_QUALITY)))
    told = session.scalars(beginnings).all()
    if not told:
        _begin(session, known, now=now, staff=staff)
    elif not any(Kind.QUALITY in each for each in told):
        detail: dict[str, Any] = {Kind.QUALITY: _looked(session, known)}
        audit.record(session, actor="system", action=BEGIN_QUALITY, target="trail", now=now, detail=detail)


def _looked(session: Session, known: Sequence[Wave]) -> dict[str, str]:
    return {wave.code: decisions.looked(session, wave) for wave in known}


def _begin(session: Session, known: Sequence[Wave], *, now: datetime, staff: Mapping[str, Any]) -> None:
    for wave in known:
        sealing.lock_answers(session, wave)
        _seal_responses(session, wave)
    runs = session.scalars(select(Analysis).where(Analysis.state == AnalysisState.DONE))
    detail = {
        "staff": staff,
        "runs": {str(run.id): content_digest(run) for run in runs},
        "versions": {records.name_of(each): each.content_hash for each in session.scalars(select(Version))},
        "decisions": {wave.code: decisions.head(session, wave) for wave in known},
        "published": {wave.code: official.head(session, wave.code) for wave in known},
        Kind.QUALITY: _looked(session, known),
    }
    audit.record(session, actor="system", action=BEGIN, target="trail", now=now, detail=detail)
    for wave in known:
        if wave.state == WaveState.CLOSED:
            sealing.seal(session, wave, now=now)


def _seal_responses(session: Session, wave: Wave) -> None:
    """Seal the complete responses of the time before seals."""
    key = keys_of(session).newest("seal")
    statement = (
        update(Response)
        .where(Response.wave_id == wave.id, Response.id == bindparam("of"))
        .values(seal=bindparam("made"))
    )
    made = [
        {"of": ident, "made": seals.make(key, sealed)}
        for ident, seal, sealed in waves.read(session, wave)
        if seal is None
    ]
    if made:
        session.connection().execute(statement, made)
