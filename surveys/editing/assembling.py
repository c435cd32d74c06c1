"""The document of a draft's nodes, and the nodes of a document."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from surveys.editing.naming import PATHS, Names
from surveys.editing.nodes import KINDS, ROOT, Node, Nodes, below, flat, nested
from surveys.editing.order import spread
from surveys.errors import Because, Problem, Reason, SurveyError

# The code of quality rules of which there are several, each a condition of its own.
CONTRADICTION: Final = "contradiction"
CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "path": ("source", "target"),
    "interaction": ("first", "second", "target"),
}


def assembled(nodes: Nodes, names: Names | None = None) -> dict[str, Any]:
    """Give the document as plain values, whatever is missing in it."""
    plain: dict[str, Any] = _plain(nodes, names or Names(nodes), nodes.root)
    return plain


def _plain(nodes: Nodes, names: Names, node: Node) -> Any:
    fields = {
        (names.written_path(node, path) if node.kind in PATHS else path): names.written(node, path, value)
        for path, value in node.fields.items()
    }
    shape = KINDS[node.kind].shape
    if shape == "of":
        return fields.get("of")
    if shape == "codes":
        return [fields.get(name) for name in CODES[node.kind]]
    found = nested(fields)
    if shape == "map":
        found.pop("code", None)
    elif node.kind in {"construct", "dimension"} and "code" in found:
        found = {"id": found.pop("code")} | found
    for kind in below(node.kind):
        children = nodes.children(node.id, kind)
        if children:
            found[KINDS[kind].key] = _together(nodes, names, kind, children)
    return found


def _together(nodes: Nodes, names: Names, kind: str, children: list[Node]) -> Any:
    plain = [_plain(nodes, names, child) for child in children]
    match KINDS[kind].shape:
        case "one":
            return plain[0]
        case "map":
            return {child.code or f"#n{child.id}": each for child, each in zip(children, plain, strict=True)}
        case "rules":
            rules: dict[str, Any] = {}
            for each in plain:
                if each.get("code") == CONTRADICTION and "when" in each:
                    rules.setdefault(CONTRADICTION, []).append(each["when"])
                else:
                    rules[str(each.get("code", ""))] = each.get("value")
            return rules
    return plain


def disassembled(document: Mapping[str, Any]) -> Nodes:
    """Give the nodes of a document, whose parts are what their kinds are, half-finished or not.

    Raises
    ------
    SurveyError
        DOCUMENT_INVALID: something stands where a part must, and where.
    """
    found: list[Node] = []
    _take("questionnaire", document, None, "", found)
    nodes = Nodes(found)
    names = Names(nodes)
    # Options are found by the ids of their questions, so what names questions goes first.
    for first in (True, False):
        for node in nodes:
            node.fields = {
                _path(names, node, path, first): names.stored(node, path, value)
                if first == (path != "for")
                else value
                for path, value in node.fields.items()
            }
    return nodes


def _path(names: Names, node: Node, path: str, first: bool) -> str:
    return path if first else names.stored_path(node, path)


def _take(kind: str, plain: Any, parent: int | None, place: str, found: list[Node]) -> None:
    node = Node(len(found) + ROOT, kind, parent, place, {})
    found.append(node)
    shape = KINDS[kind].shape
    if shape == "of":
        node.fields = {"of": plain}
        return
    if shape == "codes":
        node.fields = dict(zip(CODES[kind], plain, strict=True)) if _is_list(plain) else _wrong(kind)
        return
    if not isinstance(plain, Mapping):
        _wrong(kind)
    parts = {name: KINDS[name].key for name in below(kind)}
    own = {name: value for name, value in plain.items() if name not in parts.values()}
    if kind in {"construct", "dimension"} and "id" in own:
        own["code"] = own.pop("id")
    node.fields = flat(own)
    for name, key in parts.items():
        if key in plain:
            children = list(_parts(name, plain[key]))
            for child, there in zip(children, spread("", "", len(children)), strict=True):
                _take(name, child, node.id, there, found)


def _parts(kind: str, plain: Any) -> Iterator[Any]:
    shape = KINDS[kind].shape
    if shape == "one":
        if plain is not None:
            yield plain
    elif shape == "map":
        for code, each in (plain if isinstance(plain, Mapping) else _wrong(kind)).items():
            yield {"code": code, **(each if isinstance(each, Mapping) else _wrong(kind))}
    elif shape == "rules":
        for code, value in (plain if isinstance(plain, Mapping) else _wrong(kind)).items():
            if code == CONTRADICTION and _is_list(value) and value:
                yield from ({"code": code, "when": each} for each in value)
            else:
                yield {"code": code, "value": value}
    else:
        yield from plain if _is_list(plain) else _wrong(kind)


def _is_list(plain: Any) -> bool:
    return isinstance(plain, list | tuple)


def _wrong(kind: str) -> Any:
    raise SurveyError(Problem.DOCUMENT_INVALID, place=KINDS[kind].key, reason=Because(Reason.TOP))
