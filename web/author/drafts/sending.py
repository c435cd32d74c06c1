"""A part's form that was sent: what differs from what the sender had before them, as operations."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from flask_babel import gettext as _

from surveys.editing import drafting
from surveys.editing.naming import Names
from surveys.editing.nodes import KEYED, Node
from surveys.editing.operations import Operation
from web.author.drafts.fields import Field, fields_of_node, is_fixed, sent
from web.author.drafts.room import Desk
from web.extensions import db

VALUE: Final = "v:"
SHOWN: Final = "c:"  # a box that was on the page, ticked or not
HIGHEST: Final = 10**9


class Sent:
    """What was sent of a part's form; `faults` are said at their fields."""

    def __init__(self, desk: Desk, node: Node, form: Mapping[str, str]) -> None:
        self.desk, self.node, self.form = desk, node, form
        self.faults: dict[str, str] = {}

    def operations(self, base: int) -> list[Operation]:
        """Give what is to be set: whatever differs from the state with that number."""
        before = self._at(base)
        found = []
        for field in self._fields():
            value = self._value(field)
            there = before.get(field.path)
            if field.path in self.faults or (value == there and type(value) is type(there)):
                continue
            if isinstance(there, str) and value == (there.strip() or None):
                continue
            if value is None and there == field.usual:
                continue
            found.append({"op": "set", "id": self.node.id, "field": field.path, "value": value})
        return found

    def _at(self, base: int) -> dict[str, Any]:
        """Give the part's fields as they were after a change, as documents write them."""
        nodes = self.desk.nodes
        if 0 <= base < self.desk.draft.number:
            nodes = drafting.nodes_at(db.session, self.desk.draft, base)
        node = nodes.by_id.get(self.node.id)
        names = self.desk.names if nodes is self.desk.nodes else Names(nodes)
        fields = node.fields if node is not None else {}
        return {
            names.written_path(self.node, path): names.written(self.node, path, value)
            for path, value in fields.items()
        }

    @cached_property
    def _known(self) -> dict[str, Field]:
        return {field.path: field for field in fields_of_node(self.desk, self.node)}

    def _fields(self) -> Iterator[Field]:
        known = self._known
        for name in self.form:
            mark, path = name[:2], name[2:]
            if is_fixed(self.node.kind, path):
                continue
            if mark == SHOWN and path in known:
                yield known[path]
            elif mark == VALUE and known.get(path, Field(path, path, "line")).control != "check":
                yield known.get(path, Field(path, path, "line"))

    def _value(self, field: Field) -> Any:
        text = self.form.get(VALUE + field.path, "")
        if field.control == "check":
            return self._ticked(field, is_ticked=bool(text))
        text = text.replace("\r\n", "\n").strip()
        if not text:
            return None
        if field.control == "number":
            return self._number(field, text)
        if field.control == "list":
            if text == sent(field.usual):
                return None
            chosen = next((each.value for each in field.choices if each.sent == text), None)
            return text if chosen is None else chosen
        return text

    def _ticked(self, field: Field, *, is_ticked: bool) -> Any:
        name = field.path.rpartition("/")[0]
        if name.rpartition("/")[2] in KEYED:
            return self._listed(field, name, is_ticked=is_ticked)
        return None if is_ticked == field.usual else is_ticked

    def _listed(self, field: Field, name: str, *, is_ticked: bool) -> Any:
        """Give the place in a list of what is ticked; a list that is as usual is not written down."""
        group = [each for each in self._known.values() if each.path.rpartition("/")[0] == name]
        ticked = [each.path for each in group if self.form.get(VALUE + each.path)]
        taken = [value for path, value in self.node.fields.items() if path.startswith(f"{name}/")]
        if not taken and ticked == [each.path for each in group if each.usual]:
            return None
        there = self.node.fields.get(self.desk.names.stored_path(self.node, field.path))
        if not is_ticked or there is not None:
            return there if is_ticked else None
        last = max((value for value in taken if isinstance(value, int)), default=-1)
        return last + 1 + ticked.index(field.path)

    def _number(self, field: Field, text: str) -> Any:
        try:
            number = float(text)
            whole = int(text) if text.lstrip("+-").isdecimal() else None
        except (ValueError, OverflowError):
            number, whole = float("nan"), None
        if not abs(number) <= HIGHEST:
            self.faults[field.path] = _("Write a number such as 5 or 2.5.")
            return None
        value = whole if whole is not None else number
        return None if value == field.usual else value
