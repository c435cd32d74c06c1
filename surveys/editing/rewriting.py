"""From a draft as it stands to another document, in operations: a file over it, or a version."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from surveys.editing.assembling import CODES, disassembled
from surveys.editing.naming import REFERENCE, SPACES, Names
from surveys.editing.nodes import ROOT, Node, Nodes, below
from surveys.editing.operations import Operation
from surveys.editing.order import between
from surveys.editing.raising import raised

# New nodes are called so in the change; no draft has as many.
NEW: Final = 10**6


def operations_to(nodes: Nodes, document: Mapping[str, Any]) -> list[Operation]:
    """Give what makes a draft the given document, in the second format.

    Parts of one code under one part stay the same part.

    Raises
    ------
    SurveyError
        DOCUMENT_INVALID: something stands where a part must.
    """
    return list(_Rewriting(nodes, disassembled(raised(document).plain)).operations())


class _Rewriting:
    def __init__(self, nodes: Nodes, wanted: Nodes) -> None:
        self.nodes, self.wanted = nodes, wanted
        self.names, self.wanted_names = Names(nodes), Names(wanted)
        self.ids = {ROOT: ROOT}  # what is wanted → what it is in the draft, or will be
        self.dropped: list[Node] = []
        self.moved: dict[int, str] = {}  # a wanted node → its new place
        self._pair(nodes.root, wanted.root)

    def operations(self) -> Iterator[Operation]:
        """First what goes, so that its codes are free, then what is new, and last what names other parts."""
        order = list(self.wanted.branch(self.wanted.root))
        for node in self.dropped:
            yield {"op": "drop", "id": node.id}
        for node in order:
            if self.ids[node.id] >= NEW:
                plain = {path: value for path, value in node.fields.items() if not _names(path, value)}
                yield {
                    "op": "add",
                    "id": self.ids[node.id],
                    "kind": node.kind,
                    "parent": self.ids[node.parent or ROOT],
                    "place": self.moved[node.id],
                    "fields": plain,
                }
        for node in order:
            key = self.ids[node.id]
            if key < NEW and node.id in self.moved:
                there = self.ids[node.parent or ROOT]
                yield {"op": "move", "id": key, "parent": there, "place": self.moved[node.id]}
        for node in order:
            yield from self._fields(node)

    def _fields(self, node: Node) -> Iterator[Operation]:
        key = self.ids[node.id]
        wanted = {self._called(path): self._called(value) for path, value in node.fields.items()}
        if key >= NEW:
            there = {path: value for path, value in wanted.items() if not _names(path, value)}
        else:
            there = self.nodes.by_id[key].fields
        for path in sorted({*there, *wanted}, key=lambda each: (each != "code", each)):
            value = wanted.get(path)
            if there.get(path) != value or type(there.get(path)) is not type(value):
                yield {"op": "set", "id": key, "field": path, "value": value}

    def _called(self, value: Any) -> Any:
        if not isinstance(value, str) or "#n" not in value:
            return value
        return REFERENCE.sub(lambda found: f"#n{self.ids[int(found[1])]}{found[2] or ''}", value)

    def _pair(self, node: Node, wanted: Node) -> None:
        for kind in below(node.kind):
            there = self.nodes.children(node.id, kind)
            left = {id(each): each for each in there}
            by_name: dict[str, list[Node]] = {}
            for each in there:
                by_name.setdefault(self._name(self.names, each), []).append(each)
            children = self.wanted.children(wanted.id, kind)
            found: list[Node | None] = []
            for each in children:
                alike = by_name.get(self._name(self.wanted_names, each), [])
                same = alike.pop(0) if alike else None
                found.append(same)
                if same is not None:
                    left.pop(id(same))
            self.dropped += left.values()
            self._put(children, found)
            for each, same in zip(children, found, strict=True):
                self.ids[each.id] = same.id if same is not None else NEW + each.id
                if same is not None:
                    self._pair(same, each)
                else:
                    self._new_below(each)

    def _new_below(self, node: Node) -> None:
        for child in self.wanted.children(node.id):
            self.ids[child.id] = NEW + child.id
            self.moved[child.id] = child.place
            self._new_below(child)

    def _put(self, children: Sequence[Node], found: Sequence[Node | None]) -> None:
        """Give places to what is new or stands elsewhere; as many as can keep theirs."""
        kept = _rising([each.place if each is not None else None for each in found])
        low = ""
        for number, (child, same) in enumerate(zip(children, found, strict=True)):
            if number in kept and same is not None:
                low = same.place
                continue
            high = next((each.place for n, each in enumerate(found) if n > number and n in kept and each), "")
            low = between(low, high)
            self.moved[child.id] = low

    @staticmethod
    def _name(names: Names, node: Node) -> str:
        """What tells a part from its siblings: its code, or what it refers to."""
        if node.kind in SPACES or node.code:
            when = names.written(node, "when", node.fields.get("when", "")) if node.kind == "rule" else ""
            return f"{node.code} {when}"
        paths = CODES.get(node.kind, ("of", "tier"))
        return " ".join(str(names.written(node, path, node.fields.get(path, ""))) for path in paths)


def _names(path: str, value: Any) -> bool:
    return "#n" in path or (isinstance(value, str) and "#n" in value)


def _rising(places: Sequence[str | None]) -> frozenset[int]:
    """Give where a longest rising run of places stands; None takes no part."""
    ends: list[str] = []
    at: list[int] = []
    before: dict[int, int | None] = {}
    for number, place in enumerate(places):
        if place is None:
            continue
        here = bisect_left(ends, place)
        before[number] = at[here - 1] if here else None
        ends[here : here + 1], at[here : here + 1] = [place], [number]
    found: set[int] = set()
    last: int | None = at[-1] if at else None
    while last is not None:
        found.add(last)
        last = before[last]
    return frozenset(found)
