"""A whole number within limits."""

import re
from typing import Literal

from pydantic import Field

from surveys.codes import HIGHEST_ANSWER
from surveys.errors import Problem
from surveys.questions.base import Question, Text, Whole
from surveys.questions.reading import Form, PageAnswers, Reader, _blank


class Number(Question):
    """A whole number."""

    type: Literal["number"]
    low: Whole = 0
    high: Whole = HIGHEST_ANSWER
    unit: Text = Field(default_factory=dict)


_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")


_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def _number(question: Number) -> Reader:
    code = question.code

    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip().translate(_WIDE)
        if not text:
            _blank(code, found, required=question.required)
        elif _WHOLE.fullmatch(text) and question.low <= int(text) <= question.high:
            found.values[code] = int(text)
        else:
            found.refuse(code, Problem.ANSWER_NUMBER, low=question.low, high=question.high)

    return read
