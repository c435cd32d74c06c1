"""Loyalty over waves."""

from collections.abc import Mapping, Sequence

from web.insight.panels.base import (
    Chart,
)
from web.insight.panels.constructs import construct_over_waves
from web.insight.results import WaveResult


def loyalty_chart(found: Sequence[WaveResult], part: str, names: Mapping[str, str]) -> Chart | None:
    """Draw loyalty over waves, where it is measured."""
    return construct_over_waves(found, part, "LOY", names) if "LOY" in names else None
