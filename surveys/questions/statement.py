"""A text to be read; it asks nothing."""

from typing import Literal

from surveys.questions.base import Look, Question
from surveys.questions.nature import Nature


class Statement(Question):
    """Something to read."""

    type: Literal["statement"]

    @property
    def look(self) -> Look:
        """Show a text alone."""
        return "read"

    @property
    def nature(self) -> Nature:
        """Read, and not answered."""
        return Nature(seconds=0)
