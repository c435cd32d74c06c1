"""The types of questions, and the places that each fills in the packed answers."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from surveys.questions.base import Question, Scale, Slot
from surveys.questions.choice import ChoiceQuestion
from surveys.questions.date import DateQuestion
from surveys.questions.grid import Grid
from surveys.questions.kano import Kano
from surveys.questions.multiple import Multiple
from surveys.questions.number import Number
from surveys.questions.open_text import OpenText
from surveys.questions.ranking import Ranking
from surveys.questions.rating import Rating
from surveys.questions.statement import Statement

AnyQuestion = Annotated[
    Grid | Rating | ChoiceQuestion | Multiple | Ranking | Number | OpenText | DateQuestion | Kano | Statement,
    Field(discriminator="type"),
]


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
