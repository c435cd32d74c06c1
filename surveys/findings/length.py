"""How long it takes."""

from collections.abc import Iterator
from typing import Final

from surveys.document.minutes import minutes
from surveys.findings.finding import Finding, warning
from surveys.findings.subject import Subject

LONGEST: Final = 8


def find(subject: Subject) -> Iterator[Finding]:
    """Find a questionnaire that takes too long."""
    found = minutes(subject.document)
    if found > LONGEST:
        yield warning("long", subject.document.code, minutes=f"{found:.0f}", limit=LONGEST)
