"""What panels share: what they see, how numbers are written, and the charts that several draw.

A panel is a file of this folder with

- `PAGE`: where it stands, `overview` or `construct`,
- `ORDER`: its place there, smaller first,
- `panels(seen)`: gives what there is to show, a `Panel` or several, or none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from csi_model import Figure
from surveys.editing import publishing
from web import digits
from web.i18n import text
from web.insight import sentences
from web.insight.blocks import TOP, Arrow, Block, Breaks, Chart, Panel, Words
from web.insight.charts.bars import bars
from web.insight.charts.over_waves import over_waves
from web.insight.results import Break, Series, WaveResult
from web.insight.sentences import titles_of

CELL = ("se", "ci", "n", "state")  # what stands beside the value of a figure that is handed on


@dataclass(frozen=True)
class Seen:
    """What is looked at: a series up to a wave, a part of its customers, on its own page a construct."""

    series: Series
    part: str
    own: Mapping[str, Any]  # the figures of the part in the last wave
    parts: Mapping[str, str]  # the names of the groups that can be looked at
    construct: str = ""

    @property
    def last(self) -> WaveResult:
        """The wave that is looked at."""
        return self.series.last

    @property
    def result(self) -> Mapping[str, Any]:
        """The document of the whole of that wave."""
        return self.series.last.result

    @property
    def index(self) -> str:
        """The construct that is the index."""
        return str(self.result["index"]["id"])

    @property
    def before(self) -> str:
        """The title of the wave before, empty where there is none."""
        waves = self.series.waves
        return text(waves[-2].wave.title) if len(waves) > 1 else ""

    @property
    def is_waiting(self) -> bool:
        """Whether there are changes to tell that no series run has told yet."""
        return self.series.stored is None and len(self.series.waves) > 1

    def played_by(self, role: str) -> str | None:
        """Give the construct or question that plays a role in this wave, as its run knew it."""
        stored = self.result.get("roles")
        if stored is None:  # runs of the release before
            system = publishing.load_document(self.last.wave.version).indicators
            stored = system.played() if system is not None else {}
        code: str | None = stored.get(role)
        return code

    def name(self, construct: str) -> str:
        """Give the name of a construct."""
        return text(self.result["constructs"][construct]["name"])

    def link(self, construct: str) -> str:
        """Give the address of a construct's page, of the same customers."""
        return url_for(
            "insight.construct", wave_code=self.last.wave.code, construct=construct, part=self.part or None
        )


def points(figure: Figure) -> str:
    """Write one figure, a dash where there is none."""
    return number(figure) or "–"


def marked(figure: Figure) -> str:
    """Write one figure, marked where it rests on few answers (`mark_of`)."""
    return f"≈ {points(figure)}" if figure.is_indicative else points(figure)


def mark_of(figure: Figure, last: WaveResult) -> str:
    """Say what the mark means, where any of the figures has it."""
    said = []
    if figure.rests_on_few[~figure.is_withheld].any():
        said.append(_("≈ from fewer than %(n)s answers: indicative only.", n=last.indicative))
    if figure.is_withheld.any():
        said.append(
            _(
                "– fewer than %(n)s people answered, or their answers could be found by subtraction.",
                n=last.floor,
            )
        )
    return " ".join(map(str, said))


def number(figure: Figure) -> str:
    """Write one figure as it is printed, nothing where there is none."""
    return digits.text(figure)


def interval(figure: Figure) -> str:
    """Write the interval of one figure, nothing where there is none."""
    return digits.span(figure)


def side_by_side(figures: Iterable[Figure]) -> Figure:
    """Put single figures along one axis, with what may be said of each."""
    return Figure.read([each.plain("points", CELL) for each in figures], key="points")


def certainty(figure: Figure, grid: digits.Grid = digits.POINTS) -> str:
    """Say in a sentence between which ends a figure lies."""
    _value, low, high = digits.all_of(figure, grid)
    if not low or not high:
        return ""
    said: str = _(
        "With %(level)g %% certainty between %(low)s and %(high)s.",
        level=100 * figure.level,
        low=low,
        high=high,
    )
    return said


def how_it_moved(seen: Seen, node: str) -> Iterator[Block]:
    """Say how a figure moved, over which waves; an arrow stands where it clearly rose or fell."""
    series, part = seen.series, seen.part
    change = series.change(part, node)
    if change is not None and change.is_clear:
        yield Arrow(change)
    yield Words(sentences.change_text(change, seen.before, is_waited_for=seen.is_waiting))
    for each in sentences.further_texts(series, part, node):
        yield Words(each)
    yield Words(sentences.perhaps_text(series, part, node), look="hint")


def headings(first: str) -> tuple[str, ...]:
    """Give the headings of a table of points."""
    return first, _("Points"), _("Range")


def bars_of(names: Sequence[str], figure: Figure, *, heading: str, caption: str = "") -> Chart:
    """Draw figures as bars, with their table."""
    rows = [(name, number(figure.at(at)), interval(figure.at(at))) for at, name in enumerate(names)]
    return Chart(bars(names, figure), headings(heading), rows, caption)


def line_over_waves(
    waves: Sequence[WaveResult],
    lines: Sequence[tuple[str, Figure]],
    breaks: Sequence[Break] = (),
    *,
    caption: str = "",
) -> Chart:
    """Draw lines over waves, cut where waves cannot be compared."""
    by_code = titles_of(waves)
    titles = list(by_code.values())
    crossed = {step for each in breaks for step in each.steps}
    cut = [at for at, code in enumerate(by_code) if code in crossed]
    rows = [
        (
            _("%(wave)s (not comparable with the wave before)", wave=title) if at in cut else title,
            *(cell for _name, each in lines for cell in (number(each.at(at)), interval(each.at(at)))),
        )
        for at, title in enumerate(titles)
    ]
    heads = [_("Wave")]
    for name, _figure in lines:
        heads += [name, _("Range")]
    return Chart(over_waves(titles, lines, cut=cut), tuple(heads), rows, caption)


def over_the_waves(
    waves: Sequence[WaveResult],
    lines: Sequence[tuple[str, Figure]],
    breaks: Sequence[Break],
    *,
    caption: str,
) -> Panel:
    """Give the panel of what a page is about over the waves, with a sentence for each break."""
    chart = line_over_waves(waves, lines, breaks, caption=caption)
    between = Breaks(sentences.break_texts(breaks, titles_of(waves)))
    return Panel("waves", _("Over the waves"), [chart, between], place=TOP)


def facets(seen: Seen, role: str, caption: str) -> Chart | None:
    """Draw the construct of a role beside its facets, where it is measured."""
    construct = seen.played_by(role)
    if construct is None or construct not in seen.own["constructs"]:
        return None
    inner = [each for each in seen.own["dimensions"].items() if each[1]["construct"] == construct]
    names = [_("Overall"), *(text(seen.result["dimensions"][code]["name"]) for code, _node in inner)]
    series, part = seen.series, seen.part
    own = [series.construct(part, construct).at(-1), *(series.dimension(part, code) for code, _node in inner)]
    return bars_of(names, side_by_side(own), heading=_("Facet"), caption=caption)
