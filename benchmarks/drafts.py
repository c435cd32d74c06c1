"""An edit of a large draft with everything that follows it: stored, judged anew, the page, its preview."""

import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.table import Line
from surveys import migrating, words
from surveys.database import create_engine
from surveys.editing import drafting
from surveys.editing.assembling import assembled
from surveys.findings.listing import judged
from web.author.model import findings_of_model

QUESTIONS, CONDITIONS, EDITS = 300, 200, 60
GOAL = 0.2


def editing() -> list[Line]:
    """Edit texts and conditions of 300 questions, 200 conditions; the 95th percentile against the goal."""
    words.use(Path(__file__).parents[1] / "web" / "translations")
    chance, taken = random.Random(1), []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrating.upgrade(url)
        now = datetime.now(UTC)
        with Session(create_engine(url)) as session:
            draft = drafting.begin(session, "large", large(), staff_name="bench", now=now)
            session.commit()
            questions = [each for each in drafting.nodes_of(session, draft) if each.kind == "question"]
            for number in range(EDITS):
                node = chance.choice(questions)
                field, value = "text/en", f"How satisfied are you with number {number}"
                if number % 6 == 0 and "show_if" in node.fields:
                    field, value = "show_if", f"Q0 == 'a{number % 5}'"
                begun = time.perf_counter()
                operation = {"op": "set", "id": node.id, "field": field, "value": value}
                client = number.to_bytes(16)
                wanted = drafting.Change(draft.number, b"t" * 16, client, [operation])
                drafting.change(session, draft, wanted, staff_name="bench", now=now)
                session.commit()
                judged(assembled(drafting.nodes_of(session, draft)), more=findings_of_model)
                taken.append(time.perf_counter() - begun)
    first, *rest = taken
    slow = sorted(rest)[int(0.95 * len(rest))]
    what = f"an edit with findings, {QUESTIONS} questions, {CONDITIONS} conditions, 95th percentile"
    return [Line(what, slow, GOAL, "goal", f"the first one of a process {first:.3g} s")]


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
