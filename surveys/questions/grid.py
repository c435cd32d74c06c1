"""Rows rated on one scale: the work-horse."""

from typing import Literal

from pydantic import Field

from surveys.questions.base import Code, Condition, Part, Question, Text


class Row(Part):
    """One statement of a rating grid; an indicator of the fourth level has the same code."""

    code: Code
    text: Text
    not_applicable: bool = False
    dont_know: bool = True
    show_if: Condition | None = None
    correct: int | None = None


class Grid(Question):
    """Rows rated on one scale."""

    type: Literal["grid"]
    scale: str
    anchors: tuple[Text, Text] | None = None
    rows: tuple[Row, ...] = Field(min_length=1)
