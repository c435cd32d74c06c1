"""A split block: a version drawn by lot, never shown; conditions ask which one it is."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator

from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.types import Type
from surveys.questions.base import Look, Question, Scales
from surveys.questions.choice import chosen, codes_of
from surveys.questions.nature import Nature
from surveys.questions.parts import Option
from surveys.questions.pieces import Column, Piece, Slot
from surveys.questions.reading import nothing
from surveys.questions.seeing import Answer


class Drawn(Option):
    """One of the versions; `share` weighs it against the others."""

    share: int = Field(default=1, ge=1, le=1000)


class Lot(Question):
    """A version of the questionnaire, drawn for each respondent when the response is opened."""

    type: Literal["lot"]
    options: tuple[Drawn, ...] = Field(min_length=2)

    @field_validator("show_if", "required", "account", "valid_if")
    @classmethod
    def _stands_always(cls, value: object) -> object:
        if value:
            raise SurveyError(Problem.DOCUMENT_INVALID, place="lot", reason=Because(Reason.LOT_ALWAYS))
        return value

    @property
    def look(self) -> Look:
        """Show nothing."""
        return "read"

    @property
    def nature(self) -> Nature:
        """Nothing to answer."""
        return Nature(is_drawn=True, seconds=0)

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give its one place."""
        values = [option.value for option in self.options]
        yield Slot(self.code, self.code, "choice", min(values), max(values))

    def pieces(self, scales: Scales) -> Iterator[Piece]:  # noqa: ARG002
        """Give what is drawn: the values with their shares."""
        shares = tuple((option.value, option.share) for option in self.options)
        yield Piece(self.code, self.text, (), nothing, (self.code,), (), lot=shares)

    def columns(self, scales: Scales) -> Iterator[Column]:  # noqa: ARG002
        """Give its one column."""
        yield Column(self.code, (self.text,), {option.value: option.text for option in self.options})

    def answers(self) -> Iterator[Answer]:
        """Let conditions see which version it is."""
        yield Answer(self.code, Type("choice", codes_of(self.options)), chosen(self.code, self.options))

    def offered(self) -> tuple[Option, ...]:
        """Give its versions."""
        return self.options
