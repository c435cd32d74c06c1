"""Official runs: proposed by one person, approved by a second, and published by that; rows of decisions.

A run never changes, and another one never replaces what leaders read by itself. The last decision about a run
holds; the database refuses a second published run of a wave, and an approval by whoever asked or proposed.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import reasons
from surveys.analysing import decisions
from surveys.database import lock_for_writing
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, RunDecision, Wave
from surveys.models.collection import Purpose, WaveState
from surveys.models.decisions import RunState
from surveys.models.records import AnalysisState

MIGRATION: Final = "migration"  # published what leaders saw before runs were decided about
OPEN_TO_PROPOSAL = {None, RunState.REPLACED, RunState.WITHDRAWN}


def history(session: Session, run_id: int) -> list[RunDecision]:
    """Give all decisions about a run, the oldest first."""
    wanted = select(RunDecision).where(RunDecision.run_id == run_id)
    return list(session.scalars(wanted.order_by(RunDecision.id)))


def last_decisions(session: Session) -> dict[int, RunDecision]:
    """Give the last decision about each run about which anything was decided."""
    return {row.run_id: row for row in session.scalars(select(RunDecision).order_by(RunDecision.id))}


def published(session: Session) -> dict[int, RunDecision]:
    """Give the publication that holds, by the number of the wave."""
    return {row.wave_id: row for row in last_decisions(session).values() if row.kind == RunState.PUBLISHED}


def ever_published(session: Session, wave: Wave) -> list[int]:
    """Give the runs of a wave that readers have ever seen, the first published first."""
    seen = select(RunDecision.run_id).where(
        RunDecision.wave_id == wave.id, RunDecision.kind == RunState.PUBLISHED
    )
    return list(dict.fromkeys(session.scalars(seen.order_by(RunDecision.id))))


def withdrawn(session: Session) -> dict[int, RunDecision]:
    """Give the withdrawal where the published run was withdrawn, by wave."""
    holding = published(session)
    found: dict[int, RunDecision] = {}
    was_public: set[int] = set()
    for row in session.scalars(select(RunDecision).order_by(RunDecision.id)):
        if row.kind == RunState.PUBLISHED:
            was_public.add(row.run_id)
        elif row.kind == RunState.WITHDRAWN and row.run_id in was_public and row.wave_id not in holding:
            found[row.wave_id] = row
            was_public.discard(row.run_id)
    return found


def lock(session: Session) -> None:
    """Let nobody else decide about runs until this transaction ends."""
    lock_for_writing(session, RunDecision)


def propose(session: Session, run: Analysis, *, actor: str, reason: str, now: datetime) -> None:
    """Propose a finished run of a closed official wave; its answers must be those that count now."""
    lock(session)
    wave = _wave_of(session, run)
    _require(session, run, *OPEN_TO_PROPOSAL)
    _require_present(session, run, wave)
    _add(session, run, wave, RunState.PROPOSED, actor, reason, now)


def approve(session: Session, run: Analysis, *, actor: str, reason: str, now: datetime) -> None:
    """Approve a proposed run, which publishes it; the wave's published run is replaced in the same moment."""
    lock(session)
    wave = _wave_of(session, run)
    proposal = _require(session, run, RunState.PROPOSED)
    if proposal is None or actor in {run.created_by, proposal.actor}:
        raise SurveyError(Problem.SECOND_PERSON)
    _require_present(session, run, wave)
    _add(session, run, wave, RunState.APPROVED, actor, reason, now)
    before = published(session).get(wave.id)
    if before is not None:
        replaced = session.get_one(Analysis, before.run_id)
        _add(session, replaced, wave, RunState.REPLACED, actor, f"run {run.id}", now)
    _add(session, run, wave, RunState.PUBLISHED, actor, reason, now)


def withdraw(
    session: Session, run: Analysis, *, actor: str, reason: str, now: datetime, state: RunState
) -> None:
    """Withdraw a published run, or a proposal; readers of a published one are told when and why."""
    reasons.require(reason)
    lock(session)
    wave = _wave_of(session, run)
    _require(session, run, state)
    _add(session, run, wave, RunState.WITHDRAWN, actor, reason, now)


def can_be_official(session: Session, run: Analysis) -> bool:
    """Tell whether a run is one that could be published: finished, of one closed official wave."""
    wave = session.scalar(select(Wave).where(Wave.code == run.wave_codes[0]))
    return (
        run.state == AnalysisState.DONE
        and len(run.wave_codes) == 1
        and "kind" not in run.options
        and wave is not None
        and wave.state == WaveState.CLOSED
        and wave.purpose == Purpose.OFFICIAL
    )


def head(session: Session, code: str) -> str:
    """Give how many decisions about runs of a wave there are, and a digest of all of them, for the trail."""
    digest, number = hashlib.sha256(), 0
    wanted = select(RunDecision).join(Wave, Wave.id == RunDecision.wave_id).where(Wave.code == code)
    for row in session.scalars(wanted.order_by(RunDecision.id)):
        content = [row.run_id, row.kind, row.actor, row.reason, row.at.astimezone(UTC).isoformat()]
        digest.update(json.dumps(content).encode())
        number += 1
    return f"{number}:{digest.hexdigest()}"


def _wave_of(session: Session, run: Analysis) -> Wave:
    if not can_be_official(session, run):
        raise SurveyError(Problem.RUN_NOT_OFFICIAL)
    return session.scalars(select(Wave).where(Wave.code == run.wave_codes[0])).one()


def _require(session: Session, run: Analysis, *states: RunState | None) -> RunDecision | None:
    rows = history(session, run.id)
    last = rows[-1] if rows else None
    if (RunState(last.kind) if last is not None else None) not in states:
        raise SurveyError(Problem.RUN_STATE, state=last.kind if last is not None else run.state)
    return last


def _require_present(session: Session, run: Analysis, wave: Wave) -> None:
    """Refuse a run of other answers than those that count now, or of answers that nobody has checked."""
    stored: Mapping[str, object] = (run.result or {}).get("quality") or {}
    if not decisions.is_current(session, wave, stored, include_partial=bool(run.options.get("partial"))):
        raise SurveyError(Problem.RUN_OUT_OF_DATE)


def _add(
    session: Session, run: Analysis, wave: Wave, kind: RunState, actor: str, reason: str, now: datetime
) -> None:
    row = RunDecision(
        run_id=run.id, wave_id=wave.id, kind=kind.value, actor=actor, reason=reason.strip()[:1000], at=now
    )
    session.add(row)
    session.flush()
