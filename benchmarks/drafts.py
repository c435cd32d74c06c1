"""An edit of a large draft over HTTP, with everything that follows it, and the log of ten thousand."""

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.collection import Browser, cpu_seconds, serving
from benchmarks.table import Line
from surveys import migrating
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import drafting, publishing
from surveys.editing.nodes import Node
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app

QUESTIONS, CONDITIONS, EDITS = 300, 200, 200
FEW = 10
GOAL = 0.2
CHANGES, PEOPLE, MEGABYTES = 10_000, 3, 4.0
PASSWORD = "a password of the benchmark"


class Edit(NamedTuple):
    """What one edit took in seconds: to be saved, until the page with its findings, until the preview."""

    saved: float
    page: float
    preview: float


def editing() -> list[Line]:
    """Edit 300 questions with 200 conditions over HTTP as the editor's script does, and 10 beside it.

    One worker, one browser; what others do on the machine at the same time counts as waiting.
    """
    with tempfile.TemporaryDirectory() as folder:
        drafts = _prepare(Path(folder))
        with serving(_serve(Path(folder))) as (port, pid):
            browser = Browser(port)
            _log_in(browser)
            _begun, *small = _edits(browser, "small", drafts["small"])
            begun, *edits = _edits(browser, "large", drafts["large"], lambda: cpu_seconds(pid))
            browser.close()
    waited, other = (np.array([each.edit for each in one]) for one in (edits, small))
    slow, little = (float(np.quantile(each.sum(axis=1), 0.95)) for each in (waited, other))
    parts = [1000 * float(each) for each in np.median(waited, axis=0)]
    used = 1000 * sum(each.processor for each in edits) / len(edits)
    what = f"an edit with findings and preview, {QUESTIONS} questions, {CONDITIONS} conditions, over HTTP"
    note = (
        f"half within {1000 * float(np.median(waited.sum(axis=1))):.0f} ms: saved {parts[0]:.0f}, "
        f"page {parts[1]:.0f}, preview {parts[2]:.0f}; server CPU {used:.0f} ms an edit; "
        f"the first one of a process {1000 * sum(begun.edit):.0f} ms"
    )
    return [
        Line(f"{what}, 95th percentile", slow, GOAL, "goal", note),
        Line(f"{what}, against {FEW} questions", slow, little, f"{FEW} questions"),
    ]


class Timed(NamedTuple):
    """An edit, and the processor time of the server for it."""

    edit: Edit
    processor: float


def _prepare(folder: Path) -> dict[str, list[Node]]:
    """Make a large and a small draft of a published version, and somebody to edit them; gives questions."""
    site = create_app(
        {"MANYI": {"INSTANCE": folder, "DATABASE_URL": _database(str(folder)), "LOG_LEVEL": "ERROR"}}
    )
    found = {}
    with site.app_context():
        add_staff(db.session, email="b@example.org", name="B", roles=["designer"], password=PASSWORD)
        for code, document in (("large", large()), ("small", _small())):
            now = datetime.now(UTC)
            first = publishing.publish(db.session, loading.load(document), "bench", now)
            draft = drafting.begin(db.session, code, document, staff_name="bench", now=now, base=first)
            nodes = drafting.nodes_of(db.session, draft)
            found[code] = [each for each in nodes if each.kind == "question"]
        db.session.commit()
        db.engine.dispose()
    return found


def _serve(folder: Path) -> Callable[[int], tuple[list[str], dict[str, str]]]:
    def command(port: int) -> tuple[list[str], dict[str, str]]:
        settings = {"MANYI_INSTANCE": str(folder), "MANYI_PORT": str(port), "MANYI_WORKERS": "1"}
        return [sys.executable, "-m", "web.cli", "serve", "--no-worker"], settings

    return command


def _database(folder: str) -> str:
    url = f"sqlite:///{folder}/manyi.db"
    migrating.upgrade(url)
    return url


def _log_in(browser: Browser) -> None:
    mark = _value("csrf_token", browser.ask("GET", "/login")[2].decode())
    sent = urlencode({"email": "b@example.org", "password": PASSWORD, "csrf_token": mark})
    assert browser.ask("POST", "/login", sent)[0] in {302, 303}, "not logged in"


def _value(name: str, page: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert found is not None, f"no {name}"
    return found[1]


def _edits(
    browser: Browser, code: str, questions: list[Node], used: Callable[[], float] = time.process_time
) -> Iterator[Timed]:
    """Edit texts, and now and then a condition, as the editor does: save, see the page and the preview."""
    chance = random.Random(1)
    for number in range(EDITS + 1):
        node = chance.choice(questions)
        address = f"/questionnaires/draft/{code}/{node.id}"
        page = browser.ask("GET", address)[2].decode()
        sent = {each: _value(each, page) for each in ("csrf_token", "base", "tab", "mark")}
        sent |= {"gesture": chance.randbytes(16).hex(), "v:text/en": f"How satisfied with number {number}"}
        if number % 6 == 0 and "show_if" in node.fields:
            sent["v:show_if"] = f"Q0 == 'a{number % 5}'"
        preview = re.search(r'data-address="([^"]+)"', page)
        assert preview is not None, "no preview"
        before, known = used(), len(browser.seconds)
        status, place, _ = browser.ask("POST", address, urlencode(sent))
        assert status == 303, status
        shown = browser.ask("GET", place)[2].decode()
        assert f"number {number}" in shown, "not saved"
        status, _, _ = browser.ask("GET", unescape(preview[1]))
        assert status == 200, status
        yield Timed(Edit(*browser.seconds[known:]), used() - before)


def _small() -> dict[str, Any]:
    return large() | {"code": "small", "sections": large()["sections"][:1]}


def log() -> list[Line]:
    """Let three people make 10,000 changes; what the log of them takes, with its indexes."""
    with tempfile.TemporaryDirectory() as folder, Session(create_engine(_database(folder))) as session:
        chance, now = random.Random(4), datetime.now(UTC)
        small = large() | {"sections": large()["sections"][:2]}
        draft = drafting.begin(session, "large", small, staff_name="bench", now=now)
        questions = [each for each in drafting.nodes_of(session, draft) if each.kind == "question"]
        for number in range(CHANGES):
            who, node = f"person{number % PEOPLE}@example.org", chance.choice(questions)
            operation = _operation(number, node, chance.choice(questions))
            wanted = drafting.Change(
                draft.number,
                who[:7].encode().ljust(16),
                number.to_bytes(16),
                [operation],
                chance.randbytes(16),
            )
            drafting.change(session, draft, wanted, staff_name=who, now=now)
        session.commit()
        pages = (
            "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name = 'draft_change'"
        )
        size = session.scalar(text(pages))
        made = draft.number
    assert made == CHANGES, f"{made} changes"
    return [Line(f"the log of {CHANGES:,} changes of a draft", size / 1e6, MEGABYTES, "goal", unit="MB")]


def _operation(number: int, node: Node, other: Node) -> dict[str, Any]:
    """Give what somebody does: mostly a text, now and then a move, a removal or its taking back."""
    if number % 8 == 0:
        return {"op": "move", "id": node.id, "parent": other.parent, "place": f"k{number}z"}
    if number % 40 == 1:
        return {"op": "set", "id": node.id, "field": "hint/zh", "value": f"提示{number}"}
    return {
        "op": "set",
        "id": node.id,
        "field": "text/en",
        "value": f"How content are you with number {number}?",
    }


def large() -> dict[str, Any]:
    """Make a questionnaire of 30 pages of 10 questions; 200 of these are asked under conditions."""
    sections: list[dict[str, Any]] = []
    for number in range(QUESTIONS):
        page, place = divmod(number, 10)
        if place == 0:
            sections.append({"code": f"P{page}", "title": _both(f"Page {page}"), "questions": []})
        question: dict[str, Any] = {
            "code": f"Q{number}",
            "text": _both(f"How satisfied are you with {number}"),
        }
        if place == 0:
            options = [
                {"code": f"a{each}", "value": each, "text": _both(f"Kind {each}")} for each in range(5)
            ]
            question |= {"type": "single", "options": options}
        else:
            question |= {"type": "rating", "scale": "s10"}
        if number >= QUESTIONS - CONDITIONS:
            before = (page - 1) * 10
            question["show_if"] = f"Q{before} == 'a1' and Q{before + 1} >= 4"
        sections[-1]["questions"].append(question)
    return {
        "format": "manyi/2",
        "code": "large",
        "languages": ["zh", "en"],
        "title": _both("Large"),
        "scales": {"s10": {"low": 1, "high": 10, "anchors": [_both("Poor"), _both("Good")]}},
        "sections": sections,
    }


def _both(text: str) -> dict[str, str]:
    return {"zh": f"{text}（中文）", "en": text}
