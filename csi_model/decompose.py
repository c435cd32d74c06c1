"""Why an index changed: answers, weights and customer mix, adding up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import Caution, DataError
from csi_model.intervals import F64, Estimate, check_answers, check_weights, from_draws


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
        The wave's item shares of the index; they are scaled to sum to 1.
    weights : ndarray of shape (n_respondents,), optional
        Respondent weights.
    share_draws : ndarray of shape (n_draws, n_items), optional
        Resampled item shares, for the uncertainty of estimated weights; frozen weights have none.
    """

    points: F64
    segments: NDArray[np.generic]
    shares: F64
    weights: F64 | None = None
    share_draws: F64 | None = None


def split_change(
    mix: tuple[F64, F64], shares: tuple[F64, F64], means: tuple[F64, F64], *, check: bool = True
) -> Parts:
    """Split the change of an index into answer, weight and mix change by Shapley values.

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

    Notes
    -----
    The index is :math:`I(\\pi, \\omega, m) = \\sum_g \\pi_g \\sum_i \\omega_i m_{gi}`. The part of a factor is its
    effect averaged over all six orders of moving the three factors from before to after. For the answers

    .. math:: \\tfrac13 [I(\\pi_0,\\omega_0,\\Delta m) + I(\\pi_1,\\omega_1,\\Delta m)]
              + \\tfrac16 [I(\\pi_0,\\omega_1,\\Delta m) + I(\\pi_1,\\omega_0,\\Delta m)]

    and likewise for the other two; the three sum to the change exactly. Because weights sum to one, only
    differences between items matter to the weight part: an item's share of it is counted from the mean level,
    and a segment's share of the mix part likewise, which leaves the sums as they are.

    References
    ----------
    Shorrocks (2013), Journal of Economic Inequality 11:99-126; Kitagawa (1955), JASA 50:1168-1194.
    """
    (p0, p1), (w0, w1), (m0, m1) = (
        tuple(np.asarray(x, float) for x in pair) for pair in (mix, shares, means)
    )
    if check:
        _check_parts((p0, p1), (w0, w1), (m0, m1))
    item_before, item_after = _by_item(p0, m0, p1, m1)
    segment_before, segment_after = _by_segment(w0, m0, w1, m1)
    # The pair (pi, omega) averaged with 1/3 on equal and 1/6 on unequal times.
    cells = _averaged_product(p0, p1, w0, w1) * (m1 - m0)
    level_item = ((item_before + item_after) / 2).mean(axis=-1, keepdims=True)
    level_segment = ((segment_before + segment_after) / 2).mean(axis=-1, keepdims=True)
    weights_by_item = (w1 - w0) * (item_after - level_item)
    mix_by_segment = (p1 - p0) * (segment_after - level_segment)
    weights_by_item = (w1 - w0) * (_mean_over_times(p0, p1, m0, m1) - level_item)
    mix_by_segment = (p1 - p0) * (_mean_over_times(w0, w1, np.swapaxes(m0, -1, -2), np.swapaxes(m1, -1, -2)) - level_segment)
    after = np.einsum("...g,...i,...gi->...", p1, w1, m1)
    before = np.einsum("...g,...i,...gi->...", p0, w0, m0)
    return Parts(
        after - before,
        cells.sum((-1, -2)),
        weights_by_item.sum(-1),
        mix_by_segment.sum(-1),
        cells.sum(-2),
        cells.sum(-1),
        weights_by_item,
        mix_by_segment,
    )
