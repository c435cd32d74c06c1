"""Moments of what was really answered: the fit of a sample, and resamples by its first-order influence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from csi_model.answers.filling import Filled, Filling
from csi_model.answers.fitting import Near, fit
from csi_model.answers.influence import Influence, Settling, influence, of_asked
from csi_model.answers.leverage import Leverage
from csi_model.answers.moments import Moments
from csi_model.answers.prior import weak_prior
from csi_model.arrays import F64, I64, Mask


class _Asked(NamedTuple):
    """Of the people asked each question: share among all, mean deviation, and its slopes by the moments.

    `share`, `mean` and `more`, the mean of what leverage adds, are (p,), `slopes` (T, p).
    """

    share: F64
    mean: F64
    more: F64
    slopes: F64


class Answered:
    r"""Moments of answers with gaps under normality, a weak prior and missingness at random.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        ``nan`` is missing; some are.
    weights : ndarray of shape (n_respondents,)
    blocks : ndarray of shape (p,)
        Number of the construct that each column belongs to, for the prior (`prior.weak_prior`).
    asked : ndarray of shape (n_respondents, p), optional
        Who was asked what; then moments have the means of those asked beside those of all: of answers, and
        of what the rest lets expect where somebody asked gave none.
    pooled : ndarray of shape (p, p), optional
        Covariance within the groups that this is one of, squared scale points: the prior's target, instead of
        these answers' own.
    near : Answered, optional
        Of much the same respondents: the fit begins there.

    Notes
    -----
    With T the expected statistics of each respondent at the fit (`influence`), a resample's moments are those
    of the sample and

    .. math:: \frac{\sum_i w_i (T_i - \bar T)}{\sum_i w_i} P [(I - P J)^{-1}]'

    linear in its weights: what EM run to the end in the resample gives, to first order. A few steps of EM
    would look as if they had settled and give errors of half the size. The T of resamples have residuals
    enlarged by `leverage`.
    """

    def __init__(
        self,
        values: F64,
        weights: F64,
        blocks: I64,
        asked: Mask | None = None,
        pooled: F64 | None = None,
        near: Answered | None = None,
    ) -> None:
        self.values, self.weights = values, weights
        self.n, self.p = len(values), len(blocks)
        self.asked = np.ones(values.shape, dtype=bool) if asked is None else asked
        self.routed = not self.asked.all()
        seen = ~np.isnan(values)
        mass = weights @ seen
        self.center = (weights @ np.where(seen, values, 0.0)) / mass
        around = np.where(seen, values - self.center, 0.0)
        spread = np.sqrt((weights @ around**2) / mass if pooled is None else np.diag(pooled))
        self.scale = np.where(spread > 0, spread, 1.0)
        standardised = np.where(seen, around / self.scale, np.nan)
        self.prior = weak_prior(standardised, weights, blocks)
        if pooled is not None:
            self.prior = self.prior._replace(target=pooled / np.outer(self.scale, self.scale))
        self.filling = Filling(standardised, weights)
        begin = None if near is None else self._begin(near)
        self.mean, self.cov = fit(standardised, weights, self.filling, self.prior, begin)

    def _begin(self, near: Answered) -> Near:
        """Give the fit of others in the standard units of these."""
        found, units = near.fitted, np.outer(self.scale, self.scale)
        return Near((found.mean[0] - self.center) / self.scale, found.cov[0] / units, near.settling)

    @property
    def fitted(self) -> Moments:
        """The moments of the sample itself, a batch of one."""
        cov = self.cov * np.outer(self.scale, self.scale)
        found = Moments((self.center + self.scale * self.mean)[None], cov[None])
        if not self.routed:
            return found
        level = self.center + self.scale * (self.mean + self._mean_of(self.asked))
        return found._replace(asked=level[None])

    def _mean_of(self, asked: Mask) -> F64:
        """Mean deviation of those asked each question, gaps as the rest lets expect, (p,)."""
        total = np.zeros(self.p)
        for part in self.filling.filled(self.mean, self.cov):
            total += part.weights @ np.where(asked[part.rows], part.deviations, 0.0)
        return np.asarray(total / (self.weights @ asked))

    @property
    def _kept(self) -> float:
        return float(self.filling.total / (self.filling.total + self.prior.strength))

    @cached_property
    def settling(self) -> Settling:
        """What changes of the moments come to when all is filled anew."""
        return Settling(self._influence.carried, self._influence.shares(self._kept))

    @cached_property
    def rows(self) -> F64:
        """Each respondent's deviations of the statistics, who answered, otherwise than most, was asked."""
        found = np.empty((self.n, self.n_sums))
        for part in self.filling.filled(self.mean, self.cov):
            found[part.rows] = self._rows(part)
        return found

    @property
    def n_sums(self) -> int:
        """Columns of `rows`."""
        return self.n_statistics + (4 if self.routed else 2) * self.p

    @property
    def n_statistics(self) -> int:
        """Deviations and products."""
        return int(self._influence.size)

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples."""
        counts = counts * self.weights
        return self.of_sums(counts @ self.rows, counts.sum(axis=1))

    def of_sums(self, sums: F64, total: F64) -> Moments:
        """Give moments from sums of `rows` and weights; a question that all answer alike has no variance."""
        moved = self.settling.moved(sums[:, : self.n_statistics] / total[:, None])
        told = sums[:, self.n_statistics :].reshape(len(sums), -1, self.p)
        silent, constant = told[:, 0] == 0, (told[:, :2] == 0).any(axis=1)
        mean, cov = self._moved(moved)
        cov[constant[:, :, None] | constant[:, None, :]] = 0.0
        found = Moments(np.where(silent, np.nan, mean), cov)
        if not self.routed:
            return found
        with np.errstate(all="ignore"):
            around = told[:, 3] / told[:, 2] + moved @ self._of_asked.slopes
        level = self.center + self.scale * (self.mean + around)
        return found._replace(asked=np.where(silent, np.nan, level))

    def _moved(self, moved: F64) -> tuple[F64, F64]:
        """Give means and covariances from what the statistics have moved, (n, T)."""
        first, second = moved[:, : self.p], self.cov + moved[:, self.p :][:, self.filling.place]
        mean = self.center + self.scale * (self.mean + first)
        return mean, (second - first[:, :, None] * first[:, None, :]) * np.outer(self.scale, self.scale)

    def levels(self, among: Mask | None = None) -> F64:
        """Give numbers whose means are the means of those asked, and whose spread tells how these err.

        Parameters
        ----------
        among : ndarray of shape (n_respondents, 1), optional
            Of those asked, only these.
        """
        found = np.empty((self.n, self.p))
        asked = self.asked if among is None else self.asked & among
        told = self._asked(asked)
        turn = self.settling.slopes(told.slopes)
        for part in self.filling.filled(self.mean, self.cov):
            more, more_of_asked = self._more(part)
            moved = self._statistics(part, more) @ turn
            away = (part.deviations + more_of_asked - told.more - told.mean) / told.share
            found[part.rows] = moved + told.mean + np.where(asked[part.rows], away, 0.0)
        return self.center + self.scale * (self.mean + found)

    def group_sums(self, parts: Sequence[I64]) -> F64:
        """Give the weighted sums of `rows` of parts of the respondents, none of them held."""
        found, group = np.zeros((len(parts), self.n_sums)), np.empty(self.n, dtype=np.int64)
        for number, part in enumerate(parts):
            group[part] = number
        for filled in self.filling.filled(self.mean, self.cov):
            here = group[filled.rows]
            deal = csr_array((filled.weights, (here, np.arange(len(here)))), shape=(len(parts), len(here)))
            found += np.asarray(deal @ self._rows(filled))
        return found

    def _rows(self, part: Filled) -> F64:
        values = self.values[part.rows]
        seen = ~np.isnan(values)
        more, more_of_asked = self._more(part)
        parts = [self._statistics(part, more), seen, seen & (values != self._commonest)]
        if self.routed:
            asked = self.asked[part.rows]
            around = part.deviations + more_of_asked - self._of_asked.more
            parts += [asked, np.where(asked, around, 0.0)]
        return np.concatenate(parts, axis=1)

    def _more(self, part: Filled) -> tuple[F64, F64]:
        """What leverage adds to deviations, by gaps among all and among those asked."""
        seen = ~np.isnan(self.values[part.rows])
        of_all, of_those_asked = self._leverage.more(part, seen, *self._open)
        return of_all, of_those_asked

    def _statistics(self, part: Filled, more: F64) -> F64:
        lifted = part._replace(deviations=part.deviations + more)
        return self.filling.products(lifted) - self._lifted_mean

    @cached_property
    def _of_asked(self) -> _Asked:
        return self._asked(self.asked)

    def _asked(self, asked: Mask) -> _Asked:
        mass, more = self.weights @ asked, np.zeros(self.p)
        for part in self.filling.filled(self.mean, self.cov):
            more += part.weights @ np.where(asked[part.rows], self._more(part)[1], 0.0)
        slopes = self._slopes(asked) / mass[:, None]
        return _Asked(mass / self.filling.total, self._mean_of(asked), more / mass, slopes.T)

    def _slopes(self, asked: Mask) -> F64:
        return of_asked(self.filling, self.mean, self.cov, asked)

    @cached_property
    def _leverage(self) -> Leverage:
        answered = self.weights @ ~np.isnan(self.values)
        return Leverage(self.filling, self.cov, answered, self.prior.strength)

    @cached_property
    def _open(self) -> tuple[F64, F64]:
        """Share of gaps in each question, among all and among those asked."""
        answered = self.weights @ ~np.isnan(self.values)
        return 1 - answered / self.filling.total, 1 - answered / (self.weights @ self.asked)

    @cached_property
    def _lifted_mean(self) -> F64:
        """Mean of the statistics with residuals enlarged: what keeps the sample's own moments in place."""
        found = self._influence.mean.copy()
        for part in self.filling.filled(self.mean, self.cov):
            plain, (more, _) = part.deviations, self._more(part)
            lifted = plain + more
            found[: self.p] += part.weights @ more / self.filling.total
            cross = (lifted * part.weights[:, None]).T @ lifted - (plain * part.weights[:, None]).T @ plain
            found[self.p :] += cross[self.filling.upper] / self.filling.total
        return np.asarray(found)

    @cached_property
    def _influence(self) -> Influence:
        return influence(self.filling, self.mean, self.cov)

    @cached_property
    def _commonest(self) -> F64:
        found = np.empty(self.p)
        for column in range(self.p):
            answers, times = np.unique(self.values[:, column], return_counts=True, equal_nan=True)
            there = ~np.isnan(answers)
            found[column] = answers[there][times[there].argmax()]
        return found
