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
    means, _, share = unit_sums(values, weights, clusters)
    n = len(share)
    return means, share.T @ share * (n / (n - 1))


def unit_sums(
    values: F64, weights: F64 | None, clusters: NDArray[np.generic] | None
) -> tuple[F64, NDArray[np.generic], F64]:
    """Give the means of `weighted_means`, the sampling units and what each adds: (n_units, n_columns).

    A respondent is a unit where no clusters are given.
    """
    means, sums = linearised(values, weights)
    units: NDArray[np.generic] = np.arange(len(sums))
    if clusters is not None:
        units, place = np.unique(check_length(clusters, len(sums), "clusters"), return_inverse=True)
        share, sums = sums, np.zeros((len(units), sums.shape[1]))
        np.add.at(sums, place, share)
    if len(units) < 2:
        msg = "One sampling unit alone says nothing about uncertainty."
        raise DataError(msg, code="one-unit", remedy="Give at least two respondents or clusters.")
    return means, units, sums


def correlations(sums: F64) -> F64:
    r"""Correlate figures of samples that share units: (n_samples, n_units, k) → (k, n_samples, n_samples).

    With :math:`U_{gt}`, what the respondents of unit g add to the figure of sample t (0 where it has none):
    :math:`r_{ts} = \sum_g U_{gt} U_{gs} / \sqrt{\sum_g U_{gt}^2 \sum_g U_{gs}^2}`. A figure that does not
    vary correlates with itself alone.
    """
    products = np.einsum("tgk,sgk->kts", sums, sums)
    size = np.sqrt(np.einsum("ktt->kt", products))
    scale = size[:, :, None] * size[:, None, :]
    alone = np.broadcast_to(np.eye(len(sums)), products.shape)
    return np.where(scale > 0, products / np.where(scale > 0, scale, 1.0), alone)


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


def variances(values: F64, weights: F64) -> F64:
    """Weighted variance of every column over its answered rows, (n_columns,); 0 where there is none."""
    answered = ~np.isnan(values)
    mass = np.maximum(weights @ answered, 1e-12)
    means = weights @ np.where(answered, values, 0.0) / mass
    return np.asarray(weights @ np.where(answered, values - means, 0.0) ** 2 / mass)


def n_effective(weights: F64) -> float:
    """Effective number of answers under unequal weights (Kish 1965, section 11.7)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
