"""The indicator system: every code in it is there, in one place, and every part holds something."""

from collections.abc import Iterator

from surveys.document.checking import strange_roles
from surveys.document.indicators import IndicatorSystem
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject


def find(subject: Subject) -> Iterator[Finding]:
    """Find what the indicator system names and is not there, and rows that it leaves out."""
    system = subject.document.indicators
    rated = set(rated_questions(subject))
    if system is None:
        if subject.given.get("indicators") is None and any(_is_rating(subject, code) for code in rated):
            yield warning("index-missing", "indicators")
        return
    placed: dict[str, str] = {}
    for construct in system.constructs:
        for node in construct.dimensions:
            place = f"indicators.{node.id}"
            for code in node.indicators:
                if code in placed:
                    yield error("indicator-twice", place, code=code, other=placed[code])
                elif code not in rated and not subject.is_left_out(code):
                    yield error("indicator-unknown", place, code=code)
                placed.setdefault(code, node.id)
        for code in construct.checks:
            place = f"indicators.{construct.id}"
            if code in placed:
                yield error("indicator-twice", place, code=code, other=placed[code])
            elif code not in rated and not subject.is_left_out(code):
                yield error("indicator-unknown", place, code=code)
    dimensions = [node.id for _, node in system.dimensions()]
    for gap in system.gaps:
        for code in (gap.expected, *gap.perceived):
            if code not in dimensions and not subject.is_left_out(code):
                yield error("gap-unknown", "indicators.gaps", code=code, known=", ".join(dimensions))
    for role, code, choice in strange_roles(system, rated):
        if not subject.is_left_out(code):
            yield error(
                "role-unknown", f"indicators.roles.{role}", role=role, code=code, known=", ".join(choice)
            )
    yield from _loose(subject, system, set(placed))


def rated_questions(subject: Subject) -> Iterator[str]:
    """Give the codes that an indicator system may name: ratings and rows of grids."""
    for asked in subject.questions:
        if asked.question.scale_code() is not None:
            yield from (row.code for row in asked.question.subquestions() or ())
            if not asked.question.subquestions():
                yield asked.question.code


def _is_rating(subject: Subject, code: str) -> bool:
    return subject.where[code].question.nature.is_scored


def _loose(subject: Subject, system: IndicatorSystem, placed: set[str]) -> Iterator[Finding]:
    checks = {code for construct in system.constructs for code in construct.checks}
    attention = subject.document.quality.get("attention")
    control = attention.get("code") if isinstance(attention, dict) else None
    for asked in subject.questions:
        rows = asked.question.subquestions()
        if not any(row.code in placed for row in rows):
            continue
        for row in rows:
            is_used = row.code in placed or row.code in checks or row.code == control
            if not is_used and row.correct is None and not subject.is_left_out(row.code):
                yield warning("indicator-loose", f"{asked.place}.{row.code}")
