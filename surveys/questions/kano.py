"""A Kano pair: how one feels with a service, and without it."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveys.logic.types import Type
from surveys.questions.base import Question, Scales
from surveys.questions.choice import chosen, codes_of
from surveys.questions.nature import QUICK, Nature
from surveys.questions.parts import Option, Text
from surveys.questions.pieces import Choice, Control, Slot
from surveys.questions.reading import Reader, in_turn, one_of
from surveys.questions.seeing import Answer


class Kano(Question):
    """A service with and without: two answers of five on one Kano scale."""

    type: Literal["kano"]
    without: Text
    options: tuple[Option, ...] = Field(min_length=5, max_length=5)

    @property
    def nature(self) -> Nature:
        """Two choices."""
        return Nature(seconds=2 * QUICK)

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give a place a side."""
        values = [option.value for option in self.options]
        for side in ("with", "without"):
            yield Slot(f"{self.code}.{side}", self.code, "choice", min(values), max(values))

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give five options a side."""
        return tuple(
            Control(
                slot,
                "one",
                text,
                tuple(Choice(str(option.value), option.text, slot, option.value) for option in self.options),
            )
            for slot, text in ((f"{self.code}.with", self.text), (f"{self.code}.without", self.without))
        )

    def reader(self, scales: Scales) -> Reader:
        """Read both sides."""
        return in_turn(
            *(
                one_of(
                    control.name,
                    {choice.sent: choice.stored for choice in control.choices},
                    required=self.is_required,
                )
                for control in self.controls(scales)
            )
        )

    def answers(self) -> Iterator[Answer]:
        """Let conditions see each side by itself."""
        for side in ("with", "without"):
            slot = f"{self.code}.{side}"
            yield Answer(slot, Type("choice", codes_of(self.options)), chosen(slot, self.options), since=2)

    def offered(self) -> tuple[Option, ...]:
        """Give its five options."""
        return self.options
