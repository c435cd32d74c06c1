"""The index over waves with frozen weights, and which changes are more than chance."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from csi_model.arrays import F64
from csi_model.inference.figures import Figure, from_normal
from csi_model.inference.many import holm
from csi_model.series.breaks import Break, find_breaks
from csi_model.series.official import index_change
from csi_model.series.wave import Form
from csi_model.series.wave import Wave as SeriesWave
from web.insight import asked
from web.insight.results import WaveResult

LEVEL = 0.05


class Point(NamedTuple):
    """One figure on 0–100 with its interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Change(NamedTuple):
    """A change since the wave before, in points; `direction` is 0 where chance may explain it.

    Where `breaks` lie between the waves the figures are not comparable, and the change is nan.
    """

    value: float
    low: float
    high: float
    direction: int
    breaks: tuple[Break, ...] = ()


class IndexSeries(NamedTuple):
    """The official index (weights of the first wave) and the re-estimated one, wave by wave."""

    official: tuple[Point, ...]
    re_estimated: tuple[Point, ...]
    changes: tuple[Change | None, ...]  # since the wave before; the first has none
    breaks: tuple[Break, ...]


def point(figure: Any) -> Point:
    """Read a figure of a result document."""
    if figure is None:
        return Point(None)
    value = figure.get("points", figure.get("value"))
    low, high = figure.get("ci") or (None, None)
    return Point(value, low, high)


def index_series(
    found: Sequence[WaveResult], part: str = "", *, over: Sequence[WaveResult] = ()
) -> IndexSeries:
    """Follow the index of the whole or of one group over the waves.

    The weights are those of the whole in the first wave of `over` (of `found`, without it) that had the same
    questions of the index: other questions begin a new series. A wave in which the group is too small has an
    empty point.
    """
    shares: dict[tuple[str, ...], F64] = {}
    for each in over or found:
        if items := each.result["series"]:
            order = np.argsort(items["codes"])
            shares.setdefault(_index_items(each), np.array(items["shares"])[order])
    forms = asked.forms([(each.wave.code, each.asked, _index_items(each)) for each in found])
    breaks = find_breaks(forms)
    waves = [_wave(each, form, part) for each, form in zip(found, forms, strict=True)]
    changes: list[Change | None] = [None]
    for before, after in pairwise(waves):
        if before is None or after is None:
            changes.append(None)
        elif between := breaks_before(after.code, breaks, forms):
            changes.append(_not_comparable(between))
        else:
            changes.append(_change(index_change(before, after, shares=shares[after.items])))
    return IndexSeries(
        tuple(Point(None) if wave is None else _official(wave, shares[wave.items]) for wave in waves),
        tuple(
            Point(None) if wave is None else _own(each, part) for each, wave in zip(found, waves, strict=True)
        ),
        tuple(changes),
        breaks,
    )


def construct_breaks(found: Sequence[WaveResult], construct: str) -> tuple[Break, ...]:
    """Find where the questions of a construct, their wording or the way of asking changed."""
    return find_breaks(_construct_forms(found, construct))


def breaks_before(wave_code: str, breaks: Sequence[Break], waves: Sequence[Form]) -> tuple[Break, ...]:
    """Give the breaks that the change into this wave may cross."""
    codes = [each.code for each in waves]
    return tuple(each for each in breaks if wave_code in each.steps(codes))


def _construct_forms(found: Sequence[WaveResult], construct: str) -> list[Form]:
    return asked.forms(
        [
            (
                each.wave.code,
                each.asked,
                sorted(
                    code
                    for code, node in each.result.get("indicators", {}).items()
                    if node["construct"] == construct
                ),
            )
            for each in found
        ]
    )


def _index_items(found: WaveResult) -> tuple[str, ...]:
    """Give the questions of a wave's index, in the order of their codes."""
    return tuple(sorted((found.result["series"] or {"codes": ()})["codes"]))


def _wave(found: WaveResult, form: Form, part: str) -> SeriesWave | None:
    """Give what a series needs; None where the group is too small."""
    figures = found.part(part)
    items = figures and figures.get("series")
    if figures is None or not items:
        return None
    order = np.argsort(items["codes"])
    means, shares = (np.array(items[name])[order] for name in ("means", "shares"))
    covariance = np.array(items["covariance"])[np.ix_(order, order)]
    return SeriesWave(
        means=means, covariance=covariance, shares=shares, n_respondents=figures["n_used"], **vars(form)
    )


def _not_comparable(breaks: tuple[Break, ...]) -> Change:
    return Change(np.nan, np.nan, np.nan, 0, breaks)


def _official(wave: SeriesWave, shares: F64) -> Point:
    error = np.sqrt(shares @ wave.covariance @ shares)
    points = from_normal(shares @ wave.means, error)
    return Point(float(points.value), float(points.low), float(points.high))


def _own(found: WaveResult, part: str) -> Point:
    return point((found.part(part) or {})["index"])


def _change(moved: Figure) -> Change:
    value = float(moved.value)
    clear = float(moved.p) < LEVEL
    return Change(value, float(moved.low), float(moved.high), int(np.sign(value)) if clear else 0)


def construct_changes(
    found: Sequence[WaveResult], part: str, codes: Sequence[str]
) -> dict[str, Change | None]:
    """Give each construct's change from the last wave but one to the last.

    Waves are independent samples; probabilities are corrected (Holm 1979) for the number of constructs
    looked at together, so that among nine constructs no arrow appears by chance alone. Across a break there
    is no change to test.
    """
    if len(found) < 2:
        return dict.fromkeys(codes)
    before, after = found[-2].part(part), found[-1].part(part)
    if before is None or after is None:
        return dict.fromkeys(codes)
    changes: dict[str, Change | None] = dict.fromkeys(codes)
    rows = {}
    for code in codes:
        early, late = (each["constructs"].get(code, {}) for each in (before, after))
        forms = _construct_forms(found, code)
        between = breaks_before(found[-1].wave.code, find_breaks(forms), forms)
        if any(each.get("points") is None or "se" not in each for each in (early, late)):
            continue
        if between:
            changes[code] = _not_comparable(between)
        else:
            rows[code] = early, late
    if not rows:
        return changes
    value = np.array([late["points"] - early["points"] for early, late in rows.values()])
    error = np.array([np.hypot(early["se"], late["se"]) for early, late in rows.values()])
    corrected = holm(2 * ndtr(-np.abs(value) / error))
    return changes | {
        code: Change(
            float(value[at]),
            float(value[at] - 1.96 * error[at]),
            float(value[at] + 1.96 * error[at]),
            int(np.sign(value[at])) if corrected[at] < LEVEL else 0,
        )
        for at, code in enumerate(rows)
    }
