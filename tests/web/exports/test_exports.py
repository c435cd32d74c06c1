"""Every table that leaves, by page or command, is written in one way."""

import csv
import io
import re
from pathlib import Path

import web
from web.exports.csv import MARK, write
from web.exports.download import csv_download
from web.exports.table import Table

AWKWARD = Table(["code", "text"], [("A", 'says "yes", twice'), ("B", "two\nlines"), ("C", "满意"), ("D", "")])


def test_what_is_written_is_read_again():
    file = io.StringIO(newline="")
    write(AWKWARD, file)
    assert [tuple(row) for row in csv.reader(io.StringIO(file.getvalue(), newline=""))] == [
        tuple(AWKWARD.headings),
        *AWKWARD.rows,
    ]
    assert file.getvalue().startswith("code,text\r\n")


def test_a_download_is_a_file_that_nothing_keeps(app):
    with app.test_request_context():
        response = csv_download(AWKWARD, "2026Q1 满意", for_spreadsheets=True)
    response.direct_passthrough = False
    assert response.get_data().decode("utf-8").startswith(f"{MARK}code,text\r\n")
    assert response.mimetype == "text/csv"
    assert response.headers["Cache-Control"] == "no-store"
    named = response.headers["Content-Disposition"]
    assert named.startswith("attachment;")
    assert named.isascii()
    assert ".csv" in named


def test_no_other_room_writes_csv():
    folder = Path(web.__file__).parent
    writing = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        if re.search(r"csv\.(Dict)?[wW]riter\b", file.read_text(encoding="utf-8"))
    }
    assert writing == {"exports/csv.py"}
