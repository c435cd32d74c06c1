"""Mean replacement where answers are multiplied: gaps get the resample's means first, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments
from csi_model.arrays import F64, I64

SMALL_STEP = 1e-4  # of a standard deviation


class MeanProducts:
    """Moments of answers and products of their deviations, with gaps replaced before they are multiplied.

    A product of replaced answers is no sum of products of answers, so each resample is filled and multiplied
    anew. Samples that are not resampled row by row (`group_sums`) follow their weights to first order.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, p)
        ``nan`` is missing.
    pairs : ndarray of shape (n_products, 2)
        Columns to be multiplied.
    center : ndarray of shape (p,)
        What products are deviations from.
    """

    def __init__(self, values: F64, weights: F64, pairs: NDArray[np.int64], center: F64) -> None:
        self.weights, self.pairs, self.center = weights, pairs, center
        self.seen = ~np.isnan(values)
        self.deviations = np.where(self.seen, values - center, 0.0)
        self.p = values.shape[1]
        self.total = float(weights.sum())
        self.mean = (weights @ self.deviations) / (weights @ self.seen)
        self.upper = np.triu_indices(self.p + len(pairs))

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples."""
        counts = counts * self.weights
        with np.errstate(all="ignore"):
            means = (counts @ self.deviations) / (counts @ self.seen)
        parts = [self._moments(weights, mean) for weights, mean in zip(counts, means, strict=True)]
        return Moments(np.array([mean for mean, _ in parts]), np.array([cov for _, cov in parts]))

    def group_sums(self, parts: Sequence[I64]) -> F64:
        """Give the weighted sums of statistics and of deviations from the means, part by part."""
        found = []
        for part in parts:
            weights, wide = self.weights[part], self._wide(part, self.mean)
            cross = (wide * weights[:, None]).T @ wide
            moved = weights @ np.where(self.seen[part], self.deviations[part] - self.mean, 0.0)
            found.append(np.concatenate([weights @ wide, cross[self.upper], moved]))
        return np.array(found)

    def of_sums(self, sums: F64, total: F64) -> Moments:
        """Give moments from such sums: the sample's means moved, and all that is filled by them."""
        moved = sums[:, -self.p :] / (self.weights @ self.seen) * self.total / total[:, None]
        found = sums[:, : -self.p] / total[:, None] + moved @ self._by_mean()
        width = self.p + len(self.pairs)
        place = np.empty((width, width), dtype=np.int64)
        place[self.upper] = place.T[self.upper] = np.arange(width, width + len(self.upper[0]))
        first = found[:, :width]
        cov = found[:, place] - first[:, :, None] * first[:, None, :]
        return Moments(first + self._origin(), cov)

    def _by_mean(self) -> F64:
        """Derivative of the mean statistics by the means that fill the gaps, (p, T)."""
        found = []
        for column, spread in enumerate(np.sqrt(self.weights @ self.deviations**2 / self.total)):
            step = np.zeros(self.p)
            step[column] = SMALL_STEP * spread
            ends = []
            for mean in (self.mean + step, self.mean - step):
                wide = self._wide(slice(None), mean)
                cross = (wide * self.weights[:, None]).T @ wide
                ends.append(np.concatenate([self.weights @ wide, cross[self.upper]]) / self.total)
            found.append((ends[0] - ends[1]) / (2 * SMALL_STEP * spread))
        return np.array(found)

    def _moments(self, weights: F64, mean: F64) -> tuple[F64, F64]:
        rows = weights != 0
        wide, mass = self._wide(rows, mean), weights[rows] / weights.sum()
        first = mass @ wide
        around = wide - first
        return first + self._origin(), (around * mass[:, None]).T @ around

    def _wide(self, rows: NDArray[np.bool_] | I64 | slice, mean: F64) -> F64:
        filled = np.where(self.seen[rows], self.deviations[rows], mean)
        return np.concatenate([filled, filled[:, self.pairs[:, 0]] * filled[:, self.pairs[:, 1]]], axis=1)

    def _origin(self) -> F64:
        return np.concatenate([self.center, np.zeros(len(self.pairs))])
