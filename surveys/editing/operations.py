"""The five operations on nodes: what each may be, what it touches, how it is done and taken back."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from surveys.document.loading import storable
from surveys.editing.locking import INSIDE, TIED, holds_field, locks_of
from surveys.editing.naming import Names, space_of
from surveys.editing.nodes import KINDS, ROOT, Node, Nodes, fields_of
from surveys.editing.order import between
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.reading import LONGEST, parse

# {"op": "add", "id", "kind", "parent", "place", "fields"}; {"op": "set", "id", "field", "value", "was"};
# {"op": "move", "id", "parent", "place", "was": [parent, place]}; {"op": "drop" | "restore", "id"}.
Operation = dict[str, Any]

LONGEST_TEXT: Final = 20_000
LARGEST: Final = 4_000_000
MOST_NODES: Final = 5_000
PLACE: Final = "@place"
DROP: Final = "@drop"
PATH: Final = re.compile(r"[a-z_]{1,32}(/[A-Za-z0-9_#-]{1,64}){0,3}")


def touched_by(operation: Operation) -> tuple[int, str]:
    """Give the node and the path that an operation touches."""
    paths = {"set": operation.get("field", ""), "move": PLACE}
    return operation["id"], paths.get(operation["op"], DROP)


def inverse(operation: Operation) -> Operation:
    """Give what takes an operation back."""
    match operation["op"]:
        case "set":
            return operation | {"value": operation["was"], "was": operation["value"]}
        case "move":
            parent, place = operation["was"]
            was = [operation["parent"], operation["place"]]
            return operation | {"parent": parent, "place": place, "was": was}
        case "drop":
            return {"op": "restore", "id": operation["id"]}
    return {"op": "drop", "id": operation["id"]}


class Applying:
    """Does the operations of one change, numbered `number`; each done one is kept with what was there.

    What belongs to a standard block is refused, but to a change that `unlocks`.
    """

    def __init__(self, nodes: Nodes, number: int, *, unlocks: bool = False) -> None:
        self._locks = {} if unlocks else locks_of(nodes)  # what this change adds is not locked yet
        self.nodes, self.number = nodes, number
        self._names: Names | None = None
        self.done: list[Operation] = []
        self.changed: dict[int, Node] = {}
        self.given: dict[int, int] = {}  # a new node's id in the change → the id it got

    def do(self, operation: Operation) -> None:
        """Do one; what changes nothing is left out.

        Raises
        ------
        SurveyError
            DRAFT_OPERATION: it is none, or cannot be done here.
        """
        match operation.get("op"):
            case "add":
                self._add(operation)
            case "set":
                self._set(self._node(operation), operation)
            case "move":
                self._move(self._node(operation), operation)
            case "drop":
                self._drop(self._node(operation), dropped=True)
            case "restore":
                self._drop(self._node(operation), dropped=False)
            case _:
                raise refusal(Reason.OPERATION_KIND)

    @property
    def names(self) -> Names:
        """The codes as they are now."""
        self._names = self._names or Names(self.nodes)
        return self._names

    def _node(self, operation: Operation) -> Node:
        node_id = operation.get("id")
        node = self.nodes.by_id.get(self.given.get(node_id, node_id)) if isinstance(node_id, int) else None
        if node is None:
            raise refusal(Reason.OPERATION_NODE)
        return node

    def _touch(self, node: Node, path: str, operation: Operation) -> None:
        node.touched[path] = self.number
        self.changed[node.id] = node
        if path in {DROP, "code"}:
            self._names = None
        self.done.append(operation)

    def _parent(self, operation: Operation, kind: str) -> int:
        wanted = operation.get("parent")
        wanted = self.given.get(wanted, wanted) if isinstance(wanted, int) else None
        parent = self.nodes.by_id.get(wanted) if wanted is not None else None
        if parent is None or parent.kind != KINDS[kind].parent:
            raise refusal(Reason.OPERATION_PARENT)
        return parent.id

    def _place(self, parent: int, kind: str, wanted: object, without: int | None = None) -> str:
        """Give the wanted place, or one behind it where another node stands there already."""
        if not isinstance(wanted, str) or not re.fullmatch(r"[0-9A-Za-z]{1,200}", wanted):
            raise refusal(Reason.OPERATION_PLACE)
        taken = sorted(
            node.place
            for node in self.nodes
            if node.parent == parent and node.kind == kind and node.id != without
        )
        if wanted not in taken:
            return wanted
        return between(wanted, next((place for place in taken if place > wanted), ""))

    def _add(self, operation: Operation) -> None:
        kind = operation.get("kind")
        if not isinstance(kind, str) or kind not in KINDS or not KINDS[kind].parent:
            raise refusal(Reason.OPERATION_KIND)
        if len(self.nodes) >= MOST_NODES:
            raise refusal(Reason.OPERATION_NODES, limit=MOST_NODES)
        parent = self._parent(operation, kind)
        if kind in INSIDE and kind != "construct":
            self._require_free(self.nodes.by_id[parent])
        fields = operation.get("fields", {})
        if not isinstance(fields, Mapping):
            raise refusal(Reason.OPERATION_FIELD, field="fields")
        node = Node(len(self.nodes) + ROOT, kind, parent, "", {})
        node.place = self._place(parent, kind, operation.get("place"))
        self.nodes.by_id[node.id] = node
        self.nodes.rearranged()
        if isinstance(operation.get("id"), int):
            self.given[operation["id"]] = node.id
        node.fields = {"code": fields["code"]} if "code" in fields else {}
        for path, value in sorted(fields.items(), key=lambda each: ("/" in each[0], each[0])):
            self._check(node, path, value)
            kept, stored = self._kept(node, path, value)
            node.fields[kept] = stored
        done = {"op": "add", "id": node.id, "kind": kind, "parent": parent, "place": node.place}
        self._touch(node, DROP, done | {"fields": dict(node.fields)})

    def _kept(self, node: Node, path: str, value: Any) -> tuple[str, Any]:
        """Give path and value as they are kept: references by ids, also of what the same change adds."""
        if not isinstance(value, str | int) or not space_of(node.kind, path, node.code):
            return path, value
        if self.given:
            path = self._with_given(path)
            value = self._with_given(value) if isinstance(value, str) else value
        return self.names.stored_path(node, path), self.names.stored(node, path, value)

    def _with_given(self, text: str) -> str:
        return re.sub(r"#n([0-9]{1,9})", lambda found: f"#n{self.given.get(int(found[1]), found[1])}", text)

    def _set(self, node: Node, operation: Operation) -> None:
        path, value = operation.get("field"), operation.get("value")
        if not isinstance(path, str):
            raise refusal(Reason.OPERATION_FIELD, field="")
        self._check(node, path, value)
        path, value = self._kept(node, path, value)
        was = node.fields.get(path)
        if was == value and type(was) is type(value):
            return
        if holds_field(node, path) or (path == "locked" and not value):
            self._require_free(node)
        if node.id == ROOT and path == "code":  # the questionnaire is found by it
            raise refusal(Reason.OPERATION_FIELD, field=path)
        if value is None:
            del node.fields[path]
        else:
            node.fields[path] = value
        self._touch(node, path, {"op": "set", "id": node.id, "field": path, "value": value, "was": was})

    def _move(self, node: Node, operation: Operation) -> None:
        parent = self._parent(operation, node.kind)
        place = self._place(parent, node.kind, operation.get("place"), node.id)
        if (parent, place) == (node.parent, node.place):
            return
        if parent != node.parent and node.kind in TIED:
            self._require_free(node)
        was = [node.parent, node.place]
        node.parent, node.place = parent, place
        self.nodes.rearranged()
        done = {"op": "move", "id": node.id, "parent": parent, "place": place, "was": was}
        self._touch(node, PLACE, done)

    def _drop(self, node: Node, *, dropped: bool) -> None:
        if node.id == ROOT:
            raise refusal(Reason.OPERATION_ROOT)
        if node.dropped == dropped:
            return
        for each in self.nodes.branch(node) if dropped and self._locks else ():
            self._require_free(each)
        node.dropped = dropped
        self.nodes.rearranged()
        self._touch(node, DROP, {"op": "drop" if dropped else "restore", "id": node.id})

    def _require_free(self, node: Node) -> None:
        if node.id in self._locks:
            raise refusal(Reason.OPERATION_LOCKED, code=self._locks[node.id].code)

    def _check(self, node: Node, path: str, value: Any) -> None:
        """Refuse what no half-finished questionnaire needs."""
        name = path.partition("/")[0]
        if value is None and path in node.fields:
            return  # what has no business here may go
        if not PATH.fullmatch(path) or name not in fields_of(node.kind):
            raise refusal(Reason.OPERATION_FIELD, field=path[:40])
        if isinstance(value, float) and not math.isfinite(value):
            raise refusal(Reason.OPERATION_VALUE, field=path)
        if not isinstance(value, str | int | float | None) and value not in ([], {}):
            raise refusal(Reason.OPERATION_VALUE, field=path)
        if not storable(value) or not storable(path):
            raise refusal(Reason.SIGN)
        if isinstance(value, str) and space_of(node.kind, path, node.code) == "condition":
            _check_condition(value)
        elif isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise refusal(Reason.OPERATION_LONG, field=path, limit=LONGEST_TEXT)


def _check_condition(text: str) -> None:
    if len(text) > LONGEST:
        raise refusal(Reason.CONDITION_LONG, limit=LONGEST)
    try:
        parse(text)
    except SurveyError as error:
        reason = error.context.get("reason")
        if isinstance(reason, Because) and reason.reason is Reason.CONDITION_DEEP:
            raise


def check_size(nodes: Nodes) -> None:
    """Refuse a draft that has grown beyond what a file may be."""
    size = sum(len(json.dumps(node.fields, ensure_ascii=False).encode()) for node in nodes)
    if size > LARGEST:
        raise refusal(Reason.DOCUMENT_LONG, limit=LARGEST)


def refusal(reason: Reason, /, **context: object) -> SurveyError:
    """Make a refusal of an operation."""
    return SurveyError(Problem.DRAFT_OPERATION, reason=Because(reason, **context))


def replayed(nodes: Nodes, operations: Iterator[Operation] | list[Operation]) -> Nodes:
    """Do operations as they were done and written down."""
    for each in operations:
        match each["op"]:
            case "add":
                node = Node(each["id"], each["kind"], each["parent"], each["place"], dict(each["fields"]))
                nodes.by_id[node.id] = node
            case "set":
                fields = nodes.by_id[each["id"]].fields
                fields.pop(each["field"], None)
                if each["value"] is not None:
                    fields[each["field"]] = each["value"]
            case "move":
                node = nodes.by_id[each["id"]]
                node.parent, node.place = each["parent"], each["place"]
            case _:
                nodes.by_id[each["id"]].dropped = each["op"] == "drop"
    nodes.rearranged()
    return nodes
