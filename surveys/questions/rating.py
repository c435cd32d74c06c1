"""A single rating on a scale."""

from collections.abc import Iterator
from typing import Literal

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, SENT, WAYS_OUT
from surveys.logic.types import Type
from surveys.questions.base import (
    Choice,
    Control,
    Ends,
    Look,
    Question,
    Rated,
    Row,
    Scale,
    Scales,
    Slot,
    Text,
)
from surveys.questions.nature import Nature
from surveys.questions.reading import Reader, one_of
from surveys.questions.seeing import Answer, stored_number


def points_control(item: "Row | Rating", scale: Scale, anchors: tuple[Text, Text] | None) -> Control:
    """Give the points of a scale and the ways out that an item offers."""
    code = item.code
    choices = [
        Choice(str(point), {"en": str(point)}, code, point) for point in range(scale.low, scale.high + 1)
    ]
    for reserved, is_offered in ((DONT_KNOW, item.dont_know), (NOT_APPLICABLE, item.not_applicable)):
        if is_offered:
            choices.append(Choice(SENT[reserved], WAYS_OUT[reserved], code, reserved))
    ends = anchors or scale.anchors or ({}, {})
    return Control(code, "points", item.text, tuple(choices), (scale.low, scale.high), ends)


def read_points(control: Control, *, required: bool) -> Reader:
    """Read one rating."""
    return one_of(control.name, {choice.sent: choice.stored for choice in control.choices}, required=required)


class OnScale(Question):
    """A question answered on one of the document's scales, with end labels of its own where it has any."""

    scale: str
    anchors: tuple[Text, Text] | None = None

    def scale_code(self) -> str:
        """Give its scale."""
        return self.scale

    def ends(self, scales: Scales) -> Ends:
        """Give the ends of its scale."""
        scale = scales[self.scale]
        return Ends(scale.low, scale.high, self.anchors or scale.anchors)


class Rating(OnScale):
    """One statement on a scale."""

    type: Literal["rating", "nps"]
    not_applicable: bool = False
    dont_know: bool = True

    @property
    def look(self) -> Look:
        """Show the points of a scale."""
        return "points"

    @property
    def nature(self) -> Nature:
        """A number; recommendation stands beside an index."""
        return Nature(is_scored=self.type != "nps")

    def slots(self, scales: Scales) -> Iterator[Slot]:
        """Give its one place."""
        scale = scales[self.scale]
        yield Slot(self.code, self.code, "rating", scale.low, scale.high, self.dont_know, self.not_applicable)

    def controls(self, scales: Scales) -> tuple[Control, ...]:
        """Give its points."""
        return (points_control(self, scales[self.scale], self.anchors),)

    def reader(self, scales: Scales) -> Reader:
        """Read one of its points or ways out."""
        return read_points(self.controls(scales)[0], required=self.required)

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the point."""
        yield Answer(self.code, Type("rating"), stored_number(self.code))

    def rated(self, scales: Scales) -> Iterator[Rated]:
        """Give itself."""
        scale = scales[self.scale]
        texts = (self.text, self.hint, *(self.anchors or scale.anchors or ()))
        yield Rated(self.code, texts, (scale.low, scale.high))
