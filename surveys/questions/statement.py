"""A text to be read; it asks nothing."""

from typing import Literal

from surveys.questions.base import Question


class Statement(Question):
    """Something to read."""

    type: Literal["statement"]
