"""Questions one by one: how each goes with the rest of its construct, which is what without it."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, Mask
from csi_model.measures.reliability import rows_of_blocks


def item_total(cov: F64, block: Mask) -> F64:
    r"""Correlation of each indicator with the sum of the other indicators of its construct.

    Parameters
    ----------
    cov : ndarray of shape (..., n_indicators, n_indicators)
    block : ndarray of shape (n_indicators, n_constructs)
        Every indicator in one construct at most.

    Returns
    -------
    ndarray of shape (..., n_indicators)
        −1 to 1; below 0.3 an indicator hardly belongs. ``nan`` where there is no other, or none varies.

    Notes
    -----
    .. math:: \frac{r_i - s_{ii}}{\sqrt{s_{ii}\,(T - 2 r_i + s_{ii})}}

    with row sums :math:`r_i` and total T of the construct's covariances.

    References
    ----------
    Nunnally and Bernstein (1994), Psychometric Theory, 3rd ed., chapter 8 (corrected item-total).
    """
    found = np.full(cov.shape[:-1], np.nan)
    for rows in rows_of_blocks(block):
        if len(rows) > 1:
            own, row_sum, rest = _without(cov[..., rows[:, None], rows])
            with np.errstate(all="ignore"):
                found[..., rows] = (row_sum - own) / np.sqrt(own * rest)
    return found


def alpha_if_deleted(cov: F64, block: Mask) -> F64:
    """Cronbach's raw alpha of the other indicators of each indicator's construct, (..., n_indicators).

    Above `alpha_raw` of the construct, the scale is the more consistent without this indicator. ``nan``
    where fewer than two others are left. Arguments as in `item_total`.
    """
    found = np.full(cov.shape[:-1], np.nan)
    for rows in rows_of_blocks(block):
        left = len(rows) - 1
        if left > 1:
            own, _, rest = _without(cov[..., rows[:, None], rows])
            trace = own.sum(axis=-1, keepdims=True) - own
            with np.errstate(all="ignore"):
                found[..., rows] = left / (left - 1) * (1 - trace / rest)
    return found


def _without(part: F64) -> tuple[F64, F64, F64]:
    """Variances and row sums of a block, and the variance of the sum without each indicator."""
    own = np.einsum("...ii->...i", part)
    row_sum = part.sum(axis=-1)
    return own, row_sum, row_sum.sum(axis=-1, keepdims=True) - 2 * row_sum + own
