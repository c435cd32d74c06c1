"""Limits and scales: what questions doubt of themselves, scales that are there and not too long."""

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel

from surveys.document.checking import strange_labels
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject
from surveys.findings.texts import shown

MOST_POINTS: Final = 11


def find(subject: Subject) -> Iterator[Finding]:
    """Find what questions say is wrong with them, and scales that are unknown, empty or too long."""
    scales = subject.document.scales
    for code, scale in scales.items():
        if scale.low >= scale.high:
            yield error("range-empty", f"scales.{code}", "scale", low=scale.low, high=scale.high)
        elif scale.high - scale.low >= MOST_POINTS:
            yield error(
                "scale-too-long", f"scales.{code}", points=scale.high - scale.low + 1, most=MOST_POINTS
            )
        yield from _alike(f"scales.{code}", scale, subject.document.languages)
    for place, point, low, high in strange_labels(subject.document):
        yield error("label-point", place, point=point, low=low, high=high)
    for asked in subject.questions:
        question = asked.question
        for doubt in question.doubts():
            tell = error if doubt.is_error else warning
            yield tell(doubt.code, asked.place, doubt.variant, **doubt.about)
        named = question.scale_code()
        if named is not None and named not in scales and not subject.is_left_out(named):
            yield error("scale-unknown", asked.place, code=named, known=", ".join(scales) or "–")
        yield from _alike(asked.place, question, subject.document.languages)


def _alike(place: str, part: BaseModel, languages: tuple[str, ...]) -> Iterator[Finding]:
    """Find points of a scale that read alike: nobody can tell which is which."""
    for texts in (getattr(part, "anchors", None) or (), (getattr(part, "labels", None) or {}).values()):
        for language in dict.fromkeys(languages):
            read = [said.casefold() for each in texts if (said := shown(each.get(language, "")[:2000]))]
            if again := next((each for number, each in enumerate(read) if each in read[:number]), None):
                yield error("label-twice", place, language=language, text=again)
