"""A whole number within limits."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveys.codes import HIGHEST_ANSWER
from surveys.errors import Problem
from surveys.logic.types import Type
from surveys.questions.base import Control, Ends, Look, Question, Scales, Slot
from surveys.questions.nature import SLOW, Doubt, Nature
from surveys.questions.parts import Text, Whole
from surveys.questions.reading import Form, PageAnswers, Reader
from surveys.questions.seeing import Answer, stored_number

_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


class Number(Question):
    """A whole number."""

    type: Literal["number"]
    low: Whole = 0
    high: Whole = HIGHEST_ANSWER
    unit: Text = Field(default_factory=dict)

    @property
    def look(self) -> Look:
        """Show one field."""
        return "line"

    @property
    def nature(self) -> Nature:
        """Slow to look up."""
        return Nature(seconds=SLOW)

    def doubts(self) -> Iterator[Doubt]:
        """Give limits that leave nothing."""
        if self.low > self.high:
            yield Doubt("range-empty", {"low": self.low, "high": self.high}, is_error=True)

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give its one place."""
        yield Slot(self.code, self.code, "number", self.low, self.high)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its field."""
        return (Control(self.code, "number", self.text, unit=self.unit),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read a whole number, full-width digits too."""
        code = self.code

        def read(form: Form, found: PageAnswers) -> None:
            text = (form.get(code) or ("",))[0].strip().translate(_WIDE)
            if not text:
                found.leave_blank(code, required=self.required)
            elif _WHOLE.fullmatch(text) and self.low <= int(text) <= self.high:
                found.values[code] = int(text)
            else:
                found.refuse(code, Problem.ANSWER_NUMBER, low=self.low, high=self.high)

        return read

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the number."""
        yield Answer(self.code, Type("number"), stored_number(self.code))

    def ends(self, scales: Scales) -> Ends:  # noqa: ARG002
        """Give its limits."""
        return Ends(self.low, self.high, unit=self.unit)
