"""Standard blocks of a draft: what belongs to one stays as it is until it is made an ordinary one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from surveys.editing.naming import REFERENCE
from surveys.editing.nodes import Node, Nodes

# What of a block may change: it alters neither what respondents read nor how they answer.
FREE: Final = frozenset({"show_if", "required", "lineage", "messages", "drives", "tree", "locked"})
INSIDE: Final = frozenset({"construct", "dimension", "member", "check"})
# What belongs to a block by where it stands.
TIED: Final = frozenset({"dimension", "member", "check", "row"})


def locks_of(nodes: Nodes) -> Mapping[int, Node]:
    """Give the locked construct of every part that belongs to one: questions and scales that it uses too."""
    found: dict[int, Node] = {}
    for construct in nodes:
        if construct.kind == "construct" and construct.fields.get("locked") and nodes.is_there(construct.id):
            for node in _parts(nodes, construct):
                found.setdefault(node.id, construct)
    return found


def _parts(nodes: Nodes, construct: Node) -> Iterator[Node]:
    for node in nodes.branch(construct):
        yield node
        asked = _referred(nodes, node.fields.get("of"))
        if asked is not None:
            yield asked
            question = asked if asked.kind == "question" else nodes.by_id.get(asked.parent or 0)
            if question is not None:
                yield question
                scale = _referred(nodes, question.fields.get("scale"))
                if scale is not None:
                    yield scale


def _referred(nodes: Nodes, value: Any) -> Node | None:
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return nodes.by_id.get(int(found[1])) if found else None


def holds_field(node: Node, path: str) -> bool:
    """Tell whether a lock holds a field of a part; a text in one more language may be added."""
    name, _sep, language = path.rpartition("/")
    if path.partition("/")[0] in FREE:
        return False
    is_translated = bool(language) and any(each.startswith(f"{name}/") for each in node.fields)
    return path in node.fields or not (name and is_translated)
