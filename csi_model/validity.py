"""Whether constructs are distinct, and whether their parts say different things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]


def htmt(corr: F64, block: Mask) -> F64:
    """Heterotrait–monotrait ratio of correlations, (..., n_constructs, n_constructs).

    The mean absolute correlation between two constructs' indicators over the geometric mean of the mean
    absolute correlations within; a single indicator counts as correlated 1 with itself.

    References
    ----------
    Henseler, Ringle and Sarstedt (2015), JAMS 43, 115-135, equation 6.
    """
    size = np.abs(corr)
    member = block.astype(float)
    count = member.sum(axis=0)
    between = np.swapaxes(member, 0, 1) @ size @ member
    total = np.einsum("...jj->...j", between)
    within = np.where(count > 1, (total - count) / np.maximum(count * (count - 1), 1), 1.0)
    ratio = between / (count[:, None] * count)
    return np.asarray(ratio / np.sqrt(within[..., :, None] * within[..., None, :]))


def fornell_larcker(construct_corr: F64, ave: F64) -> F64:
    """Construct correlations with the square root of AVE on the diagonal (Fornell and Larcker 1981)."""
    table = np.array(construct_corr)
    diagonal = np.arange(table.shape[-1])
    table[..., diagonal, diagonal] = np.sqrt(ave)
    return table


def vif(corr: F64) -> F64:
    """Variance inflation of each variable given the others: the diagonal of the inverse; inf if collinear."""
    if corr.shape[-1] == 1:
        return np.ones(corr.shape[:-1])
    with np.errstate(all="ignore"):
        try:
            found = np.einsum("...ii->...i", np.linalg.inv(corr))
        except np.linalg.LinAlgError:
            found = np.full(corr.shape[:-1], np.inf)
    return np.where((found < 1) | ~np.isfinite(found), np.where(found > 0.999, 1.0, np.inf), found)


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
