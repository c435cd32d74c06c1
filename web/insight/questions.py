"""Questions of a dashboard: their texts, and the table of the four levels."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from surveys.document.wording import fill, piped_names
from surveys.editing import publishing
from surveys.models import Wave
from web.i18n import choose, text
from web.insight.panels.base import Row, ends
from web.insight.results import WaveResult
from web.insight.series import point


def table(wave: WaveResult, own: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give the four levels row by row: level, code, name, points and interval."""
    texts = question_texts(wave.wave)
    index = own["index"]
    yield 1, index["id"], _("Customer satisfaction index"), *ends(point(index))
    for code, node in own["constructs"].items():
        yield 2, code, text(node["name"]), *ends(point(node))
        for inner, dimension in own["dimensions"].items():
            if dimension["construct"] == code:
                yield 3, inner, text(dimension["name"]), *ends(point(dimension))
                for row, _share in questions_of(own, texts, inner):
                    yield 4, row.code, row.name, *ends(row.point)


def question_texts(wave: Wave) -> dict[str, str]:
    """Give the text of every question and row, holes filled as far as they can be without a respondent."""
    document = publishing.load_document(wave.version)
    settings = {name: value for name, value in wave.settings.items() if isinstance(value, dict)}
    names = piped_names(document, {}, settings, choose())
    return {code: fill(text(question.text), names) for code, question in document.by_code.items()}


def questions_of(own: Mapping[str, Any], texts: Mapping[str, str], dimension: str) -> list[tuple[Row, float]]:
    """Give the questions of a dimension with their shares of its weight."""
    return [
        (Row(code, texts[code], point(each)), each["weight_share"])
        for code, each in own["indicators"].items()
        if each["dimension"] == dimension
    ]
