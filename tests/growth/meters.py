"""A type of question with rows that the product does not know: a number or a choice for each."""

from collections.abc import Iterator
from typing import Literal

from surveys.logic.types import Type
from surveys.questions.base import Question, Scales
from surveys.questions.parts import Row
from surveys.questions.pieces import Choice, Control, Piece, Slot
from surveys.questions.reading import Form, PageAnswers, Reader, one_of
from surveys.questions.seeing import Answer, stored_number

HIGHEST = 99


class Meters(Question):
    """How many of each, up to 99; or of what state each is."""

    type: Literal["meters"]
    rows: tuple[Row, ...]
    states: tuple[str, ...] = ()

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give a place a row."""
        for row in self.rows:
            yield Slot(row.code, self.code, "number", 0, HIGHEST)

    def pieces(self, scales: Scales) -> Iterator[Piece]:  # noqa: ARG002
        """Give each row by itself."""
        for row in self.rows:
            yield Piece(
                row.code,
                row.wording,
                row.conditions,
                self._row_reader(row.code),
                (row.code,),
                (self._control(row),),
                required=self.is_required,
                **self.demands(),
            )

    def subquestions(self) -> tuple[Row, ...]:
        """Give its rows."""
        return self.rows

    def answers(self) -> Iterator[Answer]:
        """Let conditions see each number."""
        for row in self.rows:
            yield Answer(row.code, Type("number"), stored_number(row.code))

    def _control(self, row: Row) -> Control:
        if not self.states:
            return Control(row.code, "number", row.wording)
        choices = tuple(Choice(state, {"en": state}, row.code, at) for at, state in enumerate(self.states))
        return Control(row.code, "one", row.wording, choices)

    def _row_reader(self, code: str) -> Reader:
        if self.states:
            return one_of(code, {s: at for at, s in enumerate(self.states)}, required=self.is_required)

        def read(form: Form, found: PageAnswers) -> None:
            sent = (form.get(code) or ("",))[0]
            if not sent:
                found.leave_blank(code, required=self.is_required)
            elif sent.isascii() and sent.isdecimal() and int(sent[:9]) <= HIGHEST:
                found.values[code] = int(sent)
            else:
                found.refuse(code, "meters-many", high=HIGHEST)

        return read
