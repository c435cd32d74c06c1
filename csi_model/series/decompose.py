"""Why an index changed: answers, weights and customer mix, adding up exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.inference.means import weighted_means
from csi_model.options import FLOOR, LEVEL
from csi_model.series.split import Parts, split_change, split_parts
from csi_model.series.wave import check_shares


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
    clusters : ndarray of shape (n_respondents,), optional
        Sampling units, for the errors.
    """

    points: F64
    segments: NDArray[np.generic]
    shares: F64
    weights: F64 | None = None
    clusters: NDArray[np.generic] | None = None
    levels: Callable[[Mask], F64] | None = None
    asked: Mask | None = None


def decompose(
    before: WaveAnswers,
    after: WaveAnswers,
    *,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> Decomposition:
    """Decompose the change between two independent waves, with intervals.

    Parameters
    ----------
    before, after : WaveAnswers
        The same items in the same order; the same segments.
    floor : int
        Answers that every segment needs on every item in either wave.

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
    normal quantile x standard error, linearised from the joint covariance of shares and segment means of
    each wave (`means.weighted_means`): of the change of waves that share no unit that is the error of the
    official line. The parts are at most quadratic in each share and mean, so central differences are their
    exact derivatives.
    """
    segments, sides = _segments_of(before, after), (before, after)
    if np.shape(before.points)[1:] != np.shape(after.points)[1:]:
        msg = f"The waves have {np.shape(before.points)[1:]} and {np.shape(after.points)[1:]} items."
        raise DataError(msg, code="items", remedy="Decompose over the items that both waves asked.")
    exact = [_wave_moments(side, segments, floor) for side in sides]
    shares = [check_shares(side.shares, "Item shares") for side in sides]
    whole = split_change((exact[0][0], exact[1][0]), (shares[0], shares[1]), (exact[0][1], exact[1][1]))
    variance = [np.zeros_like(part) for part in whole]
    for side, (*_, covariance) in enumerate(exact):
        slopes = _slopes(exact, shares, side)
        variance = [
            sofar + np.einsum("k...,kl,l...->...", slope, covariance, slope)
            for sofar, slope in zip(variance, slopes, strict=True)
        ]
    fields = {
        name: from_normal(value, np.sqrt(np.maximum(part, 0.0)), level=level)
        for name, value, part in zip(Parts._fields, whole, variance, strict=True)
    }
    return Decomposition(**fields, segments=segments)


def _wave_moments(wave: WaveAnswers, segments: tuple[str, ...], floor: int) -> tuple[F64, F64, F64]:
    points = check_answers(wave.points)
    weights = check_weights(wave.weights, len(points))
    labels = np.asarray(wave.segments).astype(str)
    inside = labels[:, None] == np.array(segments)
    answered = np.einsum("ng,ni->gi", inside.astype(float), (~np.isnan(points)).astype(float))
    if (answered < floor).any():
        g, i = (int(k) for k in np.argwhere(answered < floor)[0])
        n = int(answered[g, i])
        msg = f"Segment {segments[g]!r} has {n} answers on item {i}, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Merge small segments or leave the item out.")
    n, size = len(segments), len(segments) * points.shape[1]
    there = ~np.isnan(points) if wave.asked is None else wave.asked
    mix = np.where(there[:, None, :], inside[:, :, None].astype(float), np.nan).reshape(len(points), -1)
    if wave.levels is None:
        columns = np.where(inside[:, :, None], points[:, None, :], np.nan).reshape(len(points), -1)
    else:
        columns = np.hstack([wave.levels(part[:, None]) for part in inside.T])
    means, covariance = weighted_means(np.hstack([mix, columns]), weights, wave.clusters)
    return means[:size].reshape(n, -1), means[size:].reshape(n, -1), covariance


def _slopes(exact: Sequence[tuple[F64, F64, F64]], shares: Sequence[F64], side: int) -> Parts:
    """Give the derivatives of all parts by one wave's segment shares, then its segment means (first axis)."""
    size = exact[side][0].size
    ends = []
    for step in (0.5, -0.5):
        mix, means = ([wave[k][None].repeat(2 * size, axis=0) for wave in exact] for k in (0, 1))
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
        msg = f"Segments {sorted(found[0] ^ found[1])} are in one wave only."
        raise DataError(msg, code="segments", remedy="Merge them into a segment that both waves have.")
    return tuple(sorted(found[0]))
