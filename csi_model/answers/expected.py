"""Answers with their gaps filled by what the rest of the answers lets expect."""

from __future__ import annotations

import numpy as np

from csi_model.answers.em import Patterns
from csi_model.arrays import F64

AT_ONCE = 20_000  # respondents


def filled(values: F64, mean: F64, cov: F64) -> F64:
    r"""Fill each gap by its conditional expectation under the normal distribution of these moments.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        ``nan`` is missing.
    mean, cov : ndarray of shape (n_indicators,) and (n_indicators, n_indicators)

    Returns
    -------
    ndarray of shape (n_respondents, n_indicators)
        :math:`E(x_m \mid x_o) = \mu_m + \Sigma_{mo} \Sigma_{oo}^{-1} (x_o - \mu_o)`; the mean, where the
        covariance is singular.

    References
    ----------
    Little and Rubin (2002), Statistical Analysis with Missing Data, section 11.2.
    """
    observed = ~np.isnan(values)
    found = np.where(observed, values, mean)
    gappy = np.flatnonzero(~observed.all(axis=1))
    for start in range(0, len(gappy), AT_ONCE):
        rows = gappy[start : start + AT_ONCE]
        patterns = Patterns(np.vstack([values[rows], mean]))  # the mean: no column without any answer
        weights = np.ones((1, len(rows) + 1))
        away, _ = patterns.expected((mean - patterns.center)[None], cov[None], weights)
        expected = mean + away[0, :-1]
        use = ~observed[rows] & np.isfinite(expected)
        found[rows] = np.where(use, expected, found[rows])
    return np.asarray(found)
