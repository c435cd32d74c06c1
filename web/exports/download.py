"""Tables as downloads of a page."""

import io

from flask import Response, send_file

from web.exports import csv
from web.exports.table import Table


def csv_download(table: Table, name: str, *, for_spreadsheets: bool = False) -> Response:
    """Hand a table over as the file ``name.csv``; nothing on the way keeps a copy."""
    text = io.StringIO(newline="")
    text.write(csv.MARK if for_spreadsheets else "")
    rows = ([csv.inert(cell) for cell in row] for row in table.rows)
    csv.write(Table([str(csv.inert(name)) for name in table.headings], rows), text)
    file = io.BytesIO(text.getvalue().encode("utf-8"))
    response = send_file(file, csv.MEDIA_TYPE, as_attachment=True, download_name=name + csv.SUFFIX)
    response.headers["Cache-Control"] = "no-store"
    return response
