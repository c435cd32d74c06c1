"""Why an index changed: answers, weights and customer mix, adding up exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_answers, check_weights
from csi_model.inference.figures import Figure, from_draws
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
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class WaveAnswers:
    """One wave's answers for a decomposition.

    Attributes
    ----------
    points : ndarray of shape (n_respondents, n_items)
        Answers as points 0-100, ``nan`` where missing.
    segments : ndarray of shape (n_respondents,)
        Segment label of every respondent.
    shares : ndarray of shape (n_items,)
        The wave's item shares of the index, none negative, summing to 1.
    weights : ndarray of shape (n_respondents,), optional
        Respondent weights.
    clusters : ndarray of shape (n_respondents,), optional
        Sampling units, for the errors.
    share_draws : ndarray of shape (n_draws, n_items), optional
        Resampled item shares, likewise, for the uncertainty of estimated weights; frozen weights have none.
    """

    points: F64
    segments: NDArray[np.generic]
    shares: F64
    weights: F64 | None = None
    share_draws: F64 | None = None
    clusters: NDArray[np.generic] | None = None


def decompose(
    before: WaveAnswers,
    after: WaveAnswers,
    rng: np.random.Generator,
    *,
    n_draws: int = 2000,
    mix_is_known: bool = False,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> Decomposition:
    """Decompose the change between two independent waves, with intervals.

    Parameters
    ----------
    before, after : WaveAnswers
        The same items in the same order; the same segments.
    rng : numpy.random.Generator
    n_draws : int
        Draws for the intervals.
    mix_is_known : bool
        Segment shares come from the customer frame through the weights and carry no sampling error.
    floor : int
        Answers that every segment needs on every item in either wave.

    Raises
    ------
    DataError
        Items or segments differ between waves, item shares are negative or do not sum to 1, or a segment is
        below the floor; merge segments then.

    Notes
    -----
    A segment's share is that among the respondents who answered an item, so that the parts add up to the
    change of the items' means whatever is missing; the mix part then holds who answered. Shares and segment
    means of a wave are drawn jointly from the normal distribution with their linearised covariance
    (`means.weighted_means`), item shares from ``share_draws`` where given; each draw is decomposed, and
    intervals are percentiles of the parts.
    """
    segments, sides = _segments_of(before, after), (before, after)
    if np.shape(before.points)[1:] != np.shape(after.points)[1:]:
        msg = f"The waves have {np.shape(before.points)[1:]} and {np.shape(after.points)[1:]} items."
        raise DataError(msg, code="items", remedy="Decompose over the items that both waves asked.")
    exact = [_wave_moments(side, segments, floor, mix_is_known=mix_is_known) for side in sides]
    shares = [check_shares(side.shares, "Item shares") for side in sides]
    whole = split_change((exact[0][0], exact[1][0]), (shares[0], shares[1]), (exact[0][1], exact[1][1]))
    drawn = [_draw(moments, rng, n_draws) for moments in exact]
    drawn_shares = [_draw_shares(side, rng, n_draws) for side in sides]
    resampled = split_parts(
        (drawn[0][0], drawn[1][0]), (drawn_shares[0], drawn_shares[1]), (drawn[0][1], drawn[1][1])
    )
    cautions = []
    if any(side.share_draws is None for side in sides) and not np.allclose(shares[0], shares[1]):
        text = (
            "Item weights differ between waves but came without draws; their part has too narrow an interval."
        )
        cautions.append(Caution("weights-without-draws", text))
    fields = {
        name: from_draws(value, draws, level=level)
        for name, value, draws in zip(Parts._fields, whole, resampled, strict=True)
    }
    return Decomposition(**fields, segments=segments, cautions=tuple(cautions))


def _wave_moments(
    wave: WaveAnswers, segments: tuple[str, ...], floor: int, *, mix_is_known: bool
) -> tuple[F64, F64, F64]:
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
    there = ~np.isnan(points)
    mix = np.where(there[:, None, :], inside[:, :, None].astype(float), np.nan).reshape(len(points), -1)
    columns = np.where(inside[:, :, None], points[:, None, :], np.nan).reshape(len(points), -1)
    means, covariance = weighted_means(np.hstack([mix, columns]), weights, wave.clusters)
    if mix_is_known:
        covariance[:size] = covariance[:, :size] = 0.0
    return means[:size].reshape(n, -1), means[size:].reshape(n, -1), covariance


def _draw(moments: tuple[F64, F64, F64], rng: np.random.Generator, n_draws: int) -> tuple[F64, F64]:
    mix, means, covariance = moments
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal((n_draws, len(values))) @ root.T
    # Shares sum to one and their noise to zero; rounding is taken out so that draws add up exactly too.
    moved = mix + noise[:, : mix.size].reshape(n_draws, *mix.shape)
    drawn = means + noise[:, mix.size :].reshape(n_draws, *means.shape)
    return moved / moved.sum(-2, keepdims=True), drawn


def _draw_shares(wave: WaveAnswers, rng: np.random.Generator, n_draws: int) -> F64:
    if wave.share_draws is None:
        return np.broadcast_to(check_shares(wave.shares, "Item shares"), (n_draws, np.size(wave.shares)))
    draws = np.asarray(wave.share_draws, float)
    if draws.ndim != 2 or draws.shape[1] != np.size(wave.shares):
        msg = f"Share draws of shape {draws.shape} do not fit {np.size(wave.shares)} items."
        raise DataError(msg, code="shape", remedy="Give one row per draw and one column per item.")
    return check_shares(draws, "Drawn item shares")[rng.integers(len(draws), size=n_draws)]


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
