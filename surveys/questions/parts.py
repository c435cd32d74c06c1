"""The parts of a document of which questions are made: codes, texts, scales, options and rows."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from surveys.codes import HIGHEST_ANSWER, LOWEST_ANSWER
from surveys.logic.reading import parse
from surveys.logic.types import Type
from surveys.questions.seeing import Answer, stored_number

Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
OptionCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]
Text = Annotated[dict[str, str], Field(max_length=20)]
Labels = Annotated[dict[Annotated[str, Field(pattern=r"^-?[0-9]{1,5}$")], Text], Field(max_length=40)]
Messages = dict[Literal["required", "range", "least", "most", "valid", "text"], Text]
Whole = Annotated[int, Field(ge=LOWEST_ANSWER, le=HIGHEST_ANSWER)]


def _readable(text: str) -> str:
    parse(text)
    return text


Condition = Annotated[str, AfterValidator(_readable)]


class Part(BaseModel):
    """Base of every part: unknown keys are refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(Part):
    """A numeric scale and its two anchor texts; `labels` are texts of single points."""

    low: Whole = 1
    high: Whole = 10
    anchors: tuple[Text, Text] | None = None
    labels: Labels = Field(default_factory=dict)


class Option(Part):
    """One answer of a choice question. `value` is what is stored."""

    code: OptionCode
    value: Whole
    text: Text
    exclusive: bool = False
    with_text: bool | Literal["required"] = False


class Row(Part):
    """One statement of a rating grid; an indicator of the fourth level has the same code."""

    code: Code
    text: Text
    not_applicable: bool = False
    dont_know: bool = True
    show_if: Condition | None = None
    correct: int | None = None

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the point."""
        yield Answer(self.code, Type("rating"), stored_number(self.code))
