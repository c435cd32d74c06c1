"""A text to be read; it asks nothing."""

from typing import Literal

from surveys.questions.base import Look, Question


class Statement(Question):
    """Something to read."""

    type: Literal["statement"]

    @property
    def look(self) -> Look:
        """Show a text alone."""
        return "read"
