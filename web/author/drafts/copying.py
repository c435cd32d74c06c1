"""Parts of another questionnaire as parts of a draft: what comes along with them, and what is missing.

References inside the copy follow it; those to scales and names in texts bring these where the draft has no
equal ones; those to other answers mean the draft's answer of the same code, or are named as missing.
"""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from surveys.document.wording import HOLE
from surveys.editing.naming import REFERENCE, SPACES, Names
from surveys.editing.nodes import ROOT, Node, Nodes
from surveys.editing.operations import Operation
from surveys.editing.order import between
from web.author.drafts.making import NEW, Codes
from web.author.drafts.room import Desk
from web.author.drafts.wording import field_name, kind_of, name_of

COPIED: Final = frozenset({"section", "question", "construct"})
# What no other questionnaire goes on with: the series of its answers.
OWN: Final = frozenset({"lineage"})


class Origin:
    """Where parts come from: a questionnaire's parts, and what it is called."""

    def __init__(self, sent: str, title: str, nodes: Nodes) -> None:
        self.sent, self.title, self._nodes = sent, title, nodes
        self.names = Names(nodes)

    @property
    def nodes(self) -> Nodes:
        """All its parts."""
        return self._nodes


class Missing(NamedTuple):
    """A field of a copied part that refers to what the draft has not."""

    name: str
    field: str
    said: str


class Brought(NamedTuple):
    """What copies parts into a draft, what comes along, what is meant here, and what is missing."""

    operations: list[Operation]
    parts: list[str]
    along: list[str]
    met: list[str]
    missing: list[Missing]


def brought(
    desk: Desk, origin: Origin, chosen: Sequence[Node], into: Node | None, *, keeps: bool = True
) -> Brought:
    """Give what copies sections, questions and constructs; questions go into a section, or a new one.

    Whoever `keeps` not leaves out the fields that refer to what is missing.
    """
    copying = _Copying(desk, origin, keeps=keeps)
    copying.take(chosen, into)
    return Brought(
        [*copying.adds, *copying.later],
        [f"{kind_of(each)} {name_of(origin, each)}" for each in chosen],
        copying.along,
        [*dict.fromkeys(copying.met)],
        copying.missing,
    )


class _Copying:
    def __init__(self, desk: Desk, origin: Origin, *, keeps: bool) -> None:
        self.desk, self.origin, self.keeps = desk, origin, keeps
        self.codes = Codes(desk, [node for node in origin.nodes if node.kind != "option"])
        self.ids: dict[int, int] = {}  # a part there → its copy here, or the equal part that is here already
        self.copies: list[tuple[Node, int, str]] = []
        self.renamed: dict[str, str] = {}  # a name in texts → what it is called here
        self.lasts: dict[tuple[int, str], str] = {}
        self.adds: list[Operation] = []
        self.later: list[Operation] = []
        self.along: list[str] = []
        self.met: list[str] = []
        self.missing: list[Missing] = []
        self._given = NEW + len(desk.nodes)

    def take(self, chosen: Sequence[Node], into: Node | None) -> None:
        """Copy parts with all that they need."""
        for node in chosen:
            if node.kind == "section":
                self._copy(node, ROOT)
        for node in chosen:
            if node.kind == "question" and node.id not in self.ids:
                self._copy(node, self._section(into, self.origin.nodes.by_id[node.parent or ROOT]))
        for node in chosen:
            if node.kind == "construct":
                self._construct(node, into)
        for node, _parent, _place in [*self.copies]:
            self._needed(node)
        for node, parent, place in self.copies:
            self._write(node, parent, place)

    def _new(self) -> int:
        self._given += 1
        return self._given

    def _last(self, parent: int, kind: str) -> str:
        """Give a place behind the last part of a kind, also behind those that this copy adds."""
        there = self.desk.nodes.children(parent, kind) if parent < NEW else []
        low = self.lasts.get((parent, kind), there[-1].place if there else "")
        self.lasts[parent, kind] = between(low, "")
        return self.lasts[parent, kind]

    def _copy(self, node: Node, parent: int, only: frozenset[int] | None = None) -> None:
        """Note a part and all below it; of a question's rows those that are asked for."""
        self.ids[node.id] = self._new()
        self.copies.append((node, parent, self._last(parent, node.kind)))
        for child in self.origin.nodes.children(node.id):
            if only is None or child.kind != "row" or child.id in only:
                self._copy(child, self.ids[node.id], only)

    def _section(self, into: Node | None, title: Node) -> int:
        """Give the section that questions go into: the chosen one, or a new one called as `title` is."""
        if into is not None:
            return into.id
        if (title.id, "new") not in self.lasts:
            new = self._new()
            fields = {"code": self.codes.kept("section", ROOT, title.code)}
            head = "title" if title.kind == "section" else "name"
            fields |= {
                f"title/{name}": text for name, text in title.text(head).items() if self._is_said(name)
            }
            place = self._last(ROOT, "section")
            self.adds.append(_add(new, "section", ROOT, place, fields))
            self.lasts[title.id, "new"] = str(new)
        return int(self.lasts[title.id, "new"])

    def _construct(self, node: Node, into: Node | None) -> None:
        """Copy a construct with the questions of its dimensions and checks."""
        rows: dict[int, set[int]] = {}
        for each in self.origin.nodes.branch(node):
            found = REFERENCE.fullmatch(str(each.fields.get("of", "")))
            asked = self.origin.nodes.by_id.get(int(found[1])) if found else None
            if asked is not None and asked.id not in self.ids:
                holder = asked if asked.kind == "question" else self.origin.nodes.by_id[asked.parent or ROOT]
                rows.setdefault(holder.id, set()).add(asked.id)
        for key, wanted in rows.items():
            question = self.origin.nodes.by_id[key]
            if key not in self.ids:
                self._copy(question, self._section(into, node), frozenset(wanted))
                self.along.append(f"{kind_of(question)} {name_of(self.origin, question)}")
        systems = self.desk.nodes.children(ROOT, "system")
        if systems:
            system = systems[0].id
        elif (ROOT, "system") in self.lasts:
            system = self.ids[self.origin.nodes.children(ROOT, "system")[0].id]
        else:
            there = self.origin.nodes.children(ROOT, "system")[0]
            system = self.ids[there.id] = self._new()
            names = {f"name/{name}": text for name, text in there.text("name").items() if self._is_said(name)}
            self.adds.append(_add(system, "system", ROOT, self._last(ROOT, "system"), names))
            self._copy(node, system)
            self.later.append(_set(system, "index", f"#n{self.ids[node.id]}"))
            return
        self._copy(node, system)

    def _is_said(self, language: str) -> bool:
        return language in self.desk.languages

    def _needed(self, node: Node) -> None:
        """Find, or bring along, the scale and the names in texts that a part uses."""
        scale = self._there(node.fields.get("scale"))
        if scale is not None:
            self._bring(scale)
        pipes = {each.code: each for each in self.origin.nodes.children(ROOT, "pipe")}
        for path, value in node.fields.items():
            if "/" in path and isinstance(value, str):
                for name in HOLE.findall(value):
                    if name in pipes:
                        self._bring(pipes[name])

    def _bring(self, node: Node) -> None:
        """Let a scale or a name in texts be the draft's equal one, or come along."""
        if node.id in self.ids:
            return
        own = self._plain(self.origin.names, node)
        source = self._there(str(node.fields.get("question", "")).partition(".")[0])
        follows = source is not None and source.id in self.ids
        for each in self.desk.nodes.children(ROOT, node.kind):
            is_called_so = node.kind == "scale" or each.code == node.code
            if not follows and is_called_so and self._plain(self.desk.names, each) == own:
                self.ids[node.id] = each.id
                return
        self._copy(node, ROOT)
        self.along.append(f"{kind_of(node)} {name_of(self.origin, node)}")
        if node.kind == "pipe":
            self.renamed[node.code] = self.codes.kept("pipe", ROOT, node.code)

    def _plain(self, names: Names, node: Node) -> dict[str, Any]:
        """Give what a part says, in the languages of the draft, whatever it is called."""
        written = {
            names.written_path(node, path): names.written(node, path, value)
            for path, value in node.fields.items()
            if path != "code"
        }
        spoken = {*self.desk.languages}
        return {p: v for p, v in written.items() if p.rpartition("/")[2] in spoken or not _is_text(p)}

    def _there(self, value: Any) -> Node | None:
        found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        return self.origin.nodes.by_id.get(int(found[1])) if found else None

    def _write(self, node: Node, parent: int, place: str) -> None:
        key, fields = self.ids[node.id], {}
        for path, value in node.fields.items():
            if path in OWN or (_is_text(path) and not self._is_said(path.rpartition("/")[2])):
                continue
            if path == "code":
                code = self.renamed.get(str(value)) if node.kind == "pipe" else None
                fields[path] = code or self.codes.kept(node.kind, parent, str(value))
            elif "#n" in path or (isinstance(value, str) and "#n" in value):
                self._refer(node, key, path, value)
            elif isinstance(value, str):
                fields[path] = HOLE.sub(self._hole, value) if "/" in path else value
            else:
                fields[path] = value
        self.adds.append(_add(key, node.kind, parent, place, fields))

    def _hole(self, found: re.Match[str]) -> str:
        return "{" + self.renamed.get(found[1], found[1]) + "}"

    def _refer(self, node: Node, key: int, path: str, value: Any) -> None:
        """Write a reference: to the copy, to the equal part here, or by the code that it has there."""
        lost: list[str] = []

        def called(found: re.Match[str]) -> str:
            there = int(found[1])
            if there in self.ids:
                return f"#n{self.ids[there]}{found[2] or ''}"
            other = self.origin.nodes.by_id.get(there)
            code = other.code if other is not None and self.origin.nodes.is_there(there) else ""
            if other is not None and other.kind == "option" and code:
                return str(code)  # of a question that is told with it
            here = self.desk.names.ids[SPACES[other.kind]].get(code, ()) if other and code else ()
            if len(here) == 1:
                self.met.append(f"{kind_of(self.desk.nodes.by_id[here[0]])} {code}")
                return f"#n{here[0]}{found[2] or ''}"
            lost.append(code or "?")
            return code or "gone"

        new_path = REFERENCE.sub(called, path)
        new_value = REFERENCE.sub(called, value) if isinstance(value, str) else value
        if lost:
            written = self.origin.names.written(node, path, value)
            label = field_name(self.origin.names.written_path(node, path))
            name = f"{kind_of(node)} {name_of(self.origin, node)}"
            self.missing.append(Missing(name, label, str(written)))
            if not self.keeps:
                return
        self.later.append(_set(key, new_path, new_value))


def _is_text(path: str) -> bool:
    return path.partition("/")[0] in {*_TEXTS} and "/" in path


_TEXTS: Final = ("text", "title", "name", "fallback", "hint", "intro", "thanks", "anchors", "labels", "unit",
                 "messages", "without")  # fmt: skip


def _add(key: int, kind: str, parent: int, place: str, fields: dict[str, Any]) -> Operation:
    return {"op": "add", "id": key, "kind": kind, "parent": parent, "place": place, "fields": fields}


def _set(key: int, field: str, value: Any) -> Operation:
    return {"op": "set", "id": key, "field": field, "value": value}
