"""CSV files in, with messages that name the row, and out; tables as text."""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import csi_model
from web.cli import Refusal
from web.cli.files import read_bytes, writing
from web.exports import xlsx
from web.exports.csv import write
from web.exports.table import Table
from web.spelling import spelled

LONGEST_FIELD = 1_000_000


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """Read a CSV file: column name → numbers where all are, else texts, one a row."""
    names, table = read_rows(path)
    return {name: _numbers(table[:, place]) for place, name in enumerate(names) if name}


def read_rows(path: Path) -> tuple[list[str], NDArray[np.object_]]:
    """Read a CSV file as it stands: the names of its columns, and texts of shape (n_rows, n_columns).

    The separator (comma, semicolon or tab) is found in the header; UTF-8 with or without a byte-order mark.
    """
    if not path.is_file():
        raise Refusal(f"{path} is not there. Give the name of a CSV file.")
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(
            f"{path} is not in UTF-8 (byte {error.start + 1}). Save it as “CSV UTF-8” and try again."
        ) from None
    if "\x00" in text:
        raise Refusal(f"{path} is no text file. Save the data as CSV.")
    if not text.strip():
        raise Refusal(f"{path} is empty. The first row must name the columns.")
    rows = _rows(path, text.lstrip("\r\n"))
    names = [name.strip() for name in rows[0]]
    twice = [name for number, name in enumerate(names) if name and name in names[:number]]
    if twice:
        raise Refusal(f"{path} has two columns named {twice[0]}. Rename one of them.")
    body = [row for row in rows[1:] if any(field.strip() for field in row)]
    for number, row in enumerate(rows[1:], start=1):
        if row and any(field.strip() for field in row) and len(row) != len(names):
            raise Refusal(f"{path}, row {number}: {len(row)} values for {len(names)} columns.")
    if not body:
        raise Refusal(f"{path} has a header but no rows.")
    return names, np.array(body, dtype=object)


def _rows(path: Path, text: str) -> list[list[str]]:
    """Give the rows of a text as CSV; signs that end lines elsewhere stay in their answers."""
    separator = max(",;\t", key=StringIO(text, newline=None).readline().count)
    csv.field_size_limit(LONGEST_FIELD)
    found: list[list[str]] = []
    reader, begun = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True), 0
    try:
        for row in reader:
            found.append(row)
            begun = reader.line_num
    except csv.Error as error:
        raise Refusal(
            f"{path} cannot be read as CSV where row {len(found)} begins (line {begun + 1}): {error}."
            " Close each quotation mark, and write twice what stands inside a quoted field."
        ) from None
    return found


def read_records(path: Path, *, needed: Sequence[str], may_have: Sequence[str]) -> list[dict[str, str]]:
    """Read a list from a CSV file: a row of texts each, of the columns named; others are left out."""
    names, rows = read_rows(path)
    missing = [name for name in needed if name not in names]
    if missing:
        raise Refusal(f"{path} has no column {missing[0]}. It needs {', '.join(needed)}.")
    places = {name: names.index(name) for name in (*needed, *may_have) if name in names}
    return [{name: row[place].strip() for name, place in places.items()} for row in rows.tolist()]


def write_table(path: Path, table: Table, *, line_end: str = "\r\n") -> None:
    """Write a table to a CSV file, or to standard output where its name is -."""
    if str(path) == "-":
        text = StringIO(newline="")
        write(table, text, line_end=line_end)
        click.echo(text.getvalue(), nl=False)
        return
    with writing(path), path.open("w", newline="", encoding="utf-8") as file:
        write(table, file, line_end=line_end)


def write_workbook(path: Path, tables: Mapping[str, Table]) -> None:
    """Write tables to a workbook, a sheet each."""
    try:
        with writing(path), path.open("wb") as file:
            xlsx.write(tables, file)
    except ValueError as error:  # more rows than a sheet
        path.unlink()
        raise Refusal(f"{path}: {error}") from None


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set rows of texts as lines: first column left, others right; wide signs (Chinese) count two."""
    if not rows:
        return []
    rows = [[spelled(text) for text in row] for row in rows]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        gaps = [" " * (width - _width(text)) for width, text in zip(widths, row, strict=True)]
        first, *others = row
        right = "".join(f"  {gap}{text}" for gap, text in zip(gaps[1:], others, strict=True))
        lines.append(f"  {first}{gaps[0]}{right}".rstrip())
    return lines


def span(
    cell: Mapping[str, Any], form: str = "{:.1f}", shape: str = "[{}, {}]", *, key: str | None = None
) -> str:
    """Write the interval of a document's figure, nothing where it has none."""
    return csi_model.Figure.read(cell, key=key).span(form, shape)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _numbers(column: NDArray[np.object_]) -> NDArray[Any]:
    """Give numbers where the whole column is numeric, which is the usual and the fast case, else texts."""
    filled = np.where(column == "", "nan", column)
    try:
        return filled.astype(np.float64)
    except ValueError:
        return column.astype(np.str_)
