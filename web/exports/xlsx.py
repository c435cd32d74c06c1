"""Tables as a workbook, in which every text stays a text, so that none is a formula."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, BinaryIO, Final

import xlsxwriter

from web.exports.table import Table

SUFFIX: Final = ".xlsx"
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST: Final = 32_767  # signs of a cell
MOST_ROWS: Final = 1_048_576

UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BEGINNING = datetime(1980, 1, 1, tzinfo=UTC)  # of time in archives: equal tables make equal files


def write(tables: Mapping[str, Table], file: BinaryIO, *, widths: Sequence[int] = ()) -> None:
    """Write tables to a file, a sheet each.

    Numbers are numbers; everything else is text that no spreadsheet computes (written as a string and marked
    as quoted), also where it begins with =, +, - or @. `widths`, in signs, are those of the columns of every
    sheet; texts are then broken into lines.

    Raises
    ------
    ValueError
        A table has more rows than a sheet.
    """
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": BEGINNING})
        heading, quoted = book.add_format({"bold": True}), book.add_format()
        for each in (heading, quoted):
            each.set_quote_prefix()
            if widths:
                each.set_text_wrap()
                each.set_align("top")
        for name, table in zip(_sheet_names(list(tables)), tables.values(), strict=True):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            for number, row in enumerate(chain([table.headings], table.rows)):
                if number >= MOST_ROWS:
                    message = f"A sheet holds {MOST_ROWS - 1} rows. Write a CSV file instead."
                    raise ValueError(message)
                for place, value in enumerate(row):
                    _put(sheet, number, place, value, quoted if number else heading)


class _Exact(float):
    """A number with all of its digits: the library writes sixteen, and two numbers may share these."""

    def __format__(self, _: str) -> str:
        return float.__repr__(self)


def _put(sheet: Any, row: int, column: int, value: object, quoted: Any) -> None:
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, float):
        sheet.write_number(row, column, _Exact(value))
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, UNWRITABLE.sub("", str(value))[:LONGEST], quoted)


def _sheet_names(wanted: list[str]) -> list[str]:
    """Give names that a sheet may have: 31 signs, none that means something in a reference, each once."""
    found: list[str] = []
    for name in wanted:
        plain = re.sub(r"[\[\]:*?/\\]", " ", UNWRITABLE.sub("", name)).strip("' ")[:31] or "Sheet"
        number, own = 1, plain
        while own.lower() in {each.lower() for each in found}:
            number += 1
            own = f"{plain[: 30 - len(str(number))]} {number}"
        found.append(own)
    return found
