"""The questionnaire document: sections, questions, scales and texts by language, validated by pydantic."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import groupby
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from surveys import words
from surveys.document.indicators import IndicatorSystem
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.reading import parse
from surveys.questions import AnyQuestion
from surveys.questions.base import Question
from surveys.questions.parts import (
    Code,
    Condition,
    Offered,
    OptionCode,
    Origin,
    Part,
    Row,
    Scale,
    Text,
    Whence,
)
from surveys.questions.pieces import Slot
from surveys.questions.seeing import Answer

# Conditions of the first format see no words, days or Kano pairs, and numbers may stand for options.
FIRST_FORMAT: Final = "manyi/1"
AnswerName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}(\.(text|with|without))?$")]
# What the customer file says that texts may hold; a contact's name or telephone never is.
Account = Literal["unit", "customer_class", "tier", "account_type", "area"]


class Stop(Part):
    """Ends the interview kindly after this section when the condition holds."""

    when: Condition
    code: Code
    text: Text


class Quota(Part):
    """Who is counted; how many are wanted is the wave's. `text` is for whoever comes when it is full."""

    when: Condition
    code: Code
    text: Text


class Section(Part):
    """One page. Consecutive ones with one `shuffle` change places with each other."""

    code: Code
    title: Text
    intro: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    shuffle: Code | None = None
    stops: tuple[Stop, ...] = ()
    questions: tuple[AnyQuestion, ...] = Field(min_length=1)
    origin: Origin | None = None


class Pipe(Part):
    """A name that texts may hold in braces: an answer, the customer file's word, a setting, or the fallback.

    `question` names an answer as conditions do (`MET.text` for own words); `not_for` are options, or words of
    the customer file, for which the fallback is said.
    """

    question: AnswerName | None = None
    account: Account | None = None
    not_for: tuple[OptionCode, ...] = ()
    fallback: Text

    @model_validator(mode="after")
    def _has_one_source(self) -> "Pipe":
        if self.question is not None and self.account is not None:
            raise SurveyError(Problem.DOCUMENT_INVALID, place="pipes", reason=Because(Reason.PIPE_BOTH))
        return self


def _take(part: Offered, whence: Whence, source: Question | None) -> None:
    """Let a row or option borrow from the option for which it stands."""
    option = next((each for each in source.offered() if each.code == part.for_), None) if source else None
    kinds = [answer.type.kind for answer in source.answers() if answer.name == source.code] if source else []
    if kinds == ["choice"]:
        test = f"{whence.question} {'==' if whence.take == 'chosen' else '!='} '{part.for_}'"
    else:
        test = f"'{part.for_}' {'in' if whence.take == 'chosen' else 'not in'} {whence.question}"
    if option is None:
        part.borrow(test, {}, "")
        return
    if whence.take == "left":  # what was not offered there was not left
        whole = " and ".join((*(f"({each})" for each in option.conditions), test))
        with suppress(SurveyError):  # too long or too deep together: each by itself is neither
            parse(whole)
            test = whole
    part.borrow(test, option.wording, f"{whence.question}.text" if option.with_text else "")


class Questionnaire(Part):
    """A whole questionnaire. Read one with `loading.load`, which says where a fault is."""

    format: Literal["manyi/1", "manyi/2"] = FIRST_FORMAT
    code: Code
    title: Text
    languages: tuple[str, ...] = Field(default=(words.DEFAULT, words.FALLBACK), min_length=1)
    intro: Text = Field(default_factory=dict)
    thanks: Text = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    pipes: dict[str, Pipe] = Field(default_factory=dict)
    sections: tuple[Section, ...] = Field(min_length=1)
    quotas: tuple[Quota, ...] = ()
    indicators: IndicatorSystem | None = None
    quality: dict[str, Any] = Field(default_factory=dict)
    origin: Origin | None = None

    @model_validator(mode="after")
    def _take_options(self) -> "Questionnaire":
        """Tell rows and options that stand for options of earlier questions of these."""
        sources = {question.code: question for question in self.questions()}
        for question in self.questions():
            whence = question.whence
            for part in (*question.subquestions(), *question.offered()):
                if part.for_ is not None and whence is not None:
                    _take(part, whence, sources.get(whence.question))
        return self

    def groups(self) -> Iterator[tuple[Section, ...]]:
        """Give the sections that change places with each other; each of the others alone."""
        for name, sections in groupby(self.sections, key=lambda section: section.shuffle):
            if name is not None:
                yield tuple(sections)
            else:
                yield from ((section,) for section in sections)

    def dump(self) -> dict[str, Any]:
        """Give plain values from which `load` makes an equal document."""
        return self.model_dump(mode="json", exclude_defaults=True) | {"format": self.format}

    def origins(self) -> Iterator[Origin]:
        """Give where its parts were copied from, as far as they were."""
        constructs = self.indicators.constructs if self.indicators is not None else ()
        kept = [self.origin, *(each.origin for each in self.sections)]
        kept += [*(each.origin for each in self.questions()), *(each.origin for each in constructs)]
        yield from (each for each in kept if each is not None)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the document in a canonical writing."""
        text = json.dumps(self.dump(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The packed answers' order: that of the document."""
        slots = (slot for question in self.questions() for slot in question.slots(self.scales))
        # Versions of the first format do not tell a blank text from one that was not asked.
        return tuple(slot for slot in slots if slot.kind != "state" or not self.is_first_format)

    def model(self, *, interactions: bool = False) -> dict[str, Any] | None:
        """Give the model of the indicator system in the shape of MODEL.yaml, each question on its scale."""
        if self.indicators is None:
            return None
        scales = {slot.code: (slot.low, slot.high) for slot in self.slots}
        return self.indicators.model(scales, interactions=interactions)

    def stated(self) -> dict[str, dict[int, str]]:
        """Say of each ranking of what the model knows which option each number is, as MODEL.yaml has it."""
        known = set() if self.indicators is None else self.indicators.codes()
        ranked = {slot.question for slot in self.slots if slot.kind == "rank"}
        found = {
            question.code: {option.value: option.code for option in question.offered()}
            for question in self.questions()
            if question.code in ranked
        }
        return {code: options for code, options in found.items() if known & set(options.values())}

    def questions(self) -> Iterator[Question]:
        """Give every question in order."""
        for section in self.sections:
            yield from section.questions

    @cached_property
    def by_code(self) -> dict[str, Question | Row]:
        """Questions by their code, and grid rows by theirs."""
        found: dict[str, Question | Row] = {question.code: question for question in self.questions()}
        for question in self.questions():
            found.update({row.code: row for row in question.subquestions()})
        return found

    @property
    def is_first_format(self) -> bool:
        """Whether its conditions are judged as those of the first format."""
        return self.format == FIRST_FORMAT

    def answers(self) -> tuple[Answer, ...]:
        """Give everything that its conditions and pipes can ask about, in order."""
        return self._answers

    @cached_property
    def _answers(self) -> tuple[Answer, ...]:
        found: list[Answer] = []
        for question in self.questions():
            found += question.answers()
            for row in question.subquestions():
                found += row.answers()
        return tuple(each for each in found if each.since == 1 or not self.is_first_format)

    def section(self, code: str) -> Section:
        """Give the section of that code."""
        return next(section for section in self.sections if section.code == code)
