"""Answers with gaps in many small cells (units and waves): a mean for each, one covariance within all."""

from __future__ import annotations

import numpy as np

from csi_model.answers.em import Patterns
from csi_model.arrays import F64, I64

TOLERANCE = 1e-5  # scale points
MOST_ITERATIONS = 1000


def filled_within(values: F64, weights: F64, cell: I64) -> F64:
    r"""Fill gaps by what the rest of a respondent's answers and the cell let expect.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        ``nan`` is missing. Where nobody of a cell answered an indicator, it stands at the mean of all.
    weights : ndarray of shape (n_respondents,)
    cell : integer ndarray of shape (n_respondents,)
        From 0, without gaps.

    Returns
    -------
    ndarray of shape (n_respondents, n_indicators)
        Their weighted mean in a cell is the cell's mean of the normal model with a mean :math:`\mu_c` for
        each cell and one covariance :math:`\Sigma` within all, by maximum likelihood: answers that go missing
        by what else was answered do not move it, whatever share of a cell they are.

    References
    ----------
    Little and Rubin (2002), Statistical Analysis with Missing Data, sections 11.2 and 11.4 (EM with
    regressors, here the cells).
    """
    observed = ~np.isnan(values)
    if observed.all():
        return values
    patterns, mass = Patterns(values), weights[None]
    size = np.bincount(cell, weights)[:, None]
    answered, total = (
        _by_cell(observed, weights, cell),
        _by_cell(np.where(observed, values, 0.0), weights, cell),
    )
    common = np.average(np.where(observed, values, 0.0), 0, weights) / np.average(observed, 0, weights)
    means = np.divide(total, answered, out=np.broadcast_to(common, total.shape).copy(), where=answered > 0)
    cov = np.diag(np.nanvar(values - means[cell], axis=0) + 1e-9)[None]
    nothing = np.zeros((1, values.shape[1]))
    filled = values
    for _ in range(MOST_ITERATIONS):
        patterns.deviations = np.where(observed, values - means[cell], 0.0)
        away, second = patterns.expected(nothing, cov, mass)
        moved = _by_cell(away[0], weights, cell) / size
        filled, means = means[cell] + away[0], means + moved
        around = away[0] - moved[cell]
        spread = (around.T @ (around * weights[:, None]) + second.reshape(cov.shape[1:])) / weights.sum()
        change = max(np.abs(moved).max(), np.abs(spread - cov[0]).max())
        cov = spread[None]
        if change < TOLERANCE:
            break
    return np.where(observed, values, filled)


def _by_cell(values: F64, weights: F64, cell: I64) -> F64:
    found = np.zeros((int(cell.max()) + 1, values.shape[1]))
    np.add.at(found, cell, values * weights[:, None])
    return found
