"""Tables as CSV: RFC 4180 in UTF-8."""

import csv
from typing import Final, TextIO

from web.exports.table import Table

SUFFIX: Final = ".csv"
MEDIA_TYPE: Final = "text/csv"
# Tells spreadsheets that a file is in UTF-8; programs that read CSV may take it for part of the first name.
MARK: Final = "\ufeff"


def write(table: Table, file: TextIO, *, line_end: str = "\r\n") -> None:
    """Write a table to a file that was opened with ``newline=""``."""
    writer = csv.writer(file, lineterminator=line_end)
    writer.writerow(table.headings)
    writer.writerows(table.rows)
