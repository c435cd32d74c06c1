"""Why an index changed: answers, weights and customer mix, adding up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import Caution, DataError
from csi_model.forms import check_shares
from csi_model.intervals import F64, Estimate, check_answers, check_weights, from_draws, weighted_means


class Parts(NamedTuple):
    """An index change in three parts; leading axes, if any, are resamples.

    ``answers + weights + mix == change`` to rounding, and so do the finer tables:
    ``answers_by_item.sum(-1) == answers``, ``weights_by_item.sum(-1) == weights``,
    ``mix_by_segment.sum(-1) == mix``.
    """

    change: F64  # (...)
    answers: F64  # (...)
    weights: F64  # (...)
    mix: F64  # (...)
    answers_by_item: F64  # (..., n_items)
    answers_by_segment: F64  # (..., n_segments)
    weights_by_item: F64  # (..., n_items)
    mix_by_segment: F64  # (..., n_segments)


@dataclass(frozen=True)
class Decomposition:
    """A decomposed change with intervals: every field is an Estimate of the Parts field of its name."""

    change: Estimate
    answers: Estimate
    weights: Estimate
    mix: Estimate
    answers_by_item: Estimate
    answers_by_segment: Estimate
    weights_by_item: Estimate
    mix_by_segment: Estimate
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
    share_draws : ndarray of shape (n_draws, n_items), optional
        Resampled item shares, likewise, for the uncertainty of estimated weights; frozen weights have none.
    """

    points: F64
    segments: NDArray[np.generic]
    shares: F64
    weights: F64 | None = None
    share_draws: F64 | None = None


def split_change(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> Parts:
    r"""Split the change of an index into answer, weight and mix change by Shapley values.

    Parameters
    ----------
    mix : pair of ndarray of shape (..., n_segments)
        Segment shares before and after, each summing to 1.
    shares : pair of ndarray of shape (..., n_items)
        Item shares of the index before and after, each summing to 1.
    means : pair of ndarray of shape (..., n_segments, n_items)
        Mean points of every segment and item before and after.

    Returns
    -------
    Parts
        In points.

    Raises
    ------
    DataError
        Shapes that do not fit, figures that are not finite, shares that are negative or do not sum to 1.

    Notes
    -----
    The index is :math:`I(\pi, \omega, m) = \sum_g \pi_g \sum_i \omega_i m_{gi}`. The part of a factor is
    its effect averaged over all six orders of moving the three factors from before (0) to after (1). As I
    is linear in each factor this is, for the answers,

    .. math:: \tfrac13 [I(\pi_0,\omega_0,\Delta m) + I(\pi_1,\omega_1,\Delta m)]
              + \tfrac16 [I(\pi_0,\omega_1,\Delta m) + I(\pi_1,\omega_0,\Delta m)]

    and likewise for the other two; the three sum to the change exactly. Because shares sum to one, an
    item's share of the weight part is counted from the mean level of the index, and a segment's share of
    the mix part too: more weight on an item below that level lowers the index. The sums stay as they are.

    References
    ----------
    Shorrocks (2013), Journal of Economic Inequality 11:99-126; Kitagawa (1955), JASA 50:1168-1194.
    """
    p0, p1 = (np.asarray(x, float) for x in mix)
    w0, w1 = (np.asarray(x, float) for x in shares)
    m0, m1 = (np.asarray(x, float) for x in means)
    _check_parts((p0, p1), (w0, w1), (m0, m1))
    return _split((p0, p1), (w0, w1), (m0, m1))


def _split(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> Parts:
    """Split without checks: drawn segment shares may fall below zero."""
    (p0, p1), (w0, w1), (m0, m1) = mix, shares, means
    cells = _over_orders("...g,...i->...gi", (p0, p1), (w0, w1)) * (m1 - m0)
    item_level = _over_orders("...g,...gi->...i", (p0, p1), (m0, m1))
    segment_level = _over_orders("...i,...gi->...g", (w0, w1), (m0, m1))
    item_level -= ((w0 + w1) / 2 * item_level).sum(-1, keepdims=True)
    segment_level -= ((p0 + p1) / 2 * segment_level).sum(-1, keepdims=True)
    by_weight = (w1 - w0) * item_level
    by_mix = (p1 - p0) * segment_level
    before, after = (np.einsum("...g,...i,...gi->...", *wave) for wave in ((p0, w0, m0), (p1, w1, m1)))
    return Parts(
        change=np.asarray(after - before),
        answers=np.asarray(cells.sum((-1, -2))),
        weights=np.asarray(by_weight.sum(-1)),
        mix=np.asarray(by_mix.sum(-1)),
        answers_by_item=cells.sum(-2),
        answers_by_segment=cells.sum(-1),
        weights_by_item=by_weight,
        mix_by_segment=by_mix,
    )


def decompose(
    before: WaveAnswers,
    after: WaveAnswers,
    rng: np.random.Generator,
    *,
    n_draws: int = 2000,
    mix_is_known: bool = False,
    floor: int = 30,
    level: float = 0.95,
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
    Segment shares and segment means of a wave are drawn jointly from the normal distribution with their
    linearised covariance (:func:`csi_model.intervals.weighted_means`), item shares from ``share_draws`` where
    given; each draw is decomposed, and intervals are percentiles of the parts.
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
    resampled = _split(
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


def _over_orders(formula: str, first: tuple[F64, F64], second: tuple[F64, F64]) -> F64:
    """Average a product over the orders of moving: equal times count 1/3 each, unequal ones 1/6."""

    def product(s: int, t: int) -> F64:
        return np.asarray(np.einsum(formula, first[s], second[t]))

    return (product(0, 0) + product(1, 1)) / 3 + (product(0, 1) + product(1, 0)) / 6


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
    columns = np.where(inside[:, :, None], points[:, None, :], np.nan).reshape(len(points), -1)
    means, covariance = weighted_means(np.hstack([inside.astype(float), columns]), weights)
    n = len(segments)
    if mix_is_known:
        covariance[:n] = covariance[:, :n] = 0.0
    return means[:n], means[n:].reshape(n, -1), covariance


def _draw(moments: tuple[F64, F64, F64], rng: np.random.Generator, n_draws: int) -> tuple[F64, F64]:
    mix, means, covariance = moments
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise = rng.standard_normal((n_draws, len(values))) @ root.T
    n = len(mix)
    # Shares sum to one and their noise to zero; rounding is taken out so that draws add up exactly too.
    moved = mix + noise[:, :n]
    return moved / moved.sum(-1, keepdims=True), means + noise[:, n:].reshape(n_draws, *means.shape)


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


def _check_parts(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> None:
    (p0, p1), (w0, w1), (m0, m1) = mix, shares, means
    shape = m0.shape
    if m1.shape[-2:] != shape[-2:] or len(shape) < 2:
        raise DataError("Means before and after differ in shape.", code="shape", remedy="Use the same items.")
    for name, array, size in (
        ("Segment shares before", p0, shape[-2]),
        ("Segment shares after", p1, shape[-2]),
        ("Item shares before", w0, shape[-1]),
        ("Item shares after", w1, shape[-1]),
    ):
        if array.shape[-1:] != (size,):
            msg = f"{name} of shape {array.shape} do not fit means of shape {shape}."
            raise DataError(msg, code="shape", remedy="Means are segments x items.")
        check_shares(array, name)
    if not all(np.isfinite(x).all() for x in (m0, m1)):
        msg = "A mean is missing."
        raise DataError(msg, code="not-finite", remedy="Merge segments without answers.")
