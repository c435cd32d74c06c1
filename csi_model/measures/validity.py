"""Whether constructs are distinct, and whether their parts say different things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError


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


def vif(corr: F64) -> F64:
    """Variance inflation of each variable given the others: the diagonal of the inverse; inf if collinear."""
    if corr.shape[-1] == 1:
        return np.ones(corr.shape[:-1])
    with np.errstate(all="ignore"):
        try:
            found = np.einsum("...ii->...i", np.linalg.inv(corr))
        except np.linalg.LinAlgError:
            found = np.full(corr.shape[:-1], np.inf)
    almost_one = (found > 0.999) & (found < 1)  # rounding
    return np.where(almost_one, 1.0, np.where((found < 1) | ~np.isfinite(found), np.inf, found))


def copies(corr: F64, limit: float = 0.999) -> list[NDArray[np.int64]]:
    """Give the sets of variables of one matrix that correlate above `limit` with their first, of any sign."""
    alike, left = np.abs(corr) > limit, np.ones(len(corr), dtype=bool)
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


def redundancy(corr: F64, block: Mask, overall: int) -> F64:
    r"""Correlation of each block, weighted at its best, with one overall question, (..., n_constructs).

    Parameters
    ----------
    corr : ndarray of shape (..., n_indicators, n_indicators)
    overall
        Row of the question that sums the construct up; no block may hold it. A formative block that
        covers its construct reaches 0.7 (half of the variance).

    Notes
    -----
    .. math:: \sqrt{c' S^{-1} c}

    with the block's correlations S and those with the question, c: the path of a PLS model with the block
    in mode B and the question alone as target.

    References
    ----------
    Chin (1998), in Marcoulides (ed.), Modern Methods for Business Research, 295-336; Cheah, Sarstedt,
    Ringle, Ramayah and Ting (2018), International Journal of Contemporary Hospitality Management 30(11).
    """
    found = np.full((*corr.shape[:-2], block.shape[1]), np.nan)
    for j, rows in enumerate(np.flatnonzero(column) for column in block.T):
        if overall in rows:
            raise DataError(
                f"The overall question is one of the indicators of construct number {j + 1}.",
                code="overall-inside",
                remedy="Take it out of the block: a block foretells itself perfectly.",
            )
        if len(rows):
            wanted = corr[..., rows, overall]
            solved = np.linalg.solve(corr[..., rows[:, None], rows], wanted[..., None])[..., 0]
            found[..., j] = np.sqrt((wanted * solved).sum(axis=-1))
    return found
