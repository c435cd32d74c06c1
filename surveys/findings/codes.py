"""Codes: unique in their kind, whatever case they are written in, and none that means something else."""

import keyword
from collections.abc import Iterable, Iterator
from typing import Final

from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject

WORDS: Final = frozenset(
    {*keyword.kwlist, "account", "answered", "dont_know", "not_applicable", "any", "all", "none", "count"}
    | {"rank", "date", "today"}
)
PLACES: Final = frozenset(
    {"scales", "pipes", "quotas", "quality", "indicators", "languages", "title", "intro", "thanks"}
)

Coded = tuple[str, str]  # code, place


def find(subject: Subject) -> Iterator[Finding]:
    """Find codes that stand twice and codes that are reserved."""
    document, system = subject.document, subject.document.indicators
    questions = [
        (code, place if code == asked.question.code else f"{place}.{code}")
        for asked in subject.questions
        for place in (asked.place,)
        for code in (asked.question.code, *(row.code for row in asked.question.subquestions()))
    ]
    yield from _alike(questions)
    yield from _alike((section.code, section.code) for section in document.sections)
    ends = [
        (stop.code, f"{section.code}.stops.{stop.code}")
        for section in document.sections
        for stop in section.stops
    ]
    yield from _alike([*ends, *((quota.code, f"quotas.{quota.code}") for quota in document.quotas)])
    if system is not None:
        yield from _alike(
            (code, f"indicators.{code}")
            for construct in system.constructs
            for code in (construct.id, *(node.id for node in construct.dimensions))
        )
    for asked in subject.questions:
        options = asked.question.offered()
        yield from _alike((option.code, f"{asked.place}.{option.code}") for option in options)
        values = [option.value for option in options]
        for number, option in enumerate(options):
            if option.value in values[:number]:
                yield error("value-twice", f"{asked.place}.{option.code}", value=option.value)
    yield from _reserved(subject, questions)
    for number, language in enumerate(document.languages):
        if language in document.languages[:number]:
            yield error("code-twice", "languages", code=language)


def _alike(coded: Iterable[Coded]) -> Iterator[Finding]:
    """Find codes that stood before, exactly or in another case; the later one is to be mended."""
    seen: dict[str, set[str]] = {}
    for code, place in coded:
        before = seen.setdefault(code.casefold(), set())
        if code in before:
            yield error("code-twice", place, code=code)
        elif before:
            yield error("code-case", place, code=code, other=min(before))
        before.add(code)


def _reserved(subject: Subject, questions: list[Coded]) -> Iterator[Finding]:
    for code, place in questions:
        if code in WORDS:
            yield error("code-reserved", place, code=code)
    asked = {code for code, _ in questions}
    for section in subject.document.sections:
        if section.code in PLACES or section.code == subject.document.code:
            yield error("code-reserved", section.code, "section", code=section.code)
        elif section.code in asked:
            yield warning("code-reserved", section.code, "question", code=section.code)
