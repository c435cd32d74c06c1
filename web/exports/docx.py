"""Documents for word processors: fonts for Chinese too, tables whose headings repeat, page numbers."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from web.exports.xlsx import UNWRITABLE

SUFFIX: Final = ".docx"
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATIN: Final = "Arial"
HAN: Final = "Microsoft YaHei"
STYLES: Final = ("Normal", "Title", "Heading 1", "Heading 2", "Header", "Footer", "Table Grid")
# What stands behind these two in its parent: word processors insist on the order.
AFTER_BIDI: Final = ("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc",
                     "w:textAlignment", "w:outlineLvl", "w:rPr")  # fmt: skip
AFTER_VISUAL: Final = ("w:tblStyleRowBandSize", "w:tblW", "w:jc", "w:tblInd", "w:tblBorders", "w:tblLayout",
                       "w:tblCellMar", "w:tblLook")  # fmt: skip
WIDTH: Final = 17.0  # cm between the margins of A4


class Paper:
    """One document on A4. `tag` is its language as HTML names it; `mark` stands at the head of every page."""

    def __init__(self, title: str, tag: str, *, is_rtl: bool = False, mark: str = "") -> None:
        self._made = docx.Document()
        self.is_rtl = is_rtl
        about = self._made.core_properties
        about.title, about.language, about.author, about.comments = _clean(title)[:255], tag, "", ""
        about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)
        for name in STYLES:
            self._speak(self._made.styles[name].element, tag)
        self._made.styles["Normal"].font.size = Pt(10.5)
        section = self._made.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
        if mark:
            head = section.header.paragraphs[0]
            head.add_run(_clean(mark)).bold = True
            head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")
        foot.add_run(" / ")
        _field(foot, "NUMPAGES")
        self._made.add_heading(_clean(title), 0)

    def _speak(self, style: Any, tag: str) -> None:
        """Give a style its fonts, for Chinese signs too, its language, and the direction of its lines."""
        properties = style.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        fonts.attrib.clear()  # those of the theme would win
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), LATIN)
        fonts.set(qn("w:eastAsia"), HAN)
        if self.is_rtl:
            _child(properties, "w:rtl")
            style.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)
        spoken = _child(properties, "w:lang")
        for script in ("val", "eastAsia", *(("bidi",) if self.is_rtl else ())):
            spoken.set(qn(f"w:{script}"), tag)

    def heading(self, text: str) -> None:
        """Write a heading."""
        self._made.add_heading(_clean(text), 1)

    def line(
        self, text: str, *, lead: str = "", is_note: bool = False, indent: float = 0, stays: bool = False
    ) -> None:
        """Write a paragraph: its lead in bold, a note in italics; what stays is not parted from the next."""
        made = self._made.add_paragraph()
        if lead:
            made.add_run(_clean(lead) + " ").bold = True
        made.add_run(_clean(text)).italic = is_note
        form = made.paragraph_format
        form.space_after, form.keep_with_next, form.left_indent = Pt(3), stays, Cm(indent)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
        *,
        has_boxes: bool = False,
    ) -> None:
        """Write a table; its headings stand again on every page, and no row is parted.

        `widths` are in cm. Where all columns but the first hold boxes to tick, these stand in the middle.
        """
        made = self._made.add_table(1, len(headings), style="Table Grid")
        made.autofit = False
        for column, width in zip(
            made.columns, widths, strict=True
        ):  # LibreOffice heeds these, Word the cells'
            column.width = Cm(width)
        if self.is_rtl:
            about = made._tbl.tblPr  # noqa: SLF001  python-docx offers no other way
            about.insert_element_before(OxmlElement("w:bidiVisual"), *AFTER_VISUAL)
        _margins(made)
        _fill(made.rows[0], headings, widths, is_heading=True, has_boxes=has_boxes)
        for row in rows:
            _fill(made.add_row(), row, widths, has_boxes=has_boxes)
        self.line("")

    def bytes(self) -> bytes:
        """Give the file."""
        file = io.BytesIO()
        self._made.save(file)
        return file.getvalue()


def _margins(table: Any) -> None:
    """Give the cells of a table their distance from its lines."""
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", Cm(0.08)), ("left", Cm(0.1)), ("bottom", Cm(0.08)), ("right", Cm(0.1))):
        margin = _child(margins, f"w:{side}")
        margin.set(qn("w:w"), str(width.twips))
        margin.set(qn("w:type"), "dxa")
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")  # noqa: SLF001  python-docx offers no other way


def _fill(
    row: Any,
    texts: Sequence[str],
    widths: Sequence[float],
    *,
    is_heading: bool = False,
    has_boxes: bool = False,
) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001  python-docx offers no other way
    _child(properties, "w:cantSplit")
    if is_heading:
        _child(properties, "w:tblHeader")
    for number, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width, cell.vertical_alignment = Cm(width), WD_CELL_VERTICAL_ALIGNMENT.CENTER
        first = cell.paragraphs[0]
        run = first.add_run(_clean(text))
        run.bold, run.font.size = is_heading or None, Pt(9)
        first.paragraph_format.space_after = Pt(0)
        if has_boxes and number:
            first.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _clean(text: str) -> str:
    return UNWRITABLE.sub("", text)


def _child(parent: Any, name: str) -> Any:
    made = OxmlElement(name)
    parent.append(made)
    return made


def _field(paragraph: Any, code: str) -> None:
    """Write what the word processor counts itself, such as the number of the page."""
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "shown" else "")
        if kind == "":
            _child(run._r, "w:instrText").text = text  # noqa: SLF001  python-docx offers no other way
        elif kind != "shown":
            _child(run._r, "w:fldChar").set(qn("w:fldCharType"), kind)  # noqa: SLF001
