"""Whether a construct's own questions say what one question on the whole of it says."""

from __future__ import annotations

import numpy as np

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError


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
