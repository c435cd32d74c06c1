"""A worker that is killed in the middle of a run: the next one ends that run with the reason, and goes on."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing import runs
from surveys.database import create_engine
from surveys.models import Analysis, Wave
from tests.surveys.worlds import make_wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from web.runs import compute, presence, queue

PATIENCE = 90


def begin(tmp_path):
    environment = os.environ | {"MANYI_INSTANCE": str(tmp_path), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-m", "web.cli", "worker"], env=environment)


def until(session, run_id, *states):
    for _ in range(PATIENCE * 10):
        session.rollback()
        state = session.scalar(select(Analysis.state).where(Analysis.id == run_id))
        if state in states:
            return state
        time.sleep(0.1)
    raise AssertionError(f"run {run_id} is still {state}, not {states}")


def test_a_run_whose_worker_was_killed_ends_with_the_reason_and_the_next_is_carried_out(site_url, tmp_path):  # noqa: F811
    engine = create_engine(site_url)
    jobs = queue.queue(site_url, tmp_path)
    with Session(engine) as session:
        wave = session.scalars(select(Wave).where(Wave.code == SECOND)).one()
        first, second = (
            compute.plan(
                session, wave, staff_name="a@example.org", now=NOW, seed=seed, options={"bootstrap": n}
            )
            for seed, n in ((1, 10_000), (2, 60))
        )
        session.commit()
        jobs.run(first.id)
        worker = begin(tmp_path)
        try:
            until(session, first.id, "running")
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
            assert until(session, first.id, "running") == "running"
            # Its job and that of the second were lost with it: the second is found by itself.
            worker = begin(tmp_path)
            assert until(session, first.id, "failed", "done") == "failed"
            assert session.get(Analysis, first.id, populate_existing=True).message == queue.ABANDONED
            assert until(session, second.id, "failed", "done") == "done"
        finally:
            worker.kill()
            worker.wait(10)
    engine.dispose()


def test_a_run_is_left_only_where_nobody_is_at_it(database_url, tmp_path):
    engine = create_engine(database_url)
    is_sqlite = engine.dialect.name == "sqlite"
    with Session(engine) as session:
        run = runs.create(
            session, title="W", waves=[make_wave(session)], specification={}, options={}, seed=1,
            code_version="0", staff_name="a@example.org", now=NOW,
        )  # fmt: skip
        runs.start(session, run, now=NOW)
        session.commit()
        if not is_sqlite:
            with presence.at_run(database_url, run.id):
                queue.end_abandoned(session, is_alone=True)
                assert run.state == "running", "somebody is at it"
        else:
            queue.end_abandoned(session, is_alone=False)
            assert run.state == "running", "another worker may be at it"
        queue.end_abandoned(session, is_alone=is_sqlite)
        assert (run.state, run.message) == ("failed", queue.ABANDONED)
    engine.dispose()


def test_of_two_workers_beside_one_sqlite_file_the_second_ends_nothing(tmp_path):
    code = "import sys; from pathlib import Path; from web.runs import presence; "
    code += "print(presence.is_only_worker(Path(sys.argv[1])), flush=True); input()"

    def another():
        command = [sys.executable, "-c", code, str(tmp_path)]
        made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return made, made.stdout.readline().strip()

    (first, is_first), (second, is_second) = another(), another()
    assert (is_first, is_second) == ("True", "False")
    for process in (first, second):
        process.kill()
        process.communicate()
    third, is_third = another()
    third.kill()
    third.communicate()
    assert is_third == "True", "locks end with their processes"


@pytest.fixture(autouse=True)
def _instance(monkeypatch, tmp_path):
    monkeypatch.setenv("MANYI_INSTANCE", str(tmp_path))
