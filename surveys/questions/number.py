"""A number within limits: a whole one, or one with decimals."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from surveys.codes import HIGHEST_ANSWER, LOWEST_ANSWER
from surveys.errors import Problem
from surveys.logic.tree import Value
from surveys.logic.types import Type
from surveys.questions import durations
from surveys.questions.base import Look, Question, Scales
from surveys.questions.nature import SLOW, Doubt, Nature
from surveys.questions.parts import Text
from surveys.questions.pieces import Control, Ends, Slot
from surveys.questions.reading import GIVEN, Form, PageAnswers, Reader, stating
from surveys.questions.seeing import Answer, stored_number

_WIDE = str.maketrans("０１２３４５６７８９．－，：", "0123456789.-,:")
_COMMA = re.compile(r"([+-]?[0-9]{1,10}),([0-9]{1,2}|[0-9]{4,6})")  # three digits may be thousands
_BARE = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_LONGEST = 40
# Limits that are told apart from their neighbours when they are written with decimals.
Limit = Annotated[int | float, Field(ge=-(10**9), le=10**9, allow_inf_nan=False)]


class Number(Question):
    """A number. A whole one that fits is packed; else it is written beside, and packed is whether it is."""

    type: Literal["number"]
    low: Limit = 0
    high: Limit = HIGHEST_ANSWER
    decimals: int = Field(default=0, ge=0, le=6)
    unit: Text = Field(default_factory=dict)

    @property
    def is_packed(self) -> bool:
        """Whether what is stored is the number itself."""
        return not self.decimals and self.low >= LOWEST_ANSWER and self.high <= HIGHEST_ANSWER

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
        if self.is_packed:
            yield Slot(self.code, self.code, "number", int(self.low), int(self.high))
        else:
            yield Slot(self.code, self.code, "state", GIVEN, GIVEN)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its field."""
        kind = "number" if self.is_packed else "decimal"
        return (Control(self.code, kind, self.text, unit=self.unit),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read a number: full-width digits, a decimal comma and the question's own unit are understood.

        Where that is a unit of time, so are other ways to write how long something took (`durations`).
        """
        code = self.code
        decimals = rf"(\.[0-9]{{1,{self.decimals}}})?" if self.decimals else ""
        written = re.compile(rf"[+-]?[0-9]{{1,10}}{decimals}")
        about = {"low": self.low, "high": self.high}
        if self.decimals:
            refused, about = Problem.ANSWER_DECIMAL, about | {"decimals": self.decimals}
        else:
            refused = Problem.ANSWER_NUMBER

        def read(form: Form, found: PageAnswers) -> None:
            text = self._plainly((form.get(code) or ("",))[0].strip().translate(_WIDE))
            if not text and (self.is_packed or self.is_required):
                found.leave_blank(code, required=self.is_required)
            elif not text:
                found.texts[code] = ""
            elif not written.fullmatch(text) or not self.low <= Decimal(text) <= self.high:
                found.refuse(code, refused, **about)
            elif self.is_packed:
                found.values[code] = int(text)
            else:
                found.texts[code] = plain(text)

        return read if self.is_packed else stating(code, read)

    def _plainly(self, text: str) -> str:
        """Write what somebody has typed in digits; what is not understood stays as it is."""
        if len(text) > _LONGEST:
            return text
        for unit in self.unit.values():
            bare = text.lower().removesuffix(unit.lower()).rstrip()
            if _BARE.fullmatch(bare):
                text = text[: len(bare)]
        if self.decimals and (parts := _COMMA.fullmatch(text)):
            return f"{parts[1]}.{parts[2]}"
        length = durations.written(text, self.unit)
        if length is None or (not self.decimals and length % 1):
            return text
        return plain(f"{round(length, self.decimals):f}")

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the number."""
        code = self.code

        def decode(_values: Mapping[str, int], texts: Mapping[str, str]) -> Value:
            return number_of(texts[code]) if texts.get(code) else None

        yield Answer(code, Type("number"), stored_number(code) if self.is_packed else decode)

    def ends(self, scales: Scales) -> Ends:  # noqa: ARG002
        """Give its limits."""
        return Ends(self.low, self.high, unit=self.unit, step=10**-self.decimals)


def plain(text: str) -> str:
    """Write a number without a sign or zeros that say nothing: 12.50 as 12.5, -0 as 0."""
    number = Decimal(text)
    whole = number == number.to_integral_value()
    return f"{abs(number) if number == 0 else number:.0f}" if whole else f"{number.normalize():f}"


def number_of(text: str) -> float | int:
    """Give a number as conditions compare it."""
    return float(text) if "." in text else int(text)
