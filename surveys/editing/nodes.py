"""A draft as nodes: each part has an id that never changes, a kind, a parent, a place there, and fields."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import BaseModel

from surveys.document.indicators import ConstructNode, DimensionNode, Gap, IndicatorSystem
from surveys.document.questionnaire import Pipe, Questionnaire, Quota, Section, Stop
from surveys.questions import TYPES
from surveys.questions.base import Question
from surveys.questions.parts import Option, Row, Scale

# A list of parts, parts by their code, one part, references alone, or codes beside each other.
Shape = Literal["list", "map", "one", "of", "codes", "rules"]


class Kind(NamedTuple):
    """Where nodes of a kind stand: below which kind, under which key of the document, and in which shape."""

    parent: str
    key: str
    shape: Shape
    model: type[BaseModel] | None = None
    fields: tuple[str, ...] = ()


KINDS: Final[Mapping[str, Kind]] = {
    "questionnaire": Kind("", "", "one", Questionnaire),
    "scale": Kind("questionnaire", "scales", "map", Scale, ("code",)),
    "pipe": Kind("questionnaire", "pipes", "map", Pipe, ("code",)),
    "section": Kind("questionnaire", "sections", "list", Section),
    "question": Kind("section", "questions", "list"),
    "row": Kind("question", "rows", "list", Row),
    "option": Kind("question", "options", "list", Option),
    "stop": Kind("section", "stops", "list", Stop),
    "quota": Kind("questionnaire", "quotas", "list", Quota),
    "system": Kind("questionnaire", "indicators", "one", IndicatorSystem),
    "construct": Kind("system", "constructs", "list", ConstructNode, ("code",)),
    "dimension": Kind("construct", "dimensions", "list", DimensionNode, ("code",)),
    "member": Kind("dimension", "indicators", "of", None, ("of",)),
    "check": Kind("construct", "checks", "of", None, ("of",)),
    "path": Kind("system", "paths", "codes", None, ("source", "target")),
    "interaction": Kind("system", "interactions", "codes", None, ("first", "second", "target")),
    "gap": Kind("system", "gaps", "list", Gap),
    "perceived": Kind("gap", "perceived", "of", None, ("of",)),
    "rule": Kind("questionnaire", "quality", "rules", None, ("code", "when", "value")),
}
# Lists of codes in which two people may each add one: kept as code → its place.
KEYED: Final = frozenset({"languages", "not_for", "groups", "constructs"})
ROOT: Final = 1


@cache
def below(kind: str) -> tuple[str, ...]:
    """Give the kinds that stand below a kind, in the document's order."""
    return tuple(name for name, each in KINDS.items() if each.parent == kind)


def models_of(kind: str) -> frozenset[type[BaseModel]]:
    """Give the classes that parts of a kind may have: some types of questions have their own."""
    if kind == "question":
        return frozenset(TYPES.values())
    key = KINDS[kind].key
    own = {_listed_in(each, key) for each in TYPES.values()} if KINDS[kind].parent == "question" else set()
    return frozenset({KINDS[kind].model, *own} - {None})  # type: ignore[arg-type]


def model_of(nodes: "Nodes", node: "Node") -> type[BaseModel] | None:
    """Give the class of a part as it stands: a question's by its type, an option's by its question's."""
    if node.kind == "question":
        return TYPES.get(str(node.fields.get("type")), Question)
    parent = nodes.by_id.get(node.parent or 0)
    if parent is not None and parent.kind == "question":
        holder = TYPES.get(str(parent.fields.get("type")), Question)
        return _listed_in(holder, KINDS[node.kind].key) or KINDS[node.kind].model
    return KINDS[node.kind].model


def _listed_in(holder: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Give the class of the parts that a class lists under a key; None where it lists none."""
    info = holder.model_fields.get(key)
    listed = get_args(info.annotation)[:1] if info is not None else ()
    return listed[0] if listed and isinstance(listed[0], type) and issubclass(listed[0], BaseModel) else None


def fields_in(model: type[BaseModel]) -> Iterator[str]:
    """Give the names of a class's fields as documents write them."""
    yield from (info.alias or name for name, info in model.model_fields.items())


def fields_of(kind: str) -> frozenset[str]:
    """Give the names of all fields that a node of a kind may have."""
    named = {name for model in models_of(kind) for name in fields_in(model)}
    inside = {KINDS[name].key for name in below(kind)}
    renamed = {"id"} if kind in {"construct", "dimension"} else set()
    return frozenset((named | set(KINDS[kind].fields)) - inside - renamed)


@dataclass
class Node:
    """One part. `fields` go by path: `text/zh`, `labels/1/zh`; `touched` gives the last change by path."""

    id: int
    kind: str
    parent: int | None
    place: str
    fields: dict[str, Any]
    dropped: bool = False
    touched: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """What people call it."""
        return str(self.fields.get("code", ""))

    def text(self, name: str) -> dict[str, str]:
        """Give a text by language."""
        head = f"{name}/"
        return {path[len(head) :]: str(value) for path, value in self.fields.items() if path.startswith(head)}


class Nodes:
    """All nodes of a draft, with what stands below each in its order."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.by_id = {node.id: node for node in nodes}
        self._below: dict[int, list[Node]] | None = None

    def __iter__(self) -> Iterator[Node]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    @property
    def root(self) -> Node:
        """The questionnaire itself."""
        return self.by_id[ROOT]

    def rearranged(self) -> None:
        """Forget who stands where: a node was added, moved, dropped or restored."""
        self._below = None

    def children(self, parent: int, kind: str | None = None) -> list[Node]:
        """Give what stands below a node, in order, without what was dropped."""
        if self._below is None:
            self._below = {}
            for node in self.by_id.values():
                if node.parent is not None and not node.dropped:
                    self._below.setdefault(node.parent, []).append(node)
            for found in self._below.values():
                found.sort(key=lambda each: (each.place, each.id))
        found = self._below.get(parent, [])
        return [node for node in found if node.kind == kind] if kind else found

    def chain(self, node: Node) -> Iterator[Node]:
        """Give a node and everything above it, upwards."""
        here: Node | None = node
        while here is not None:
            yield here
            here = self.by_id.get(here.parent) if here.parent is not None else None

    def is_there(self, node_id: int) -> bool:
        """Tell whether a node stands in the document: neither it nor anything above it was dropped."""
        node = self.by_id.get(node_id)
        return node is not None and not any(each.dropped for each in self.chain(node))

    def branch(self, node: Node) -> Iterator[Node]:
        """Give a node and everything below it, in the document's order."""
        yield node
        for child in self.children(node.id):
            yield from self.branch(child)

    def siblings(self, node: Node) -> list[Node]:
        """Give the nodes of one kind and parent, in order."""
        return self.children(node.parent, node.kind) if node.parent is not None else [node]


def flat(plain: Mapping[str, Any], head: str = "") -> dict[str, Any]:
    """Give nested values by path; what has a sign of paths in its name stays whole."""
    found: dict[str, Any] = {}
    for name, value in plain.items():
        path = f"{head}{name}"
        if name in KEYED and isinstance(value, list) and _simple(value):
            found |= {f"{path}/{each}": number for number, each in enumerate(value)}
            if not value:
                found[path] = []
        elif name == "anchors" and isinstance(value, list):
            found |= flat({str(number): each for number, each in enumerate(value)}, f"{path}/")
        elif isinstance(value, Mapping) and not any("/" in str(key) for key in value):
            found |= flat(value, f"{path}/") or {path: {}}
        else:
            found[path] = value
    return found


def _simple(values: list[Any]) -> bool:
    texts = all(isinstance(each, str) and each and "/" not in each for each in values)
    return texts and len(set(values)) == len(values)


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give values by path as they stand in a document."""
    found: dict[str, Any] = {}
    for path in sorted(fields):
        *way, last = path.split("/")
        here = found
        for step in way:
            if here.get(step) in (None, []):
                here[step] = {}
            here = here[step]
            if not isinstance(here, dict):
                break
        else:
            here[last] = _copied(fields[path])
    return _listed(found)


def _copied(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def _listed(plain: dict[str, Any]) -> dict[str, Any]:
    for name, value in plain.items():
        if isinstance(value, dict):
            if name in KEYED:
                plain[name] = sorted(value, key=lambda each, of=value: (of[each], each))  # type: ignore[misc]
            elif name == "anchors":
                plain[name] = [value.get("0", {}), value.get("1", {})]
            else:
                _listed(value)
        elif name in KEYED and value == []:
            plain[name] = []
    return plain
