"""The texts of a draft in two languages: how far a translation is, and what comes back from a translator."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from surveys.document.loading import storable
from surveys.document.wording import HOLE
from surveys.editing.nodes import Node, Nodes
from surveys.editing.operations import LONGEST_TEXT, Operation

CONTEXT: Final = re.compile(r"([0-9]{1,9}):([A-Za-z0-9_/-]{1,120})")
State = Literal["missing", "changed", "same", "done"]
Why = Literal["unknown", "changed", "pipe", "formula", "long", "sign", "twice"]


class Text(NamedTuple):
    """One text: where it stands (node and path), and its words in the source and the target language.

    `is_stale` tells that the source was changed after its translation.
    """

    node: Node
    path: str
    source: str
    target: str
    is_stale: bool

    @property
    def context(self) -> str:
        """What names it in a file."""
        return f"{self.node.id}:{self.path}"

    @property
    def pipes(self) -> tuple[str, ...]:
        """The names in braces, which a translation keeps."""
        return tuple(dict.fromkeys(HOLE.findall(self.source)))

    @property
    def state(self) -> State:
        """How far its translation is."""
        if not self.target.strip():
            return "missing"
        if self.is_stale:
            return "changed"
        return "same" if self.target == self.source else "done"


class Entry(NamedTuple):
    """A translation as it comes back: the context, the source that the translator had, and what they wrote.

    `is_formula` tells that a spreadsheet would have computed it.
    """

    context: str
    source: str
    said: str
    is_formula: bool = False


class Skipped(NamedTuple):
    """An entry that was not taken, and why."""

    why: Why
    entry: Entry


class Taken(NamedTuple):
    """What entries change in a draft, and which of them were not taken."""

    operations: list[Operation]
    skipped: list[Skipped]


def texts_of(nodes: Nodes, source: str, target: str) -> Iterator[Text]:
    """Give every text that is written in the source language, in the order of the parts."""
    for node in nodes.branch(nodes.root):
        for path, value in node.fields.items():
            base, _, language = path.rpartition("/")
            if language == source and base and isinstance(value, str) and value.strip():
                there = f"{base}/{target}"
                said = node.fields.get(there, "")
                is_stale = node.touched.get(path, 0) > node.touched.get(there, 0)
                yield Text(node, base, value, said if isinstance(said, str) else "", is_stale)


def taken(nodes: Nodes, source: str, target: str, entries: Iterable[Entry]) -> Taken:
    """Judge translations; empty ones change nothing, others only where the source is as it was."""
    known = {text.context: text for text in texts_of(nodes, source, target)}
    found = Taken([], [])
    seen: dict[str, str] = {}
    for given in entries:
        entry = given._replace(source=_tidy(given.source), said=_tidy(given.said))
        text = known.get(entry.context) if CONTEXT.fullmatch(entry.context) else None
        if (
            text is not None
            and (not entry.said or entry.said == text.target.strip())
            and not entry.is_formula
        ):
            continue
        why = _refused(entry, text, seen.get(entry.context))
        if why is not None:
            found.skipped.append(Skipped(why, entry))
        elif text is not None and entry.context not in seen:
            seen[entry.context] = entry.said
            path = f"{text.path}/{target}"
            operation = {"op": "set", "id": text.node.id, "field": path, "value": entry.said}
            found.operations.append(operation | {"was": text.node.fields.get(path)})
    return found


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _refused(entry: Entry, text: Text | None, before: str | None) -> Why | None:
    if text is None:
        return "unknown"
    if entry.is_formula:
        return "formula"
    if entry.source != text.source.strip():
        return "changed"
    if len(entry.said) > LONGEST_TEXT:
        return "long"
    if not storable(entry.said):
        return "sign"
    if set(HOLE.findall(entry.said)) != set(text.pipes):
        return "pipe"
    return "twice" if before not in {None, entry.said} else None
