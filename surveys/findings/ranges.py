"""Limits and scales: ranges that hold something, scales that are there and not too long."""

from collections.abc import Iterator
from typing import Final

from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject
from surveys.questions.multiple import Multiple
from surveys.questions.number import Number
from surveys.questions.ranking import Ranking

MOST_POINTS: Final = 11


def find(subject: Subject) -> Iterator[Finding]:
    """Find limits that leave nothing, and scales that are unknown or too long."""
    scales = subject.document.scales
    for code, scale in scales.items():
        if scale.low >= scale.high:
            yield error("range-empty", f"scales.{code}", "scale", low=scale.low, high=scale.high)
        elif scale.high - scale.low >= MOST_POINTS:
            yield error(
                "scale-too-long", f"scales.{code}", points=scale.high - scale.low + 1, most=MOST_POINTS
            )
    for asked in subject.questions:
        question = asked.question
        if isinstance(question, Number) and question.low > question.high:
            yield error("range-empty", asked.place, low=question.low, high=question.high)
        if isinstance(question, Multiple | Ranking) and (question.most or 0) > len(question.options):
            yield warning(
                "range-empty", asked.place, "most", most=question.most, options=len(question.options)
            )
        named = question.scale_code()
        if named is not None and named not in scales and not subject.is_left_out(named):
            yield error("scale-unknown", asked.place, code=named, known=", ".join(scales) or "–")
