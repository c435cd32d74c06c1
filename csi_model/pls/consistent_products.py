"""Interactions by PLSc: moments of products of factors, from those of products of composites."""

from __future__ import annotations

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64
from csi_model.pls.algorithm import Solution
from csi_model.pls.products import product
from csi_model.specify import ModelSpec


def with_products(
    moments: Moments, solution: Solution, quality: F64, corr: F64, spec: ModelSpec, center: F64 | None
) -> tuple[F64, F64]:
    r"""Correct the correlations of interactions in batches of fits.

    Parameters
    ----------
    moments
        Of the indicators and their products.
    quality : ndarray of shape (n_batch, n_constructs)
        Correlation of each composite with its factor, c.
    corr : ndarray of shape (n_batch, n_constructs, n_constructs)
        Corrected correlations of the constructs that are no interactions.

    Returns
    -------
    ndarray of shape (n_batch, n_constructs, n_constructs)
        The same with those of interactions, standardised products of factors.
    ndarray of shape (n_batch, n_indicators, n_constructs)
        Loadings with those on interactions.

    Notes
    -----
    With scores z of variance 1 and measurement errors independent of everything else

    .. math:: E[\eta_I^2 \eta_Q^2] = \frac{E[z_I^2 z_Q^2] - 1 + c_I^2 c_Q^2}{c_I^2 c_Q^2}, \quad
              E[\eta_I \eta_Q \eta_S] = \frac{E[z_I z_Q z_S]}{c_I c_Q c_S}, \quad
              E[\eta_I^2 \eta_Q \eta_S] = \frac{E[z_I^2 z_Q z_S] - (1 - c_I^2) E[z_Q z_S]}{c_I^2 c_Q c_S}

    No distribution of the factors is supposed. A product of corrected scores would not be consistent.

    References
    ----------
    Dijkstra and Schermelleh-Engel (2014), Psychometrika 79(4), 585-604.
    """
    p = len(spec.indicator_ids)
    crossed = [(place, each) for place, each in enumerate(spec.constructs) if each.product]
    places = np.array([place for place, _ in crossed])
    sd = np.sqrt(np.einsum("bii->bi", moments.cov))
    raw = solution.weights / sd[:, :p, None]
    combined = np.stack([product(spec, each, moments, raw, center) for _, each in crossed], axis=2)
    with_all = moments.cov @ combined
    pairs = [(spec.place[each.product[0]], spec.place[each.product[1]]) for _, each in crossed]
    of_pair = np.stack([quality[:, i] * quality[:, q] for i, q in pairs], axis=1)
    observed = np.swapaxes(combined, 1, 2) @ with_all
    covariance = np.empty_like(observed)
    for one in range(len(pairs)):
        for other in range(len(pairs)):
            found = _fourth(observed[:, one, other], pairs[one], pairs[other], solution, quality)
            means = _at(corr, pairs[one]) * _at(corr, pairs[other])
            covariance[:, one, other] = found - means
    spread = np.sqrt(np.einsum("bkk->bk", covariance))
    with_scores = np.swapaxes(with_all[:, :p], 1, 2) @ raw / of_pair[:, :, None] / quality[:, None, :]
    found = corr.copy()
    found[:, places] = with_scores / spread[:, :, None]
    found[:, :, places] = np.swapaxes(found[:, places], 1, 2)
    both = covariance / (spread[:, :, None] * spread[:, None, :])
    found[:, places[:, None], places] = both
    diagonal = np.arange(len(spec.constructs))
    found[:, diagonal, diagonal] = np.where(np.isfinite(found[:, diagonal, diagonal]), 1.0, np.nan)
    loadings = solution.loadings.copy()
    loadings[:, :, places] = with_all[:, :p] / sd[:, :p, None] / (of_pair * spread)[:, None, :]
    return found, loadings


def _at(table: F64, pair: tuple[int, int]) -> F64:
    return np.asarray(table[:, pair[0], pair[1]])


def _fourth(
    covariance: F64, one: tuple[int, int], other: tuple[int, int], solution: Solution, quality: F64
) -> F64:
    """Expectation of the product of four factors, two of which may be the same, (n_batch,)."""
    between = solution.construct_corr
    expected = covariance + _at(between, one) * _at(between, other)
    shared = sorted(set(one) & set(other))
    scale = np.prod([quality[:, place] for place in (*one, *other)], axis=0)
    if len(shared) == 1:
        rest = [place for place in (*one, *other) if place != shared[0]]
        expected = expected - (1 - quality[:, shared[0]] ** 2) * between[:, rest[0], rest[1]]
    elif len(shared) > 1:
        expected = expected - 1 + scale
    return np.asarray(expected / scale)
