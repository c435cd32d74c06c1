"""New parts with what they need to be of use at once, and copies with codes of their own."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

from surveys.editing.nodes import ROOT, Node, Nodes
from surveys.editing.operations import Operation
from surveys.findings.quality import RULES
from surveys.questions import TYPES
from web.author.drafts.room import Desk

# The first letters of codes that are given.
PREFIX: Final = {
    "section": "S", "question": "Q", "row": "R", "option": "o", "stop": "END", "quota": "QUOTA",
    "scale": "s", "pipe": "name", "construct": "C", "dimension": "D",
}  # fmt: skip
# Kinds of which codes are taken from one another: what conditions can ask about has one code each.
TOGETHER: Final = ({"question", "row"}, {"construct", "dimension"})
REFERENCE: Final = re.compile(r"#n([0-9]{1,9})")
NEW: Final = 10**6


class Parted(Protocol):
    """What has parts: a draft, or what is made of some."""

    @property
    def nodes(self) -> Nodes:
        """All its parts."""


class Codes:
    """Gives codes that nothing of the kind has; options and stops have theirs among siblings alone."""

    def __init__(self, desk: Parted, others: Iterable[Node] = ()) -> None:
        """Keep clear of the codes of a draft, and of those of `others` when a new one is made."""
        self.desk = desk
        self._others = [*others]
        self._taken: dict[tuple[str, int | None], set[str]] = {}

    def free(self, kind: str, parent: int | None, wanted: str = "") -> str:
        """Give the wanted code with the next free number at its end."""
        taken = self._known(kind, parent)
        others = {node.code for node in self._others}
        stem = re.sub(r"[0-9]+$", "", wanted) or PREFIX.get(kind, "x")
        number = 1
        while f"{stem}{number}" in taken | others:
            number += 1
        taken.add(f"{stem}{number}")
        return f"{stem}{number}"

    def kept(self, kind: str, parent: int | None, wanted: str) -> str:
        """Give the wanted code where it is free, else one like it."""
        taken = self._known(kind, parent)
        if wanted and wanted not in taken:
            taken.add(wanted)
            return wanted
        return self.free(kind, parent, wanted)

    def _known(self, kind: str, parent: int | None) -> set[str]:
        kinds = next((each for each in TOGETHER if kind in each), {kind})
        inside = parent if kind in {"option", "stop"} else None
        key = ",".join(sorted(kinds)), inside
        if key not in self._taken:
            self._taken[key] = {
                node.code
                for node in self.desk.nodes
                if node.kind in kinds and (inside is None or node.parent == inside)
            }
        return self._taken[key]


def made(desk: Desk, parent: Node, kind: str, type_: str = "", number: int = 0) -> dict[str, Any]:
    """Give the fields of a new part; `number` counts those that are added together."""
    fields: dict[str, Any] = {}
    if kind in PREFIX:
        codes = Codes(desk)
        fields["code"] = [codes.free(kind, parent.id) for _each in range(number + 1)][-1]
    if kind == "rule":
        there = {each.code for each in desk.nodes.children(parent.id, kind)}
        fields["code"] = next((each for each in RULES if each not in there), "contradiction")
    if kind == "question":
        fields["type"] = type_ if type_ in TYPES else "rating"
        scales = desk.nodes.children(ROOT, "scale")
        if scales and "scale" in TYPES[fields["type"]].model_fields:
            fields["scale"] = scales[0].code
    if kind == "option":
        values = [each.fields.get("value") for each in desk.nodes.children(parent.id, kind)]
        fields["value"] = max((each for each in values if isinstance(each, int)), default=0) + 1 + number
    return fields


def copied(desk: Desk, node: Node, place: str) -> Iterator[Operation]:
    """Give what copies a part with all below it; references inside follow the copy, others stay."""
    codes, nodes = Codes(desk), list(desk.nodes.branch(node))
    ids = {each.id: NEW + len(desk.nodes) + each.id for each in nodes}

    def called(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return REFERENCE.sub(lambda found: f"#n{ids.get(int(found[1]), int(found[1]))}", value)

    later: list[Operation] = []
    for each in nodes:
        fields: dict[str, Any] = {}
        for path, value in each.fields.items():
            if path == "code" and (each is node or each.kind not in {"option", "stop"}):
                fields[path] = codes.free(each.kind, each.parent, str(value))
            elif called(path) != path or called(value) != value:
                later.append({"op": "set", "id": ids[each.id], "field": called(path), "value": called(value)})
            else:
                fields[path] = value
        is_top = each is node
        yield {
            "op": "add",
            "id": ids[each.id],
            "kind": each.kind,
            "parent": each.parent if is_top else ids[each.parent or ROOT],
            "place": place if is_top else each.place,
            "fields": fields,
        }
    yield from later
