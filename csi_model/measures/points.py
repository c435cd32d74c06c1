"""Points from 0 to 100 on four levels: index, constructs, dimensions, questions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import points_of, unit_of
from csi_model.arrays import F64, Mask
from csi_model.specify import ModelSpec


class Points(NamedTuple):
    """Points of batches of fits.

    Attributes
    ----------
    indicators : (n_batch, n_indicators), 0–100
    shares : (n_batch, n_indicators), the weight of each question in its construct, summing to 1 there
    construct_shares : (n_batch, n_indicators, n_constructs)
        The weight of each question in the points of every construct, second order included; each column
        sums to 1, an interaction's holds zeros.
    dimensions, dimension_shares : (n_batch, n_dimensions)
    constructs : (n_batch, n_constructs), 0–100
    sd : (n_batch, n_constructs), standard deviation of the construct's score in points
    clipped : (n_batch, n_constructs), whether a negative weight was set to zero
    """

    indicators: F64
    shares: F64
    construct_shares: F64
    dimensions: F64
    dimension_shares: F64
    constructs: F64
    sd: F64
    clipped: NDArray[np.bool_]


def points(spec: ModelSpec, mean: F64, cov: F64, weights: F64) -> Points:
    r"""Score fits on 0–100.

    Parameters
    ----------
    mean : ndarray of shape (n_batch, n_indicators), scale points
    cov : ndarray of shape (n_batch, n_indicators, n_indicators)
    weights : ndarray of shape (n_batch, n_indicators, n_constructs), standardised outer weights

    Notes
    -----
    .. math:: s_i = 100 (\bar x_i - l_i)/(h_i - l_i), \quad
              \omega_i = \frac{w_i/\sigma_i}{\sum_{k \in block} w_k/\sigma_k}, \quad
              P = \sum_i \omega_i s_i

    with :math:`\sigma_i` the standard deviation of :math:`s_i`. Where a weight is negative it counts as zero
    (and the result carries a caution): a better answer must never lower the score. A dimension's points use
    its own questions' shares, so construct points are exactly the weighted mean of dimension points. `shares`
    are those within the first-order constructs; a second-order construct is the weighted mean of all
    questions of its components (`construct_shares`); an interaction has no points (``nan``).

    References
    ----------
    Fornell, Johnson, Anderson, Cha and Bryant (1996), Journal of Marketing 60(4), 7-18, appendix.
    """
    unit = unit_of(spec.scales)
    scores = points_of(mean, spec.scales)
    spread = np.sqrt(np.einsum("bii->bi", cov)) * unit
    own = np.where(spec.home_mask, weights, 0.0).sum(axis=2)
    clipped: NDArray[np.bool_] = np.any(np.where(spec.block_mask, weights, 0.0) < 0, axis=1)
    raw = np.maximum(own, 0.0) / spread
    block = spec.home_mask.astype(float)
    shares = raw / ((raw @ block) @ block.T)
    matrix = shares[:, :, None] * block
    for j in np.flatnonzero(spec.block_mask.any(axis=0) & ~spec.home_mask.any(axis=0)):  # second order
        wide = np.maximum(np.where(spec.block_mask[:, j], weights[:, :, j], 0.0), 0.0) / spread
        matrix[:, :, j] = wide / wide.sum(axis=1, keepdims=True)
    construct_points = np.where(spec.scored, by_shares(scores, matrix), np.nan)
    scaled = matrix * unit[:, None]
    dimension_points, dimension_shares = _dimensions(scores, shares, spec.dimension_mask)
    sd = np.where(spec.scored, np.sqrt(np.einsum("bpj,bpj->bj", scaled, cov @ scaled)), np.nan)
    return Points(scores, shares, matrix, dimension_points, dimension_shares, construct_points, sd, clipped)


def by_common_weights(spec: ModelSpec, scored: Points, shares: F64) -> Points:
    """Score the same fits by given weights of the questions: then points of groups differ by answers alone.

    Parameters
    ----------
    shares : ndarray of shape (n_indicators, n_constructs)
        Question shares of construct points, as `Points.construct_shares` of one fit.

    Returns
    -------
    Points
        With points of dimensions and constructs, and all shares, by these weights; points of questions, `sd`
        and `clipped` stay the fits' own.
    """
    n_batch = len(scored.indicators)
    own = np.where(spec.home_mask, shares, 0.0).sum(axis=1)
    dimension_points, dimension_shares = _dimensions(scored.indicators, own, spec.dimension_mask)
    return scored._replace(
        shares=np.tile(own, (n_batch, 1)),
        construct_shares=np.tile(shares, (n_batch, 1, 1)),
        dimensions=dimension_points,
        dimension_shares=np.tile(dimension_shares, (n_batch, 1)),
        constructs=np.where(spec.scored, by_shares(scored.indicators, shares), np.nan),
    )


def by_shares(scores: F64, shares: F64) -> F64:
    """Give the points that questions make by their shares: a wave, a group, a resample or a person alike.

    Parameters
    ----------
    scores : ndarray of shape (..., n_indicators), 0–100
    shares : ndarray of shape (..., n_indicators, n_figures)

    Returns
    -------
    ndarray of shape (..., n_figures)
        Added question by question, in their order, those without a share left out: a matrix product adds in
        an order of its own, which depends on what else is asked for, and so would the last digits.
    """
    counts = shares.any(axis=tuple(range(shares.ndim - 2)))
    figures = np.zeros(np.broadcast_shapes(scores.shape[:-1], shares.shape[:-2]) + shares.shape[-1:])
    for question, figure in np.argwhere(counts):
        figures[..., figure] += scores[..., question] * shares[..., question, figure]
    return figures


def _dimensions(scores: F64, shares: F64, member: Mask) -> tuple[F64, F64]:
    within = shares[..., None] * member
    dimension_shares = within.sum(axis=-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return by_shares(scores, within / dimension_shares[..., None, :]), dimension_shares
