"""The questionnaire as the rooms look at it: its texts, conditions and questions, each with its place."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from surveys.document.conditions import QUOTAS, choices_of, known_to
from surveys.document.questionnaire import Questionnaire, Section
from surveys.findings.finding import Finding
from surveys.findings.places import INSIDE
from surveys.logic.binding import Choices
from surveys.logic.reading import parse
from surveys.logic.tree import Expression
from surveys.logic.types import Known
from surveys.questions.base import Question
from surveys.questions.parts import Row

# What holds no text by language, by far most of what stands in a document.
LEAVES: Final = frozenset({str, int, float, bool, type(None)})


class Written(NamedTuple):
    """One text by language. `node` is the place of what bears it, `page` the section in which it is read."""

    place: str
    node: str
    texts: Mapping[str, str]
    field: str
    part: BaseModel
    page: int


class Asked(NamedTuple):
    """One question; `page` counts sections, `number` questions, both from 0."""

    place: str
    page: int
    number: int
    section: Section
    question: Question


class Conditioned(NamedTuple):
    """One condition: what it decides about, and before which question what it asks about must stand.

    A quota's `page` is that after the last.

    `outer` are the conditions under which it is looked at at all, besides the page's. What it asks about is
    chosen at `chosen_at`: for rows and options that are taken from another question at their own question.
    """

    place: str
    kind: str  # section | question | row | option | stop | valid | quota
    text: str
    expression: Expression
    page: int
    before: int
    outer: tuple[Expression, ...] = ()
    chosen_at: str = ""


class Subject:
    """A document and what was left out of it because it had no shape: that is never called unknown."""

    def __init__(
        self, document: Questionnaire, given: Mapping[str, Any], left_out: frozenset[str] = frozenset()
    ) -> None:
        self.document, self.given, self.left_out = document, given, left_out
        self.faults: dict[int, tuple[Finding, ...]] = {}  # of its conditions (`surveys.findings.logic`)

    def is_left_out(self, name: object) -> bool:
        """Tell whether a name stood in the file in a part that could not be read."""
        return name in self.left_out

    @cached_property
    def questions(self) -> tuple[Asked, ...]:
        """Every question in order."""
        found: list[Asked] = []
        for page, section in enumerate(self.document.sections):
            for question in section.questions:
                place = f"{section.code}.{question.code}"
                found.append(Asked(place, page, len(found), section, question))
        return tuple(found)

    @cached_property
    def where(self) -> Mapping[str, Asked]:
        """Code of a question or a row → its question; of a code that stands twice, the first."""
        found: dict[str, Asked] = {}
        for asked in self.questions:
            for code in (asked.question.code, *(row.code for row in asked.question.subquestions())):
                found.setdefault(code, asked)
        return found

    @cached_property
    def parts(self) -> Mapping[str, Question | Row]:
        """Code → question or row; of a code that stands twice, the first."""
        found: dict[str, Question | Row] = {}
        for asked in self.questions:
            found.setdefault(asked.question.code, asked.question)
            for row in asked.question.subquestions():
                found.setdefault(row.code, row)
        return found

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """Give for each page the first of those with which it changes places: itself where there are none."""
        found: list[int] = []
        for group in self.document.groups():
            found += [len(found)] * len(group)
        return tuple(found)

    def is_beside(self, one: int, other: int) -> bool:
        """Tell whether two pages change places, so that neither comes before the other."""
        group = dict(enumerate(self.groups))
        return one != other and other in group and group[one] == group[other]

    def place(self, code: str) -> str:
        """Give the place of a question or row."""
        asked = self.where[code]
        return asked.place if asked.question.code == code else f"{asked.place}.{code}"

    @cached_property
    def texts(self) -> tuple[Written, ...]:
        """Every text of the document."""
        return tuple(_texts(self.document, "", 0))

    @cached_property
    def scored(self) -> frozenset[str]:
        """Codes of the questions in dimensions."""
        system = self.document.indicators
        nodes = [node for _, node in system.dimensions()] if system is not None else []
        return frozenset(code for node in nodes for code in node.indicators)

    @cached_property
    def known(self) -> Known:
        """What conditions may look at."""
        return known_to(self.document)

    @cached_property
    def choices(self) -> Choices:
        """Options of all that is one choice, with which conditions are made ready."""
        return choices_of(self.document)

    @cached_property
    def conditions(self) -> tuple[Conditioned, ...]:
        """Every condition, in the order in which they are decided."""
        found: list[Conditioned] = []
        number = 0
        for page, section in enumerate(self.document.sections):
            first = number
            if section.show_if is not None:
                found.append(_of("section", section.code, section.show_if, page, number))
            for question in section.questions:
                place = f"{section.code}.{question.code}"
                outer = (question.show_if,) if question.show_if is not None else ()
                found += [_of("question", place, text, page, number) for text in outer]
                rows = question.subquestions()
                for part in (*rows, *question.offered()):
                    at, kind = f"{place}.{part.code}", "row" if part in rows else "option"
                    if part.source is not None:  # seen from earlier pages alone
                        taken = _of(kind, at, part.source, page, first, *outer)
                        found.append(taken._replace(chosen_at=place))
                    if part.show_if is not None:
                        more = (part.source,) if part.source is not None else ()
                        found.append(_of(kind, at, part.show_if, page, number, *outer, *more))
                number += 1
                if question.valid_if is not None:
                    found.append(_of("valid", place, question.valid_if, page, number, *outer))
            for stop in section.stops:
                at = f"{section.code}.stops.{stop.code}"
                found.append(_of("stop", at, stop.when, page, number))
        for quota in self.document.quotas:
            at = f"{QUOTAS}.{quota.code}"
            found.append(_of("quota", at, quota.when, len(self.document.sections), number))
        return tuple(found)


def _of(kind: str, place: str, text: str, page: int, before: int, *outer: str) -> Conditioned:
    return Conditioned(place, kind, text, parse(text), page, before, tuple(map(parse, outer)))


def _texts(part: BaseModel, place: str, page: int) -> Iterator[Written]:
    # By far most fields hold no text, and a large draft is gone through at every edit.
    fields, values = type(part).model_fields, part.__dict__
    for name in fields:
        value = values[name]
        if type(value) in LEAVES or value == () or name == "quality":
            continue
        if isinstance(value, dict) and name in {"scales", "pipes"}:
            for key, item in value.items():
                yield from _texts(item, f"{name}.{key}", page)
        elif isinstance(value, dict):
            # What stands for an option of another question may be called as that is.
            needed = fields[name].is_required() or (name == "text" and getattr(part, "for_", None) is None)
            yield from _by_language(value, part, place, name, is_needed=needed, page=page)
        elif isinstance(value, BaseModel):
            yield from _texts(value, name, page)
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, BaseModel):
                    at = number if name == "sections" else page
                    yield from _texts(item, _below(place, name, item), at)
                elif isinstance(item, dict):
                    yield from _by_language(item, part, place, name, is_needed=True, page=page)


def _by_language(
    value: Mapping[str, Any], part: BaseModel, place: str, name: str, *, is_needed: bool, page: int
) -> Iterator[Written]:
    here = f"{place}.{name}" if place else name
    if value and all(isinstance(each, dict) for each in value.values()):  # a text for each point or reason
        for key, texts in value.items():
            yield Written(f"{here}.{key}", place, texts, name, part, page)
    elif is_needed or value:
        yield Written(here, place or here, value, name, part, page)


def _below(place: str, name: str, item: BaseModel) -> str:
    code = getattr(item, "code", getattr(item, "id", ""))
    if name in INSIDE:
        return f"{place}.{code}" if place else code
    if name in {"constructs", "dimensions"}:
        return f"indicators.{code}"
    return f"{place}.{name}.{code}" if place else f"{name}.{code}"
