"""What is copied of another questionnaire, and what has to come along: scales, names in texts, paths."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from surveys.document.wording import HOLE
from surveys.editing.naming import REFERENCE, SPACES, Names
from surveys.editing.nodes import ROOT, Node, Nodes
from surveys.editing.operations import Operation
from surveys.editing.order import between
from web.author.drafts.making import NEW, Codes
from web.author.drafts.origins import Origin, is_text
from web.author.drafts.wording import kind_of, name_of

# What joins constructs, or dimensions, with others.
JOINING: Final = ("path", "interaction", "gap")


class Target(Protocol):
    """What parts are copied into."""

    @property
    def nodes(self) -> Nodes:
        """Its parts."""

    @property
    def names(self) -> Names:
        """What references are written by."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it is written."""


def referred_by(nodes: Nodes, top: Node) -> Iterator[Node]:
    """Give the parts to which fields of a part and of all below it refer."""
    for node in nodes.branch(top):
        for value in node.fields.values():
            found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
            if found and int(found[1]) in nodes.by_id:
                yield nodes.by_id[int(found[1])]


class Gathering:
    """Which parts get a copy, under which ids and where; nothing of them is written yet."""

    def __init__(self, desk: Target, origin: Origin) -> None:
        self.desk, self.origin = desk, origin
        self.codes = Codes(desk, [node for node in origin.nodes if node.kind != "option"])
        self.ids: dict[int, int] = {}  # a part there → its copy here, or the equal part that is here already
        self.copies: list[tuple[Node, int, str]] = []
        self.renamed: dict[str, str] = {}  # a name in texts → what it is called here
        self.lasts: dict[tuple[int, str], str] = {}
        self.adds: list[Operation] = []
        self.later: list[Operation] = []
        self.along: list[str] = []
        self.left: list[str] = []
        self._given = NEW + len(desk.nodes)

    def take(self, chosen: Sequence[Node], into: Node | None) -> None:
        """Copy parts with all that they need."""
        for node in chosen:
            if node.kind == "section":
                self._copy(node, ROOT)
        for node in chosen:
            if node.kind == "question" and node.id not in self.ids:
                self._copy(node, self._section(into, self.origin.nodes.by_id[node.parent or ROOT]))
        constructs = [node for node in chosen if node.kind == "construct"]
        for node in constructs:
            self._asked_by(node, into)
        if constructs:
            self._model(constructs)
        for node, _parent, _place in [*self.copies]:
            self._needed(node)

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
            fields |= {f"title/{name}": text for name, text in title.text(head).items() if self.is_said(name)}
            place = self._last(ROOT, "section")
            self.adds.append(added(new, "section", ROOT, place, fields))
            self.lasts[title.id, "new"] = str(new)
        return int(self.lasts[title.id, "new"])

    def _asked_by(self, node: Node, into: Node | None) -> None:
        """Copy the questions of a construct's dimensions and checks."""
        rows: dict[int, set[int]] = {}
        for each in self.origin.nodes.branch(node):
            asked = self.there(each.fields.get("of"))
            if asked is not None and asked.id not in self.ids:
                holder = asked if asked.kind == "question" else self.origin.nodes.by_id[asked.parent or ROOT]
                rows.setdefault(holder.id, set()).add(asked.id)
        for key, wanted in rows.items():
            question = self.origin.nodes.by_id[key]
            if key not in self.ids:
                self._copy(question, self._section(into, node), frozenset(wanted))
                self.along.append(f"{kind_of(question)} {name_of(self.origin, question)}")

    def _model(self, constructs: Sequence[Node]) -> None:
        """Copy constructs into the indicator system, a new one where there is none, and what joins them."""
        source = self.origin.nodes.by_id[constructs[0].parent or ROOT]
        systems = self.desk.nodes.children(ROOT, "system")
        system = self.ids[source.id] = systems[0].id if systems else self._new()
        if not systems:
            names = {f"name/{name}": text for name, text in source.text("name").items() if self.is_said(name)}
            self.adds.append(added(system, "system", ROOT, self._last(ROOT, "system"), names))
        for node in constructs:
            self._copy(node, system)
        if not systems:
            index = self.there(source.fields.get("index"))
            chosen = index if index is not None and index in constructs else constructs[0]
            self.later.append(set_to(system, "index", f"#n{self.ids[chosen.id]}"))
        for kind in JOINING:
            for node in self.origin.nodes.children(source.id, kind):
                self._join(node, system)

    def _join(self, node: Node, system: int) -> None:
        """Copy a path, interaction or gap of which an end was copied, if all other ends are here too."""
        ends = list(referred_by(self.origin.nodes, node))
        if not any(end.id in self.ids for end in ends):
            return
        said = f"{kind_of(node)} {name_of(self.origin, node)}"
        if all(end.id in self.ids or self.here(end) is not None for end in ends):
            self._copy(node, system)
            self.along.append(said)
        else:
            self.left.append(said)

    def here(self, there: Node) -> int | None:
        """Give the one part of the draft that has the code of a part of the source."""
        found = self.desk.names.ids[SPACES[there.kind]].get(there.code, ()) if there.code else ()
        return found[0] if len(found) == 1 else None

    def is_said(self, language: str) -> bool:
        """Tell whether the draft is written in a language."""
        return language in self.desk.languages

    def _needed(self, node: Node) -> None:
        """Find, or bring along, the scale and the names in texts that a part uses."""
        scale = self.there(node.fields.get("scale"))
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
        source = self.there(str(node.fields.get("question", "")).partition(".")[0])
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
        return {p: v for p, v in written.items() if p.rpartition("/")[2] in spoken or not is_text(p)}

    def there(self, value: Any) -> Node | None:
        """Give the part of the source that a field refers to."""
        found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        return self.origin.nodes.by_id.get(int(found[1])) if found else None


def added(key: int, kind: str, parent: int, place: str, fields: dict[str, Any]) -> Operation:
    """Give what adds a part."""
    return {"op": "add", "id": key, "kind": kind, "parent": parent, "place": place, "fields": fields}


def set_to(key: int, field: str, value: Any) -> Operation:
    """Give what sets a field."""
    return {"op": "set", "id": key, "field": field, "value": value}
