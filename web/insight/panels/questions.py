"""The questions behind a construct, dimension by dimension."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from web.i18n import text
from web.insight import questions
from web.insight.blocks import BELOW, Name, Panel, Table, Words
from web.insight.panels.base import Seen, interval, mark_of, marked, points

PAGE, ORDER = "construct", 30


def panels(seen: Seen) -> Iterator[Panel]:
    """List the questions with their points and weights."""
    weights = seen.series.weights(seen.part, seen.construct)
    texts = questions.question_texts(seen.last.wave)
    tables = []
    for code, node in seen.own["dimensions"].items():
        if node["construct"] != seen.construct:
            continue
        own = questions.questions_of(seen.own, code)
        figure = Figure.read(list(own.values()), key="points")
        name, counts = text(node["name"]), sum(weights[question] for question in own)
        rows = [
            (
                Name(texts[question], tag=question),
                (
                    marked(figure.at(at)),
                    interval(figure.at(at)),
                    f"{100 * weights[question]:.0f} %",
                ),
            )
            for at, question in enumerate(own)
        ]
        tables.append(
            Table(
                name,
                (_("Question"), _("Points"), _("Range"), _("Weight")),
                rows,
                title=f"{name} · {points(seen.series.dimension(seen.part, code))}",
                hint=_(
                    "counts %(share).0f %% of the topic",
                    share=100 * counts,
                ),
            )
        )
    every = Figure.read(
        [each for each in seen.own["indicators"].values() if each["construct"] == seen.construct],
        key="points",
    )
    legend = Words(mark_of(every, seen.last), look="hint")
    yield Panel("questions", _("The questions behind it"), [*tables, legend], place=BELOW)
