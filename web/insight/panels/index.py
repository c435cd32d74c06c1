"""The index over waves."""

from collections.abc import Sequence

from flask_babel import gettext as _

from web.insight import series as series_of_waves
from web.insight.panels.base import (
    Chart,
    line_over_waves,
)
from web.insight.results import WaveResult


def index_chart(found: Sequence[WaveResult], series: series_of_waves.IndexSeries) -> Chart:
    """Draw the index over waves, official and estimated anew."""
    return line_over_waves(
        found,
        [
            (_("Index, same weights in all waves"), series.official),
            (_("Index, weights estimated anew"), series.re_estimated),
        ],
        series.breaks,
    )
