"""Ready questionnaires as data.

A JSON file holds a document, the codes that shorter forms leave out, which questions ask for the causes of a
taxonomy, and why its warnings are accepted.
"""

import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

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
    for taxonomy, asked in stored.get("taxonomies", {}).items():
        _ask_for_causes(stored["document"], taxonomy, asked)
    if form == "full":
        return loading.load(stored["document"])
    if form not in stored["forms"]:
        raise SurveyError(Problem.INSTRUMENT_UNKNOWN, code=f"{name} ({form})", known=", ".join(forms(name)))
    shorter = stored["forms"][form]
    return loading.load(_without(stored["document"], frozenset(shorter["leave_out"]), form, shorter["intro"]))


def accepted(name: str, form: str = "full") -> dict[tuple[str, str], dict[str, str]]:
    """Give the warnings that are accepted in a form: code and place → why it stands, by language."""
    stored = _file(name).get("accepted", {}).get(form, ())
    return {(each["code"], each["place"]): each["reason"] for each in stored}


@cache
def _text(name: str) -> str:
    if name not in names():
        raise SurveyError(Problem.INSTRUMENT_UNKNOWN, code=name, known=", ".join(names()))
    return (resources.files(__name__) / f"{name}.json").read_text(encoding="utf-8")


def _file(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(_text(name))
    return stored


def _ask_for_causes(document: dict[str, Any], taxonomy: str, asked: dict[str, str]) -> None:
    """Let a question offer the causes of a taxonomy, and another those below the one that was chosen.

    Values are the places in the file, of the lower level after the tens of the upper.
    """
    file = resources.files(__name__) / "taxonomies" / f"{taxonomy}.json"
    causes = json.loads(file.read_text(encoding="utf-8"))["causes"]
    questions = {each["code"]: each for section in document["sections"] for each in section["questions"]}
    upper, lower = questions[asked["question"]], questions[asked["detail"]]
    own = [
        {"code": cause["code"], "value": number, "text": cause["name"]}
        for number, cause in enumerate(causes, start=1)
    ]
    upper["options"] = own + upper["options"]
    lower["options"] = [
        {"code": each["code"], "value": 10 * number + place, "text": each["name"]}
        | {"show_if": f"{upper['code']} == '{cause['code']}'"}
        for number, cause in enumerate(causes, start=1)
        for place, each in enumerate(cause["causes"], start=1)
    ]


def _without(
    document: dict[str, Any], left_out: frozenset[str], form: str, intro: dict[str, str]
) -> dict[str, Any]:
    document["code"] += f"_{form}"
    document["intro"] = intro
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


class Module(NamedTuple):
    """Sections that a questionnaire may have besides its own: what they are for, by language, and they."""

    about: dict[str, str]
    document: dict[str, Any]


def modules() -> tuple[str, ...]:
    """Give the codes of the modules."""
    files = (resources.files(__name__) / "modules").iterdir()
    return tuple(sorted(file.name[:-5] for file in files if file.name.endswith(".json")))


@cache
def module(name: str) -> Module:
    """Give a module by its code, which is one of `modules`."""
    file = resources.files(__name__) / "modules" / f"{name}.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    return Module(stored["about"], loading.load(stored["document"]).dump())
