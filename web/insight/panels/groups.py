"""Districts and customer classes side by side."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from web.i18n import text
from web.insight import results, sentences
from web.insight import series as series_of_waves
from web.insight.charts.dots import dots
from web.insight.panels.base import INDICATIVE, Chart, headings, interval, number
from web.insight.results import WaveResult
from web.insight.series import Point


def parts(session: Session, wave: WaveResult) -> dict[str, str]:
    """Give the groups that can be looked at, by key, in the order of the result."""
    keys = list(wave.result["groups"])
    units = results.unit_names(session, [key.partition(":")[2] for key in keys])
    names = {code: text(name) for code, name in units.items()}
    return {key: sentences.part_label(key, names) for key in keys}


def groups_charts(
    found: Sequence[WaveResult], parts: Mapping[str, str], whole: Point
) -> list[tuple[str, Chart]]:
    """Draw the index of each district and of each customer class."""
    charts = []
    last = found[-1]
    for kind, heading in (("county", _("By district")), ("customer_class", _("By customer class"))):
        keys = [key for key in parts if key.startswith(f"{kind}:") and last.part(key) is not None]
        if not keys:
            continue
        points = [series_of_waves.index_series([last], key, over=found).official[-1] for key in keys]
        sizes = [(last.part(key) or {})["n_used"] for key in keys]
        names = [parts[key] for key in keys]
        muted = [at for at, size in enumerate(sizes) if size < INDICATIVE]
        rows = [
            (name, number(each.value), interval(each), str(size))
            for name, each, size in zip(names, points, sizes, strict=True)
        ]
        figure = dots(names, points, reference=whole, muted=muted)
        charts.append((heading, Chart(figure, (*headings(_("Group")), _("Answers")), rows)))
    return charts
