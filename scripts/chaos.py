"""Kill the server again and again while people answer; no page that it acknowledged may be lost.

`python scripts/chaos.py` starts the site on a scratch database, lets simulated respondents answer, sends
SIGKILL at random moments, and looks each time into the database that is left. It prints what it saw; exit 1
if a page was lost, changed or stored for somebody else, or if the server did not come back.
"""

import argparse
import random
import re
import socket
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from chaos_server import ask, kill, serve
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.collecting import responses, waves
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState

CODE, PAGES, RATINGS = "CHAOS", 5, 6
MARK = re.compile(r'name="_t" value="([0-9a-f]+)"')


class Journey:
    """What one respondent was told is stored: page by page, and at last that all of it was received."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.stored: dict[str, int] = {}
        self.n_pages = 0
        self.is_received = False


class Respondent(threading.Thread):
    """Answers again and again; a page without an answer of the server is sent again, as people do."""

    def __init__(self, port: int, link: str, numbers: "Numbers", stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.port, self.link, self.numbers, self.stop, self.rng = (
            port,
            link,
            numbers,
            stop,
            random.Random(seed),  # noqa: S311
        )
        self.journeys: list[Journey] = []
        self.failure = ""

    def run(self) -> None:
        """Answer until told to stop."""
        try:
            while not self.stop.is_set():
                self.journeys.append(Journey(self.numbers.take()))
                self._answer(self.journeys[-1])
        except Exception as error:  # noqa: BLE001  the main thread tells it
            self.failure = f"{type(error).__name__}: {error}"

    def _answer(self, journey: Journey) -> None:
        cookies: dict[str, str] = {}
        said = {
            page: {"WHO": journey.number} if page == 0 else
            {f"Q{page}_{row}": self.rng.randint(1, 10) for row in range(RATINGS)}
            for page in range(PAGES)
        }  # fmt: skip
        while not self.stop.is_set():
            place, page = self._open(cookies)
            if not place:
                return
            if place.endswith("/done"):
                journey.is_received = True
                return
            answers = said[int(place.rsplit("S", 1)[1])]
            mark = MARK.search(page)
            if mark is None:
                raise AssertionError(f"{place} has no form")
            form = urlencode({"_t": mark[1], "go": "next", **answers})
            status, _, body = ask(self.port, "POST", place, cookies, form)
            if status == 303:
                journey.stored |= answers
                journey.n_pages += 1
            elif status != 0:
                raise AssertionError(f"{place} gave {status}: {body[:300]}")
            elif "WHO" in answers:
                return  # whether it was stored nobody knows, and no cookie leads back

    def _open(self, cookies: dict[str, str]) -> tuple[str, str]:
        """Follow the link to the page that comes next, for as long as it takes."""
        place = self.link
        while not self.stop.is_set():
            status, location, page = ask(self.port, "GET", place, cookies)
            if status == 200:
                return urlsplit(place).path, page
            place = location if status == 303 else self.link
            if status not in {0, 303}:
                raise AssertionError(f"{place} gave {status}")
            if status == 0:
                time.sleep(0.1)
        return "", ""


class Numbers:
    """Gives each journey a number of its own, which its first page stores."""

    def __init__(self) -> None:
        self.lock, self.last = threading.Lock(), 0

    def take(self) -> int:
        """Give the next number."""
        with self.lock:
            self.last += 1
            return self.last


def prepare(url: str) -> str:
    """Make a database with an open wave; give the path of its link."""

    def words(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    who = {
        "type": "number",
        "code": "WHO",
        "text": words("Your number"),
        "low": 0,
        "high": 30_000,
        "required": True,
    }
    grids = [
        {"type": "grid", "code": f"G{page}", "text": words("How good is …"), "scale": "ten",
         "anchors": [words("Very poor"), words("Excellent")],
         "rows": [{"code": f"Q{page}_{row}", "text": words(f"Statement {row}")} for row in range(RATINGS)]}
        for page in range(1, PAGES)
    ]  # fmt: skip
    document = {
        "format": "manyi/1", "code": "chaos", "title": words("Chaos"),
        "scales": {"ten": {"low": 1, "high": 10}},
        "sections": [
            {"code": f"S{page}", "title": words(f"Page {page}"), "questions": [question]}
            for page, question in enumerate([who, *grids])
        ],
    }  # fmt: skip
    migrating.upgrade(url)
    now = datetime.now(UTC)
    engine = create_engine(url)
    with Session(engine) as session:
        version = publishing.publish(session, loading.load(document), "chaos", now)
        wave = waves.create_wave(session, version, code=CODE, title="Chaos", now=now)
        waves.open_wave(session, wave, now)
        session.commit()
        link = f"/s/{wave.public_key}"
    engine.dispose()
    return link


def lost(url: str, journeys: list[tuple[int, dict[str, int], bool]]) -> list[str]:
    """Say which journeys (number, what was acknowledged, whether as a whole) are not as acknowledged."""
    engine = create_engine(url)
    of_chaos = select(Response).join(Response.wave).where(Wave.code == CODE)
    with Session(engine) as session:
        found = {}
        for response in session.scalars(of_chaos):
            values = responses.answers_of(session, response).values
            found[values["WHO"]] = (values, response.state)
    engine.dispose()
    wrong = []
    for number, stored, is_received in journeys:
        values, state = found.get(number, ({}, ""))
        differing = sorted(code for code, value in stored.items() if values.get(code) != value)
        if differing:
            wrong.append(f"journey {number}: {', '.join(differing)} acknowledged, not in the database")
        if is_received and state != ResponseState.COMPLETE:
            wrong.append(f"journey {number}: received, but its response is {state or 'not there'}")
    return wrong


def chaos(folder: Path, url: str, *, seconds: float, respondents: int, seed: int) -> int:
    """Let people answer, kill and restart; give the exit code."""
    rng = random.Random(seed)  # noqa: S311
    link = prepare(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = serve(folder, url, port)
    stop, numbers = threading.Event(), Numbers()
    people = [Respondent(port, link, numbers, stop, rng.randrange(2**31)) for _ in range(respondents)]
    until, n_kills, wrong = time.monotonic() + seconds, 0, list[str]()
    for person in people:
        person.start()
    try:
        while time.monotonic() < until and not wrong and not any(person.failure for person in people):
            time.sleep(rng.uniform(0.3, 3.0))
            kill(server)
            n_kills += 1
            # Copied first: what is acknowledged now must be in the database that the dead server left.
            known = [
                (journey.number, dict(journey.stored), journey.is_received)
                for person in people
                for journey in list(person.journeys)
            ]
            wrong = lost(url, known)
            server = serve(folder, url, port)
        time.sleep(2)
    finally:
        stop.set()
        for person in people:
            person.join(30)
        kill(server)
    done = [journey for person in people for journey in person.journeys]
    wrong = wrong or lost(url, [(journey.number, journey.stored, journey.is_received) for journey in done])
    wrong += [person.failure for person in people if person.failure]
    print(
        f"{n_kills} kills, {sum(journey.n_pages for journey in done)} pages acknowledged, "
        f"{sum(journey.is_received for journey in done)} of {len(done)} journeys received, {len(wrong)} wrong"
    )
    print("\n".join(wrong[:20]))
    return int(bool(wrong) or not any(journey.is_received for journey in done))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--respondents", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="An empty PostgreSQL database instead of a new SQLite file.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        address = given.database or f"sqlite:///{Path(scratch) / 'manyi.db'}"
        options = {"seconds": given.seconds, "respondents": given.respondents, "seed": given.seed}
        sys.exit(chaos(Path(scratch), address, **options))
