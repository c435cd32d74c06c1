"""Tables as a workbook: the least of Office Open XML, every text a text, so that none is a formula."""

import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

from web.exports.table import Table

SUFFIX: Final = ".xlsx"
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST: Final = 32_767  # signs of a cell
MOST_ROWS: Final = 1_048_576

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")  # spreadsheets read a sign's number here
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time in archives: equal tables make equal files


def write(tables: Mapping[str, Table], file: BinaryIO) -> None:
    """Write tables to a file, a sheet each.

    Numbers are numbers; everything else is text that no spreadsheet computes (an inline string, marked as
    quoted), also where it begins with =, +, - or @.

    Raises
    ------
    ValueError
        A table has more rows than a sheet.
    """
    names = _sheet_names(list(tables))
    places = range(1, len(names) + 1)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{SHEET}"/>' for k in places
        )
        workbook = SHEET.replace("worksheet+xml", "sheet.main+xml")
        styles = SHEET.replace("worksheet+xml", "styles+xml")
        _put(
            archive,
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{RELATIONS}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{workbook}"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{styles}"/>{overrides}</Types>',
        )
        _put(archive, "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        sheets = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"/>'
            for k, name in zip(places, names, strict=True)
        )
        _put(
            archive,
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        )
        parts = [("worksheet", f"worksheets/sheet{k}.xml") for k in places]
        _put(archive, "xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")]))
        _put(archive, "xl/styles.xml", STYLES)
        for k, table in zip(places, tables.values(), strict=True):
            _put(archive, f"xl/worksheets/sheet{k}.xml", "".join(_sheet(table)))


_XF = 'numFmtId="0" fillId="0" borderId="0"'
# Plain cells, headings, texts: what is marked as quoted stays text where it is edited, too.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    f'<cellStyleXfs count="1"><xf {_XF} fontId="0"/></cellStyleXfs>'
    f'<cellXfs count="3"><xf {_XF} fontId="0" xfId="0"/>'
    f'<xf {_XF} fontId="1" xfId="0" applyFont="1" quotePrefix="1"/>'
    f'<xf {_XF} fontId="0" xfId="0" quotePrefix="1"/></cellXfs></styleSheet>'
)


def _sheet(table: Table) -> Iterator[str]:
    yield f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews><sheetData>"
    for number, row in enumerate(chain([table.headings], table.rows), start=1):
        if number > MOST_ROWS:
            message = f"A sheet holds {MOST_ROWS - 1} rows. Write a CSV file instead."
            raise ValueError(message)
        yield f'<row r="{number}">'
        yield from (_cell(value, 1 if number == 1 else 2) for value in row)
        yield "</row>"
    yield "</sheetData></worksheet>"


def _cell(value: object, style: int) -> str:
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    text = escape(ESCAPED.sub("_x005F\\g<0>", UNWRITABLE.sub("", str(value)))[:LONGEST])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>'


def _relations(parts: list[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{k}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for k, (kind, target) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


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


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, BEGINNING)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, HEAD + text)
