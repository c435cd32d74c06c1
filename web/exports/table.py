"""A table that leaves as a file, whatever its format: from a page, or from a command."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """Headings, and rows with a cell for each; empty text where there is no value."""

    headings: Sequence[str]
    rows: Iterable[Sequence[object]]
