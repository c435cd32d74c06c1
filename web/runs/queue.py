"""Background jobs, carried out by the worker (`manyi worker`): runs, changes, the quality of answers.

Jobs wait in the instance's jobs.db beside a SQLite database, else in tables of the PostgreSQL database, so
that workers on other machines find them. What a lost worker leaves behind is found again: a waiting run is
put into the queue anew, one that was running ends as failed, with the reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import structlog
from flask import current_app
from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.api import TaskWrapper
from sqlalchemy import URL, inspect, select
from sqlalchemy.orm import Session

from surveys.analysing import quality
from surveys.analysing.runs import fail
from surveys.database import create_engine, make_private, normalise_url
from surveys.errors import SurveyError
from surveys.models import Analysis
from surveys.models.records import AnalysisState
from surveys.trial import keeping
from web import anchoring
from web.accounts import noting
from web.config import read_settings
from web.runs import clearing, compute, ending, presence, series, trials

log = structlog.get_logger(__name__)
ABANDONED: Final = "The worker stopped before this run had ended. Repeat the run."


class Jobs(NamedTuple):
    """The queue of a database, and the task that carries out a run of it; `follow` computes changes anew."""

    waiting: Huey
    run: TaskWrapper
    follow: TaskWrapper
    trial: TaskWrapper


@cache
def queue(url: URL, folder: Path) -> Jobs:
    """Give the jobs of a database."""
    if url.get_backend_name() == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        make_private(folder / "jobs.db")
        made: Huey = SqliteHuey("manyi", filename=str(folder / "jobs.db"), results=False, fsync=True)
    else:
        made = _of_postgres(url, create_tables=not _has_tables(url))

    def run_analysis(analysis_id: int) -> None:
        carry_out(url, analysis_id)

    def follow_up() -> None:
        follow(url)

    def run_trial(trial_id: int) -> None:
        try_out(url, trial_id)

    def look_after() -> None:
        tend(url, folder)

    made.periodic_task(crontab(), name="look_after")(look_after)
    return Jobs(
        made,
        made.task(retries=0, name="run_analysis")(run_analysis),
        made.task(retries=0, name="follow_up")(follow_up),
        made.task(retries=0, name="run_trial")(run_trial),
    )


def make_tables(url: URL) -> None:
    """Make the tables of the queue where they are missing, on PostgreSQL; beside SQLite it is a file."""
    if url.get_backend_name() == "postgresql" and not _has_tables(url):
        _of_postgres(url, create_tables=True).storage.close()


def _of_postgres(url: URL, *, create_tables: bool) -> PostgresHuey:
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresHuey("manyi", dsn=dsn, results=False, create_tables=create_tables)


def _has_tables(url: URL) -> bool:
    """A role that owns nothing may not even ask for tables that are there to be made."""
    with _session(url) as session:
        return inspect(session.connection()).has_table("huey_task")


def carry_out(url: URL, analysis_id: int) -> None:
    """Carry out one stored run."""
    with presence.at_run(url, analysis_id), _session(url) as session:
        analysis = session.get(Analysis, analysis_id)
        if analysis is not None:
            compute.execute(session, analysis)
            series.refresh(session)


def try_out(url: URL, trial_id: int) -> None:
    """Carry out one trial of a questionnaire."""
    with _session(url) as session:
        keeping.carry_out(session, trial_id, trials.whole, lambda: datetime.now(UTC))


def begin(url: URL, folder: Path) -> None:
    """Take up what an earlier worker has left; what `manyi worker` does first."""
    is_alone = url.get_backend_name() == "sqlite" and presence.is_only_worker(folder)
    with _session(url) as session:
        end_abandoned(session, is_alone=is_alone)
        take_up(session, queue(url, folder))
    follow(url)


def tend(url: URL, folder: Path) -> None:
    """Do each minute what nobody asks for: ended waves and links, lost runs, anchors, unchecked answers."""
    with _session(url) as session:
        ending.tend(session, datetime.now(UTC))
        end_abandoned(session, is_alone=False)
        take_up(session, queue(url, folder))
        now = datetime.now(UTC)
        noting.note_failures(session, now)
        session.commit()
        anchoring.take(session, read_settings(), now)
        clearing.clear(session, now)
        for wave in quality.due(session, now):
            try:
                quality.assess(session, wave, now=now)
            except SurveyError:  # rules of an old version that cannot be used: the page of the wave says so
                session.rollback()
            session.commit()


def end_abandoned(session: Session, *, is_alone: bool) -> None:
    """End the runs that a worker which died has left running, so that they can be asked for again.

    On PostgreSQL a run is left when nobody holds its lock. Beside SQLite whatever runs is left where this
    worker is the only one and has just begun.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite and not is_alone:
        return
    running = select(Analysis).where(Analysis.state == AnalysisState.RUNNING)
    for analysis in session.scalars(running).all():
        if is_sqlite or presence.is_left(session.connection(), analysis.id):
            fail(session, analysis, message=ABANDONED, now=datetime.now(UTC))
    session.commit()


def take_up(session: Session, jobs: Jobs) -> None:
    """Put the waiting runs that no job is for into the queue: their jobs were lost with a worker."""
    pending = [(task.name, task.args[0]) for task in jobs.waiting.pending() if task.args]
    known = {number for name, number in pending if name == "run_analysis"}
    waiting = select(Analysis.id).where(Analysis.state == AnalysisState.QUEUED).order_by(Analysis.id)
    for run_id in session.scalars(waiting):
        if run_id not in known:
            jobs.run(run_id)
    for trial_id in keeping.waiting(session, datetime.now(UTC)):
        if ("run_trial", trial_id) not in pending:
            jobs.trial(trial_id)


def follow(url: URL) -> None:
    """Store the series runs that a database lacks: one of an older release has none."""
    with _session(url) as session:
        series.refresh(session)


def submit(analysis_id: int) -> None:
    """Ask the worker of the present app to carry out a run; commit the run first."""
    _jobs().run(analysis_id)


def submit_trial(trial_id: int) -> None:
    """Ask the worker of the present app to carry out a trial; commit it first."""
    _jobs().trial(trial_id)


def submit_following() -> None:
    """Ask the worker of the present app to compute the changes that are missing."""
    _jobs().follow()


def _jobs() -> Jobs:
    url = normalise_url(current_app.config["DATABASE_URL"])
    return queue(url, current_app.config["MANYI"]["INSTANCE"])


@contextmanager
def _session(url: URL) -> Iterator[Session]:
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
