"""All findings of a questionnaire in one list: errors first, each part in the order of the rooms."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from surveys.document.questionnaire import Questionnaire
from surveys.findings import (
    codes,
    consent,
    indicators,
    length,
    logic,
    markup,
    measurement,
    options,
    pipes,
    quality,
    ranges,
    reach,
    texts,
    wording,
)
from surveys.findings.finding import Finding
from surveys.findings.reading import read
from surveys.findings.shape import shaped
from surveys.findings.subject import Subject

Room = Callable[[Subject], Iterator[Finding]]

ROOMS: Final[tuple[Room, ...]] = (
    codes.find,
    ranges.find,
    options.find,
    logic.find,
    reach.find,
    texts.find,
    markup.find,
    pipes.find,
    consent.find,
    indicators.find,
    measurement.find,
    quality.find,
    wording.find,
    length.find,
)


def findings_of_file(source: bytes, *, more: Room | None = None) -> list[Finding]:
    """Give every finding of a file, whatever stands in it.

    `more` is what this package cannot know, such as what the index's model refuses.
    """
    plain, found = read(source)
    if plain is None:
        return list(found)
    return _in_order((*found, *judged(plain, more=more).findings))


class Judged(NamedTuple):
    """Plain values as a document of what has the right shape, None where nothing is left; every finding."""

    document: Questionnaire | None
    findings: tuple[Finding, ...]


def judged(plain: dict[str, Any], *, more: Room | None = None) -> Judged:
    """Judge plain values, half-finished or not."""
    document, found, left_out = shaped(plain)
    if document is not None:
        found += tuple(_of_subject(Subject(document, plain, left_out), more))
    return Judged(document, tuple(_in_order(found)))


def findings_of(document: Questionnaire, *, more: Room | None = None) -> list[Finding]:
    """Give every finding of a document that is read already."""
    return _in_order(_of_subject(Subject(document, document.dump()), more))


def _of_subject(subject: Subject, more: Room | None) -> Iterator[Finding]:
    for room in (*ROOMS, *((more,) if more is not None else ())):
        yield from room(subject)


def _in_order(found: Iterable[Finding]) -> list[Finding]:
    once = {(each.code, each.place, each.variant, repr(each.about)): each for each in found}
    return sorted(once.values(), key=lambda each: each.severity)
