"""The questionnaire document: sections, questions, scales and texts by language, validated by pydantic."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from surveys import logic
from surveys.answers import HIGHEST_ANSWER, LOWEST_ANSWER
from surveys.errors import Problem, SurveyError
from surveys.indicators import IndicatorSystem

FORMAT: Final = "manyi/1"
Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
OptionCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]
Text = Annotated[dict[str, str], Field(max_length=20)]
Whole = Annotated[int, Field(ge=LOWEST_ANSWER, le=HIGHEST_ANSWER)]


def _readable(text: str) -> str:
    logic.parse(text)
    return text


Condition = Annotated[str, Field(max_length=logic.LONGEST), AfterValidator(_readable)]


class Slot(NamedTuple):
    """One place in the packed answers: what may stand there besides the reserved codes."""

    code: str
    question: str
    kind: str  # rating | choice | mark (0/1 of a multiple choice) | rank | number
    low: int
    high: int
    dont_know: bool = False
    not_applicable: bool = False


class Part(BaseModel):
    """Base of every part: unknown keys are refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(Part):
    """A numeric scale and its two anchor texts."""

    low: Whole = 1
    high: Whole = 10
    anchors: tuple[Text, Text] | None = None


class Option(Part):
    """One answer of a choice question. `value` is what is stored."""

    code: OptionCode
    value: Whole
    text: Text
    exclusive: bool = False
    with_text: bool = False


class Row(Part):
    """One statement of a rating grid; an indicator of the fourth level has the same code."""

    code: Code
    text: Text
    not_applicable: bool = False
    dont_know: bool = True
    show_if: Condition | None = None
    correct: int | None = None


class Question(Part):
    """What every question has. `account` names the customer-file value that answers it unasked."""

    code: Code
    text: Text
    hint: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    required: bool = False
    account: str | None = None


class Grid(Question):
    """Rows rated on one scale."""

    type: Literal["grid"]
    scale: str
    anchors: tuple[Text, Text] | None = None
    rows: tuple[Row, ...] = Field(min_length=1)


class Rating(Question):
    """One statement on a scale."""

    type: Literal["rating", "nps"]
    scale: str
    anchors: tuple[Text, Text] | None = None
    not_applicable: bool = False
    dont_know: bool = True


class ChoiceQuestion(Question):
    """One option of several; consent is a choice that must be answered."""

    type: Literal["single", "dropdown", "consent"]
    options: tuple[Option, ...] = Field(min_length=2)


class Multiple(Question):
    """Any of several options."""

    type: Literal["multiple"]
    options: tuple[Option, ...] = Field(min_length=2)
    most: int | None = Field(default=None, ge=1)


class Ranking(Question):
    """The most important few, in order."""

    type: Literal["ranking"]
    options: tuple[Option, ...] = Field(min_length=2)
    most: int = Field(ge=1)


class Number(Question):
    """A whole number."""

    type: Literal["number"]
    low: Whole = 0
    high: Whole = HIGHEST_ANSWER
    unit: Text = Field(default_factory=dict)


class OpenText(Question):
    """Own words."""

    type: Literal["short_text", "long_text"]
    limit: int = Field(default=500, ge=1, le=20_000)


class DateQuestion(Question):
    """A day."""

    type: Literal["date"]


class Kano(Question):
    """A service with and without: two answers of five on one Kano scale."""

    type: Literal["kano"]
    without: Text
    options: tuple[Option, ...] = Field(min_length=5, max_length=5)


class Statement(Question):
    """Something to read."""

    type: Literal["statement"]


AnyQuestion = Annotated[
    Grid | Rating | ChoiceQuestion | Multiple | Ranking | Number | OpenText | DateQuestion | Kano | Statement,
    Field(discriminator="type"),
]


class Stop(Part):
    """Ends the interview kindly after this section when the condition holds."""

    when: Condition
    code: Code
    text: Text


class Section(Part):
    """One page."""

    code: Code
    title: Text
    intro: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    stops: tuple[Stop, ...] = ()
    questions: tuple[AnyQuestion, ...] = Field(min_length=1)


class Pipe(Part):
    """A name that texts may hold in braces: the text of a chosen option, a setting, or the fallback."""

    question: Code | None = None
    not_for: tuple[OptionCode, ...] = ()
    fallback: Text


class Questionnaire(Part):
    """A whole questionnaire. Build one with `load`, which says where a fault is."""

    format: Literal["manyi/1"] = "manyi/1"
    code: Code
    title: Text
    languages: tuple[str, ...] = Field(default=("zh", "en"), min_length=1)
    intro: Text = Field(default_factory=dict)
    thanks: Text = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    pipes: dict[str, Pipe] = Field(default_factory=dict)
    sections: tuple[Section, ...] = Field(min_length=1)
    indicators: IndicatorSystem | None = None
    quality: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def load(cls, source: str | bytes | Mapping[str, Any]) -> "Questionnaire":
        """Read a document from JSON or plain values; `SurveyError` names the place of the first fault."""
        from surveys.checking import check  # noqa: PLC0415  the checks need this class

        try:
            found = json.loads(source) if isinstance(source, str | bytes) else source
        except (ValueError, RecursionError) as error:
            raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=error) from None
        try:
            document = cls.model_validate(found)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the top"
            raise SurveyError(Problem.DOCUMENT_INVALID, place=place, reason=first["msg"]) from None
        check(document)
        return document

    def dump(self) -> dict[str, Any]:
        """Give plain values from which `load` makes an equal document."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"format": FORMAT}

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the document in a canonical writing."""
        text = json.dumps(self.dump(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The packed answers' order: that of the document."""
        return tuple(slot for question in self.questions() for slot in slots_of(question, self.scales))

    def model(self, *, interactions: bool = False) -> dict[str, Any] | None:
        """Give the model of the indicator system in the shape of MODEL.yaml, each question on its scale."""
        if self.indicators is None:
            return None
        scales = {slot.code: (slot.low, slot.high) for slot in self.slots}
        return self.indicators.model(scales, interactions=interactions)

    def questions(self) -> Iterator["AnyQuestion"]:
        """Give every question in order."""
        for section in self.sections:
            yield from section.questions

    @cached_property
    def by_code(self) -> dict[str, Any]:
        """Questions by their code, and grid rows by theirs."""
        found: dict[str, Any] = {question.code: question for question in self.questions()}
        for question in self.questions():
            if isinstance(question, Grid):
                found.update({row.code: row for row in question.rows})
        return found

    def section(self, code: str) -> Section:
        """Give the section of that code."""
        return next(section for section in self.sections if section.code == code)


def slots_of(question: Question, scales: Mapping[str, Scale]) -> Iterator[Slot]:
    """Give the places in the packed answers that a question fills, in order."""
    code = question.code
    match question:
        case Grid(rows=rows, scale=scale):
            low, high = scales[scale].low, scales[scale].high
            for row in rows:
                yield Slot(row.code, code, "rating", low, high, row.dont_know, row.not_applicable)
        case Rating(scale=scale):
            low, high = scales[scale].low, scales[scale].high
            yield Slot(code, code, "rating", low, high, question.dont_know, question.not_applicable)
        case ChoiceQuestion(options=options):
            values = [option.value for option in options]
            yield Slot(code, code, "choice", min(values), max(values))
        case Multiple(options=options):
            for option in options:
                yield Slot(f"{code}.{option.code}", code, "mark", 0, 1)
        case Ranking(options=options, most=most):
            values = [option.value for option in options]
            for place in range(1, most + 1):
                yield Slot(f"{code}.{place}", code, "rank", min(values), max(values))
        case Number(low=low, high=high):
            yield Slot(code, code, "number", low, high)
        case Kano(options=options):
            values = [option.value for option in options]
            for side in ("with", "without"):
                yield Slot(f"{code}.{side}", code, "choice", min(values), max(values))
