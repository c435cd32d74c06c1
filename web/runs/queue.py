"""Background jobs: runs of waves, carried out by the worker (`manyi worker`).

Jobs wait in the instance's jobs.db beside a SQLite database, else in tables of the PostgreSQL database, so
that workers on other machines find them.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import current_app
from huey import Huey, PostgresHuey, SqliteHuey
from huey.api import TaskWrapper
from sqlalchemy import URL, select
from sqlalchemy.orm import Session

from surveys.analysing.runs import fail
from surveys.database import create_engine, make_private, normalise_url
from surveys.models import Analysis
from surveys.models.records import AnalysisState
from web.runs import compute, series

ABANDONED = "The worker stopped before this run had ended. Repeat the run."


@cache
def queue(url: URL, folder: Path) -> tuple[Huey, TaskWrapper]:
    """Give the queue of a database, and the task that carries out a run of it."""
    if url.get_backend_name() == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        make_private(folder / "jobs.db")
        made: Huey = SqliteHuey("manyi", filename=str(folder / "jobs.db"), results=False, fsync=True)
    else:
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        made = PostgresHuey("manyi", dsn=dsn, results=False)

    def run_analysis(analysis_id: int) -> None:
        carry_out(url, analysis_id)

    return made, made.task(retries=0, name="run_analysis")(run_analysis)


def carry_out(url: URL, analysis_id: int) -> None:
    """Carry out one stored run."""
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            analysis = session.get(Analysis, analysis_id)
            if analysis is not None:
                compute.execute(session, analysis)
                series.refresh(session)
    finally:
        engine.dispose()


def end_abandoned(url: URL) -> None:
    """End the runs that a worker which died has left running, so that they can be asked for again.

    An embedded SQLite database has one worker, so whatever runs when it starts is abandoned. On PostgreSQL
    other workers may be at it: there nothing is ended.
    """
    if url.get_backend_name() != "sqlite":
        return
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            running = select(Analysis).where(Analysis.state == AnalysisState.RUNNING)
            for analysis in session.scalars(running).all():
                fail(session, analysis, message=ABANDONED, now=datetime.now(UTC))
            session.commit()
    finally:
        engine.dispose()


def follow(url: URL) -> None:
    """Store the series runs that a database lacks: one of an older release has none."""
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            series.refresh(session)
    finally:
        engine.dispose()


def submit(analysis_id: int) -> None:
    """Ask the worker of the present app to carry out a run; commit the run first."""
    url = normalise_url(current_app.config["DATABASE_URL"])
    _queue, task = queue(url, current_app.config["MANYI"]["INSTANCE"])
    task(analysis_id)
