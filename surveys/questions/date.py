"""A day."""

from datetime import date
from typing import Literal

from surveys.errors import Problem
from surveys.questions.base import Question
from surveys.questions.reading import Form, PageAnswers, Reader


class DateQuestion(Question):
    """A day."""

    type: Literal["date"]


def _day(code: str, *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip()
        if not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
            return
        try:
            found.texts[code] = date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            found.refuse(code, Problem.ANSWER_DATE)

    return read
