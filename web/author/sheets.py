"""The first sheet of a workbook that somebody sent: its texts alone, nothing computed, nothing trusted."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from xml.etree.ElementTree import ParseError, XMLParser

from surveys.errors import Because, Problem, Reason, SurveyError

LARGEST_PART: Final = 12_000_000  # bytes, unpacked
MOST_PARTS: Final = 1_000
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 50
CELL: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, NotImplementedError, OSError, RuntimeError,
    ValueError, LookupError,
)  # fmt: skip
RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Cell(NamedTuple):
    """What a cell holds as text. A formula is marked as one; what it was computed to is not read."""

    text: str
    is_formula: bool = False


Row = Mapping[int, Cell]


def rows_of(file: bytes) -> list[Row]:
    """Give the rows of the first sheet that hold something: cells by column from 0.

    Raises
    ------
    SurveyError
        TRANSLATION_FILE: it is no workbook, or larger than one of texts is.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise _refusal(Reason.BOOK_LARGE)
            shared = _Shared()
            if "xl/sharedStrings.xml" in archive.namelist():
                _parse(archive, "xl/sharedStrings.xml", shared)
            sheet = _Sheet(shared.texts)
            _parse(archive, _first(archive), sheet)
    except SurveyError:
        raise
    except BROKEN:
        raise _refusal(Reason.BOOK_NONE) from None
    return sheet.rows


def _refusal(reason: Reason) -> SurveyError:
    return SurveyError(Problem.TRANSLATION_FILE, reason=Because(reason))


def _parse(archive: zipfile.ZipFile, name: str, target: "_Reading") -> None:
    """Read a part of the archive, of which the size is counted while it is unpacked."""
    parser = XMLParser(target=target)  # noqa: S314  entities are refused: `_Reading.doctype`
    left = LARGEST_PART
    with archive.open(name) as part:
        while chunk := part.read(65_536):
            left -= len(chunk)
            if left < 0:
                raise _refusal(Reason.BOOK_LARGE)
            parser.feed(chunk)
    parser.close()


def _first(archive: zipfile.ZipFile) -> str:
    """Give the name of the part that holds the first sheet."""
    book = _Marked("sheet", f"{{{RELATION}}}id")
    _parse(archive, "xl/workbook.xml", book)
    relations = _Marked("Relationship", "Id", "Target")
    _parse(archive, "xl/_rels/workbook.xml.rels", relations)
    wanted = book.found[0][0]
    target = next(target for each, target in relations.found if each == wanted)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _Reading:
    """What a parser tells of a part; no tree is kept."""

    def doctype(self, *_declared: object) -> None:
        """Refuse it: no workbook declares entities, and those could grow without end."""
        raise ValueError

    def start(self, tag: str, _given: Mapping[str, str], /) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Some text within it."""

    def close(self) -> None:
        """Nothing follows."""


class _Marked(_Reading):
    """The attributes of elements of one name."""

    def __init__(self, name: str, *attributes: str) -> None:
        self.name, self.attributes = name, attributes
        self.found: list[tuple[str, ...]] = []

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if _name(tag) == self.name:
            self.found.append(tuple(given.get(each, "") for each in self.attributes))


class _Shared(_Reading):
    """The texts that cells name by number; readings of Chinese signs beside them are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.is_text = self.is_reading = False

    def start(self, tag: str, _given: Mapping[str, str]) -> None:
        name = _name(tag)
        if name == "si":
            self.parts = []
        self.is_reading = self.is_reading or name == "rPh"
        self.is_text = name == "t" and not self.is_reading

    def data(self, text: str) -> None:
        if self.is_text:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        name = _name(tag)
        self.is_text = False
        if name == "rPh":
            self.is_reading = False
        elif name == "si":
            self.texts.append(_plain(self.parts))


class _Sheet(_Reading):
    """The cells of a sheet."""

    def __init__(self, shared: list[str]) -> None:
        self.shared = shared
        self.rows: list[Row] = []
        self.row: dict[int, Cell] = {}
        self.column, self.kind = -1, ""
        self.parts: list[str] = []
        self.is_formula = self.is_text = self.is_reading = False

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        name = _name(tag)
        if name == "row":
            self.row, self.column = {}, -1
        elif name == "c":
            self.column = _column(given.get("r", ""), self.column)
            self.kind, self.parts, self.is_formula = given.get("t", "n"), [], False
        elif name == "f":
            self.is_formula = True
        self.is_reading = self.is_reading or name == "rPh"
        self.is_text = name in {"v", "t"} and not self.is_reading

    def data(self, text: str) -> None:
        if self.is_text:
            self.parts.append(text)

    def end(self, tag: str) -> None:
        name = _name(tag)
        self.is_text = False
        if name == "rPh":
            self.is_reading = False
        elif name == "c" and self.column < MOST_COLUMNS:
            cell = self._cell()
            if cell.text or cell.is_formula:
                self.row[self.column] = cell
        elif name == "row" and self.row:
            if len(self.rows) >= MOST_ROWS:
                raise _refusal(Reason.BOOK_LARGE)
            self.rows.append(self.row)

    def _cell(self) -> Cell:
        if self.is_formula or self.kind == "e":
            return Cell("", is_formula=True)
        if self.kind == "s":
            return Cell(self.shared[int("".join(self.parts))])
        return Cell(_plain(self.parts))


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _column(reference: str, before: int) -> int:
    """Give the number of a column from its letters; a cell without a reference stands behind the last."""
    found = CELL.fullmatch(reference)
    number = 0
    for letter in found[1] if found else "":
        number = 26 * number + ord(letter) - 64
    return number - 1 if found else before + 1


def _plain(parts: list[str]) -> str:
    """Join a text; signs that XML cannot hold stand in it by their numbers."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


def table(rows: list[Row], wanted: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    """Give the cells below the wanted headings, which stand in the first row in whatever order.

    Raises
    ------
    SurveyError
        TRANSLATION_FILE: a heading is missing, and which.
    """
    headings = {cell.text.strip(): column for column, cell in rows[0].items()} if rows else {}
    for each in wanted:
        if each not in headings:
            raise SurveyError(Problem.TRANSLATION_FILE, reason=Because(Reason.BOOK_COLUMN, name=each))
    for row in rows[1:]:
        yield tuple(row.get(headings[each], Cell("")) for each in wanted)
