"""A series as plain values, for JSON and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from csi_model.errors import Caution
from csi_model.inference.figures import figure
from csi_model.inference.many import holm
from csi_model.series import official
from csi_model.series.drift import verdict_of
from csi_model.series.followed import Followed


def waves_of(series: official.Series, waves: Mapping[str, Followed]) -> list[dict[str, Any]]:
    """Give the waves of a series as plain values, changes with p-values corrected by Holm."""
    corrected = holm(series.changes.p)
    found = []
    for at, code in enumerate(series.codes):
        change, result = None, waves[code].result
        if at and np.isfinite(series.changes.value[at - 1]):
            made, adjusted = series.changes.at(at - 1), float(corrected[at - 1])
            change = made.plain() | {"p_holm": adjusted, "verdict": verdict_of(made, adjusted)}
        found.append(
            {
                "wave": code,
                "n_used": len(waves[code].sample),
                "official": series.official.at(at).plain(),
                "re_estimated": series.re_estimated.at(at).plain(),
                "change": change,
                "cautions": [] if result is None else [caution.plain() for caution in result.cautions],
            }
        )
    return found


def points_over_waves(wave: Followed, place: int) -> dict[str, Any]:
    """Give the points of a construct in one wave by its own weights, with error and interval where known."""
    own = figure(np.nan) if wave.result is None else wave.result.figure("constructs").at(place)
    written: dict[str, Any] = own.plain()
    return written


def once(cautions: Sequence[Caution]) -> list[Caution]:
    """Give each caution once, in order."""
    return list(dict.fromkeys(cautions))
