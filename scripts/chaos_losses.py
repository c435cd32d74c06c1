"""Kill single processes of a site that goes on: it stays, loses nothing acknowledged, and no run hangs.

`python scripts/chaos_losses.py` starts `manyi serve` on a scratch database, with its web processes and its
job worker, lets simulated respondents answer and asks for one run after another. It sends SIGKILL to one of
these processes after another, while somebody else opens a page again and again. Exit 1 if an acknowledged
page was lost or changed, the site ended or had no page for longer than a moment, or a run ended neither done
nor failed with its reason.
"""

import argparse
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from chaos import Numbers, Respondent, lost, prepare
from chaos_server import ask, kill, serve
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import instruments
from surveys.collecting import bulk, waves
from surveys.database import create_engine, normalise_url
from surveys.editing import publishing
from surveys.keys import bind
from surveys.models import Analysis, Wave
from surveys.models.records import AnalysisState
from web.runs import compute, queue

MOMENT = 5.0  # seconds within which somebody must have the page, asking again as browsers' users do
RUN_PATIENCE = 150.0  # the worker looks once a minute for runs that another has left
RUNS = "RUNS"
ENDED = {AnalysisState.DONE, AnalysisState.FAILED}


class Visitor(threading.Thread):
    """Opens a page again and again; knows the longest time without one."""

    def __init__(self, port: int, page: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.page, self.stop = port, page, stop
        self.n_pages, self.n_refused, self.longest = 0, 0, 0.0

    def run(self) -> None:
        """Ask until told to stop."""
        last = time.monotonic()
        while not self.stop.is_set():
            status, _, _ = ask(self.port, "GET", self.page, {}, timeout=MOMENT)
            now = time.monotonic()
            self.longest = max(self.longest, now - last)
            if 0 < status < 500:
                last, self.n_pages = now, self.n_pages + 1
            else:
                self.n_refused += 1
            self.stop.wait(0.1)


class Asking(threading.Thread):
    """Asks for one run after another, long and short ones."""

    def __init__(self, folder: Path, url: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.stop = url, stop
        self.jobs = queue.queue(normalise_url(url), folder)
        self.asked: list[int] = []

    def run(self) -> None:
        """Ask until told to stop."""
        engine = create_engine(self.url)
        while not self.stop.is_set():
            with Session(engine) as session:
                wave = session.scalars(select(Wave).where(Wave.code == RUNS)).one()
                options = {"bootstrap": (200, 5_000)[len(self.asked) % 2]}
                planned = compute.plan(
                    session,
                    wave,
                    staff_name="chaos",
                    now=datetime.now(UTC),
                    seed=len(self.asked),
                    options=options,
                )
                session.commit()
                self.asked.append(planned.id)
            self.jobs.run(self.asked[-1])
            self.stop.wait(4.0)
        engine.dispose()


def prepare_runs(url: str, *, n: int = 200) -> None:
    """Store a closed wave of answers that runs can be asked of."""
    now, rng = datetime.now(UTC), np.random.default_rng(1)
    engine = create_engine(url)
    with Session(engine) as session:
        document = instruments.load("acsi")
        version = publishing.publish(session, document, "chaos", now)
        wave = waves.create_wave(session, version, code=RUNS, title="Runs", now=now)
        waves.open_wave(session, wave, now)
        common = rng.normal(6, 2, n)
        answers = {
            slot.code: np.clip(np.round(common + rng.normal(0, 1, n)), 1, 10).astype(int)
            for slot in document.slots
            if slot.kind == "rating"
        }
        bulk.store_complete(session, wave, answers, completed_at=now, language="en")
        waves.close_wave(session, wave, now)
        session.commit()
    engine.dispose()


def processes(pid: int) -> list[int]:
    """Give the web processes and the job worker of a server."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid and b"resource_tracker" not in (place / "cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def hanging(url: str, asked: list[int], patience: float) -> tuple[Counter[str], list[str]]:
    """Wait for the runs; give how many ended how, and what is wrong with the others."""
    engine, until = create_engine(url), time.monotonic() + patience
    while True:
        with Session(engine) as session:
            rows = session.execute(
                select(Analysis.id, Analysis.state, Analysis.message).where(Analysis.id.in_(asked))
            ).all()
        open_ = [run for run, state, _ in rows if state not in ENDED]
        if not open_ or time.monotonic() > until:
            break
        time.sleep(1)
    engine.dispose()
    wrong = [f"run {run} is still {state}" for run, state, _ in rows if state not in ENDED]
    wrong += [
        f"run {run} failed: {message}"
        for run, state, message in rows
        if state == AnalysisState.FAILED and message != queue.ABANDONED
    ]
    return Counter(str(state) for _, state, _ in rows), wrong


def chaos(folder: Path, url: str, *, seconds: float, kills: int, respondents: int, seed: int) -> int:
    """Let people answer and runs be asked for, and kill one process after another; give the exit code."""
    rng = random.Random(seed)  # noqa: S311
    os.environ["MANYI_INSTANCE"] = str(folder)
    bind(normalise_url(url), folder / "keys")
    link = prepare(url)
    prepare_runs(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = serve(folder, url, port, with_worker=True)
    stop, numbers = threading.Event(), Numbers()
    people = [Respondent(port, link, numbers, stop, rng.randrange(2**31)) for _ in range(respondents)]
    visitor, asking = Visitor(port, link, stop), Asking(folder, url, stop)
    for each in (*people, visitor, asking):
        each.start()
    wrong, n_kills = list[str](), 0
    began = time.monotonic()
    try:
        for turn in range(kills):
            time.sleep(max(0.0, began + (turn + rng.random()) * seconds / kills - time.monotonic()))
            there = processes(server.pid)
            if there:
                os.kill(rng.choice(there), signal.SIGKILL)
                n_kills += 1
            if server.poll() is not None:
                wrong.append("the site has ended")
                break
        took = time.monotonic() - began
        time.sleep(2)
        stop.set()
        for each in (*people, visitor, asking):
            each.join(30)
        ends, hang = hanging(url, asking.asked, RUN_PATIENCE)
    finally:
        kill(server)
    done = [journey for person in people for journey in person.journeys]
    wrong += hang
    wrong += lost(url, [(journey.number, journey.stored, journey.is_received) for journey in done])
    wrong += [person.failure for person in people if person.failure]
    if visitor.longest > MOMENT:
        wrong.append(f"nobody had a page for {visitor.longest:.1f} s")
    print(
        f"{n_kills} kills in {took:.0f} s, {sum(journey.n_pages for journey in done)} pages acknowledged, "
        f"{sum(journey.is_received for journey in done)} of {len(done)} journeys received; "
        f"{visitor.n_pages} pages for a visitor, {visitor.n_refused} asked again, at most "
        f"{visitor.longest:.2f} s without one; runs {dict(ends)}; {len(wrong)} wrong"
    )
    print("\n".join(wrong[:20]))
    return int(bool(wrong) or n_kills < kills or not any(journey.is_received for journey in done))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--respondents", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="An empty PostgreSQL database instead of a new SQLite file.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        address = given.database or f"sqlite:///{Path(scratch) / 'manyi.db'}"
        sys.exit(
            chaos(
                Path(scratch), address, seconds=given.seconds, kills=given.kills,
                respondents=given.respondents, seed=given.seed,
            )
        )  # fmt: skip
