"""What differs between two documents, part by part: versions of a questionnaire, or one and its draft."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple

from surveys.editing.assembling import CODES, disassembled
from surveys.editing.naming import Names
from surveys.editing.nodes import ROOT, Node, Nodes, below
from surveys.editing.raising import raised

Doing = Literal["add", "drop", "move", "order", "set"]
# Parts that keep their code wherever they stand; the others are known among their siblings.
ROAMING: Final = frozenset({"section", "question", "row", "scale", "pipe", "quota", "construct", "dimension"})
Key = tuple[object, ...]


class Side:
    """One of two documents: its parts, and what tells each of them from all others."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        # Of the first format too: what is only written otherwise is no difference.
        self._nodes = disassembled(raised(document).plain)
        self.names = Names(self.nodes)
        self.keys: dict[int, Key] = {}
        self.by_key: dict[Key, Node] = {}
        for node in self.nodes.branch(self.nodes.root):
            key, number = self._key(node), 0
            while (*key, number) in self.by_key:
                number += 1
            self.keys[node.id] = (*key, number)
            self.by_key[*key, number] = node

    @property
    def nodes(self) -> Nodes:
        """All its parts."""
        return self._nodes

    def fields(self, node: Node) -> dict[str, Any]:
        """Give the fields of a part as documents write them."""
        return {
            self.names.written_path(node, path): self.names.written(node, path, value)
            for path, value in node.fields.items()
        }

    def _key(self, node: Node) -> Key:
        above = self.keys.get(node.parent or 0, ())
        if node.kind == "member":
            return node.kind, self.names.written(node, "of", node.fields.get("of"))
        if node.kind in CODES:
            return node.kind, *(
                self.names.written(node, each, node.fields.get(each)) for each in CODES[node.kind]
            )
        if node.kind == "gap":
            return node.kind, self.names.written(node, "expected", node.fields.get("expected"))
        if node.kind == "rule":
            return node.kind, node.code, self.names.written(node, "when", node.fields.get("when"))
        if node.kind in ROAMING:
            return node.kind, node.code
        return node.kind, above, node.code or self.names.written(node, "of", node.fields.get("of"))


class Difference(NamedTuple):
    """One difference: at a part of the newer document, of what was removed at one of the older.

    `add` and `drop` stand for all that is below; `order` says that parts of `path` (their kind) stand in
    another order below it.
    """

    doing: Doing
    node: Node
    path: str = ""
    was: Any = None
    now: Any = None


def differences(older: Side, newer: Side) -> Iterator[Difference]:
    """Give what differs, in the newer document's order, last what was removed."""
    for node in newer.nodes.branch(newer.nodes.root):
        before = older.by_key.get(newer.keys[node.id])
        if before is None:
            if node.id == ROOT or newer.keys[node.parent or ROOT] in older.by_key:
                yield Difference("add", node)
            continue
        if node.parent is not None and older.keys[before.parent or ROOT] != newer.keys[node.parent]:
            yield Difference("move", node)
        yield from _set(older, newer, before, node)
        yield from _ordered(older, newer, before, node)
    for node in older.nodes.branch(older.nodes.root):
        gone = older.keys[node.id] not in newer.by_key
        if gone and (node.parent is None or older.keys[node.parent] in newer.by_key):
            yield Difference("drop", node)


def _set(older: Side, newer: Side, before: Node, node: Node) -> Iterator[Difference]:
    was, now = older.fields(before), newer.fields(node)
    for path in (*now, *(path for path in was if path not in now)):
        one, two = was.get(path), now.get(path)
        if (one != two or type(one) is not type(two)) and path != "format":
            yield Difference("set", node, path, one, two)


def _ordered(older: Side, newer: Side, before: Node, node: Node) -> Iterator[Difference]:
    for kind in below(node.kind):
        places = {older.keys[each.id]: at for at, each in enumerate(older.nodes.children(before.id, kind))}
        kept = [places.get(newer.keys[each.id]) for each in newer.nodes.children(node.id, kind)]
        stayed = [at for at in kept if at is not None]
        if stayed != sorted(stayed):
            yield Difference("order", node, kind)
