"""What a panel of a dashboard is made of: plain words and numbers, in the order in which they are read.

`templates/insight/panel.html` has a piece for each kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from web.insight.results import Change


@dataclass(frozen=True)
class Chart:
    """A figure with the same numbers as a table: for screen readers, print and phones without JavaScript."""

    kind: ClassVar[str] = "chart"
    figure: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    caption: str = ""


@dataclass(frozen=True)
class Score:
    """One large number of points, with its interval on a meter where wanted (value, low, high)."""

    kind: ClassVar[str] = "score"
    value: str
    meter: tuple[float, float | None, float | None] | None = None


@dataclass(frozen=True)
class Words:
    """A sentence: plain, a hint or a tag, a link where it leads somewhere."""

    kind: ClassVar[str] = "words"
    text: str
    look: str = ""
    href: str = ""


@dataclass(frozen=True)
class Arrow:
    """How a figure moved since the wave before; `is_waited_for` while no series run says it."""

    kind: ClassVar[str] = "arrow"
    change: Change | None
    is_waited_for: bool = False


@dataclass(frozen=True)
class Breaks:
    """What changed between waves that cannot be compared."""

    kind: ClassVar[str] = "breaks"
    sentences: Sequence[str]


@dataclass(frozen=True)
class Name:
    """The first cell of a row: what it is about, where it leads, what is to be noted."""

    text: str
    href: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of a name and cells: numbers as they are written, or arrows."""

    kind: ClassVar[str] = "table"
    label: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[Name, tuple[str | Arrow, ...]]]
    title: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Steps:
    """What to do in which order, each with its reason."""

    kind: ClassVar[str] = "steps"
    rows: Sequence[tuple[Name, str]]


@dataclass(frozen=True)
class Facts:
    """Terms and what they mean."""

    kind: ClassVar[str] = "facts"
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bullets:
    """Sentences, one after the other."""

    kind: ClassVar[str] = "bullets"
    sentences: Sequence[str]


Block = Chart | Score | Words | Arrow | Breaks | Table | Steps | Facts | Bullets

TOP, GRID, BELOW = "top", "grid", "below"


@dataclass(frozen=True)
class Panel:
    """One section of a page: its name (an id), heading and blocks, and in which part it stands."""

    name: str
    heading: str
    blocks: Sequence[Block]
    place: str = GRID
    look: str = ""  # `wide`: over all columns; `headline`: the number that the page is about
