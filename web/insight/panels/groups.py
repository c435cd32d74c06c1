"""The groups of customers that the questionnaire names side by side: districts, customer classes."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web import labels
from web.insight.blocks import Chart, Panel
from web.insight.charts.dots import dots
from web.insight.panels.base import Seen, headings, interval, number, side_by_side

PAGE, ORDER = "overview", 50


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the index of each group, a panel for each kind of them."""
    if seen.part:
        return
    kinds = dict.fromkeys(key.partition(":")[0] for key in seen.parts)
    charts = [
        (str(labels.GROUPS[kind]), chart) for kind in kinds if (chart := _chart(seen, kind)) is not None
    ]
    for place, (heading, chart) in enumerate(charts, start=1):
        yield Panel(f"group-{place}", heading, [chart])


def _chart(seen: Seen, kind: str) -> Chart | None:
    own = {key: seen.last.part(key) for key in seen.parts if key.startswith(f"{kind}:")}
    sizes = {key: part["n_used"] for key, part in own.items() if part is not None}
    if not sizes:
        return None
    names = [seen.parts[key] for key in sizes]
    figure = side_by_side(seen.series.index(key).at(-1) for key in sizes)
    rows = [
        (name, number(figure.at(at)), interval(figure.at(at)), str(size))
        for at, (name, size) in enumerate(zip(names, sizes.values(), strict=True))
    ]
    muted = [at for at, size in enumerate(sizes.values()) if size < seen.last.indicative]
    return Chart(
        dots(names, figure, reference=seen.series.index("").at(-1), muted=muted),
        (*headings(_("Group")), _("Answers")),
        rows,
        _(
            "The band is the index of all customers. Where a line crosses it, the difference may be chance. "
            "Grey and hollow: fewer than %(least)d answers.",
            least=seen.last.indicative,
        ),
    )
