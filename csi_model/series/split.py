"""A change of the index split exactly into answers, weights and mix of customers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.series.checks import check_shares


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


def split_change(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> Parts:
    r"""Split the change of an index into answer, weight and mix change by Shapley values.

    Parameters
    ----------
    mix : pair of ndarray of shape (..., n_segments) or (..., n_segments, n_items)
        Segment shares before and after, each summing to 1; where not everybody answered everything, those of
        the respondents who answered an item. The mix part then holds who answered, too.
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
    return split_parts((p0, p1), (w0, w1), (m0, m1))


def split_parts(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> Parts:
    """Split without checks: drawn segment shares may fall below zero."""
    (p0, p1), (w0, w1), (m0, m1) = mix, shares, means
    p0, p1 = (p if p.ndim == m0.ndim else np.broadcast_to(p[..., None], m0.shape) for p in (p0, p1))
    cells = _over_orders("...gi,...i->...gi", (p0, p1), (w0, w1)) * (m1 - m0)
    item_level = _over_orders("...gi,...gi->...i", (p0, p1), (m0, m1))
    segment_level = _over_orders("...i,...gi->...gi", (w0, w1), (m0, m1))
    item_level -= ((w0 + w1) / 2 * item_level).sum(-1, keepdims=True)
    segment_level -= ((p0 + p1) / 2 * segment_level).sum(-2, keepdims=True)
    by_weight = (w1 - w0) * item_level
    by_mix = ((p1 - p0) * segment_level).sum(-1)
    before, after = (np.einsum("...gi,...i,...gi->...", *wave) for wave in ((p0, w0, m0), (p1, w1, m1)))
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


def _over_orders(formula: str, first: tuple[F64, F64], second: tuple[F64, F64]) -> F64:
    """Average a product over the orders of moving: equal times count 1/3 each, unequal ones 1/6."""

    def product(s: int, t: int) -> F64:
        return np.asarray(np.einsum(formula, first[s], second[t]))

    return (product(0, 0) + product(1, 1)) / 3 + (product(0, 1) + product(1, 0)) / 6


def _check_parts(mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64]) -> None:
    (p0, p1), (w0, w1), (m0, m1) = mix, shares, means
    shape = m0.shape
    if m1.shape[-2:] != shape[-2:] or len(shape) < 2:
        raise DataError("Means before and after differ in shape.", code="shape", remedy="Use the same items.")
    by_segment = [np.swapaxes(p, -1, -2) if p.ndim == m0.ndim > 1 else p for p in (p0, p1)]
    for name, array, size in (
        ("Segment shares before", by_segment[0], shape[-2]),
        ("Segment shares after", by_segment[1], shape[-2]),
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
