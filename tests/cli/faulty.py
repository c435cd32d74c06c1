"""A sound questionnaire and planted faults: base and patches of `golden/questionnaire_faults.json`."""

import copy
import json
from pathlib import Path
from typing import Any

from surveys.findings.listing import findings_of_file
from web.author.model import findings_of_model

KEPT = json.loads(
    (Path(__file__).parents[1] / "golden" / "questionnaire_faults.json").read_text(encoding="utf-8")
)
BASE: dict[str, Any] = KEPT["base"]
FAULTS: list[dict[str, Any]] = KEPT["faults"]


def patched(*patches: list[list[Any]], base: dict[str, Any] = BASE) -> dict[str, Any]:
    """Give the base with values put in or, where a step names none, taken out; taking out goes backwards."""
    plain = copy.deepcopy(base)
    for steps in patches:
        gone = [path for path, *value in steps if not value]
        for (*way, last), value in [(path, value[0]) for path, *value in steps if value]:
            node = _at(plain, way)
            if isinstance(node, list) and last == len(node):
                node.append(copy.deepcopy(value))
            else:
                node[last] = copy.deepcopy(value)
        for *way, last in reversed(gone):
            del _at(plain, way)[last]
    return plain


def planted(fault: dict[str, Any]) -> dict[str, Any]:
    """Give the base with one fault in it."""
    plain = patched(fault["patch"])
    plain["sections"][1]["questions"][0].setdefault("rows", []).extend(
        {"code": f"X{n}", "text": {"zh": f"服务项目{n}", "en": f"Service item {n}"}}
        for n in range(fault.get("rows", 0))
    )
    return plain


def found(source: Any) -> set[tuple[str, str, str]]:
    """Give code, severity and place of all findings of plain values or bytes."""
    given = source if isinstance(source, bytes) else json.dumps(source).encode()
    return {
        (each.code, each.severity, each.place) for each in findings_of_file(given, more=findings_of_model)
    }


def _at(node: Any, way: list[Any]) -> Any:
    for step in way:
        node = node[step]
    return node
