"""The index over waves with frozen weights, and which changes are more than chance."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from csi_model import trend
from csi_model.intervals import F64, Estimate, from_normal
from csi_model.small_units import holm
from csi_model.forms import Wave as SeriesWave
from web.insight.results import WaveResult

LEVEL = 0.05


class Point(NamedTuple):
    """One figure on 0–100 with its interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Change(NamedTuple):
    """A change since the wave before, in points; `direction` is 0 where chance may explain it."""

    value: float
    low: float
    high: float
    direction: int


class IndexSeries(NamedTuple):
    """The official index (weights of the first wave) and the re-estimated one, wave by wave."""

    official: tuple[Point, ...]
    re_estimated: tuple[Point, ...]
    changes: tuple[Change | None, ...]  # since the wave before; the first has none


def point(figure: Any) -> Point:
    """Read a figure of a result document."""
    if figure is None:
        return Point(None)
    value = figure.get("points", figure.get("value"))
    low, high = figure.get("ci") or (None, None)
    return Point(value, low, high)


def index_series(
    found: Sequence[WaveResult], part: str = "", *, base: WaveResult | None = None
) -> IndexSeries:
    """Follow the index of the whole or of one group over the waves.

    The weights are those of the base wave, of the whole, for all waves and groups; without a base it is the
    first wave. A wave in which the group is too small has an empty point.
    """
    base_items = (base or found[0]).result["series"]
    shares = np.array(base_items["shares"])
    waves = [_wave(each, part, base_items["codes"]) for each in found]
    changes: list[Change | None] = [None]
    for before, after in pairwise(waves):
        both = before is not None and after is not None
        changes.append(_change(trend.index_change(before, after, shares=shares)) if both else None)
    return IndexSeries(
        tuple(Point(None) if wave is None else _official(wave, shares) for wave in waves),
        tuple(
            Point(None) if wave is None else _own(each, part) for each, wave in zip(found, waves, strict=True)
        ),
        tuple(changes),
    )


def _wave(found: WaveResult, part: str, codes: Sequence[str]) -> SeriesWave | None:
    """Give what a series needs; None where the group is too small or the index had other questions."""
    figures = found.part(part)
    items = figures and figures.get("series")
    if figures is None or not items or items["codes"] != codes:
        return None
    means, covariance, shares = (np.array(items[name]) for name in ("means", "covariance", "shares"))
    return SeriesWave(found.wave.code, means, covariance, shares, figures["n_used"])


def _official(wave: SeriesWave, shares: F64) -> Point:
    error = np.sqrt(shares @ wave.covariance @ shares)
    points = from_normal(shares @ wave.means, error)
    return Point(float(points.value), float(points.low), float(points.high))


def _own(found: WaveResult, part: str) -> Point:
    return point((found.part(part) or {})["index"])


def _change(moved: Estimate) -> Change:
    value = float(moved.value)
    clear = float(moved.p) < LEVEL
    return Change(value, float(moved.low), float(moved.high), int(np.sign(value)) if clear else 0)


def construct_changes(
    found: Sequence[WaveResult], part: str, codes: Sequence[str]
) -> dict[str, Change | None]:
    """Give each construct's change from the last wave but one to the last.

    Waves are independent samples; probabilities are corrected (Holm 1979) for the number of constructs
    looked at together, so that among nine constructs no arrow appears by chance alone.
    """
    if len(found) < 2:
        return dict.fromkeys(codes)
    before, after = found[-2].part(part), found[-1].part(part)
    if before is None or after is None:
        return dict.fromkeys(codes)
    rows = {
        code: (before["constructs"][code], after["constructs"][code])
        for code in codes
        if "se" in before["constructs"].get(code, {}) and "se" in after["constructs"].get(code, {})
    }
    if not rows:
        return dict.fromkeys(codes)
    value = np.array([late["points"] - early["points"] for early, late in rows.values()])
    error = np.array([np.hypot(early["se"], late["se"]) for early, late in rows.values()])
    corrected = holm(2 * ndtr(-np.abs(value) / error))
    return dict.fromkeys(codes) | {
        code: Change(
            float(value[at]),
            float(value[at] - 1.96 * error[at]),
            float(value[at] + 1.96 * error[at]),
            int(np.sign(value[at])) if corrected[at] < LEVEL else 0,
        )
        for at, code in enumerate(rows)
    }
