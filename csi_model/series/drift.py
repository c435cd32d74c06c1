"""Drift: how figures moved since the last wave, a year before and the base, and their trend since then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from csi_model.arrays import F64, Mask
from csi_model.inference.figures import BREAK, FAILED, INDICATIVE, PARTS, Figure, figure
from csi_model.inference.making import from_normal
from csi_model.inference.many import holm
from csi_model.inference.plain import number
from csi_model.options import Options

# What a wave is compared with; the trend is a slope a year through all waves since the base.
LAST, YEAR, BASE, TREND = ("last", "year", "base", "trend")

# What may be said of a move. A hint is more than chance alone, but not among all that is looked at together.
UP, DOWN, HINT, UNCLEAR, BROKEN, ABSENT = "up", "down", "hint", "unclear", "break", "absent"

A_YEAR = 365
YEAR_BETWEEN = (320, 410)  # days after which a wave counts as one of a year before
DAYS_A_YEAR = 365.25
FEWEST_OF_A_TREND = 4


class Course(NamedTuple):
    """One figure over waves, in order of time.

    Attributes
    ----------
    values : (n_waves,), ``nan`` where a wave has none
    covariance : (n_waves, n_waves) of their sampling errors
    broken : (n_waves - 1,)
        Where what was asked, or how, changed since the wave before.
    n : (n_waves,), answers behind each
    df : degrees of freedom of the covariance
    """

    values: F64
    covariance: F64
    broken: Mask
    n: F64
    df: float = np.inf


class Move(NamedTuple):
    """A contrast over waves: the waves it is of, their factors, and the wave it looks back to."""

    places: tuple[int, ...]
    factors: tuple[float, ...]
    against: int


def drift(
    courses: Mapping[str, Course],
    waves: Sequence[str],
    opened: Mapping[str, date],
    options: Options | None = None,
) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    r"""Say of each wave how each figure moved, as plain values: wave → figure → horizon → move.

    Parameters
    ----------
    courses : mapping of name to Course
        What is looked at together: p is corrected over all of them and all horizons of one wave.
    waves : sequence of str
        In order of time.
    opened : mapping of wave to date
        When a wave went into the field; without its date a wave is no year's, and without any a trend counts
        waves instead of years.

    Returns
    -------
    dict
        A move has ``value``, ``se``, ``ci``, ``p``, ``n``, ``state``, ``p_adjusted`` (Holm 1979; a contrast
        that two horizons share counts once), ``against`` (the wave it looks back to) and its ``verdict``:
        up or down where the adjusted p is below 1 − level, hint where p alone is.

    Notes
    -----
    Every move is a contrast :math:`d = l'x` with :math:`\mathrm{se} = \sqrt{l' V l}`, V the joint covariance,
    and p and interval come from the same Student's t. The trend is the least-squares slope over opening
    dates, :math:`l = (t - \bar t)/\sum (t - \bar t)^2`: generalised least squares with an estimated V find a
    trend where none is, the more waves the oftener. Whether a line describes the waves at all says
    ``lack_of_fit_p`` of the trend: with e the residuals of the generalised fit, :math:`Q = e'V^+e`,
    :math:`F = Q (df - k + 1)/(df\,k)` on (k, df - k + 1), k = waves - 2; none where df < 2k. The base is the
    first wave after the last break that has the figure.
    """
    options = options or Options()
    days = _days(waves, opened)
    found: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
    for at, wave in enumerate(waves[1:], start=1):
        own = {name: _moves(course, at, days) for name, course in courses.items()}
        made = {
            (name, move): _figure(courses[name], move, options)
            for name, moves in own.items()
            for move in moves.values()
            if isinstance(move, Move)
        }
        corrected = dict(zip(made, holm(np.array([float(each.p) for each in made.values()])), strict=True))
        found[wave] = {
            name: {
                horizon: _absent(move)
                if isinstance(move, str)
                else _told(made[name, move], waves[move.against], corrected[name, move])
                for horizon, move in moves.items()
            }
            for name, moves in own.items()
        }
        for name, moves in own.items():
            if isinstance(trend := moves.get(TREND), Move):
                times, per = _times(trend.places, days)
                lack = _lack_of_fit(courses[name], trend.places, times)
                found[wave][name][TREND] |= {"per": per, "lack_of_fit_p": number(lack)}
    return found


def independent(figures: Figure, broken: Mask) -> Course:
    """Give the course of a figure over waves, (n_waves,), that are samples of their own."""
    errors = np.where(np.isfinite(figures.se), figures.se, np.nan)
    return Course(figures.value, np.diag(errors**2), broken, figures.n)


def _days(waves: Sequence[str], opened: Mapping[str, date]) -> F64:
    return np.array([opened[wave].toordinal() if wave in opened else np.nan for wave in waves], float)


def _moves(course: Course, at: int, days: F64) -> dict[str, Move | str]:
    """Give the contrasts of a wave by horizon, or why there is none: `BROKEN`, `ABSENT`."""
    known = np.isfinite(course.values) & np.isfinite(np.diag(course.covariance))
    start = int(np.max(np.flatnonzero(course.broken[:at]) + 1, initial=0))
    reach = [place for place in range(start, at) if known[place]]
    if not known[at]:
        reach = []
    year = _year_before(days, at)

    def since(place: int | None) -> Move | str:
        if place is not None and place in reach:
            return Move((place, at), (-1.0, 1.0), place)
        crossed = course.broken[at - 1 if place is None else place : at].any()
        return BROKEN if crossed and known[at] else ABSENT

    found: dict[str, Move | str] = {LAST: since(at - 1)}
    if year is not None:
        found[YEAR] = since(year)
    found[BASE] = since(reach[0] if reach else None)
    if len(reach) + 1 >= FEWEST_OF_A_TREND:
        found[TREND] = _slope([*reach, at], days)
    return found


def _year_before(days: F64, at: int) -> int | None:
    """Give the wave that opened nearest to a year before, within `YEAR_BETWEEN`."""
    past = days[at] - days[:at]
    near = [k for k in range(at) if YEAR_BETWEEN[0] <= past[k] <= YEAR_BETWEEN[1]]
    return min(near, key=lambda k: abs(past[k] - A_YEAR)) if near else None


def _slope(places: Sequence[int], days: F64) -> Move:
    times, _ = _times(places, days)
    centred = times - times.mean()
    return Move(tuple(places), tuple((centred / (centred @ centred)).tolist()), places[0])


def _times(places: Sequence[int], days: F64) -> tuple[F64, str]:
    """Give the opening dates in years; the numbers of the waves where dates are not known."""
    times = days[list(places)] / DAYS_A_YEAR
    if np.isfinite(times).all() and np.ptp(times) > 0:
        return times, "year"
    return np.asarray(places, float), "wave"


def _lack_of_fit(course: Course, places: Sequence[int], times: F64) -> float:
    """Give the probability of waves as far off the line as these, were it a line.

    ``nan`` with few units, and where the error of some waves tells that of the others.
    """
    rows, k = list(places), len(places) - 2
    if course.df < 2 * k:
        return float("nan")
    covariance = course.covariance[np.ix_(rows, rows)]
    if np.linalg.matrix_rank(covariance, hermitian=True) < len(rows):
        return float("nan")
    inverse = np.linalg.inv(covariance)
    line = np.column_stack([np.ones(len(rows)), times - times.mean()])
    fitted = np.linalg.solve(line.T @ inverse @ line, line.T @ inverse @ course.values[rows])
    rest = course.values[rows] - line @ fitted
    distance = float(rest @ inverse @ rest)
    if np.isinf(course.df):
        return float(stats.chi2.sf(distance, k))
    return float(stats.f.sf(distance * (course.df - k + 1) / (course.df * k), k, course.df - k + 1))


def _figure(course: Course, move: Move, options: Options) -> Figure:
    rows, factors = list(move.places), np.array(move.factors)
    error = np.sqrt(max(factors @ course.covariance[np.ix_(rows, rows)] @ factors, 0.0))
    made = from_normal(factors @ course.values[rows], error, level=options.level, df=course.df)
    n = float(np.min(course.n[rows]))
    state = INDICATIVE if n < options.indicative else int(made.state)
    return Figure(
        made.value,
        made.se,
        made.low,
        made.high,
        made.p,
        np.asarray(n),
        np.asarray(state, np.int8),
        made.level,
    )


def _told(made: Figure, against: str, adjusted: float) -> dict[str, Any]:
    plain: dict[str, Any] = made.plain(parts=PARTS)
    return plain | {
        "p_adjusted": number(float(adjusted)),
        "against": against,
        "verdict": verdict_of(made, adjusted),
    }


def verdict_of(made: Figure, adjusted: float) -> str:
    """Say whether a move is one by its adjusted p, only by its own, or by neither."""
    chance = 1 - made.level
    if adjusted < chance:
        return UP if made.value > 0 else DOWN
    return HINT if made.p < chance else UNCLEAR


def _absent(why: str) -> dict[str, Any]:
    """Give what stands where there is no move: behind a break, or without a figure."""
    state = np.asarray(BREAK if why == BROKEN else FAILED, np.int8)
    empty: dict[str, Any] = replace(figure(np.nan), state=state).plain(parts=PARTS)
    return empty | {"p_adjusted": None, "against": None, "verdict": why}
