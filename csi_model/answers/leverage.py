"""Residuals of rarely answered questions, made as large as those are that were not fitted."""

from __future__ import annotations

import numpy as np

from csi_model.answers.filling import Filled, Filling
from csi_model.arrays import F64, Mask

MOST = 0.75  # an answer that settles more of its own expectation is beyond what a first order tells


class Leverage:
    r"""How far answers have drawn the expectation from the rest of the answers towards themselves.

    A question that few answered is foretold from the others by a regression on those few, and residuals of
    a regression are too small by :math:`1 - h`. In resamples that err as the answers not given would have,
    they are multiplied with

    .. math:: (1 - h_{ij})^{-g_j / 2}, \quad h_{ij} = w_i (1 + D^2_{ij}) / (W_j + \kappa)

    with :math:`D^2` the distance of the respondent's other answers, :math:`W_j` the weight of those who
    answered j, :math:`\kappa` the prior's strength and :math:`g_j` the share of gaps: the mean of a question
    that all answered is no regression, and 0 gaps change nothing.

    References
    ----------
    MacKinnon and White (1985), Journal of Econometrics 29, 305-325 (HC2); the share of gaps by our own
    expansion of the variance of a mean completed by regression.
    """

    def __init__(self, filling: Filling, cov: F64, answered: F64, strength: float) -> None:
        """Take the fit's covariance, the weight of those who answered each question, and the prior's."""
        self.precision = np.asarray(np.linalg.inv(cov), dtype=np.float64)
        self.mass = answered + strength
        rows, columns = filling.upper
        pairs = self.precision[rows] * self.precision[columns]
        self._of_left = pairs * np.where(rows == columns, 1.0, 2.0)[:, None]

    def more(self, part: Filled, seen: Mask, *shares: F64) -> tuple[F64, ...]:
        """Give what is added to the deviations of a slice, (n, p), for each (p,) shares of gaps."""
        pulled = part.deviations @ self.precision
        own = (np.diag(self.precision) - part.left @ self._of_left)[part.pattern]
        own = np.where(seen, own, 1.0)
        distance = (pulled * part.deviations).sum(axis=1)[:, None] - pulled**2 / own
        drawn = part.weights[:, None] * (1 + np.maximum(distance, 0.0)) / self.mass
        log_left = np.log1p(-np.minimum(drawn, MOST))
        residual = np.where(seen, pulled / own, 0.0)
        return tuple(residual * np.expm1(-0.5 * share * log_left) for share in shares)
