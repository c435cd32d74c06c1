"""Repairs that are sure: what one click does about a finding, as operations."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from flask_babel import lazy_gettext as _l

from surveys.editing.naming import SPACES
from surveys.editing.nodes import Node
from surveys.editing.operations import Operation
from web.author.drafts.judging import Placed
from web.author.drafts.making import Codes
from web.author.drafts.room import Desk


class Repair(NamedTuple):
    """What a button says, the mark by which it is found again, and what it does."""

    key: str
    said: object
    operations: list[Operation]


Mend = Callable[[Desk, Node, Placed], Iterator[Operation]]


def repair_of(desk: Desk, placed: Placed) -> Repair | None:
    """Give the repair of a finding, None where somebody must think."""
    known = MENDS.get(placed.finding.code)
    if known is None:
        return None
    said, mend = known
    operations = list(mend(desk, desk.nodes.by_id[placed.node], placed))
    if not operations:
        return None
    return Repair(f"{placed.finding.code}.{placed.finding.variant}.{placed.node}", said, operations)


def _set(node: Node, field: str, value: object) -> Operation:
    return {"op": "set", "id": node.id, "field": field, "value": value}


def _code(desk: Desk, node: Node, _placed: Placed) -> Iterator[Operation]:
    """Give the last of those that share a code another one."""
    space = SPACES.get(node.kind, node.kind)
    siblings = desk.nodes.siblings(node) if node.kind == "option" else desk.nodes.branch(desk.nodes.root)
    alike = [
        each
        for each in siblings
        if SPACES.get(each.kind, each.kind) == space and each.code.lower() == node.code.lower()
    ]
    if node.code and node.parent is not None:
        last = alike[-1]
        yield _set(last, "code", Codes(desk).free(last.kind, last.parent, last.code))


def _values(desk: Desk, node: Node, _placed: Placed) -> Iterator[Operation]:
    """Give options whose value another one has the next free values."""
    holder = desk.nodes.by_id[node.parent or 0] if node.kind == "option" else node
    options = desk.nodes.children(holder.id, "option")
    values = [each.fields.get("value") for each in options]
    free = max((each for each in values if isinstance(each, int)), default=0) + 1
    seen: set[object] = set()
    for option, value in zip(options, values, strict=True):
        if value in seen or value is None:
            yield _set(option, "value", free)
            free += 1
        seen.add(value)


def _exclusive(_desk: Desk, node: Node, placed: Placed) -> Iterator[Operation]:
    if node.kind == "option":
        yield _set(node, "exclusive", None if placed.finding.variant == "single" else True)


def _drop(_desk: Desk, node: Node, _placed: Placed) -> Iterator[Operation]:
    if node.kind in {"section", "question", "dimension", "construct"}:
        yield {"op": "drop", "id": node.id}


def _exchange(_desk: Desk, node: Node, placed: Placed) -> Iterator[Operation]:
    names = ("least", "most") if placed.finding.variant in {"least", "most"} else ("low", "high")
    low, high = (node.fields.get(each) for each in names)
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        yield _set(node, names[0], high)
        yield _set(node, names[1], low)


def _unconditional(_desk: Desk, node: Node, _placed: Placed) -> Iterator[Operation]:
    if "show_if" in node.fields and not {"when", "valid_if"} & set(node.fields):
        yield _set(node, "show_if", None)


def _path(desk: Desk, _node: Node, placed: Placed) -> Iterator[Operation]:
    """Remove the last of the paths that a finding names."""
    about = placed.finding.about
    wanted = [str(about.get("source")), str(about.get("target"))]
    paths = [
        each
        for each in desk.nodes.branch(desk.nodes.root)
        if each.kind == "path"
        and [desk.names.written(each, end, each.fields.get(end)) for end in ("source", "target")] == wanted
    ]
    if paths:
        yield {"op": "drop", "id": paths[-1].id}


MENDS: Final[Mapping[str, tuple[object, Mend]]] = {
    "code-twice": (_l("Give the last one another code"), _code),
    "code-case": (_l("Give the last one another code"), _code),
    "code-reserved": (_l("Give it another code"), _code),
    "value-twice": (_l("Give free values"), _values),
    "option-exclusive": (_l("Correct the mark “exclusive”"), _exclusive),
    "node-empty": (_l("Remove the empty part"), _drop),
    "range-empty": (_l("Exchange the limits"), _exchange),
    "logic-always": (_l("Remove the condition"), _unconditional),
    "path-twice": (_l("Remove the second path"), _path),
}
