"""Where a part of a document is, as people name it: by codes, as far as they lead."""

import re
from collections.abc import Sequence
from typing import Any, Final

# Parts that are named by their code alone, below what holds them.
INSIDE: Final = ("sections", "questions", "rows", "options")
NAMED: Final = re.compile(r"[^\s.\x00-\x1f\x7f]{1,64}")

Location = Sequence[str | int]


def named(value: object) -> str:
    """Give a code that a place can hold; empty where it is none."""
    return value if isinstance(value, str) and value.isprintable() and NAMED.fullmatch(value) else ""


def whole(plain: Any) -> str:
    """Give the place of the questionnaire as a whole."""
    return named(plain.get("code")) if isinstance(plain, dict) else ""


def place_of(plain: Any, location: Location) -> str:
    """Give the place of what stands at a location of the plain values."""
    parts: list[str] = []
    node, steps = plain, list(location)
    while steps:
        key = steps.pop(0)
        if key in {"constructs", "dimensions"}:
            parts = ["indicators"]
        elif key in {"stops", "quotas", "scales", "pipes", "quality", "indicators"} or (
            node is plain and key in {"languages", "title", "intro", "thanks"}
        ):
            parts.append(str(key))
        elif key in {"paths", "gaps", "interactions"} and parts == ["indicators"]:
            return f"indicators.{key}"
        elif key not in INSIDE:
            break
        node = _step(node, key)
        if isinstance(node, list) and steps:
            node = _step(node, steps.pop(0))
            code = named(node.get("code", node.get("id"))) if isinstance(node, dict) else ""
            if not code:
                break
            parts.append(code)
        elif key in {"scales", "pipes", "quality"} and steps:
            name = steps.pop(0)
            node = _step(node, name)
            if not named(name):
                break
            parts.append(str(name))
    return ".".join(parts) or whole(plain)


def _step(node: Any, key: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(key)
    if isinstance(node, list) and isinstance(key, int) and key < len(node):
        return node[key]
    return None
