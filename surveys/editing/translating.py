"""The texts of a draft in two languages, out as a PO catalogue and in again."""

import io
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from surveys.document.wording import HOLE
from surveys.editing.nodes import Node, Nodes
from surveys.editing.operations import Operation
from surveys.errors import Problem, SurveyError

CONTEXT: Final = re.compile(r"([0-9]{1,9}):([A-Za-z0-9_/-]{1,120})")


class Text(NamedTuple):
    """One text: where it stands (node and path), and its words in the source and the target language."""

    node: Node
    path: str
    source: str
    target: str

    @property
    def context(self) -> str:
        """What names it in a catalogue."""
        return f"{self.node.id}:{self.path}"


class Skipped(NamedTuple):
    """An entry of a catalogue that was not taken, and why: `unknown`, `changed` since, or a lost `pipe`."""

    why: str
    text: str


class Taken(NamedTuple):
    """What a catalogue changes in a draft, and what of it was not taken."""

    operations: list[Operation]
    skipped: list[Skipped]


def texts_of(nodes: Nodes, source: str, target: str) -> Iterator[Text]:
    """Give every text that is written in the source language, in the order of the parts."""
    for node in nodes.branch(nodes.root):
        for path, value in node.fields.items():
            base, _, language = path.rpartition("/")
            if language == source and base and isinstance(value, str) and value.strip():
                said = node.fields.get(f"{base}/{target}", "")
                yield Text(node, base, value, said if isinstance(said, str) else "")


def written(nodes: Nodes, source: str, target: str) -> bytes:
    """Write the texts as a PO catalogue: a message a text, named by its context."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for text in texts_of(nodes, source, target):
        catalogue.add(text.source, text.target, context=text.context, auto_comments=[text.node.code])
    file = io.BytesIO()
    write_po(file, catalogue, width=0, omit_header=False)
    return file.getvalue()


def taken(nodes: Nodes, source: str, target: str, file: bytes) -> Taken:
    """Read a catalogue; empty translations change nothing, others only where the source is as it was.

    Raises
    ------
    SurveyError
        DOCUMENT_UNREADABLE: this is no PO catalogue in UTF-8.
    """
    try:
        catalogue = read_po(io.BytesIO(file), charset="utf-8", abort_invalid=True)
    except (PoFileError, ValueError, AttributeError, IndexError, TypeError, LookupError) as error:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=error) from None
    known = {text.context: text for text in texts_of(nodes, source, target)}
    found = Taken([], [])
    for message in catalogue:
        if not message.id or not isinstance(message.id, str) or not isinstance(message.string, str):
            continue
        said = message.string
        text = known.get(message.context or "") if CONTEXT.fullmatch(message.context or "") else None
        if text is None:
            found.skipped.append(Skipped("unknown", message.id))
        elif not said.strip() or said == text.target:
            continue
        elif message.id != text.source:
            found.skipped.append(Skipped("changed", message.id))
        elif set(HOLE.findall(said)) != set(HOLE.findall(text.source)):
            found.skipped.append(Skipped("pipe", message.id))
        else:
            path = f"{text.path}/{target}"
            operation = {"op": "set", "id": text.node.id, "field": path, "value": said}
            found.operations.append(operation | {"was": text.node.fields.get(path)})
    return found
