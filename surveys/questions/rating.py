"""A single rating on a scale."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, SENT, WAYS_OUT
from surveys.logic.types import Type
from surveys.questions.base import Look, Question, Scales
from surveys.questions.nature import Nature
from surveys.questions.parts import Labels, Row, Text
from surveys.questions.pieces import Choice, Control, Ends, Rated, Slot
from surveys.questions.reading import Reader, one_of
from surveys.questions.seeing import Answer, stored_number


def points_control(item: "Row | Rating", scale: Ends) -> Control:
    """Give the points of a scale with their texts, and the ways out that an item offers."""
    code, low, high = item.code, int(scale.low), int(scale.high)
    choices = [Choice(str(point), scale.labels.get(point, {}), code, point) for point in range(low, high + 1)]
    for reserved, is_offered in ((DONT_KNOW, item.dont_know), (NOT_APPLICABLE, item.not_applicable)):
        if is_offered:
            choices.append(Choice(SENT[reserved], WAYS_OUT[reserved], code, reserved))
    anchors = scale.anchors or ({}, {})
    return Control(code, "points", getattr(item, "wording", item.text), tuple(choices), (low, high), anchors)


def read_points(control: Control, *, required: bool) -> Reader:
    """Read one rating."""
    return one_of(control.name, {choice.sent: choice.stored for choice in control.choices}, required=required)


class OnScale(Question):
    """A question answered on one of the document's scales; its own texts of points win."""

    scale: str
    anchors: tuple[Text, Text] | None = None
    labels: Labels = Field(default_factory=dict)

    def scale_code(self) -> str:
        """Give its scale."""
        return self.scale

    def ends(self, scales: Scales) -> Ends:
        """Give the ends of its scale."""
        scale = scales[self.scale]
        labels = {int(point): text for point, text in {**scale.labels, **self.labels}.items()}
        return Ends(scale.low, scale.high, self.anchors or scale.anchors, labels=labels)


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
        return (points_control(self, self.ends(scales)),)

    def reader(self, scales: Scales) -> Reader:
        """Read one of its points or ways out."""
        return read_points(self.controls(scales)[0], required=self.is_required)

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the point."""
        yield Answer(self.code, Type("rating"), stored_number(self.code))

    def rated(self, scales: Scales) -> Iterator[Rated]:
        """Give itself."""
        ends = self.ends(scales)
        yield Rated(self.code, (self.text, self.hint, *ends.texts), (ends.low, ends.high), self.lineage)
