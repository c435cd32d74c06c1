"""A series as plain values, for JSON and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from csi_model.errors import Caution
from csi_model.estimation.result import Result
from csi_model.inference.many import holm
from csi_model.series import official


def waves_of(series: official.Series, results: Mapping[str, Result], alpha: float) -> list[dict[str, Any]]:
    """Give the waves of a series as plain values, changes with p-values corrected by Holm."""
    corrected = holm(series.changes.p)
    found = []
    for at, code in enumerate(series.codes):
        change = None
        if at and np.isfinite(series.changes.value[at - 1]):
            clear = corrected[at - 1] < alpha
            rise = float(series.changes.value[at - 1])
            change = series.changes.at(at - 1).plain() | {
                "p_holm": float(corrected[at - 1]),
                "verdict": ("up" if rise > 0 else "down") if clear else "no clear change",
            }
        found.append(
            {
                "wave": code,
                "n_used": results[code].n_used,
                "official": series.official.at(at).plain(),
                "re_estimated": series.re_estimated.at(at).plain(),
                "change": change,
                "cautions": [caution.plain() for caution in results[code].cautions],
            }
        )
    return found


def points_over_waves(result: Result, place: int) -> dict[str, Any]:
    """Give the points of a construct in one wave, with error and interval where there is one."""
    written: dict[str, Any] = result.figure("constructs").at(place).plain(parts=("ci",))
    return written


def once(cautions: Sequence[Caution]) -> list[Caution]:
    """Give each caution once, in order."""
    return list(dict.fromkeys(cautions))
