"""A Kano pair: how one feels with a service, and without it."""

from typing import Literal

from pydantic import Field

from surveys.questions.base import Option, Question, Text


class Kano(Question):
    """A service with and without: two answers of five on one Kano scale."""

    type: Literal["kano"]
    without: Text
    options: tuple[Option, ...] = Field(min_length=5, max_length=5)
