"""How questions are worded: two things in one, suggestions, negations, absolutes, terms of the trade."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from surveys.findings import phrases
from surveys.findings.finding import Finding, warning
from surveys.findings.subject import Subject
from surveys.findings.texts import LONGEST, shown

# What an option can be wrong in: it is no sentence.
OF_OPTIONS: Final = ("jargon",)
FIELDS: Final = frozenset({"text", "without"})


def find(subject: Subject) -> Iterator[Finding]:
    """Find questions, rows and options whose words stand in the way of an answer; each kind once a node."""
    nodes: dict[str, tuple[str, ...]] = {}
    short: set[str] = set()
    for asked in subject.questions:
        if asked.question.nature.seconds == 0:  # read, and not answered
            continue
        nodes[asked.place] = phrases.KINDS
        if not asked.question.nature.is_consent:  # what is agreed to has to be said in full
            short.add(asked.place)
        for row in asked.question.subquestions():
            nodes[f"{asked.place}.{row.code}"] = phrases.KINDS
            short.add(f"{asked.place}.{row.code}")
        for option in asked.question.offered():
            nodes.setdefault(f"{asked.place}.{option.code}", OF_OPTIONS)
    told: set[tuple[str, str]] = set()
    for written in subject.texts:
        if written.field not in FIELDS or written.node not in nodes:
            continue
        for language in dict.fromkeys(subject.document.languages):
            known, text = phrases.of_language(language), written.texts.get(language, "")
            if known is None or len(text) > LONGEST:
                continue
            text = shown(text)
            faults, length = _of_text(text, language)
            for kind in nodes[written.node]:
                if kind in faults and (kind, written.node) not in told:
                    told.add((kind, written.node))
                    yield warning(f"wording-{kind}", written.node, found=faults[kind])
            if written.node in short and length > known.most and ("long", written.node) not in told:
                told.add(("long", written.node))
                yield warning("wording-long", written.node, length=length, limit=known.most)


@lru_cache(maxsize=8192)  # a draft is judged after every change, and most texts are those of before
def _of_text(text: str, language: str) -> tuple[Mapping[str, str], int]:
    """Give the words of the first fault of each kind in a text, and how long it is."""
    known = phrases.of_language(language)
    if known is None:
        return {}, 0
    found = {kind: words for kind, each in known.kinds.items() if (words := each.found(text))}
    return found, len(known.counted.findall(text))
