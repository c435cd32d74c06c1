"""The constructs: their points, changes, and what one is worth to the index."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from web.insight import series as series_of_waves
from web.insight.panels.base import Chart, Row, line_over_waves
from web.insight.results import WaveResult
from web.insight.series import Point, point


def construct_rows(
    found: Sequence[WaveResult], part: str, own: Mapping[str, Any], names: Mapping[str, str], index: str
) -> list[Row]:
    """Give the constructs but the index, with their changes."""
    others = [code for code in own["constructs"] if code != index]
    moved = series_of_waves.construct_changes(found, part, others)
    return [
        Row(
            code,
            names[code],
            point(own["constructs"][code]),
            moved[code],
            _("lower is better") if own["constructs"][code]["valence"] < 0 else "",
        )
        for code in others
    ]


def construct_over_waves(
    found: Sequence[WaveResult], part: str, construct: str, names: Mapping[str, str]
) -> Chart:
    """Draw one construct over waves."""
    points = [
        point(own["constructs"].get(construct)) if (own := each.part(part)) is not None else Point(None)
        for each in found
    ]
    return line_over_waves(
        found, [(names[construct], points)], series_of_waves.construct_breaks(found, construct)
    )


def worth(wave: WaveResult, construct: str) -> float | None:
    """Give what one point more of a construct is worth to the index, in points."""
    target = wave.result["index"]["id"]
    for effect in wave.result["total_effects"]:
        if (effect["source"], effect["target"]) == (construct, target):
            return float(effect["points_per_point"])
    return None
