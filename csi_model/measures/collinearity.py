"""Whether questions and constructs say different things: variance inflation, and copies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask

COPIES = 0.999


def vif(corr: F64) -> F64:
    """Variance inflation of each variable given the others: the diagonal of the inverse; inf if collinear.

    ``nan`` where a correlation is: what is unknown is not collinear.
    """
    if corr.shape[-1] == 1:
        return np.ones(corr.shape[:-1])
    with np.errstate(all="ignore"):
        try:
            found = np.einsum("...ii->...i", np.linalg.inv(corr))
        except np.linalg.LinAlgError:
            found = np.full(corr.shape[:-1], np.inf)
    almost_one = (found > 0.999) & (found < 1)  # rounding
    found = np.where(almost_one, 1.0, np.where((found < 1) | ~np.isfinite(found), np.inf, found))
    return np.where(np.asarray(np.isnan(corr).any(axis=(-2, -1)))[..., None], np.nan, found)


def copies(corr: F64) -> list[NDArray[np.int64]]:
    """Give the sets of variables of one matrix that correlate above `COPIES` with their first, either way."""
    alike, left = np.abs(corr) > COPIES, np.ones(len(corr), dtype=bool)
    found = []
    for row in range(len(corr)):
        group = np.flatnonzero(alike[row] & left)
        if left[row] and len(group) > 1:
            left[group] = False
            found.append(group)
    return found


def item_vif(corr: F64, block: Mask) -> F64:
    """Variance inflation of each indicator within its construct, (..., n_indicators)."""
    found = np.ones((*corr.shape[:-2], len(block)))
    for rows in (np.flatnonzero(column) for column in block.T):
        found[..., rows] = vif(corr[..., rows[:, None], rows])
    return found


def antecedent_vif(construct_corr: F64, path_matrix: Mask) -> F64:
    """Variance inflation of each path's source among its target's sources, `[target, source]`."""
    found = np.full(construct_corr.shape, np.nan)
    for target in np.flatnonzero(path_matrix.any(axis=1)):
        sources = np.flatnonzero(path_matrix[target])
        found[..., target, sources] = vif(construct_corr[..., sources[:, None], sources])
    return found


def full_collinearity_vif(construct_corr: F64) -> F64:
    """Variance inflation of each construct given all the others, (..., n_constructs).

    A construct that all others foretell (above 3.3, Kock's threshold) hints at collinearity, or at one
    common source of all answers (common method bias).

    References
    ----------
    Kock (2015), International Journal of e-Collaboration 11(4), 1-10.
    """
    return vif(construct_corr)
