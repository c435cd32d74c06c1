"""The first sheet of a workbook that somebody sent: its texts alone, nothing computed, nothing trusted."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException

from surveys.errors import Because, Problem, Reason, SurveyError

LARGEST: Final = 8_000_000  # bytes, all parts unpacked
MOST_TAGS: Final = 400_000  # whatever is read of a part costs by them: about 100 bytes and 3 µs each
MOST_PARTS: Final = 1_000
MOST_ROWS: Final = 10_000  # that hold something
MOST_LINES: Final = 100_000  # with the empty ones before and between them
MOST_COLUMNS: Final = 50
BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, InvalidFileException, EOFError,
    NotImplementedError, OSError, RuntimeError, TypeError, ValueError, LookupError, AttributeError,
    SyntaxError,
)  # fmt: skip


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
        _check_size(file)
        reader = _First(io.BytesIO(file), read_only=True, keep_links=False)
        reader.read()
        return list(_rows(reader.wb.worksheets[0]))
    except SurveyError:
        raise
    except BROKEN:
        raise _refusal(Reason.BOOK_NONE) from None


def _refusal(reason: Reason) -> SurveyError:
    return SurveyError(Problem.TRANSLATION_FILE, reason=Because(reason))


class _First(ExcelReader):  # type: ignore[misc]
    """Reads one sheet: a book may name a part for many, and each would be gone through for its size."""

    def read_worksheets(self) -> None:
        sheets = self.parser.find_sheets
        self.parser.find_sheets = lambda: islice(sheets(), 1)
        super().read_worksheets()


def _check_size(file: bytes) -> None:
    """Refuse what unpacks to too much: of a part no more is unpacked than its entry says, and once."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        sizes = [part.file_size for part in archive.infolist()]
        if len(sizes) > MOST_PARTS or sum(sizes) > LARGEST:
            raise _refusal(Reason.BOOK_LARGE)
        if sum(archive.read(part).count(b"<") for part in archive.infolist()) > MOST_TAGS:
            raise _refusal(Reason.BOOK_LARGE)


def _rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its size may be anything
    found = 0
    for line, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS)):
        if line >= MOST_LINES:
            raise _refusal(Reason.BOOK_LARGE)
        row = {column: _cell(each) for column, each in enumerate(cells) if each.value is not None}
        if not row:
            continue
        found += 1
        if found > MOST_ROWS:
            raise _refusal(Reason.BOOK_LARGE)
        yield row


def _cell(found: Any) -> Cell:
    return Cell("", is_formula=True) if found.data_type in {"f", "e"} else Cell(str(found.value))


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
