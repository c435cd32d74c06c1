"""Parts of another questionnaire as parts of a draft: what comes along with them, and what is missing.

References inside the copy follow it; those to scales and names in texts bring these where the draft has no
equal ones; those to other answers mean the draft's answer of the same code, or are named as missing. Paths
come along where both ends are there then. A code that the draft has already becomes another one.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from surveys.document.wording import HOLE
from surveys.editing.naming import REFERENCE
from surveys.editing.nodes import Node
from surveys.editing.operations import Operation
from web.author.drafts.gathering import Gathering, Target, added, set_to
from web.author.drafts.origins import KEPT, Origin, is_text
from web.author.drafts.wording import field_name, kind_of, name_of

COPIED: Final = frozenset({"section", "question", "construct"})
# What no other questionnaire goes on with: the series of its answers.
OWN: Final = frozenset({"lineage"})


class Missing(NamedTuple):
    """A field of a copied part that refers to what the draft has not."""

    name: str
    field: str
    said: str


class Brought(NamedTuple):
    """What copies parts into a draft, what comes along, what is meant here, and what is missing.

    `renamed` are parts whose code is taken here, `left` paths of which an end is not here; `silent` counts by
    language the texts that have none in it, `unsaid` the texts in languages that the draft has not.
    """

    operations: list[Operation]
    parts: list[str]
    along: list[str]
    met: list[str]
    missing: list[Missing]
    renamed: list[str]
    left: list[str]
    silent: Mapping[str, int]
    unsaid: Mapping[str, int]


def brought(
    desk: Target,
    origin: Origin,
    chosen: Sequence[Node],
    into: Node | None,
    *,
    day: date,
    keeps: bool = True,
) -> Brought:
    """Give what copies sections, questions and constructs; questions go into a section, or a new one.

    Whoever `keeps` not leaves out the fields that refer to what is missing.
    """
    gathered = Gathering(desk, origin)
    gathered.take(chosen, into)
    copying = _Copying(gathered, day, keeps=keeps)
    for each in gathered.copies:
        copying.write(*each)
    return Brought(
        [*gathered.adds, *gathered.later],
        [f"{kind_of(each)} {name_of(origin, each)}" for each in chosen],
        gathered.along,
        [*dict.fromkeys(copying.met)],
        copying.missing,
        copying.recoded,
        gathered.left,
        copying.silent,
        copying.unsaid,
    )


class _Copying:
    """Writes the copies of what was gathered."""

    def __init__(self, of: Gathering, day: date, *, keeps: bool) -> None:
        self.of, self.day, self.keeps = of, day, keeps
        self.met: list[str] = []
        self.missing: list[Missing] = []
        self.recoded: list[str] = []
        self.silent: Counter[str] = Counter()
        self.unsaid: Counter[str] = Counter()

    def write(self, node: Node, parent: int, place: str) -> None:
        """Write one copy, and what it refers to after all copies are there."""
        key, fields = self.of.ids[node.id], {}
        for path, value in node.fields.items():
            if path in OWN or path.partition("/")[0] == KEPT or not self._is_wanted(path):
                continue
            if path == "code":
                code = self.of.renamed.get(str(value)) if node.kind == "pipe" else None
                fields[path] = code or self.of.codes.kept(node.kind, parent, str(value))
                if fields[path] != value:
                    self.recoded.append(f"{kind_of(node)} {value} → {fields[path]}")
            elif "#n" in path or (isinstance(value, str) and "#n" in value):
                self._refer(node, key, path, value)
            elif isinstance(value, str):
                fields[path] = HOLE.sub(self._hole, value) if "/" in path else value
            else:
                fields[path] = value
        self._count_texts(node)
        fields |= self.of.origin.stamp(node, self.day)
        self.of.adds.append(added(key, node.kind, parent, place, fields))

    def _is_wanted(self, path: str) -> bool:
        return not is_text(path) or self.of.is_said(path.rpartition("/")[2])

    def _count_texts(self, node: Node) -> None:
        """Count the texts that lack a language of the draft, and those in a language that it has not."""
        spoken: dict[str, set[str]] = {}
        for path in filter(is_text, node.fields):
            head, _sep, language = path.rpartition("/")
            spoken.setdefault(head, set()).add(language)
        for known in spoken.values():
            self.silent.update({*self.of.desk.languages} - known)
            self.unsaid.update(known - {*self.of.desk.languages})

    def _hole(self, found: re.Match[str]) -> str:
        return "{" + self.of.renamed.get(found[1], found[1]) + "}"

    def _refer(self, node: Node, key: int, path: str, value: Any) -> None:
        """Write a reference: to the copy, to the equal part here, or by the code that it has there."""
        lost: list[str] = []

        def called(found: re.Match[str]) -> str:
            there = int(found[1])
            if there in self.of.ids:
                return f"#n{self.of.ids[there]}{found[2] or ''}"
            other = self.of.origin.nodes.by_id.get(there)
            code = other.code if other is not None and self.of.origin.nodes.is_there(there) else ""
            if other is not None and other.kind == "option" and code:
                return str(code)  # of a question that is told with it
            here = self.of.here(other) if other is not None and code else None
            if here is not None:
                self.met.append(f"{kind_of(self.of.desk.nodes.by_id[here])} {code}")
                return f"#n{here}{found[2] or ''}"
            lost.append(code or "?")
            return code or "gone"

        new_path = REFERENCE.sub(called, path)
        new_value = REFERENCE.sub(called, value) if isinstance(value, str) else value
        if lost:
            written = self.of.origin.names.written(node, path, value)
            label = field_name(self.of.origin.names.written_path(node, path))
            name = f"{kind_of(node)} {name_of(self.of.origin, node)}"
            self.missing.append(Missing(name, label, str(written)))
            if not self.keeps:
                return
        self.of.later.append(set_to(key, new_path, new_value))
