"""Kill the server while people edit a draft: no acknowledged change may be missing, none may stand twice.

`python scripts/chaos_editing.py` starts the site on a scratch database and lets designers write into texts
and add questions over HTTP. It sends SIGKILL at random moments and looks each time into the log of changes
that is left. A request without an answer is sent again as it was, as the editor does. Exit 1 if a change is
missing or stands twice.
"""

import argparse
import json
import random
import re
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from chaos_server import PATIENCE, ask, kill, serve
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.database import create_engine
from surveys.editing import drafting
from surveys.editing.assembling import assembled
from surveys.models import DraftChange
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app

CODE, PASSWORD = "chaos", "correct horse battery"
SLOWEST = 20.0  # seconds for an answer
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# The cheapest argon2: the passwords protect nothing.
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}


class Designer(threading.Thread):
    """Writes and adds again and again; what had no answer is sent again as it was."""

    def __init__(self, port: int, name: str, parts: tuple[int, int], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.name, self.parts, self.stop = port, name, parts, stop
        self.cookies: dict[str, str] = {}
        self.written: list[str] = []  # texts that were acknowledged, in order
        self.added: list[str] = []  # gestures that were acknowledged: each adds one row
        self.n_again, self.failure = 0, ""
        self.base, self.tab = "0", secrets.token_hex(16)

    def run(self) -> None:
        """Edit until told to stop."""
        try:
            self._log_in()
            number = 0
            while not self.stop.is_set():
                number += 1
                self._write(f"{self.name} {number}") if number % 3 else self._add(f"{self.name} {number}")
        except Exception as error:  # noqa: BLE001  the main thread tells it
            self.failure = f"{self.name}: {type(error).__name__}: {error}"

    def _log_in(self) -> None:
        page = self._get("/login")
        form = {"csrf_token": page, "email": f"{self.name}@example.org", "password": PASSWORD}
        self._post("/login", form, (302, 303))

    def _write(self, text: str) -> None:
        place = f"/questionnaires/draft/{CODE}/{self.parts[0]}"
        if self._post(place, self._marks(place) | {"v:text/en": text}, (303,)):
            self.written.append(text)

    def _add(self, text: str) -> None:
        place = f"/questionnaires/draft/{CODE}/{self.parts[1]}"
        form = self._marks(place) | {"kind": "question", "type": "rating", "lines": f"{text}\t{text}"}
        if self._post(f"{place}/paste", form, (303,)):
            self.added.append(text)

    def _marks(self, place: str) -> dict[str, str]:
        """Give the marks of a form as the page makes them: its base, its window, its own."""
        token = self._get(place)
        return {"csrf_token": token, "base": self.base, "tab": self.tab, "mark": secrets.token_hex(16)}

    def _get(self, place: str) -> str:
        while not self.stop.is_set():
            status, _, page = ask(self.port, "GET", place, self.cookies, timeout=SLOWEST)
            found = TOKEN.search(page)
            if status == 200 and found is not None:
                number = re.search(r'name="base" value="([0-9]+)"', page)
                self.base = number[1] if number else "0"
                return found[1]
            if status:
                raise AssertionError(f"{place} gave {status}")
            time.sleep(0.05)
        return ""

    def _post(self, place: str, form: dict[str, str], wanted: tuple[int, ...]) -> bool:
        """Send a form until it is answered; tell whether it was."""
        first = True
        while not self.stop.is_set():
            status, _, page = ask(self.port, "POST", place, self.cookies, urlencode(form), SLOWEST)
            self.n_again += not first
            first = False
            if status in wanted:
                return True
            if status:
                raise AssertionError(f"{place} gave {status}: {page[:300]}")
            time.sleep(0.05)
        return False


def prepare(folder: Path, url: str, names: list[str]) -> list[tuple[int, int]]:
    """Make a draft and its designers; give for each a question to write in and a section to add to."""

    def words(text: str) -> dict[str, str]:
        return {"zh": text, "en": text}

    sections = [
        {
            "code": f"S{number}",
            "title": words(f"Page {number}"),
            "questions": [{"code": f"Q{number}", "type": "long_text", "text": words("Begun")}],
        }
        for number in range(len(names))
    ]
    document = {
        "format": "manyi/2",
        "code": CODE,
        "languages": ["zh", "en"],
        "title": words("Chaos"),
        "sections": sections,
    }
    migrating.upgrade(url)
    made = create_app(
        {
            "MANYI": {"INSTANCE": folder, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"},
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP,
        }
    )
    with made.app_context():
        for name in names:
            add_staff(
                db.session, email=f"{name}@example.org", name=name, roles=["designer"], password=PASSWORD
            )
        draft = drafting.begin(db.session, CODE, document, staff_name="chaos", now=datetime.now(UTC))
        nodes = {node.code: node.id for node in drafting.nodes_of(db.session, draft)}
        db.session.commit()
        db.engine.dispose()
    return [(nodes[f"Q{number}"], nodes[f"S{number}"]) for number in range(len(names))]


def wrong(url: str, people: list[tuple[str, int, list[str], list[str]]]) -> list[str]:
    """Say which acknowledged changes are missing, stand twice in the log, or are not in the draft."""
    engine = create_engine(url)
    found = []
    with Session(engine) as session:
        draft = drafting.find(session, CODE)
        if draft is None:
            return ["the draft is gone"]
        values = Counter[str]()
        for operations in session.scalars(select(DraftChange.operations).order_by(DraftChange.number)):
            values.update(
                str(each.get("value", each.get("fields", {}).get("text/en"))) for each in operations
            )
        nodes = drafting.nodes_of(session, draft)
        plain = json.dumps(assembled(nodes))
        replayed = json.dumps(assembled(drafting.nodes_at(session, draft, draft.number)))
        for name, question, written, added in people:
            found += [
                f"{each}: {values[each]} times in the log" for each in (*written, *added) if values[each] != 1
            ]
            found += [
                f"{each}: {plain.count(json.dumps(each))} times"
                for each in added
                if plain.count(json.dumps(each)) != 2
            ]
            text = str(nodes.by_id[question].fields.get("text/en"))
            if written and _number(text) < _number(written[-1]):
                found.append(f"{name}: the draft has {text}, acknowledged was {written[-1]}")
        if plain != replayed:
            found.append("snapshot and log do not give the draft")
    engine.dispose()
    return found


def n_acknowledged(people: Sequence[Designer]) -> int:
    """Count the changes of which somebody was told that they are stored."""
    return sum(len(each.written) + len(each.added) for each in people)


def _number(text: str) -> int:
    last = text.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def chaos(folder: Path, *, kills: int, designers: int, seed: int) -> int:
    """Let people edit, kill and restart; give the exit code."""
    rng = random.Random(seed)  # noqa: S311
    url = f"sqlite:///{folder / 'manyi.db'}"
    names = [f"designer{number}" for number in range(designers)]
    parts = prepare(folder, url, names)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server, stop = serve(folder, url, port), threading.Event()
    people = [Designer(port, name, own, stop) for name, own in zip(names, parts, strict=True)]
    known = lambda: [(each.name, each.parts[0], list(each.written), list(each.added)) for each in people]  # noqa: E731
    faults: list[str] = []
    for person in people:
        person.start()
    try:
        for _ in range(kills):
            before, until = n_acknowledged(people), time.monotonic() + PATIENCE
            while n_acknowledged(people) < before + len(people) and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(rng.uniform(0, 1))
            kill(server)
            # Copied first: what is acknowledged now must be in the database that the dead server left.
            faults += wrong(url, known())
            server = serve(folder, url, port)
        time.sleep(1)
    finally:
        stop.set()
        for person in people:
            person.join(30)
        with suppress(ProcessLookupError):
            kill(server)
    faults += wrong(url, known()) + [each.failure for each in people if each.failure]
    total = n_acknowledged(people)
    n_again = sum(each.n_again for each in people)
    print(f"{kills} kills, {total} changes acknowledged, {n_again} sent again, {len(faults)} wrong")
    print("\n".join(faults[:20]))
    return int(bool(faults) or not total)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--designers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(chaos(Path(scratch), kills=given.kills, designers=given.designers, seed=given.seed))
