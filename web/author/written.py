"""The paper form and the codebook as documents for word processors, with the texts of their pages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask_babel import gettext as _

from surveys.document.questionnaire import Questionnaire
from surveys.logic.reading import parse
from web import i18n
from web.author.paper import Entry, Grid, Printed, Row, form_of
from web.exports.docx import WIDTH, Paper
from web.naming import Naming

BOX: Final = "□"
BLANK: Final = "_" * 30
TOGETHER: Final = 12  # most options that are not parted by the end of a page
POINT, WAY, TEXT = 0.7, 1.6, 3.0  # cm of columns: a point, a way out, and at least a statement


def begun(title: str, language: str, change: int | None) -> Paper:
    """Begin a document in a language; `change` is the number of a draft's last change, None of no draft."""
    return Paper(title, i18n.tag(language), is_rtl=i18n.direction(language) == "rtl", mark=mark_of(change))


def mark_of(change: int | None) -> str:
    """Give what stands on every page of a draft; empty of what is none."""
    if change is None:
        return ""
    if change == 0:
        return str(_("Draft as it was begun, not for the field"))
    return str(_("Draft (change %(n)s), not for the field", n=change))


def paper_of(document: Questionnaire, language: str, change: int | None) -> bytes:
    """Write a questionnaire on paper, with its routing; the locale is the caller's."""
    form = form_of(document, language)
    paper = begun(form.title, language, change)
    if form.intro:
        paper.line(form.intro)
    for each in form.questions:
        if each.title:
            paper.heading(each.title)
        if each.intro:
            paper.line(each.intro, stays=True)
        _question(paper, each)
    if form.thanks:
        paper.line(form.thanks)
    return paper.bytes()


def _question(paper: Paper, each: Printed) -> None:
    if each.route:
        paper.line(f"→ {each.route}", is_note=True, stays=True)
    lead = f"{each.number}." if each.number else ""
    paper.line(each.text, lead=lead, stays=bool(each.rows) or each.grid is not None)
    if each.hint:
        paper.line(each.hint, is_note=True, stays=True)
    if each.grid is not None:
        _grid(paper, each.grid)
    else:
        for row in each.rows:
            if row.letter:
                paper.line(_of_row(row), indent=0.6, stays=True)
            lines = [line for entry in row.entries for line in _lines(entry)]
            for line in lines[:-1]:
                paper.line(line, indent=0.8, stays=len(lines) <= TOGETHER)
            for line in lines[-1:]:
                paper.line(line, indent=0.8)
    for stop in each.stops:
        paper.line(f"→ {stop}", is_note=True)


def _of_row(row: Row) -> str:
    return f"{row.letter}) {row.text}" + (f" → {row.route}" if row.route else "")


def _grid(paper: Paper, grid: Grid) -> None:
    if any(grid.ends):
        paper.line(grid.told, is_note=True, stays=True)
    n_ways = len(grid.headings) - grid.n_points
    widths = [POINT] * grid.n_points + [WAY] * n_ways
    first = max(WIDTH - sum(widths), TEXT)
    shrunk = [each * (WIDTH - first) / sum(widths) for each in widths]
    rows = ([_of_row(row), *(BOX if is_there else "" for is_there in there)] for row, there in grid.rows)
    paper.table(["", *grid.headings], rows, [first, *shrunk], has_boxes=True)


def _lines(entry: Entry) -> Iterator[str]:
    if entry.kind == "points":
        points = "  ".join(f"{BOX} {tick.text}" for tick in entry.ticks)
        ways = "   ".join(f"{BOX} {way}" for way in entry.ways)
        yield "   ".join(each for each in (entry.ends[0], points, entry.ends[1], ways) if each)
    elif entry.kind in {"options", "names"}:
        if entry.label:
            yield entry.label
        for tick in entry.ticks:
            box = f"{BOX} " if entry.kind == "options" else ""
            yield box + tick.text + (f" → {tick.route}" if tick.route else "")
    elif entry.kind == "lines":
        yield from [BLANK * 2] * entry.n_lines
    else:
        label = entry.label + _(": ") if entry.label else ""
        yield f"{label}{BLANK} {entry.unit}".rstrip()


def codebook(paper: Paper, entries: list[dict[str, Any]], naming: Naming) -> bytes:
    """Write the codebook as one table."""
    paper.line(_("Every stored answer: what it asks, what its numbers mean, and who is asked."))
    headings = [_("Code"), _("Asks"), _("Values"), _("Belongs to")]
    paper.table(headings, (_book_row(entry, naming) for entry in entries), (2.4, 6.6, 5.0, 3.0))
    return paper.bytes()


def series_said(series: str) -> str:
    """Say of a question that was asked otherwise before whether its answers go on."""
    return str(_("worded anew, the same series") if series == "same" else _("asked anew, a new series"))


def _book_row(entry: Mapping[str, Any], naming: Naming) -> list[str]:
    asks = naming.words(entry["text"])
    if entry["asked_if"]:
        asks += " " + _("Asked only if %(condition)s.", condition=naming.sentence(parse(entry["asked_if"])))
    values = "\n".join(f"{value} = {naming.words(text)}" for value, text in entry["values"].items())
    belongs = f"{entry['construct']} › {entry['dimension']}" if entry["construct"] else ""
    if entry["lineage"] > 1:
        belongs += f" {entry['code']}:{entry['lineage']}"
    if entry["series"]:
        belongs += f" ({series_said(entry['series'])})"
    return [entry["code"], asks, values or f"{entry['low']}–{entry['high']}", belongs.strip()]
