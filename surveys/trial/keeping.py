"""Trials in the database: asked for, carried out by the worker, and kept with the state they were made of."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.asking.router import Router
from surveys.database import lock_for_writing
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Problem, SurveyError
from surveys.models import StoredTrial
from surveys.models.records import AnalysisState
from surveys.trial import trial
from surveys.trial.trial import PEOPLE, Trial

MOST_WAITING: Final = 5  # of one person
LOST: Final = timedelta(minutes=10)  # after which a trial that has not ended was left by its worker
UNFINISHED: Final = (AnalysisState.QUEUED, AnalysisState.RUNNING)
NO_SYNC: Final = {"synchronize_session": False}


def ask(
    session: Session,
    source: str,
    document: Questionnaire,
    *,
    change: int = 0,
    people: int = PEOPLE,
    seed: int = 1,
    day: date,
    staff_name: str,
    now: datetime,
) -> tuple[StoredTrial, bool]:
    """Queue a trial of a document as it stands; gives it and whether it is new.

    The same document, people, seed and day give the same trial. So where the newest of the questionnaire is
    the one that is asked for, waiting, running or done, it is given, whoever asked for it.

    Raises
    ------
    SurveyError
        RUNS_MANY: too many of this person's trials have not ended.
    """
    lock_for_writing(session, StoredTrial)
    asked: dict[str, Any] = {"change": change, "people": people, "seed": seed, "day": day}
    asked["document"] = document.dump()
    there = newest(session, source)
    if there is not None and there.state != AnalysisState.FAILED:
        session.refresh(there)
        if all(getattr(there, name) == value for name, value in asked.items()):
            return there, False
    mine = (StoredTrial.created_by == staff_name, StoredTrial.state.in_(UNFINISHED))
    if session.scalars(select(func.count()).where(*mine)).one() >= MOST_WAITING:
        raise SurveyError(Problem.RUNS_MANY, number=MOST_WAITING)
    made = StoredTrial(
        source=source,
        created_at=now,
        created_by=staff_name,
        **asked,
    )
    session.add(made)
    session.flush()
    return made, True


def newest(session: Session, source: str) -> StoredTrial | None:
    """Give the newest trial of a questionnaire, whatever became of it."""
    wanted = select(StoredTrial).where(StoredTrial.source == source)
    return session.scalar(wanted.order_by(StoredTrial.id.desc()).limit(1))


def waiting(session: Session, now: datetime) -> Sequence[int]:
    """Give the trials that wait for a worker; those that a lost worker has left wait again."""
    session.execute(
        update(StoredTrial)
        .where(StoredTrial.state == AnalysisState.RUNNING, StoredTrial.started_at < now - LOST)
        .values(state=AnalysisState.QUEUED.value, progress=0.0),
        execution_options=NO_SYNC,
    )
    session.commit()
    queued = StoredTrial.state == AnalysisState.QUEUED
    return session.scalars(select(StoredTrial.id).where(queued).order_by(StoredTrial.id)).all()


def carry_out(
    session: Session,
    trial_id: int,
    finished: Callable[[Questionnaire, Trial], dict[str, Any]],
    clock: Callable[[], datetime],
) -> None:
    """Carry out a waiting trial, and keep what `finished` gives; of two workers one does it.

    A questionnaire that cannot be walked ends it as failed, with the reason.
    """
    if not _move(session, trial_id, AnalysisState.QUEUED, state=AnalysisState.RUNNING, started_at=clock()):
        return
    stored = session.get_one(StoredTrial, trial_id)

    def progress(share: float) -> None:
        _move(session, trial_id, AnalysisState.RUNNING, progress=share)

    try:
        document = loading.load(stored.document, published=True)
        made = trial.run(
            Router(document), stored.day, people=stored.people, seed=stored.seed, progress=progress
        )
        result = finished(document, made)
    except SurveyError as error:
        session.rollback()
        ended: dict[str, Any] = {
            "state": AnalysisState.FAILED,
            "message": str(error),
            "refusal": error.plain(),
        }
    else:
        ended = {"state": AnalysisState.DONE, "result": result, "progress": 1.0}
    _move(session, trial_id, AnalysisState.RUNNING, **ended, finished_at=clock())


def _move(session: Session, trial_id: int, before: AnalysisState, **values: Any) -> bool:
    """Change a trial that is in a state, and keep it; tell whether it was."""
    changed = session.execute(
        update(StoredTrial)
        .where(StoredTrial.id == trial_id, StoredTrial.state == before)
        .values(values)
        .returning(StoredTrial.id),
        execution_options=NO_SYNC,
    ).first()
    session.commit()
    session.expire_all()
    return changed is not None
