"""What parts of a draft and changes of them are called on pages."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys import words
from surveys.document.wording import plain_text
from surveys.editing.naming import REFERENCE
from surveys.editing.nodes import Node, Nodes
from surveys.editing.operations import DROP, PLACE, Operation
from web import i18n, labels
from web.author.drafts.room import Desk
from web.naming import shortened

KINDS: Final = {
    "questionnaire": _l("Questionnaire"),
    "scale": _l("Scale"),
    "pipe": _l("Name in texts"),
    "section": _l("Section"),
    "question": _l("Question"),
    "row": _l("Row"),
    "option": _l("Option"),
    "stop": _l("Early end"),
    "quota": _l("Quota"),
    "system": _l("Indicator system"),
    "construct": _l("Construct"),
    "dimension": _l("Dimension"),
    "member": _l("Question of a dimension"),
    "check": _l("Check outside the score"),
    "path": _l("Path"),
    "interaction": _l("Interaction"),
    "gap": _l("Gap"),
    "perceived": _l("Perceived side of a gap"),
    "rule": _l("Rule of quality"),
}
# How far the translation of a text is.
STATES: Final = {
    "missing": _l("missing"),
    "changed": _l("source changed since"),
    "same": _l("same as the source"),
    "done": _l("done"),
}
TEXTS: Final = ("text", "title", "name", "fallback")
# How much of a value a line of the history quotes, in columns.
QUOTED: Final = 80
MOST: Final = 56  # letters of a part in a list


class Told(NamedTuple):
    """One operation in words: what was done, to which part, and for a field what it was and is."""

    doing: str
    node: int
    name: str
    field: str = ""
    was: str = ""
    value: str = ""


class Holder(Protocol):
    """What holds the parts that names are looked for among: a draft, or one side of a comparison."""

    @property
    def nodes(self) -> Nodes:
        """All parts."""


def columns_of(desk: Desk) -> str:
    """Name the columns of a pasted list: the languages of the draft, in order."""
    return str(_(", ")).join(map(i18n.name_of, desk.languages))


def kind_of(node: Node) -> str:
    """Name the kind of a part; a question's by its type."""
    if node.kind == "question":
        return words.find("types", str(node.fields.get("type")), i18n.choose()) or str(KINDS["question"])
    return str(KINDS[node.kind])


def text_of(node: Node) -> str:
    """Give the short text of a part in the page's language, or another that it has; empty without any."""
    for name in TEXTS:
        if found := node.text(name):
            line: str = plain_text(i18n.text(found))
            return shortened(line, MOST)
    return ""


def name_of(desk: Holder, node: Node) -> str:
    """Name a part: by its text, by what it refers to, or by its code."""
    if node.kind in {"member", "check", "perceived"}:
        return referred(desk, node.fields.get("of"))
    if node.kind in {"path", "interaction"}:
        parts = [node.fields.get(each) for each in ("source", "first", "second", "target")]
        return " → ".join(referred(desk, each) for each in parts if each is not None)
    if node.kind == "gap":
        perceived = (each.fields.get("of") for each in desk.nodes.children(node.id, "perceived"))
        ends = [referred(desk, each) for each in (node.fields.get("expected"), *perceived)]
        return " → ".join(filter(None, ends)) or _("without a name")
    if node.kind == "system":
        return str(KINDS["system"])
    if node.kind == "rule" and node.code in labels.RULES:
        return str(labels.RULES[node.code])
    return text_of(node) or node.code or _("without a name")


def referred(desk: Holder, value: Any) -> str:
    """Name what a field refers to."""
    found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
    node = desk.nodes.by_id.get(int(found[1])) if found else None
    if node is None:
        return str(value or "")
    return text_of(node) or node.code


def field_name(path: str) -> str:
    """Name a field by its path: what it is, and for which language or point."""
    name, *rest = path.split("/")
    said = words.find("fields", name, i18n.choose()) or name
    kept = [words.find("field_parts", each, i18n.choose()) or i18n.name_of(each) for each in rest]
    return str(_("%(field)s (%(parts)s)", field=said, parts=_(", ").join(kept))) if kept else said


def shown(value: Any) -> str:
    """Give a field's value as a line shows it."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return shortened(str(value), QUOTED) if value is not None else ""


def told(desk: Desk, operations: list[Operation]) -> Iterator[Told]:
    """Tell what operations did; a field that was set again and again once."""
    last: dict[tuple[int, str], Told] = {}
    for each in operations:
        node = desk.nodes.by_id[each["id"]]
        name = f"{kind_of(node)} {name_of(desk, node)}"
        match each["op"]:
            case "set":
                path = each["field"]
                written = [desk.names.written(node, path, each[side]) for side in ("was", "value")]
                before = last.get((node.id, path))
                was = before.was if before is not None else shown(written[0])
                field = field_name(desk.names.written_path(node, path))
                line = Told("set", node.id, name, field, was, shown(written[1]))
            case "move":
                path, line = PLACE, Told("move", node.id, name)
            case doing:
                path, line = DROP, Told(doing, node.id, name)
        last[node.id, path] = line
    yield from last.values()
