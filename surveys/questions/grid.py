"""Rows rated on one scale: the work-horse."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveys.questions.base import Scales
from surveys.questions.parts import Row, Whence
from surveys.questions.pieces import Piece, Rated, Slot
from surveys.questions.rating import OnScale, points_control, read_points


class Grid(OnScale):
    """Rows rated on one scale."""

    type: Literal["grid"]
    rows: tuple[Row, ...] = Field(min_length=1)
    rows_from: Whence | None = None
    order: Literal["random"] | None = None

    @property
    def whence(self) -> Whence | None:
        """From where its rows are taken."""
        return self.rows_from

    @property
    def is_shuffled(self) -> bool:
        """Whether its rows stand in random order."""
        return self.order is not None

    def slots(self, scales: Scales) -> Iterator[Slot]:
        """Give a place a row."""
        scale = scales[self.scale]
        for row in self.rows:
            yield Slot(
                row.code, self.code, "rating", scale.low, scale.high, row.dont_know, row.not_applicable
            )

    def pieces(self, scales: Scales) -> Iterator[Piece]:
        """Give each row, which is asked or left out by itself."""
        for row in self.rows:
            control = points_control(row, self.ends(scales))
            yield Piece(
                row.code,
                row.wording,
                (*((self.show_if,) if self.show_if else ()), *row.conditions),
                read_points(control, required=self.is_required),
                (row.code,),
                (control,),
                required=self.is_required,
                **self.demands(),
            )

    def subquestions(self) -> tuple[Row, ...]:
        """Give its rows."""
        return self.rows

    def rated(self, scales: Scales) -> Iterator[Rated]:
        """Give its rows, each with the texts around them."""
        ends = self.ends(scales)
        around = (self.text, self.hint, *ends.texts)
        for row in self.rows:
            yield Rated(row.code, (*around, row.wording), (ends.low, ends.high), row.lineage)
