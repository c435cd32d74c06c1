"""Own words, short or long."""

from typing import Literal

from pydantic import Field

from surveys.questions.base import Question


class OpenText(Question):
    """Own words."""

    type: Literal["short_text", "long_text"]
    limit: int = Field(default=500, ge=1, le=20_000)
