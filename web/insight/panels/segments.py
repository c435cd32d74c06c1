"""The segments of the retention map."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from web import digits
from web.insight import sentences
from web.insight.blocks import Chart, Facts, Panel
from web.insight.charts.bars import bars
from web.insight.panels.base import Seen

PAGE, ORDER = "overview", 80


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the shares of the segments of all customers, and say what each means."""
    found = seen.result.get("retention")
    if seen.part or not found:
        return
    names = [str(sentences.SEGMENTS[name][0]) for name in found["segments"]]
    percent = Figure.read(list(found["segments"].values())).times(100)
    rows = [
        (name, digits.text(percent.at(at), digits.SHARES), digits.span(percent.at(at), digits.SHARES))
        for at, name in enumerate(names)
    ]
    chart = Chart(
        bars(names, percent, ends=None, unit=" %", grid=digits.SHARES),
        (_("Customers"), _("Share in %"), _("Range")),
        rows,
        _(
            "Satisfied from %(satisfied).3g points on; leaving is costly from %(costly).3g points of "
            "switching cost on.",
            satisfied=found["cuts"][0],
            costly=found["cuts"][1],
        ),
    )
    meanings = [(str(name), str(meaning)) for name, meaning in sentences.SEGMENTS.values()]
    yield Panel("segments", _("Who would stay, and why"), [chart, Facts(meanings)])
