"""Stored runs: what was estimated from which data, how, and what came out.

A run goes queued → running → done or failed. A finished run never changes; another run of the same
specification is another row.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys import audit
from surveys.analysing.matrix import AnswerMatrix
from surveys.database import lock_for_writing
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, Wave
from surveys.models.records import AnalysisState

MOST_OF_ONE, MOST_UNFINISHED = 5, 20  # runs that have not ended, of a person and of the site
CANCELLED: Final = "cancelled"
NEGATIVE_ZERO: Final = re.compile(r"-0\.0(?![0-9])")
AT_ONCE = 20_000  # answers that are hashed as numbers at a time
MOMENTS = ("means", "covariance")


def create(
    session: Session,
    *,
    title: str,
    waves: Sequence[Wave],
    specification: Mapping[str, Any],
    options: Mapping[str, Any],
    seed: int,
    code_version: str,
    staff_name: str,
    now: datetime,
) -> Analysis:
    """Queue a run; it holds everything that is needed to repeat it to the last digit."""
    if not waves:
        raise SurveyError(Problem.ANALYSIS_WITHOUT_WAVE)
    analysis = Analysis(
        title=title,
        wave_codes=[wave.code for wave in waves],
        specification=dict(specification),
        options=dict(options),
        seed=seed,
        code_version=code_version,
        created_by=staff_name,
        created_at=now,
        state=AnalysisState.QUEUED,
    )
    session.add(analysis)
    session.flush()
    return analysis


def make_room(session: Session, staff_name: str) -> None:
    """Refuse another run where too many have not ended; others who ask wait for this transaction."""
    lock_for_writing(session, Analysis)
    unfinished = select(Analysis.created_by, func.count()).where(
        Analysis.state.in_((AnalysisState.QUEUED, AnalysisState.RUNNING))
    )
    number = {name: n for name, n in session.execute(unfinished.group_by(Analysis.created_by))}  # noqa: C416
    if number.get(staff_name, 0) >= MOST_OF_ONE:
        raise SurveyError(Problem.RUNS_MANY, number=MOST_OF_ONE)
    if sum(number.values()) >= MOST_UNFINISHED:
        raise SurveyError(Problem.RUNS_MANY_HERE, number=MOST_UNFINISHED)


def start(session: Session, analysis: Analysis, *, now: datetime) -> None:
    """Take a queued run; of two workers that try, one succeeds and the other is refused."""
    _move(session, analysis, AnalysisState.QUEUED, state=AnalysisState.RUNNING, started_at=now)


def report_progress(session: Session, analysis: Analysis, share: float) -> None:
    """Note how much of a running run is done, 0–1."""
    _move(session, analysis, AnalysisState.RUNNING, progress=min(max(float(share), 0.0), 1.0))


def finish(
    session: Session,
    analysis: Analysis,
    *,
    result: Mapping[str, Any],
    data_fingerprint: str,
    n_respondents: int,
    now: datetime,
    sealed: Mapping[str, Any] | None = None,
) -> None:
    """Store the result of a running run; from here on the database refuses every change of it.

    `sealed` is what the seals and decisions of its waves were when they were read.
    """
    _move(
        session,
        analysis,
        AnalysisState.RUNNING,
        state=AnalysisState.DONE,
        # A result with nan cannot be stored as JSON: PostgreSQL refuses it, browsers cannot read it.
        result=json.loads(json.dumps(dict(result), allow_nan=False)),
        data_fingerprint=data_fingerprint,
        n_respondents=n_respondents,
        sealed=None if sealed is None else dict(sealed),
        progress=1.0,
        finished_at=now,
    )
    audit.record(
        session,
        actor=analysis.created_by,
        action="run.finish",
        target=f"run:{analysis.id}",
        now=now,
        detail={"content": content_digest(analysis)},
    )


def content_digest(analysis: Analysis) -> str:
    """Hash what a run was asked and what came out, the same on either database."""
    content = [
        analysis.id, analysis.title, analysis.wave_codes, analysis.specification, analysis.options,
        analysis.seed, analysis.code_version, analysis.data_fingerprint, analysis.n_respondents,
        analysis.sealed, analysis.result, analysis.created_by,
    ]  # fmt: skip
    # A database that keeps JSON as values gives 1e16 back as an integer, and no negative zero.
    plain = json.loads(json.dumps(content), parse_int=float)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(NEGATIVE_ZERO.sub("0.0", text).encode("utf-8", "surrogatepass")).hexdigest()


def fail(
    session: Session,
    analysis: Analysis,
    *,
    message: str,
    now: datetime,
    refusal: Mapping[str, Any] | None = None,
) -> None:
    """End a queued or running run with the reason why it has no result; a refusal has it by code as well."""
    _move(
        session,
        analysis,
        AnalysisState.QUEUED,
        AnalysisState.RUNNING,
        state=AnalysisState.FAILED,
        message=message,
        refusal=refusal,
        finished_at=now,
    )


def cancel(session: Session, analysis: Analysis, *, now: datetime) -> None:
    """End a waiting or running run that nobody wants any more; the worker stops at its next step."""
    fail(session, analysis, message=CANCELLED, now=now)


def fingerprint(matrix: AnswerMatrix) -> str:
    """Hash what a run reads: codes, answers and segments, not identifiers.

    The same answers in the same order give the same fingerprint on either database and any machine.
    """
    digest = hashlib.sha256()
    digest.update(json.dumps([list(matrix.question_codes), list(matrix.stored.shape)]).encode())
    for start in range(0, len(matrix.stored), AT_ONCE):
        part = matrix._replace(stored=matrix.stored[start : start + AT_ONCE])
        digest.update(_canonical(part.values).tobytes())
    for name in sorted(matrix.segments):
        column = np.ascontiguousarray(matrix.segments[name].texts())
        column = column.astype(column.dtype.newbyteorder("<"), copy=False)
        digest.update(f"{name} {column.dtype.str}".encode())
        digest.update(column.tobytes())
    return digest.hexdigest()


def _canonical(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give one bit pattern to every nan."""
    return np.where(np.isnan(values), np.nan, values).astype("<f8", copy=False)


def _move(session: Session, analysis: Analysis, *allowed: AnalysisState, **values: Any) -> None:
    """Change a run in one statement, if it is still in one of the states that allow it."""
    session.flush()
    changed = session.execute(
        update(Analysis)
        .where(Analysis.id == analysis.id, Analysis.state.in_(allowed))
        .values(values)
        .returning(Analysis.id),
        execution_options={"synchronize_session": False},
    ).first()
    session.refresh(analysis)
    if changed is None:
        raise SurveyError(Problem.ANALYSIS_STATE, state=analysis.state)


def handed_out(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give a run's result without what later runs alone need.

    The moments of the questions tell also of those whose figures are withheld.
    """

    def part(own: Mapping[str, Any]) -> dict[str, Any]:
        if not own.get("items"):
            return dict(own)
        return {**own, "items": {name: each for name, each in own["items"].items() if name not in MOMENTS}}

    found = part(result)
    if result.get("groups"):
        found["groups"] = {name: own and part(own) for name, own in result["groups"].items()}
    return found
