"""Means of a small group's answers with gaps, by a covariance that is held: that within all groups."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.filling import Filled, Filling
from csi_model.answers.influence import Settling, of_asked
from csi_model.answers.leverage import Leverage
from csi_model.arrays import F64, Mask


class Held(Answered):
    r"""Means of answers with gaps under normality, the covariance known.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        ``nan`` is missing; somebody answered each question.
    weights : ndarray of shape (n_respondents,)
    cov : ndarray of shape (p, p)
        In squared scale points.
    asked : ndarray of shape (n_respondents, p), optional
        Who was asked what, as in `Answered`.

    Notes
    -----
    With O picking what a respondent answered, the means solve

    .. math:: \Big(\sum_i w_i O_i' \Sigma_{oo}^{-1} O_i\Big) \mu = \sum_i w_i O_i' \Sigma_{oo}^{-1} x_i

    which is one step from any start, for the step of EM is linear in the mean. Errors are those of the means;
    that of the covariance, made of many more answers, is of second order: under normality it is uncorrelated
    with the means' (Little and Rubin 2002, section 7.2.2).
    """

    def __init__(self, values: F64, weights: F64, cov: F64, asked: Mask | None = None) -> None:
        self.values, self.weights = values, weights
        self.n, self.p = values.shape
        self.asked = np.ones(values.shape, dtype=bool) if asked is None else asked
        self.routed = not self.asked.all()
        seen = ~np.isnan(values)
        self.scale = np.sqrt(np.diag(cov))
        self.center = (weights @ np.where(seen, values, 0.0)) / (weights @ seen)
        self.filling = Filling(np.where(seen, (values - self.center) / self.scale, np.nan), weights)
        self.cov = cov / np.outer(self.scale, self.scale)
        self.mean = self.settling.towards(self.filling.sums(np.zeros(self.p), self.cov)[0])

    @property
    def n_statistics(self) -> int:
        """Deviations: the covariance has none."""
        return self.p

    @cached_property
    def settling(self) -> Settling:
        """What a step of EM comes to when it is taken again and again; the prior has no part in means."""
        left = np.zeros(len(self.filling.upper[0]))
        for part in self.filling.filled(np.zeros(self.p), self.cov):
            left += part.left.T @ np.bincount(part.pattern, part.weights)
        carried = left[self.filling.place] / self.filling.total @ np.linalg.inv(self.cov)
        return Settling(carried, np.ones(self.p))

    def _moved(self, moved: F64) -> tuple[F64, F64]:
        cov = self.cov * np.outer(self.scale, self.scale)
        return self.center + self.scale * (self.mean + moved), np.tile(cov, (len(moved), 1, 1))

    def _statistics(self, part: Filled, more: F64) -> F64:
        return part.deviations + more - self._lifted_mean

    def _slopes(self, asked: Mask) -> F64:
        return of_asked(self.filling, self.mean, self.cov, asked)[:, : self.p]

    @cached_property
    def _leverage(self) -> Leverage:
        return Leverage(self.filling, self.cov, self.weights @ ~np.isnan(self.values), 0.0)

    @cached_property
    def _lifted_mean(self) -> F64:
        found = np.zeros(self.p)
        for part in self.filling.filled(self.mean, self.cov):
            found += part.weights @ (part.deviations + self._more(part)[0])
        return found / self.filling.total
