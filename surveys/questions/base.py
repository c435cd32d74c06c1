"""What every question is made of, and what each type of question promises."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import Field

from surveys.questions.nature import Doubt, Nature
from surveys.questions.parts import Code, Condition, Messages, Option, Part, Row, Scale, Text
from surveys.questions.reading import Reader, nothing
from surveys.questions.seeing import Answer


class Slot(NamedTuple):
    """One place in the packed answers: what may stand there besides the reserved codes."""

    code: str
    question: str
    kind: str  # rating | choice | mark (0/1 of a multiple choice) | rank | number | state (1: written beside)
    low: int
    high: int
    dont_know: bool = False
    not_applicable: bool = False


class Choice(NamedTuple):
    """One value that a control offers: what it sends, and what then stands in which slot.

    `text` is the author's by language, or the name of a sentence of the language's own words.
    """

    sent: str
    text: Mapping[str, str] | str
    slot: str
    stored: int


class Control(NamedTuple):
    """One field of a page as plain data; `web.respond.fields` makes the field of it."""

    name: str
    kind: str  # points | one | many | list | line | lines | number | decimal | date
    text: Mapping[str, str] | str
    choices: tuple[Choice, ...] = ()
    ends: tuple[int, int] = (0, 0)
    anchors: tuple[Text, Text] = ({}, {})
    limit: int | None = None
    unit: Text = {}  # noqa: RUF012  never written to
    place: int = 0

    def fills(self, slot: str) -> bool:
        """Tell whether what it sends stands in this slot."""
        return self.name == slot or any(choice.slot == slot for choice in self.choices)

    def meanings(self, slot: str) -> dict[int, Mapping[str, str]]:
        """Give what the values of a slot mean: an option, a point with a text, an end of the scale."""
        chosen = {
            choice.stored: choice.text
            for choice in self.choices
            if choice.slot == slot and choice.text and not isinstance(choice.text, str)
        }
        ends = zip(self.ends, self.anchors, strict=True) if self.kind == "points" else ()
        return {end: text for end, text in ends if text} | chosen


# Slots, each with a number that stands there.
Stored = tuple[tuple[str, int], ...]


class Piece(NamedTuple):
    """What is asked or left out as a whole: a question, or a row of a grid.

    `preset`: the customer file's word → the number of that option. `own_words`: field → the chosen options,
    as they are stored, with one of which what is written there counts; `needed_words`: those of them
    with which something must be written. `is_wanted`: who leaves it blank is reminded once. `valid`: what
    its answer must satisfy. `messages`: the author's own words for refusals.
    """

    code: str
    text: Text
    conditions: tuple[str, ...]
    read: Reader
    slots: tuple[str, ...]
    controls: tuple[Control, ...]
    account: str | None = None
    preset: Mapping[str, int] = {}
    required: bool = False
    own_words: Mapping[str, Stored] = {}
    needed_words: Mapping[str, Stored] = {}
    is_wanted: bool = False
    valid: str | None = None
    messages: Mapping[str, Text] = {}


class Ends(NamedTuple):
    """How far answers reach, as quality staff read it; `step` is what two answers differ by at least."""

    low: float
    high: float
    anchors: tuple[Text, Text] | None = None
    unit: Text = {}  # noqa: RUF012  never written to
    labels: Mapping[int, Text] = {}
    step: float = 1

    @property
    def texts(self) -> tuple[Text, ...]:
        """Everything that respondents read of it: the anchors, and the texts of points from low to high."""
        return (*(self.anchors or ()), *(self.labels[point] for point in sorted(self.labels)))


class Rated(NamedTuple):
    """A rated question: everything that respondents read of it, and the ends of its scale."""

    code: str
    texts: tuple[Text, ...]
    ends: tuple[float, float]


class Column(NamedTuple):
    """One slot as a column of a file: its code, what it is about, and what its values mean.

    `texts` go from the question to the part of it, each as a control's text (an author's by language, or the
    key of a sentence with its `place`). `is_written`: a day or a number stands beside, a file has it whole.
    """

    code: str
    texts: tuple[Mapping[str, str] | str, ...]
    values: Mapping[int, Mapping[str, str]]
    place: int = 0
    is_rated: bool = False
    is_written: bool = False


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
