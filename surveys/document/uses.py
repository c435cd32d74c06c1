"""Who uses a question or row: conditions, pipes, dimensions, checks, rules of quality, roles."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from surveys.document.conditions import conditions_of
from surveys.document.questionnaire import Questionnaire
from surveys.errors import SurveyError
from surveys.logic.reading import parse
from surveys.logic.tree import references

Kind = Literal["condition", "pipe", "dimension", "check", "quality", "role"]


class Use(NamedTuple):
    """What uses it, and where that stands: the place of a condition, the name of a pipe, a dimension's id."""

    kind: Kind
    place: str


def uses(document: Questionnaire) -> Mapping[str, tuple[Use, ...]]:
    """Give for each question or row that is used everything that uses it, in the document's order."""
    found: dict[str, dict[Use, None]] = defaultdict(dict)
    for code, use in _all(document):
        found[code].setdefault(use)
    return {code: tuple(found[code]) for code in document.by_code if code in found}


def _all(document: Questionnaire) -> Iterator[tuple[str, Use]]:
    for placed in conditions_of(document):
        for code in _asked_about(placed.text):
            yield code, Use("condition", placed.place)
    for name, pipe in document.pipes.items():
        if pipe.question:
            yield pipe.question.partition(".")[0], Use("pipe", name)
    system = document.indicators
    if system is not None:
        for construct, dimension in system.dimensions():
            for code in dimension.indicators:
                yield code, Use("dimension", f"{construct.id}.{dimension.id}")
        for construct in system.constructs:
            for code in construct.checks:
                yield code, Use("check", construct.id)
        for role, code in system.played().items():
            yield code, Use("role", role)
    for rule, written in document.quality.items():
        for text in _strings(written):
            for code in (text,) if text in document.by_code else _asked_about(text):
                yield code, Use("quality", rule)


def _asked_about(text: str) -> tuple[str, ...]:
    """Give the codes that a condition asks about; none where it is no condition."""
    try:
        expression = parse(text)
    except SurveyError:
        return ()
    return tuple(
        dict.fromkeys(each.name.partition(".")[0] for each in references(expression) if not each.is_account)
    )


def _strings(written: Any) -> Iterator[str]:
    if isinstance(written, str):
        yield written
    elif isinstance(written, Mapping):
        for each in written.values():
            yield from _strings(each)
    elif isinstance(written, list | tuple):
        for each in written:
            yield from _strings(each)
