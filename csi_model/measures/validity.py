"""Whether constructs are distinct."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, Mask


def htmt(corr: F64, block: Mask, *, absolute: bool = True) -> F64:
    r"""Heterotrait–monotrait ratio of correlations.

    Parameters
    ----------
    corr : ndarray of shape (..., n_indicators, n_indicators)
    block : ndarray of shape (n_indicators, n_constructs)
    absolute
        Take the correlations without their signs, so that opposite signs do not cancel out.

    Returns
    -------
    ndarray of shape (..., n_constructs, n_constructs)
        Symmetric; towards 1 two constructs are hardly distinct; the diagonal says nothing. A single
        indicator counts as correlated 1 with itself.

    Notes
    -----
    .. math:: \bar r_{jk} / \sqrt{\bar r_{jj}\, \bar r_{kk}}

    with the mean correlations between two constructs' indicators and within each. seminr takes absolute
    values, cSEM does not.

    References
    ----------
    Henseler, Ringle and Sarstedt (2015), JAMS 43, 115-135, equation 6.
    """
    between, within = _means(np.abs(corr) if absolute else corr, block)
    return np.asarray(between / np.sqrt(within[..., :, None] * within[..., None, :]))


def htmt2(corr: F64, block: Mask) -> F64:
    """Heterotrait–monotrait ratio with geometric means, which holds for unequal loadings too.

    Returns
    -------
    ndarray of shape (..., n_constructs, n_constructs)
        As `htmt`, without signs. ``nan`` where correlations within a construct are not all positive, or
        those between two constructs not all of one sign: they have no geometric mean.

    References
    ----------
    Roemer, Schuberth and Henseler (2021), Industrial Management & Data Systems 121(12), 2637-2650.
    """
    logs = np.log(np.where(corr == 0, 1.0, np.abs(corr)))
    between, within = _means(logs, block, alone=0.0)
    positive, positive_within = _means((corr > 0).astype(float), block)
    negative, _ = _means((corr < 0).astype(float), block)
    whole = positive_within == 1
    one_sign = ((positive == 1) | (negative == 1)) & whole[..., :, None] & whole[..., None, :]
    ratio = np.exp(between - (within[..., :, None] + within[..., None, :]) / 2)
    return np.asarray(np.where(one_sign, ratio, np.nan))


def _means(values: F64, block: Mask, *, alone: float = 1.0) -> tuple[F64, F64]:
    """Means of a table of indicator pairs between constructs, and within each without the diagonal.

    `alone` stands for the mean within a construct of a single indicator.
    """
    member = block.astype(float)
    count = member.sum(axis=0)
    between = member.T @ values @ member
    diagonal = np.einsum("...pp->...p", values) @ member
    pairs = count * (count - 1)
    within = np.where(pairs > 0, (np.einsum("...jj->...j", between) - diagonal) / np.maximum(pairs, 1), alone)
    with np.errstate(all="ignore"):
        return between / (count[:, None] * count), within


def fornell_larcker(construct_corr: F64, ave: F64) -> F64:
    """Construct correlations with the square root of AVE on the diagonal (Fornell and Larcker 1981)."""
    table = np.array(construct_corr)
    diagonal = np.arange(table.shape[-1])
    table[..., diagonal, diagonal] = np.sqrt(ave)
    return table
