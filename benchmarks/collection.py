"""Journeys of respondents through the running site; the baseline renders WTForms and stores a row per answer.

A journey opens the link, answers four pages of ten ratings and reads the thank-you; every page is a durable
commit (SQLite, synchronous = FULL). Both sites run under granian with two workers; the baseline answers a
POST with the next page at once (5 requests), ours redirects first (10 requests), which is the harder way.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.table import Line
from surveys import migrating
from surveys.collecting import waves
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Response

PAGES, RATINGS, WORKERS = 4, 10, 2
# Journeys at 1, 8 and 32 at a time: enough for a steady figure, few enough for a laptop.
OURS = {1: 80, 8: 320, 32: 480}
BASELINE = {1: 12, 8: 48, 32: 64}
MARK = re.compile(rb'name="_t" value="([0-9a-f]+)"')
PEER = "WTForms built and rendered at each request, a row per answer"


def collection() -> list[Line]:
    """Measure journeys at 1, 8 and 32 at a time on both sites."""
    with tempfile.TemporaryDirectory() as folder:
        key = _prepare(Path(folder))
        with serving(_serve(Path(folder))) as (port, pid):
            _run(lambda: our_journey(port, key), 8, 16)  # compiles pages and opens pools
            ours = {at: _measure(lambda: our_journey(port, key), pid, at, n) for at, n in OURS.items()}
        _check_stored(Path(folder), 16 + sum(OURS.values()))
        with serving(_peer(Path(folder))) as (port, pid):
            _run(lambda: peer_journey(port), 4, 4)
            peer = {at: _measure(lambda: peer_journey(port), pid, at, n) for at, n in BASELINE.items()}
    return [
        Line(
            f"A journey of {PAGES} pages of {RATINGS} ratings, {at} at a time",
            1 / ours[at][0],
            1 / peer[at][0],
            PEER,
            f"{ours[at][0]:.0f} against {peer[at][0]:.1f} journeys a second · "
            f"95 % of requests within {ours[at][1]:.0f} against {peer[at][1]:.0f} ms · "
            f"server CPU {ours[at][2]:.1f} against {peer[at][2]:.1f} ms a journey",
        )
        for at in OURS
    ]


def our_journey(port: int, key: str) -> list[float]:
    """Go through our site once; gives the seconds of each request."""
    browser = Browser(port)
    status, location, _ = browser.ask("GET", f"/s/{key}")
    while True:
        assert status == 303, status
        status, _, body = browser.ask("GET", place := location)
        assert status == 200, status
        if place.endswith("/done"):
            assert b"receipt" in body
            return browser.close()
        found = MARK.search(body)
        assert found is not None
        page = int(place.rsplit("S", 1)[1])
        fields = {f"Q{page}_{row}": row for row in range(1, RATINGS + 1)}
        form = urlencode({"_t": found[1].decode(), "go": "next", **fields})
        status, location, _ = browser.ask("POST", place, form)


def peer_journey(port: int) -> list[float]:
    """Go through the baseline once."""
    browser = Browser(port)
    assert browser.ask("GET", "/1")[0] == 200
    for page in range(1, PAGES + 1):
        fields = {f"q{page}_{row}": row for row in range(1, RATINGS + 1)}
        status, _, body = browser.ask("POST", f"/{page}", urlencode(fields))
        assert status == 200, status
        assert (b"Thank you" in body) == (page == PAGES)
    return browser.close()


class Browser:
    """One connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.seconds: list[float] = []

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        self.seconds.append(time.perf_counter() - begun)
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), content

    def close(self) -> list[float]:
        self.connection.close()
        return self.seconds


def _run(journey: Callable[[], list[float]], at_once: int, number: int) -> list[float]:
    with ThreadPoolExecutor(at_once) as pool:
        done = [pool.submit(journey) for _ in range(number)]
        return [seconds for one in done for seconds in one.result()]


def _measure(
    journey: Callable[[], list[float]], pid: int, at_once: int, number: int
) -> tuple[float, float, float]:
    """Give journeys a second, milliseconds within which 95 % of requests were answered, CPU ms a journey."""
    cpu, begun = cpu_seconds(pid), time.perf_counter()
    seconds = _run(journey, at_once, number)
    rate = number / (time.perf_counter() - begun)
    return rate, 1000 * float(np.percentile(seconds, 95)), 1000 * (cpu_seconds(pid) - cpu) / number


def cpu_seconds(pid: int) -> float:
    """Give the processor time of a server and its workers (Linux; elsewhere nan)."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return float("nan")
    own = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)


def _prepare(folder: Path) -> str:
    """Make a database with an open wave; gives the key of its link."""
    url = f"sqlite:///{folder / 'manyi.db'}"
    migrating.upgrade(url)
    now = datetime.now(UTC)
    with Session(engine := create_engine(url)) as session:
        version = publishing.publish(session, loading.load(_document()), "bench", now)
        wave = waves.create_wave(session, version, code="BENCH", title="bench", now=now)
        waves.open_wave(session, wave, now)
        session.commit()
        key = wave.public_key
    engine.dispose()
    return key


def _document() -> dict[str, object]:
    def words(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    def grid(page: int) -> dict[str, object]:
        rows = [
            {"code": f"Q{page}_{row}", "text": words(f"Statement {row}")} for row in range(1, RATINGS + 1)
        ]
        ends = [words("Very poor"), words("Excellent")]
        return {"type": "grid", "code": f"G{page}", "text": words("How good is …"), "scale": "ten",
                "anchors": ends, "rows": rows}  # fmt: skip

    sections = [
        {"code": f"S{page}", "title": words(f"Page {page}"), "questions": [grid(page)]}
        for page in range(1, PAGES + 1)
    ]
    return {"format": "manyi/1", "code": "bench", "title": words("Benchmark"),
            "scales": {"ten": {"low": 1, "high": 10}}, "sections": sections}  # fmt: skip


def _serve(folder: Path) -> Callable[[int], tuple[list[str], dict[str, str]]]:
    """Our site as in production; the limit a minute is lifted, because one address sends all journeys."""

    def command(port: int) -> tuple[list[str], dict[str, str]]:
        settings = {
            "MANYI_INSTANCE": str(folder),
            "MANYI_PORT": str(port),
            "MANYI_WORKERS": str(WORKERS),
            "MANYI_ANSWER_LIMIT": "10000000 per minute",
        }
        return [sys.executable, "-m", "web.cli", "serve", "--no-worker"], settings

    return command


def _peer(folder: Path) -> Callable[[int], tuple[list[str], dict[str, str]]]:
    def command(port: int) -> tuple[list[str], dict[str, str]]:
        options = ["--interface", "wsgi", "--workers", str(WORKERS), "--blocking-threads", "4"]
        options += ["--port", str(port), "--no-log", "benchmarks.peer:app"]
        return [sys.executable, "-m", "granian", *options], {"PEER_DATABASE": str(folder / "peer.db")}

    return command


@contextmanager
def serving(command: Callable[[int], tuple[list[str], dict[str, str]]]) -> Iterator[tuple[int, int]]:
    """Start a server on a free port, wait for it, and end it; gives port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments, settings = command(port)
    process = subprocess.Popen(arguments, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                Browser(port).ask("GET", "/livez")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError(f"the server did not start: {' '.join(arguments)}")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _check_stored(folder: Path, number: int) -> None:
    """A fast site that loses answers is not fast."""
    engine = create_engine(f"sqlite:///{folder / 'manyi.db'}")
    with Session(engine) as session:
        complete = session.scalars(select(func.count()).where(Response.state == "complete")).one()
        last = session.scalars(select(Response.answers).limit(1)).one()
    engine.dispose()
    assert complete == number, (complete, number)
    assert last.tolist() == list(range(1, RATINGS + 1)) * PAGES
