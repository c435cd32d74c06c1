"""Tables as downloads of a page."""

import io
import re

from flask import Response, send_file

from web.exports import csv
from web.exports.table import Table

# A cell that begins so is computed where the file is opened, with whatever it names; Chinese and Japanese
# spreadsheets take the wide signs for the narrow ones.
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def _inert(cell: object) -> object:
    """Make a text out of what a spreadsheet would compute; numbers stay numbers."""
    if not isinstance(cell, str) or not FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def csv_download(table: Table, name: str, *, for_spreadsheets: bool = False) -> Response:
    """Hand a table over as the file ``name.csv``; nothing on the way keeps a copy."""
    text = io.StringIO(newline="")
    text.write(csv.MARK if for_spreadsheets else "")
    rows = ([_inert(cell) for cell in row] for row in table.rows)
    csv.write(Table([str(_inert(name)) for name in table.headings], rows), text)
    file = io.BytesIO(text.getvalue().encode("utf-8"))
    response = send_file(file, csv.MEDIA_TYPE, as_attachment=True, download_name=name + csv.SUFFIX)
    response.headers["Cache-Control"] = "no-store"
    return response
