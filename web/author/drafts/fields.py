"""The form of a part, made from the class that it has in a document: no type of question needs code here."""

import re
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from flask_babel import gettext as _
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from surveys import words
from surveys.document.conditions import ACCOUNT
from surveys.editing.naming import space_of
from surveys.editing.nodes import KEYED, KINDS, Node, below, fields_of, model_of
from surveys.findings.quality import FLAGS, RULES
from surveys.questions import TYPES
from web import i18n, labels, readers
from web.author.drafts.origins import KEPT
from web.author.drafts.room import Desk
from web.author.drafts.wording import field_name, name_of, text_of

# A text for each point is offered for scales of so many points; on longer ones for what has one already.
MOST_POINTS: Final = 11
POINT: Final = re.compile(r"-?[0-9]{1,9}")
# Texts of several lines.
LONG: Final = frozenset({"text", "hint", "intro", "thanks", "without"})
# What is asked for first, and what only a few need and a page folds away.
FOLDED: Final = frozenset({"messages", "labels", "anchors", "cuts", "roles"})
# What is not changed in a draft: a questionnaire is found by its code.
FIXED: Final = frozenset({("questionnaire", "code"), ("questionnaire", "format"), ("construct", "locked")})
Control = Literal["line", "area", "check", "list", "number", "condition"]


class Choice(NamedTuple):
    """One entry of a list: what is sent, what is read, and what is kept where that is no text."""

    sent: str
    text: str
    value: Any = None


class Field(NamedTuple):
    """One field: where it is kept, what it is called, how it is entered, and what nothing means."""

    path: str
    label: str
    control: Control
    choices: tuple[Choice, ...] = ()
    usual: Any = None
    language: str = ""

    @property
    def name(self) -> str:
        """The first part of its path: fields of one name stand together."""
        return self.path.partition("/")[0]

    @property
    def is_folded(self) -> bool:
        """Whether a page folds it away."""
        return self.name in FOLDED

    def read(self, value: Any) -> str:
        """Say a value as it is read where it cannot be entered."""
        if self.control == "check":
            return str(_("yes") if value else _("no"))
        return next((each.text for each in self.choices if each.sent == value), str(value))

    @property
    def id(self) -> str:
        """Its id on the page."""
        return "f-" + self.path.replace("/", "-").replace("#", "")


def fields_of_node(desk: Desk, node: Node) -> tuple[Field, ...]:
    """Give every field that a part has, and those that it holds without having them."""
    found = {each.path: each for each in _Form(desk, node).fields()}
    names = {each.name for each in found.values()}
    for path in node.fields:
        written = desk.names.written_path(node, path)
        if written not in found and not (is_fixed(node.kind, written) or _is_list_of(names, written)):
            found[written] = Field(written, field_name(written), "line")
    return tuple(found.values())


def is_fixed(kind: str, path: str) -> bool:
    """Tell whether a field is not for entering."""
    return (kind, path) in FIXED or path.partition("/")[0] == KEPT


def _is_list_of(names: set[str], path: str) -> bool:
    return path in KEYED and path in names


class _Form:
    def __init__(self, desk: Desk, node: Node) -> None:
        self.desk, self.node = desk, node

    def fields(self) -> Iterator[Field]:
        model = model_of(self.desk.nodes, self.node)
        kind = self.node.kind
        inside = {KINDS[name].key for name in below(kind)}
        if kind == "rule":
            yield from self._rule()
            return
        offered = fields_of(kind)
        declared = list(model.model_fields.items()) if model is not None else []
        named = {info.alias or name for name, info in declared}
        for name in KINDS[kind].fields:
            if name not in named:
                yield from self._field(name, str, "")
        for name, info in declared:
            path = info.alias or name
            if path in inside or path not in offered or is_fixed(kind, path):
                continue
            usual = None if info.default is PydanticUndefined else info.default
            yield from self._field(path, info.annotation, usual)

    def _field(self, path: str, annotation: Any, usual: Any) -> Iterator[Field]:
        annotation, options = _plain(annotation)
        name = path.partition("/")[0]
        space = space_of(self.node.kind, path, self.node.code)
        label = field_name(path)
        if path == "type" and self.node.kind == "question":
            yield Field(path, label, "list", types())
        elif space == "condition":
            yield Field(path, label, "condition")
        elif space and space != "piped":
            yield Field(path, label, "list", tuple(self._named(space, path)))
        elif path == "account":
            yield Field(path, label, "list", (Choice("", "–"), *_accounts()))
        elif path in KEYED:
            yield from self._keyed(path, options, usual or ())
        elif annotation is dict and name == "labels":
            for point in self._points(path):
                yield from self._text(f"{path}/{point}")
        elif annotation is dict and name == "messages":
            for key in get_args(options[0]) if options else ():
                yield from self._text(f"{path}/{key}")
        elif annotation is dict:
            yield from self._text(path)
        elif annotation is tuple and name == "anchors":
            for end in (0, 1):
                yield from self._text(f"{path}/{end}")
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for each, info in annotation.model_fields.items():
                default = None if info.default is PydanticUndefined else info.default
                yield from self._field(f"{path}/{each}", info.annotation, default)
        elif annotation is Literal:
            yield Field(path, label, "list", tuple(_choices(options, usual)), usual)
        elif annotation is bool:
            yield Field(path, label, "check", usual=usual)
        elif annotation in {int, float}:
            yield Field(path, label, "number", usual=usual)
        else:
            yield Field(path, label, "line", usual=usual)

    def _text(self, path: str) -> Iterator[Field]:
        there = [each for each in self.node.text(path) if each not in self.desk.languages]
        for language in (*self.desk.languages, *there):
            control: Control = "area" if path in LONG else "line"
            label = f"{field_name(path)} · {i18n.name_of(language)}"
            yield Field(f"{path}/{language}", label, control, language=i18n.tag(language))

    def _points(self, path: str) -> Sequence[str]:
        fields = self.node.fields
        scale: Any = None
        if self.node.kind == "question":
            code = self.desk.names.written(self.node, "scale", fields.get("scale"))
            known = self.desk.nodes.children(self.desk.nodes.root.id, "scale")
            scale = next((each for each in known if each.code == code), None)
        ends = scale.fields if scale is not None else fields
        low, high = ends.get("low", 1), ends.get("high", 10)
        there = {each.split("/")[1] for each in fields if each.startswith(f"{path}/") and each.count("/") > 1}
        whole = isinstance(low, int) and isinstance(high, int)
        if whole and 0 < high - low < MOST_POINTS:
            there |= {str(point) for point in range(low, high + 1)}
        return sorted(there, key=lambda each: int(each) if POINT.fullmatch(each) else 0)

    def _keyed(self, path: str, options: Sequence[Any], usual: Sequence[str]) -> Iterator[Field]:
        there = [each.partition("/")[2] for each in self.node.fields if each.startswith(f"{path}/")]
        known: dict[str, str] = {}
        if path == "languages":
            known = dict(i18n.names())
        elif path == "not_for":
            question = str(self.node.fields.get("question", ""))
            known = {each.sent: each.text for each in self._options_of(question)}
            paths = [self.desk.names.written_path(self.node, f"{path}/{each}") for each in there]
            there = [each.partition("/")[2] for each in paths]
        else:
            for each in get_args(options[0]) if options else ():
                known[each] = str(labels.GROUPS.get(each, each))
        for each in dict.fromkeys([*known, *there]):
            label = _("%(field)s: %(choice)s", field=field_name(path), choice=known.get(each, each))
            yield Field(f"{path}/{each}", label, "check", usual=not there and each in usual)

    def _named(self, space: str, path: str) -> Iterator[Choice]:
        """Offer what a field may refer to, and what it says now where that is none of these."""
        now = self.desk.names.written(self.node, path, self.node.fields.get(path))
        found = list(self._offered(space))
        yield Choice("", "–")
        if now and now not in {each.sent for each in found}:
            yield Choice(str(now), _("%(code)s: not known", code=now))
        yield from found

    def _offered(self, space: str) -> Iterator[Choice]:
        if space == "from":
            holder = self.desk.nodes.by_id[self.node.parent or 0]
            source = holder.fields.get("rows_from/question") or holder.fields.get("options_from/question")
            yield from self._options_of(str(source or ""))
            return
        kinds = {"answer": ("question", "row"), "scale": ("scale",)}.get(space, (space,))
        for node in self.desk.nodes.branch(self.desk.nodes.root):
            if node.kind in kinds and node.code:
                said = text_of(node) if node.kind != "scale" else ""
                yield Choice(node.code, f"{node.code} {said}".strip())

    def _options_of(self, question: str) -> Iterator[Choice]:
        number = readers.number(question.removeprefix("#n"))
        if question.startswith("#n") and number is not None:
            for each in self.desk.nodes.children(number, "option"):
                yield Choice(each.code, name_of(self.desk, each))

    def _rule(self) -> Iterator[Field]:
        code = self.node.code
        known = (*RULES, "flags_to_exclude")
        choices = [Choice(each, str(labels.RULES[each])) for each in known]
        if code not in known:
            choices.insert(0, Choice(code, code or "–"))
        yield Field("code", field_name("code"), "list", tuple(choices))
        if code == "contradiction":
            yield Field("when", field_name("when"), "condition")
        elif code == "attention":
            yield Field(
                "value/code", field_name("question"), "list", tuple(self._named("answer", "value/code"))
            )
            yield Field("value/correct", field_name("correct"), "number")
        elif code == "straightline":
            for each in self._offered("construct"):
                yield Field(f"value/constructs/{each.sent}", each.text, "check")
        elif code == "flags_to_exclude":
            yield Field("value", f"{field_name('value')} ({FLAGS.low:g}–{FLAGS.high:g})", "number")
        for name in RULES.get(code, {}):
            yield Field(f"value/{name}", str(labels.LIMITS[name]), "number")


def _plain(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Give what an annotation comes to: dict, tuple, Literal with its values, or a class."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in {Union, UnionType}:
        parts = [_plain(each) for each in inside if each is not type(None)]
        if len(parts) == 1:
            return parts[0]
        if {bool, Literal} >= {each for each, _values in parts}:
            values = [value for each, more in parts for value in ((False, True) if each is bool else more)]
            return Literal, tuple(values)
        return parts[-1]
    if origin is Literal:
        return Literal, inside
    return (origin, inside) if origin in {dict, tuple} else (annotation, ())


def _choices(values: Sequence[Any], usual: Any) -> Iterator[Choice]:
    """Offer values; what is there when nothing is said stands for nothing."""
    if usual is None:
        yield Choice("", "–")
    for each in values:
        yield Choice(sent(each), _said(each), each)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(labels.CHOICES.get(str(value), value))


def types() -> tuple[Choice, ...]:
    """Give every type of question."""
    return tuple(Choice(name, words.find("types", name, i18n.choose()) or name) for name in TYPES)


def _accounts() -> Iterator[Choice]:
    for name in ACCOUNT:
        yield Choice(name, words.find("account", name, i18n.choose()) or name)


def sent(value: Any) -> str:
    """Give a value as a form sends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
