"""What uses a part, as sentences: conditions, dimensions, paths; and what takes it out of these."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _

from surveys.document.conditions import choices_of
from surveys.document.wording import language_of
from surveys.editing.naming import REFERENCE, space_of
from surveys.editing.nodes import Node
from surveys.editing.operations import Operation
from surveys.errors import SurveyError
from surveys.logic.binding import bound
from surveys.logic.reading import parse
from surveys.logic.tree import Among, Comparison, Expression, Junction, Not
from surveys.logic.writing import to_text
from web import i18n
from web.author.drafts.room import Desk
from web.author.drafts.wording import field_name, kind_of, name_of
from web.naming import Naming

# Parts that are nothing but a reference go with what they refer to.
REFERRING: Final = frozenset({"member", "check", "perceived", "path", "interaction", "gap"})


class Use(NamedTuple):
    """One field that refers to a part; `before` and `after` say a condition now and once it is taken out."""

    node: int
    path: str
    name: str
    field: str
    before: str
    after: str
    value: Any
    goes: bool


def uses_of(desk: Desk, node: Node) -> list[Use]:
    """Give what outside a part refers to it, or to anything below it."""
    inside = {each.id for each in desk.nodes.branch(node)}
    return [
        use
        for other in desk.nodes.branch(desk.nodes.root)
        if other.id not in inside
        for path, value in other.fields.items()
        if (use := _use(desk, other, path, value, inside)) is not None
    ]


def _use(desk: Desk, node: Node, path: str, value: Any, inside: set[int]) -> Use | None:
    if not (_names(path, inside) or (isinstance(value, str) and _names(value, inside))):
        return None
    name = f"{kind_of(node)} {name_of(desk, node)}"
    label = field_name(desk.names.written_path(node, path))
    goes = node.kind in REFERRING
    if space_of(node.kind, path, node.code) != "condition":
        return Use(node.id, path, name, "" if goes else label, "", "", None, goes)
    rest = _without(value, inside)
    before, after = (_sentence(desk, desk.names.written(node, path, each)) for each in (value, rest))
    return Use(node.id, path, name, label, before, after, rest, goes=False)


def _without(text: str, inside: set[int]) -> str | None:
    """Give a condition without the tests that look at what goes; None where nothing is left of it."""
    try:
        rest = _pruned(parse(text), inside)
    except SurveyError:
        return None
    return to_text(rest) if rest is not None else None


def _pruned(found: Expression, inside: set[int]) -> Expression | None:
    match found:
        case Junction(word=word, parts=parts):
            kept = tuple(rest for part in parts if (rest := _pruned(part, inside)) is not None)
            return Junction(word, kept) if len(kept) > 1 else next(iter(kept), None)
        case Not(part=part):
            rest = _pruned(part, inside)
            return Not(rest) if rest is not None else None
        case Among(options=options) if kept_options := _kept(options, inside):
            found = replace(found, options=kept_options)
        case Comparison(right=tuple() as right) if kept_right := _kept(right, inside):
            found = replace(found, right=kept_right)
    return None if _names(to_text(found), inside) else found


def _kept(listed: tuple[Any, ...], inside: set[int]) -> tuple[Any, ...]:
    return tuple(each for each in listed if not _names(str(each), inside))


def _names(text: str, inside: set[int]) -> bool:
    return any(int(each[1]) in inside for each in REFERENCE.finditer(text))


def _sentence(desk: Desk, text: str | None) -> str:
    if not text:
        return str(_("no condition"))
    document = desk.document
    try:
        expression = parse(text)
    except SurveyError:
        return text
    if document is None:
        return text
    naming = Naming(document, language_of(document, i18n.choose()))
    return naming.sentence(bound(expression, choices_of(document)))


def without(use: Use) -> Iterator[Operation]:
    """Give what takes a part out of what uses it."""
    if use.goes:
        yield {"op": "drop", "id": use.node}
    else:
        yield {"op": "set", "id": use.node, "field": use.path, "value": use.value}
