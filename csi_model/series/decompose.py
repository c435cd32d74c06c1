"""Why an index changed: answers, weights and customer mix, adding up exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.inference.means import correlations, unit_sums
from csi_model.options import FLOOR, LEVEL
from csi_model.series.checks import check_shares
from csi_model.series.split import Parts, split_change, split_parts

ROUNDING = 1e-12  # points: an error below it is none


@dataclass(frozen=True)
class Decomposition:
    """A decomposed change with intervals: every field is a Figure of the Parts field of its name."""

    change: Figure
    answers: Figure
    weights: Figure
    mix: Figure
    answers_by_item: Figure
    answers_by_segment: Figure
    weights_by_item: Figure
    mix_by_segment: Figure
    segments: tuple[str, ...]


@dataclass(frozen=True)
class WaveAnswers:
    """One wave's answers for a decomposition.

    Attributes
    ----------
    points : ndarray of shape (n_respondents, n_items)
        Answers as points 0-100, ``nan`` where missing.
    levels : function of a mask to an ndarray of shape (n_respondents, n_items), optional
        Where gaps are fitted: numbers whose weighted means are those of the respondents of the mask, (n, 1),
        who were asked (`estimator.Estimator.levels`).
    asked : ndarray of shape (n_respondents, n_items), optional
        Whose answers count there; by default who answered.
    segments : ndarray of shape (n_respondents,)
        Segment label of every respondent.
    shares : ndarray of shape (n_items,)
        The wave's item shares of the index, none negative, summing to 1.
    weights : ndarray of shape (n_respondents,), optional
        Respondent weights.
    items : sequence of str, optional
        Names of the items, for refusals.
    means : ndarray of shape (n_items,), optional
        Where gaps are fitted: the items' points, to which those of the segments shall add up to rounding, and
        not to the small rest that a fit leaves.
    clusters : ndarray of shape (n_respondents,), optional
        Sampling units, for the errors; one label is one unit in both waves.
    """

    points: F64
    segments: NDArray[np.generic]
    shares: F64
    weights: F64 | None = None
    clusters: NDArray[np.generic] | None = None
    levels: Callable[[Mask], F64] | None = None
    asked: Mask | None = None
    items: Sequence[str] = ()
    means: F64 | None = None


def decompose(
    before: WaveAnswers,
    after: WaveAnswers,
    *,
    floor: int = FLOOR,
    level: float = LEVEL,
    df: float | None = None,
) -> Decomposition:
    """Decompose the change between two waves, with intervals.

    Parameters
    ----------
    before, after : WaveAnswers
        The same items in the same order; the same segments.
    floor : int
        Answers that every segment needs on every item in either wave.
    df : float, optional
        Degrees of freedom of clustered errors: those of the series whose change is split, so that a change
        and its parts have intervals of one kind. By default the fewest units of either wave, less one.

    Raises
    ------
    DataError
        Items or segments differ between waves, item shares are negative or do not sum to 1, or a segment is
        below the floor; merge segments then.

    Notes
    -----
    A segment's share is that among the respondents who answered an item, or, where gaps are fitted, were
    asked it, so that the parts add up to the change of the items' means whatever is missing; the mix part
    then holds who answered, or was asked. Item shares are
    given: under frozen weights they are a convention. Every part, the change among them, is its value ±
    quantile x standard error, linearised from the joint covariance of shares and segment means of
    each wave. Between waves a part's correlation is that of what shared units add to it
    (`means.correlations`), as in the official line; the quantile is then Student's with `df`, and without
    clusters the normal one. The parts are at most quadratic in each share and
    mean, so central differences are their exact derivatives.
    """
    segments, sides = _segments_of(before, after), (before, after)
    if np.shape(before.points)[1:] != np.shape(after.points)[1:]:
        msg = f"The waves have {np.shape(before.points)[1:]} and {np.shape(after.points)[1:]} items."
        raise DataError(msg, code="items", remedy="Decompose over the items that both waves asked.")
    exact = [_wave_moments(side, segments, floor) for side in sides]
    shares = [check_shares(side.shares, "Item shares") for side in sides]
    whole = split_change(
        (exact[0].mix, exact[1].mix), (shares[0], shares[1]), (exact[0].means, exact[1].means)
    )
    slopes = [_slopes(exact, shares, side) for side in (0, 1)]
    is_clustered = before.clusters is not None and after.clusters is not None
    units = np.union1d(exact[0].units, exact[1].units) if is_clustered else None
    if not is_clustered:
        df = np.inf
    elif df is None:
        df = float(min(len(each.units) for each in exact) - 1)
    fields = {
        name: from_normal(value, _error(exact, pair, units), level=level, df=df)
        for name, value, *pair in zip(Parts._fields, whole, *slopes, strict=True)
    }
    return Decomposition(**fields, segments=segments)


class _Moments(NamedTuple):
    """One wave: segment shares and means, (n_segments, n_items), and what each unit adds to these."""

    mix: F64
    means: F64
    units: NDArray[np.generic]
    sums: F64


def _error(exact: Sequence[_Moments], slopes: Sequence[F64], units: NDArray[np.generic] | None) -> F64:
    """Give the standard error of a part, of its shape, from its slopes by either wave's moments."""
    shape = slopes[0].shape[1:]
    added = [each.sums @ slope.reshape(len(slope), -1) for each, slope in zip(exact, slopes, strict=True)]
    variance = np.array([(each**2).sum(axis=0) * len(each) / (len(each) - 1) for each in added])
    together: F64 | float = 0.0
    if units is not None:
        spread = np.zeros((2, len(units), added[0].shape[1]))
        for at, each in enumerate(exact):
            spread[at, np.searchsorted(units, each.units)] = added[at]
        together = correlations(spread)[:, 0, 1]
    whole = variance.sum(axis=0) + 2 * together * np.sqrt(variance.prod(axis=0))
    se = np.sqrt(np.maximum(whole, 0.0)).reshape(shape)
    return np.where(se < ROUNDING, 0.0, se)


def _wave_moments(wave: WaveAnswers, segments: tuple[str, ...], floor: int) -> _Moments:
    points = check_answers(wave.points)
    weights = check_weights(wave.weights, len(points))
    labels = np.asarray(wave.segments).astype(str)
    inside = labels[:, None] == np.array(segments)
    answered = np.einsum("ng,ni->gi", inside.astype(float), (~np.isnan(points)).astype(float))
    if (answered < floor).any():
        g, i = (int(k) for k in np.argwhere(answered < floor)[0])
        n = int(answered[g, i])
        item = wave.items[i] if wave.items else f"item {i}"
        msg = f"Segment {segments[g]!r} has {n} answers on {item}, below the floor of {floor}."
        remedy = f"Merge small segments, or leave {item} out."
        raise DataError(msg, code="floor", remedy=remedy, about=(segments[g], *wave.items[i : i + 1]))
    n, size = len(segments), len(segments) * points.shape[1]
    there = ~np.isnan(points) if wave.asked is None else wave.asked
    mix = np.where(there[:, None, :], inside[:, :, None].astype(float), np.nan).reshape(len(points), -1)
    if wave.levels is None:
        columns = np.where(inside[:, :, None], points[:, None, :], np.nan).reshape(len(points), -1)
    else:
        columns = np.hstack([wave.levels(part[:, None]) for part in inside.T])
    means, units, sums = unit_sums(np.hstack([mix, columns]), weights, wave.clusters)
    shares, levels = means[:size].reshape(n, -1), means[size:].reshape(n, -1)
    if wave.means is not None:
        levels = levels + wave.means - (shares * levels).sum(axis=0)
    return _Moments(shares, levels, units, sums)


def _slopes(exact: Sequence[_Moments], shares: Sequence[F64], side: int) -> Parts:
    """Give the derivatives of all parts by one wave's segment shares, then its segment means (first axis)."""
    size = exact[side].mix.size
    ends = []
    for step in (0.5, -0.5):
        mix = [wave.mix[None].repeat(2 * size, axis=0) for wave in exact]
        means = [wave.means[None].repeat(2 * size, axis=0) for wave in exact]
        each = np.arange(size)
        mix[side].reshape(2 * size, -1)[each, each] += step
        means[side].reshape(2 * size, -1)[size + each, each] += step
        ends.append(split_parts((mix[0], mix[1]), (shares[0], shares[1]), (means[0], means[1])))
    return Parts(*(up - down for up, down in zip(*ends, strict=True)))


def _segments_of(before: WaveAnswers, after: WaveAnswers) -> tuple[str, ...]:
    found = [set(np.asarray(wave.segments).astype(str).tolist()) for wave in (before, after)]
    for wave in (before, after):
        if np.shape(wave.segments) != (len(wave.points),):
            msg = f"{len(wave.points)} respondents but segments of shape {np.shape(wave.segments)}."
            raise DataError(msg, code="length", remedy="Give one segment label per respondent.")
    if found[0] != found[1]:
        msg = f"Segments {', '.join(sorted(found[0] ^ found[1]))} are in one wave only."
        raise DataError(msg, code="segments", remedy="Merge them into a segment that both waves have.")
    return tuple(sorted(found[0]))
