"""A day."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from surveys.errors import Problem
from surveys.logic.tree import Value
from surveys.logic.types import Type
from surveys.questions.base import Control, Look, Question, Scales
from surveys.questions.nature import SLOW, Nature
from surveys.questions.reading import Form, PageAnswers, Reader
from surveys.questions.seeing import Answer


class DateQuestion(Question):
    """A day."""

    type: Literal["date"]

    @property
    def look(self) -> Look:
        """Show one field."""
        return "line"

    @property
    def nature(self) -> Nature:
        """Slow to look up."""
        return Nature(seconds=SLOW)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its field."""
        return (Control(self.code, "date", self.text),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read a day in ISO's writing, as browsers send it."""
        code = self.code

        def read(form: Form, found: PageAnswers) -> None:
            text = (form.get(code) or ("",))[0].strip()
            if not text and self.required:
                found.refuse(code, Problem.ANSWER_REQUIRED)
                return
            try:
                found.texts[code] = date.fromisoformat(text).isoformat() if text else ""
            except ValueError:
                found.refuse(code, Problem.ANSWER_DATE)

        return read

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the day."""
        code = self.code

        def decode(_values: Mapping[str, int], texts: Mapping[str, str]) -> Value:
            return date.fromisoformat(texts[code]) if texts.get(code) else None

        yield Answer(code, Type("day"), decode, since=2)
