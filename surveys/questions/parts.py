"""The parts of a document of which questions are made: codes, texts, scales, options and rows."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from surveys.codes import HIGHEST_ANSWER, LOWEST_ANSWER
from surveys.logic.reading import parse
from surveys.logic.types import Type
from surveys.questions.seeing import Answer, stored_number

CODE: Final = r"^[A-Za-z][A-Za-z0-9_]{0,31}$"
OPTION_CODE: Final = r"^[A-Za-z0-9_]{1,32}$"

Code = Annotated[str, Field(pattern=CODE)]
OptionCode = Annotated[str, Field(pattern=OPTION_CODE)]
Text = Annotated[dict[str, str], Field(max_length=20)]
Labels = Annotated[dict[Annotated[str, Field(pattern=r"^-?[0-9]{1,5}$")], Text], Field(max_length=40)]
Messages = dict[Literal["required", "range", "least", "most", "valid", "text"], Text]
# Answers of one code and one lineage are one series; who asks something else under a code adds one.
Lineage = Annotated[int, Field(ge=1, le=1000)]
Whole = Annotated[int, Field(ge=LOWEST_ANSWER, le=HIGHEST_ANSWER)]


def _readable(text: str) -> str:
    parse(text)
    return text


Condition = Annotated[str, AfterValidator(_readable)]


class Part(BaseModel):
    """Base of every part: unknown keys are refused, so that a typing error is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class Scale(Part):
    """A numeric scale and its two anchor texts; `labels` are texts of single points."""

    low: Whole = 1
    high: Whole = 10
    anchors: tuple[Text, Text] | None = None
    labels: Labels = Field(default_factory=dict)


class Origin(Part):
    """Where a part was copied from: a questionnaire, module or block, its code there, and the day.

    `source` is `version:CODE/NUMBER`, `draft:CODE/CHANGE`, `instrument:NAME/FORM`, `module:NAME` or
    `block:NUMBER/EDITION`. Nothing is asked, scored or compared by it.
    """

    source: Annotated[
        str,
        Field(pattern=r"^(version|draft|instrument|module|block):[A-Za-z0-9_]{1,64}(/[A-Za-z0-9_]{1,32})?$"),
    ]
    code: Annotated[str, Field(max_length=64)] = ""
    day: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Whence(Part):
    """From which question's options rows or options are taken: those that were chosen there, or left."""

    question: Code
    take: Literal["chosen", "left"] = "chosen"


class Offered(Part):
    """A row or an option, which may be offered to some and not to others.

    With `for_` it stands for an option of an earlier question; `borrow` tells it of that. Without a text of
    its own it has that option's, or what was written there in own words.
    """

    code: OptionCode
    text: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    fixed: bool = False
    for_: OptionCode | None = Field(default=None, alias="for")
    _source: str | None = PrivateAttr(None)
    _borrowed: Text = PrivateAttr(default_factory=dict)
    _written: str = PrivateAttr("")

    def borrow(self, source: str, text: Text, written: str) -> None:
        """Note the condition under which it is taken, the text it borrows, and the field of own words."""
        self._source, self._borrowed, self._written = source, text, written

    @property
    def wording(self) -> Text:
        """What it is called: its own text, or that of the option for which it stands."""
        return self.text or self._borrowed

    @property
    def written(self) -> str:
        """The field with whose own words it is called; empty where it has words of the author."""
        return "" if self.text else self._written

    @property
    def source(self) -> str | None:
        """The condition under which it is taken from an earlier question."""
        return self._source

    @property
    def conditions(self) -> tuple[str, ...]:
        """All conditions under which it is offered where its question is asked."""
        return tuple(each for each in (self._source, self.show_if) if each is not None)


class Option(Offered):
    """One answer of a choice question. `value` is what is stored."""

    value: Whole
    exclusive: bool = False
    with_text: bool | Literal["required"] = False


class Row(Offered):
    """One statement of a rating grid; an indicator of the fourth level has the same code."""

    code: Code
    not_applicable: bool = False
    dont_know: bool = True
    correct: int | None = None
    lineage: Lineage = 1

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the point."""
        yield Answer(self.code, Type("rating"), stored_number(self.code))
