"""Own words, short or long."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveys.logic.types import Type
from surveys.questions.base import Look, Question, Scales
from surveys.questions.pieces import Control, Slot
from surveys.questions.reading import GIVEN, Reader, own_words, stating
from surveys.questions.seeing import Answer, written_words


class OpenText(Question):
    """Own words."""

    type: Literal["short_text", "long_text"]
    limit: int = Field(default=500, ge=1, le=20_000)

    @property
    def look(self) -> Look:
        """Show one field."""
        return "line"

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give the place that tells words from a blank, and a blank from what was not asked."""
        yield Slot(self.code, self.code, "state", GIVEN, GIVEN)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its field."""
        kind = "lines" if self.type == "long_text" else "line"
        return (Control(self.code, kind, self.text, limit=self.limit),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read the words."""
        return stating(self.code, own_words(self.code, self.limit, required=self.is_required))

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the words."""
        yield Answer(self.code, Type("words"), written_words(self.code), since=2)
