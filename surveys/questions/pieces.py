"""What questions are to pages, storage and files, as plain data: slots, controls, pieces, columns."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from surveys.questions.parts import Text
from surveys.questions.reading import Reader


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


# Takes options that are not offered out of the stored answers.
Drop = Callable[[dict[str, int], Collection[str]], None]


class OptionGiven(NamedTuple):
    """An option that not everybody is offered, or one beside it: conditions, and its mark's slot or none."""

    code: str
    conditions: tuple[str, ...]
    slot: str


class Piece(NamedTuple):
    """What is asked or left out as a whole: a question, or a row of a grid.

    `preset`: the customer file's word → the number of that option. `own_words`: field → the chosen options,
    as they are stored, with one of which what is written there counts; `needed_words`: those of them
    with which something must be written. `is_wanted`: who leaves it blank is reminded once. `valid`: what
    its answer must satisfy. `messages`: the author's own words for refusals. `choices`: its options, where
    one of them is not offered to everybody, and `drop` what takes those away. `lot`: what is drawn for it and
    stored instead of an answer, each with its share.
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
    choices: tuple[OptionGiven, ...] = ()
    drop: Drop | None = None
    lot: tuple[tuple[int, int], ...] = ()


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
    """A rated question: everything that respondents read of it, the ends of its scale, and its lineage."""

    code: str
    texts: tuple[Text, ...]
    ends: tuple[float, float]
    lineage: int = 1


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
