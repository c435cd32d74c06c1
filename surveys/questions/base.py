"""What every question is made of, and what each type of question promises."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from surveys.questions.nature import Doubt, Nature
from surveys.questions.parts import (
    Code,
    Condition,
    Lineage,
    Messages,
    Option,
    Origin,
    Part,
    Row,
    Scale,
    Text,
    Whence,
)
from surveys.questions.pieces import Column, Control, Ends, OptionGiven, Piece, Rated, Slot, Stored
from surveys.questions.reading import Reader, nothing
from surveys.questions.sampling import Sampler, Sent
from surveys.questions.seeing import Answer

Scales = Mapping[str, Scale]
Look = Literal["points", "line", "block", "read"]


class Question(Part):
    """What every question has. `account` names the customer-file value that answers it unasked.

    `valid_if` is tried on an answer that is given; `messages` are said instead of the usual refusals.

    A type of question is one file: a class of this with its `type`, and the methods below where it differs.
    """

    type: str
    code: Code
    text: Text
    hint: Text = Field(default_factory=dict)
    show_if: Condition | None = None
    required: bool | Literal["soft"] = False
    valid_if: Condition | None = None
    messages: Messages = Field(default_factory=dict)
    account: str | None = None
    lineage: Lineage = 1
    origin: Origin | None = None

    @property
    def is_required(self) -> bool:
        """Whether nobody goes on without an answer; of a soft requirement a blank is only reminded once."""
        return self.required is True

    @property
    def look(self) -> Look:
        """How a page shows it: points of a scale, one field beside its label, a block, or a text alone."""
        return "block"

    @property
    def nature(self) -> Nature:
        """What it is to conditions, findings and the reckoning of minutes."""
        return Nature()

    def doubts(self) -> Iterator[Doubt]:
        """Give what is wrong with it that it can tell by itself."""
        yield from ()

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002  most types need no scale
        """Give the places in the packed answers that it fills, in order."""
        yield from ()

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give the fields that it shows."""
        return ()

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Give what reads its fields from a submitted page."""
        return nothing

    def sample(self, piece: Piece, by: Sampler, scales: Scales) -> Sent:
        """Answer it, or a row of it, as a synthetic person does: field by field, words where they count."""
        sent: Sent = {}
        for control in piece.controls:
            belongs = piece.own_words.get(control.name)
            if belongs is None:
                sent[control.name] = self.sample_field(control, by, scales)
            elif any(
                (choice.slot, choice.stored) in belongs and choice.sent in sent.get(other.name, ())
                for other in piece.controls
                for choice in other.choices
            ):
                sent[control.name] = [by.words()]
        return sent

    def sample_field(self, control: Control, by: Sampler, scales: Scales) -> list[str]:
        """Answer one field of it as a synthetic person does, by what the field is."""
        if control.kind == "points":
            return [by.point(control)]
        if control.kind == "many":
            return by.several(control, least=None, most=self.nature.at_most)
        if control.choices:
            return [by.one(control)]
        if control.kind == "date":
            return [by.day(*self.days())]
        if control.kind in {"number", "decimal"}:
            ends = self.ends(scales) or Ends(*control.ends)
            return [by.number(ends.low, ends.high, ends.step)]
        return [by.words()]

    def pieces(self, scales: Scales) -> Iterator[Piece]:
        """Give what is asked or left out as a whole: the question itself, unless it has rows."""
        yield Piece(
            self.code,
            self.text,
            (self.show_if,) if self.show_if else (),
            self.reader(scales),
            tuple(slot.code for slot in self.slots(scales)),
            self.controls(scales),
            self.account,
            {option.code: option.value for option in self.offered()},
            self.is_required,
            self.own_words(),
            self.own_words(needed=True),
            **self.demands(),
            choices=self._choices(scales),
            drop=self.drop,
        )

    def _choices(self, scales: Scales) -> tuple[OptionGiven, ...]:
        options = self.offered()
        if not any(option.conditions for option in options):
            return ()
        marks = {slot.code for slot in self.slots(scales) if slot.kind == "mark"}
        return tuple(
            OptionGiven(
                each.code, each.conditions, mark if (mark := f"{self.code}.{each.code}") in marks else ""
            )
            for each in options
        )

    def demands(self) -> dict[str, Any]:
        """Give what a piece of it holds of the question's further demands on answers."""
        return {
            "is_wanted": self.required == "soft",
            "valid": self.valid_if,
            "messages": self.messages,
        }

    def columns(self, scales: Scales) -> Iterator[Column]:
        """Give its slots as columns of a file, in their order."""
        controls = [control for piece in self.pieces(scales) for control in piece.controls]
        for slot in self.slots(scales):
            control = next(each for each in controls if each.fills(slot.code))
            chosen = [choice for choice in control.choices if choice.slot == slot.code]
            part = () if control.text == self.text else (control.text,)
            if slot.kind == "mark":
                yield Column(slot.code, (self.text, *part, *(choice.text for choice in chosen)), {})
            else:
                yield Column(
                    slot.code,
                    (self.text, *part),
                    control.meanings(slot.code),
                    control.place,
                    is_rated=slot.kind == "rating",
                    is_written=slot.kind == "state" and control.kind in {"decimal", "date"},
                )

    def answers(self) -> Iterator[Answer]:
        """Give what conditions and pipes can ask about; nothing where they can ask nothing."""
        yield from ()

    def own_words(self, *, needed: bool = False) -> dict[str, Stored]:  # noqa: ARG002
        """Give the fields for own words beside options, each with the stored choices to which it belongs.

        `needed` gives those choices alone with which something must be written.
        """
        return {}

    def drop(self, values: dict[str, int], left_out: Collection[str]) -> None:
        """Take options that are not offered out of its stored answers, whose slots these are."""

    @property
    def whence(self) -> Whence | None:
        """From which question its rows or options are taken, if they are."""
        return None

    @property
    def is_shuffled(self) -> bool:
        """Whether its rows or options stand in random order."""
        return False

    def subquestions(self) -> tuple[Row, ...]:
        """Give its rows."""
        return ()

    def offered(self) -> tuple[Option, ...]:
        """Give its options."""
        return ()

    def scale_code(self) -> str | None:
        """Give the scale on which it is rated, if it is."""
        return None

    def ends(self, scales: Scales) -> Ends | None:  # noqa: ARG002
        """Give how far answers reach; None where that says nothing."""
        return None

    def days(self) -> tuple[date, date]:
        """Give the first and the last day that can be an answer, as far as they are the same every day."""
        return date.min, date.max

    def rated(self, scales: Scales) -> Iterator[Rated]:  # noqa: ARG002
        """Give the rated questions that it holds: its rows, or itself."""
        yield from ()
