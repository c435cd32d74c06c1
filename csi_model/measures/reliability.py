"""How consistently the indicators of each construct measure it; every function takes leading batch axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask


def rows_of_blocks(block: Mask) -> list[NDArray[np.int64]]:
    """Give the places of each construct's indicators; `block` is (n_indicators, n_constructs)."""
    return [np.flatnonzero(column) for column in block.T]


def alpha_raw(cov: F64, block: Mask) -> F64:
    r"""Cronbach's alpha of the raw items.

    Parameters
    ----------
    cov : ndarray of shape (..., n_indicators, n_indicators)
    block : ndarray of shape (n_indicators, n_constructs)

    Returns
    -------
    ndarray of shape (..., n_constructs)
        1 for a construct with a single indicator, ``nan`` for one without any (an interaction).

    Notes
    -----
    .. math:: \alpha = \frac{k}{k-1}\left(1 - \frac{\sum_i s_{ii}}{\sum_{ij} s_{ij}}\right)

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297-334.
    """
    found = np.ones((*cov.shape[:-2], block.shape[1]))
    found[..., ~block.any(axis=0)] = np.nan
    for j, rows in enumerate(rows_of_blocks(block)):
        k = len(rows)
        if k > 1:
            part = cov[..., rows[:, None], rows]
            trace = np.einsum("...ii->...", part)
            found[..., j] = k / (k - 1) * (1 - trace / part.sum(axis=(-2, -1)))
    return found


def alpha_standardised(corr: F64, block: Mask) -> F64:
    """Cronbach's alpha of the standardised items: `alpha_raw` of their correlations."""
    return alpha_raw(corr, block)


def rho_a(corr: F64, weights: F64, block: Mask) -> F64:
    r"""Dijkstra and Henseler's reliability of the composite.

    Parameters
    ----------
    weights : ndarray of shape (..., n_indicators, n_constructs)
        Standardised outer weights.

    Notes
    -----
    .. math:: \rho_A = (w'w)^2 \frac{w'(S - diag S)w}{w'(ww' - diag(ww'))w}

    References
    ----------
    Dijkstra and Henseler (2015), MIS Quarterly 39(2), 297-316, equation 3.
    """
    found = np.ones((*corr.shape[:-2], block.shape[1]))
    found[..., ~block.any(axis=0)] = np.nan
    for j, rows in enumerate(rows_of_blocks(block)):
        if len(rows) > 1:
            w = weights[..., rows, j]
            part = corr[..., rows[:, None], rows]
            off = np.einsum("...i,...ij,...j->...", w, part, w) - np.einsum("...i,...ii->...", w**2, part)
            square = (w**2).sum(axis=-1)
            found[..., j] = square**2 * off / (square**2 - (w**4).sum(axis=-1))
    return found


def rho_c(loadings: F64, block: Mask) -> F64:
    r"""Composite reliability (Jöreskog's rho).

    Parameters
    ----------
    loadings : ndarray of shape (..., n_indicators, n_constructs)

    Notes
    -----
    .. math:: \rho_C = \frac{(\sum \lambda)^2}{(\sum \lambda)^2 + \sum (1 - \lambda^2)}

    References
    ----------
    Jöreskog (1971), Psychometrika 36, 109-133; Chin (1998).
    """
    own = np.where(block, loadings, 0.0)
    square = own.sum(axis=-2) ** 2
    return np.asarray(square / (square + (block - own**2).sum(axis=-2)))


def ave(loadings: F64, block: Mask) -> F64:
    """Average variance extracted: the mean squared loading (Fornell and Larcker 1981, JMR 18, 39-50)."""
    own = np.where(block, loadings, 0.0)
    return np.asarray((own**2).sum(axis=-2) / block.sum(axis=0))
