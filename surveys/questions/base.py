"""What every question is made of: codes, texts, scales, options, and places in the packed answers."""

from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from surveys.codes import HIGHEST_ANSWER, LOWEST_ANSWER
from surveys.logic import reading

Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]


OptionCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]


Text = Annotated[dict[str, str], Field(max_length=20)]


Whole = Annotated[int, Field(ge=LOWEST_ANSWER, le=HIGHEST_ANSWER)]


def _readable(text: str) -> str:
    reading.parse(text)
    return text


Condition = Annotated[str, Field(max_length=reading.LONGEST), AfterValidator(_readable)]


class Slot(NamedTuple):
    """One place in the packed answers: what may stand there besides the reserved codes."""

    code: str
    question: str
    kind: str  # rating | choice | mark (0/1 of a multiple choice) | rank | number
    low: int
    high: int
    dont_know: bool = False
    not_applicable: bool = False


class Part(BaseModel):
    """Base of every part: unknown keys are refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(Part):
    """A numeric scale and its two anchor texts."""

    low: Whole = 1
    high: Whole = 10
    anchors: tuple[Text, Text] | None = None


class Option(Part):
    """One answer of a choice question. `value` is what is stored."""

    code: OptionCode
    value: Whole
    text: Text
    exclusive: bool = False
    with_text: bool = False


class Question(Part):
    """What every question has. `account` names the customer-file value that answers it unasked."""

    code: Code
    text: Text
    hint: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    required: bool = False
    account: str | None = None
