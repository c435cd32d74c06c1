"""Whether a change still fits: nothing of it was changed in another window since its base."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from surveys.editing.naming import Names
from surveys.editing.nodes import Node, Nodes
from surveys.editing.operations import DROP, PLACE, Operation

# Changes since the base that other windows made: number → who and when.
Seen = Mapping[int, tuple[str, datetime]]


class Conflict(NamedTuple):
    """One place that two windows changed: what stands there now, what was wanted, who was there before."""

    node: int
    path: str
    theirs: Any
    mine: Any
    staff_name: str
    at: datetime
    number: int


def conflicts_of(nodes: Nodes, operations: Sequence[Operation], seen: Seen) -> tuple[Conflict, ...]:
    """Give every conflict of a change."""
    if not seen:
        return ()
    names = Names(nodes)
    found = [each for operation in operations for each in _of(nodes, names, operation, seen)]
    return tuple({(each.node, each.path): each for each in found}.values())


def _of(nodes: Nodes, names: Names, operation: Operation, seen: Seen) -> Iterator[Conflict]:
    kind, key = operation.get("op"), operation.get("parent" if operation.get("op") == "add" else "id")
    node = nodes.by_id.get(key) if isinstance(key, int) else None
    if node is None:
        return
    for each in nodes.chain(node):
        if each.dropped and kind != "restore" and each.touched.get(DROP) in seen:
            yield _conflict(each, DROP, None, operation.get("value"), seen)
            return
    if kind == "set":
        path = names.stored_path(node, str(operation.get("field")))
        if node.touched.get(path) in seen:
            theirs, mine = node.fields.get(path), operation.get("value")
            if theirs != names.stored(node, path, mine):
                yield _conflict(node, path, names.written(node, path, theirs), mine, seen)
    elif kind == "move" and node.touched.get(PLACE) in seen:
        mine = [operation.get("parent"), operation.get("place")]
        yield _conflict(node, PLACE, [node.parent, node.place], mine, seen)
    elif kind == "restore" and node.touched.get(DROP) in seen:
        yield _conflict(node, DROP, node.dropped, not node.dropped, seen)
    elif kind == "drop":
        for each in nodes.branch(node):
            for path, number in each.touched.items():
                if number in seen:
                    yield _conflict(each, path, names.written(each, path, each.fields.get(path)), None, seen)


def _conflict(node: Node, path: str, theirs: Any, mine: Any, seen: Seen) -> Conflict:
    number = node.touched[path]
    name, at = seen[number]
    return Conflict(node.id, path, theirs, mine, name, at, number)
