"""The types of questions: one file each, and one line in `TYPES`.

A type from elsewhere joins by `register`; nothing else needs to know it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, SerializeAsAny

from surveys.errors import Problem, SurveyError
from surveys.questions.base import Question
from surveys.questions.choice import ChoiceQuestion
from surveys.questions.date import DateQuestion
from surveys.questions.grid import Grid
from surveys.questions.kano import Kano
from surveys.questions.lot import Lot
from surveys.questions.multiple import Multiple
from surveys.questions.number import Number
from surveys.questions.open_text import OpenText
from surveys.questions.ranking import Ranking
from surveys.questions.rating import Rating
from surveys.questions.statement import Statement

TYPES: dict[str, type[Question]] = {}


def register(question_type: type[Question]) -> type[Question]:
    """Let documents ask questions of a type, under each name that its `type` allows.

    Raises
    ------
    ValueError
        Another type has one of its names.
    """
    names = get_args(question_type.model_fields["type"].annotation)
    if taken := TYPES.keys() & set(names):
        raise ValueError(f"{question_type.__name__}: there is a type {min(taken)} already")
    TYPES.update(dict.fromkeys(names, question_type))
    return question_type


for each in (
    Grid,
    Rating,
    ChoiceQuestion,
    Multiple,
    Ranking,
    Number,
    OpenText,
    DateQuestion,
    Kano,
    Statement,
    Lot,
):
    register(each)


def _look_up(value: Any) -> Any:
    if isinstance(value, Question):
        return value
    name = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(name, str) or name not in TYPES:
        raise SurveyError(Problem.TYPE_UNKNOWN, type=name, known=", ".join(TYPES))
    return TYPES[name].model_validate(value)


AnyQuestion = Annotated[SerializeAsAny[Question], BeforeValidator(_look_up)]
