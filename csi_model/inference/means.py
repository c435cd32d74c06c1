"""Weighted means with linearised standard errors, and the effective number of answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_length, check_weights


def weighted_means(
    values: F64, weights: F64 | None = None, clusters: NDArray[np.generic] | None = None
) -> tuple[F64, F64]:
    r"""Mean of every column over its answered rows, and the covariance of these means.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_columns)
        ``nan`` marks a missing answer.
    weights : ndarray of shape (n_respondents,), optional
        Respondent weights, non-negative.
    clusters : ndarray of shape (n_respondents,), optional
        Labels of sampling units; rows of one label stand or fall together.

    Returns
    -------
    means : ndarray of shape (n_columns,)
    covariance : ndarray of shape (n_columns, n_columns)
        Of the means, by linearisation.

    Notes
    -----
    With :math:`u_{ij} = w_i (x_{ij} - \bar x_j) / \sum_i w_i` over the answered rows of column j, the
    covariance is :math:`\frac{G}{G-1} \sum_g U_g U_g'`, where :math:`U_g` sums u over cluster g and a
    respondent is a cluster where none is given.

    References
    ----------
    Binder (1983), International Statistical Review 51:279-292.
    """
    means, share = linearised(values, weights)
    if clusters is not None:
        labels, place = np.unique(check_length(clusters, len(share), "clusters"), return_inverse=True)
        grouped = np.zeros((len(labels), share.shape[1]))
        np.add.at(grouped, place, share)
        share = grouped
    n = len(share)
    if n < 2:
        msg = "One sampling unit alone says nothing about uncertainty."
        raise DataError(msg, code="one-unit", remedy="Give at least two respondents or clusters.")
    return means, share.T @ share * (n / (n - 1))


def linearised(values: F64, weights: F64 | None = None) -> tuple[F64, F64]:
    r"""Mean of every column over its answered rows, and what each respondent adds to it.

    Returns
    -------
    means : ndarray of shape (n_columns,)
    rows : ndarray of shape (n_respondents, n_columns)
        :math:`u_{ij}` of `weighted_means`: they sum to zero.
    """
    values = check_answers(values)
    weights = check_weights(weights, len(values))
    answered = ~np.isnan(values)
    mass = weights[:, None] * answered
    total = mass.sum(axis=0)
    if (total <= 0).any():
        empty = np.flatnonzero(total <= 0).tolist()
        msg = f"Columns {empty} have no answer with a positive weight."
        raise DataError(msg, code="empty", remedy="Leave these questions out or add answers.")
    means = np.where(answered, values, 0.0)
    means = (weights @ means) / total
    return means, mass * np.where(answered, values - means, 0.0) / total


def n_effective(weights: F64) -> float:
    """Effective number of answers under unequal weights (Kish 1965, section 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
