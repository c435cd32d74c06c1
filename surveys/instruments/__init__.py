"""Ready questionnaires as data: a JSON file holds a document, and the codes that shorter forms leave out."""

import json
from functools import cache
from importlib import resources
from typing import Any

from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Problem, SurveyError


def names() -> tuple[str, ...]:
    """Give the codes of the instruments."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(file.name[:-5] for file in files if file.name.endswith(".json")))


def forms(name: str) -> tuple[str, ...]:
    """Give the forms of an instrument, the full one first."""
    return ("full", *sorted(_file(name)["forms"]))


def load(name: str, form: str = "full") -> Questionnaire:
    """Load an instrument; a shorter form leaves out questions, rows and whatever becomes empty."""
    stored = _file(name)
    if form == "full":
        return loading.load(stored["document"])
    if form not in stored["forms"]:
        raise SurveyError(Problem.INSTRUMENT_UNKNOWN, code=f"{name} ({form})", known=", ".join(forms(name)))
    return loading.load(_without(stored["document"], frozenset(stored["forms"][form]["leave_out"]), form))


@cache
def _text(name: str) -> str:
    if name not in names():
        raise SurveyError(Problem.INSTRUMENT_UNKNOWN, code=name, known=", ".join(names()))
    return (resources.files(__name__) / f"{name}.json").read_text(encoding="utf-8")


def _file(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(_text(name))
    return stored


def _without(document: dict[str, Any], left_out: frozenset[str], form: str) -> dict[str, Any]:
    document["code"] += f"_{form}"
    for section in document["sections"]:
        for question in section["questions"]:
            if "rows" in question:
                question["rows"] = [row for row in question["rows"] if row["code"] not in left_out]
        section["questions"] = [
            question
            for question in section["questions"]
            if question["code"] not in left_out and question.get("rows", True)
        ]
    document["sections"] = [section for section in document["sections"] if section["questions"]]
    system = document["indicators"]
    for construct in system["constructs"]:
        for dimension in construct["dimensions"]:
            dimension["indicators"] = [code for code in dimension["indicators"] if code not in left_out]
        construct["dimensions"] = [node for node in construct["dimensions"] if node["indicators"]]
        construct["checks"] = [code for code in construct.get("checks", []) if code not in left_out]
    kept = {node["id"] for construct in system["constructs"] for node in construct["dimensions"]}
    system["gaps"] = [
        gap | {"perceived": [node for node in gap["perceived"] if node in kept]}
        for gap in system.get("gaps", [])
        if gap["expected"] in kept and kept.intersection(gap["perceived"])
    ]
    attention = document["quality"].get("attention")
    if attention is not None and attention["code"] in left_out:
        del document["quality"]["attention"]
    system["roles"] = {role: code for role, code in system.get("roles", {}).items() if code not in left_out}
    return document
