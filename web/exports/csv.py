"""Tables as CSV: RFC 4180 in UTF-8."""

import csv
import re
from typing import Final, TextIO

from web.exports.table import Table

SUFFIX: Final = ".csv"
MEDIA_TYPE: Final = "text/csv"
# Tells spreadsheets that a file is in UTF-8; programs that read CSV may take it for part of the first name.
MARK: Final = "\ufeff"
# A cell that begins so is computed where the file is opened, with whatever it names; Chinese and Japanese
# spreadsheets take the wide signs for the narrow ones.
FORMULA: Final = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def inert(cell: object) -> object:
    """Make a text out of what a spreadsheet would compute; numbers stay numbers."""
    if not isinstance(cell, str) or not FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def write(table: Table, file: TextIO, *, line_end: str = "\r\n") -> None:
    """Write a table to a file that was opened with ``newline=""``."""
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(table.headings)
    writer.writerows(table.rows)
