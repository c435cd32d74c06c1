"""An edit of a large draft through the site, with everything that follows it, and the log of ten thousand."""

import gc
import random
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.table import Line
from surveys import migrating
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import drafting, publishing
from surveys.editing.nodes import Node
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app

QUESTIONS, CONDITIONS, EDITS = 300, 200, 60
GOAL = 0.2
CHANGES, PEOPLE, MEGABYTES = 10_000, 3, 4.0
PASSWORD = "a password of the benchmark"


class Edit(NamedTuple):
    """What one edit took in seconds: of processor time, and until the last answer."""

    processor: float
    waited: float


def editing() -> list[Line]:
    """Edit 300 questions with 200 conditions in the editor: change, page with findings, preview."""
    with tempfile.TemporaryDirectory() as folder:
        site = create_app(
            {"MANYI": {"INSTANCE": Path(folder), "DATABASE_URL": _database(folder), "LOG_LEVEL": "ERROR"}}
        )
        gc.collect()
        gc.freeze()  # as the server does at its start
        with site.app_context():
            add_staff(db.session, email="b@example.org", name="B", roles=["designer"], password=PASSWORD)
            first = publishing.publish(db.session, loading.load(large()), "bench", datetime.now(UTC))
            now = datetime.now(UTC)
            draft = drafting.begin(db.session, "large", large(), staff_name="bench", now=now, base=first)
            questions = [each for each in drafting.nodes_of(db.session, draft) if each.kind == "question"]
            db.session.commit()
        with site.test_client() as client:
            _log_in(client)
            begun, *edits = _edits(client, questions)
        with site.app_context():
            db.engine.dispose()
    what = (
        f"an edit with findings and preview, {QUESTIONS} questions, {CONDITIONS} conditions, 95th percentile"
    )
    slow = np.quantile(np.array(edits), 0.95, axis=0)
    note = f"the first one of a process {begun.waited:.3g} s"
    return [
        Line(f"{what}, processor time", float(slow[0]), GOAL, "goal"),
        Line(f"{what}, over HTTP", float(slow[1]), GOAL, "goal", note),
    ]


def _database(folder: str) -> str:
    url = f"sqlite:///{folder}/manyi.db"
    migrating.upgrade(url)
    return url


def _log_in(client: FlaskClient) -> None:
    mark = _value("csrf_token", client.get("/login").text)
    client.post("/login", data={"email": "b@example.org", "password": PASSWORD, "csrf_token": mark})


def _value(name: str, page: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert found is not None, f"no {name}"
    return found[1]


def _edits(client: FlaskClient, questions: list[Node]) -> Iterator[Edit]:
    """Edit texts, and now and then a condition, as the editor does: save, see the page and the preview."""
    chance = random.Random(1)
    for number in range(EDITS + 1):
        node = chance.choice(questions)
        address = f"/questionnaires/draft/large/{node.id}"
        page = client.get(address).text
        sent = {each: _value(each, page) for each in ("csrf_token", "base", "tab", "mark")}
        sent["v:text/en"] = f"How satisfied are you with number {number}"
        if number % 6 == 0 and "show_if" in node.fields:
            sent["v:show_if"] = f"Q0 == 'a{number % 5}'"
        preview = re.search(r'data-address="([^"]+)"', page)
        assert preview is not None, "no preview"
        used, begun = time.process_time(), time.perf_counter()
        saved = client.post(address, data=sent, follow_redirects=True)
        shown = client.get(preview[1])
        taken = Edit(time.process_time() - used, time.perf_counter() - begun)
        assert f"number {number}" in saved.text, saved.status
        assert shown.status_code == 200, shown.status
        yield taken


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
