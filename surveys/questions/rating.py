"""A single rating on a scale."""

from typing import Literal

from surveys.questions.base import Question, Text


class Rating(Question):
    """One statement on a scale."""

    type: Literal["rating", "nps"]
    scale: str
    anchors: tuple[Text, Text] | None = None
    not_applicable: bool = False
    dont_know: bool = True
