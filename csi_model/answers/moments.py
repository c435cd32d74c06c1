"""Weighted means and covariances, of one sample or of many resamples at once.

A resample is a row of counts; its moments are one matrix product of the counts with every respondent's
cross-products.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from csi_model.arrays import F64, I64

# Scale points: what varies less does not vary; rounding alone reaches 1e-8 on some processors.
LEAST_SD = 1e-6


class Moments(NamedTuple):
    """Batches of means (n_batch, n_indicators) and covariances (…, n_indicators), divisor n.

    `asked` holds the means of those who were asked each question, where they are not all.
    """

    mean: F64
    cov: F64
    asked: F64 | None = None

    @property
    def level(self) -> F64:
        """Means that points are made of: who was not asked a question does not count there."""
        return self.mean if self.asked is None else self.asked

    @property
    def corr(self) -> F64:
        """Correlations; ``nan`` where an indicator does not vary."""
        with np.errstate(all="ignore"):
            sd = np.sqrt(np.einsum("bii->bi", self.cov))
            sd = np.where(sd > LEAST_SD, sd, np.nan)
            return np.asarray(self.cov / (sd[:, :, None] * sd[:, None, :]), dtype=np.float64)


class MeanReplaced:
    """Moments with each gap replaced by its indicator's mean in the resample; exact also without gaps."""

    def __init__(self, values: F64, weights: F64) -> None:
        self.values, self.weights = values, weights
        self.n, self.p = values.shape
        self.complete = not np.isnan(values).any()
        self.center = values.mean(axis=0) if self.complete else np.nanmean(values, axis=0)
        self.upper = np.triu_indices(self.p)

    @cached_property
    def products(self) -> F64:
        """Each respondent's deviations and cross-products; with gaps, those of having answered too."""
        rows, columns = self.upper
        observed = ~np.isnan(self.values)
        deviations = np.where(observed, self.values - self.center, 0.0)
        parts = [deviations, deviations[:, rows] * deviations[:, columns]]
        if not self.complete:
            seen = observed.astype(float)
            parts += [
                seen,
                (deviations[:, :, None] * seen[:, None, :]).reshape(self.n, -1),
                (seen[:, :, None] * seen[:, None, :]).reshape(self.n, -1),
            ]
        return np.concatenate(parts, axis=1)

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples."""
        if not (self.weights == 1).all():
            counts = counts * self.weights
        return self.of_sums(counts @ self.products, counts.sum(axis=1))

    def group_sums(self, parts: Sequence[I64]) -> F64:
        """Give the weighted sums of `products` of parts of the respondents, none of them held."""
        return np.array([self._sums(self.values[part], self.weights[part]) for part in parts])

    def _sums(self, values: F64, weights: F64) -> F64:
        deviations = values - self.center
        if not self.complete:
            observed = ~np.isnan(values)
            deviations = np.where(observed, deviations, 0.0)
        weighted = deviations * weights[:, None]
        rows, columns = self.upper
        parts = [weighted.sum(axis=0), (weighted.T @ deviations)[rows, columns]]
        if not self.complete:
            seen = observed.astype(float)
            parts += [
                weights @ seen,
                (weighted.T @ seen).ravel(),
                ((seen * weights[:, None]).T @ seen).ravel(),
            ]
        return np.concatenate(parts)

    def of_sums(self, sums: F64, total: F64) -> Moments:
        """Give moments from sums of `products` and of weights."""
        p, q = self.p, len(self.upper[0])
        place = np.empty((p, p), dtype=np.int64)
        place[self.upper] = place.T[self.upper] = np.arange(p, p + q)
        cross = sums[:, place]
        if self.complete:
            shift = sums[:, :p] / total[:, None]
            cov = cross / total[:, None, None] - shift[:, :, None] * shift[:, None, :]
            return Moments(self.center + shift, cov)
        rest = sums[:, p + q :]
        with np.errstate(all="ignore"):
            shift = sums[:, :p] / rest[:, :p]
        mixed = rest[:, p : p + p * p].reshape(-1, p, p)
        both = rest[:, p + p * p :].reshape(-1, p, p)
        lowered = mixed * shift[:, None, :]
        cross += both * shift[:, :, None] * shift[:, None, :] - lowered - np.swapaxes(lowered, 1, 2)
        return Moments(self.center + shift, cross / total[:, None, None])
