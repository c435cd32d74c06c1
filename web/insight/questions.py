"""Questions of a dashboard: their texts, and the table of the four levels."""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

from flask_babel import gettext as _

from csi_model import Figure
from surveys.document.wording import fill, piped_names
from surveys.editing import publishing
from surveys.models import Wave
from web import digits
from web.i18n import choose, text
from web.insight import sentences
from web.insight.results import Change, Series

NO_MOVES = ("",) * 9


def headings() -> list[str]:
    """Give the headings of the table; how the trail ended stands last, and is the view's to add."""
    return [
        *(_("Level"), _("Code"), _("Name"), _("Points"), _("From"), _("To"), _("Answers")),
        *(_("Change"), _("Change from"), _("Change to"), _("p, corrected")),
        *(
            _("Since"),
            _("Change since then"),
            _("Since then from"),
            _("Since then to"),
            _("Since then p, corrected"),
        ),
        _("Audit trail at"),
    ]


def table(series: Series, part: str) -> Iterator[tuple[Any, ...]]:
    """Give the four levels row by row: points, answers, the change since the wave before and since the base.

    Index and constructs are as the dashboard shows them, with the weights of the first comparable wave.
    """
    own = series.last.part(part)
    if own is None:
        return
    texts, used = question_texts(series.last.wave), own["n_used"]
    index = series.index(part).at(-1)
    name = own["index"]["id"]
    yield 1, name, _("Customer satisfaction index"), *_cells(index, used), *_moves(series, part, name)
    for code, node in own["constructs"].items():
        point = series.construct(part, code).at(-1)
        yield 2, code, text(node["name"]), *_cells(point, used), *_moves(series, part, code)
        for inner, dimension in own["dimensions"].items():
            if dimension["construct"] == code:
                yield (
                    3,
                    inner,
                    text(dimension["name"]),
                    *_cells(series.dimension(part, inner), used),
                    *NO_MOVES,
                )
                for question, each in questions_of(own, inner).items():
                    yield 4, question, texts[question], *_cells(_read(each), used), *NO_MOVES


def question_texts(wave: Wave) -> dict[str, str]:
    """Give the text of every question and row, holes filled as far as they can be without a respondent."""
    document = publishing.load_document(wave.version)
    settings = {name: value for name, value in wave.settings.items() if isinstance(value, dict)}
    names = piped_names(document, {}, settings, choose())
    return {
        code: fill(text(getattr(question, "wording", question.text)), names)
        for code, question in document.by_code.items()
    }


def questions_of(own: Mapping[str, Any], dimension: str) -> dict[str, Mapping[str, Any]]:
    """Give the figures of the questions of a dimension, by code."""
    return {code: each for code, each in own["indicators"].items() if each["dimension"] == dimension}


def _read(node: Mapping[str, Any]) -> Figure:
    return Figure.read(node, key="points")


def _cells(figure: Figure, used: int) -> tuple[Any, ...]:
    """Give a figure as it is printed, and how many answered it; of what is withheld nothing."""
    answered = used if isnan(figure.n) else int(figure.n)
    return *digits.in_file(figure), "" if figure.is_withheld else answered


def _moves(series: Series, part: str, node: str) -> tuple[str, ...]:
    """Give the changes since the wave before and since the base as they are written."""
    base = series.change(part, node, "base")
    titles = sentences.titles_of(series.waves)
    since = "" if base is None or base.against is None else titles[base.against]
    return *_moved(series.change(part, node)), since, *_moved(base)


def _moved(change: Change | None) -> tuple[str, ...]:
    """Give a change as it is written; nothing where there is none."""
    if change is None or change.p_adjusted is None:
        return "", "", "", ""
    return *digits.in_file(change.figure), f"{change.p_adjusted:.3f}"
