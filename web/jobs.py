"""Background jobs: runs of waves, carried out by the worker (`manyi worker`)."""

from functools import cache
from typing import Any

from huey import Huey, SqliteHuey
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.models import Analysis
from web import runs
from web.cli.database import database_url, instance_folder


@cache
def queue() -> Huey:
    """Give the queue of this instance, kept beside the database."""
    folder = instance_folder()
    folder.mkdir(parents=True, exist_ok=True)
    made = SqliteHuey("manyi", filename=str(folder / "jobs.db"), results=False, fsync=True)
    made.task(retries=0)(run_analysis)
    return made


def run_analysis(analysis_id: int) -> None:
    """Carry out one stored run on the configured database."""
    engine = create_engine(database_url())
    try:
        with Session(engine) as session:
            analysis = session.get(Analysis, analysis_id)
            if analysis is not None:
                runs.execute(session, analysis)
    finally:
        engine.dispose()


def submit(analysis_id: int) -> None:
    """Ask the worker to carry out a run; commit the run first."""
    waiting = queue()
    task: Any = waiting._registry.string_to_task("web.jobs.run_analysis")  # noqa: SLF001
    waiting.enqueue(task(args=(analysis_id,)))
