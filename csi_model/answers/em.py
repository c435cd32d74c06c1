"""Normal maximum-likelihood means and covariances of answers with gaps, for many resamples at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, I64

TOLERANCE = 1e-9
MOST_ITERATIONS = 2000
SINGULAR = 1e-10
AT_ONCE = 500_000  # answers held at a time: a batch that stays in the processor's cache


class _Gaps(NamedTuple):
    """Respondents with equally many gaps, sorted by pattern."""

    rows: I64
    gaps: I64  # (n_patterns, n_gaps)
    pattern: I64  # of each row
    first: I64  # place of each pattern's first row


class Patterns:
    """Answers by missing pattern, ready for EM.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        ``nan`` is missing.
    """

    def __init__(self, values: F64) -> None:
        observed = ~np.isnan(values)
        self.p = values.shape[1]
        self.center = np.nanmean(values, axis=0)
        self.seen = observed.astype(float)
        self.deviations = np.where(observed, values - self.center, 0.0)
        patterns, member = np.unique(~observed, axis=0, return_inverse=True)
        member, n_gaps = member.ravel(), patterns.sum(axis=1)
        self.groups = []
        for size in np.unique(n_gaps[n_gaps > 0]):
            chosen = np.flatnonzero(n_gaps == size)
            rows = np.flatnonzero(np.isin(member, chosen))
            rows = rows[np.argsort(member[rows], kind="stable")]
            pattern = np.searchsorted(chosen, member[rows])
            gaps = np.nonzero(patterns[chosen])[1].reshape(len(chosen), size)
            self.groups.append(_Gaps(rows, gaps, pattern, np.searchsorted(pattern, np.arange(len(chosen)))))

    def maximum(
        self, weights: F64, start: tuple[F64, F64] | None = None, *, tolerance: float = TOLERANCE
    ) -> tuple[F64, F64]:
        r"""Give mean and covariance (divisor: sum of weights) of the normal distribution that fits best.

        Parameters
        ----------
        weights : ndarray of shape (n_batch, n_respondents)
            Not negative.
        start : pair of arrays of shape (n_indicators,) and (n_indicators, n_indicators), optional
            Where to begin, near the maximum; else at the means and variances of what was answered.
        tolerance
            Largest change of a mean or covariance at which EM stops, in scale points or their squares.

        Returns
        -------
        mean : ndarray of shape (n_batch, n_indicators)
        covariance : ndarray of shape (n_batch, n_indicators, n_indicators)
            ``nan`` where there is no maximum, or one at a singular covariance.

        Notes
        -----
        With :math:`\Lambda = \Sigma^{-1}` and m the gaps of a respondent, their expected deviations are
        :math:`-\Lambda_{mm}^{-1} (\Lambda d)_m`, d being zero at the gaps, and their covariance is
        :math:`\Lambda_{mm}^{-1}`: one inverse a step, and for each pattern one of its few gaps only.

        References
        ----------
        Little and Rubin (2002), Statistical Analysis with Missing Data, section 11.2.
        """
        size = max(1, AT_ONCE // self.seen.size)
        parts = [self._batch(weights[k : k + size], start, tolerance) for k in range(0, len(weights), size)]
        return np.concatenate([mean for mean, _ in parts]), np.concatenate([cov for _, cov in parts])

    def _batch(self, weights: F64, start: tuple[F64, F64] | None, tolerance: float) -> tuple[F64, F64]:
        n_batch, p = len(weights), self.p
        means, covariances = np.full((n_batch, p), np.nan), np.full((n_batch, p, p), np.nan)
        with np.errstate(all="ignore"):
            mean, cov = self._start(weights, start)
            active = np.flatnonzero(np.isfinite(mean).all(axis=1))
            mean, cov, weights = mean[active], cov[active], weights[active]
            for _ in range(MOST_ITERATIONS):
                if not len(active):
                    break
                renewed, spread = self._step(mean, cov, weights)
                change = np.maximum(np.abs(renewed - mean).max(axis=1), np.abs(spread - cov).max(axis=(1, 2)))
                done, going = change < tolerance, change >= tolerance
                means[active[done]], covariances[active[done]] = renewed[done] + self.center, spread[done]
                active, weights = active[going], weights[going]
                mean, cov = renewed[going], spread[going]
            covariances[_singular(covariances)] = np.nan
        means[np.isnan(covariances).any(axis=(1, 2))] = np.nan
        return means, covariances

    def _start(self, weights: F64, start: tuple[F64, F64] | None) -> tuple[F64, F64]:
        n_batch = len(weights)
        if start is not None:
            mean, cov = start
            return np.tile(mean - self.center, (n_batch, 1)), np.tile(cov, (n_batch, 1, 1))
        answered = weights @ self.seen
        mean = (weights @ self.deviations) / answered
        variance = (weights @ self.deviations**2) / answered - mean**2
        return mean, np.maximum(variance, 1e-12)[:, :, None] * np.eye(self.p)

    def _step(self, mean: F64, cov: F64, weights: F64) -> tuple[F64, F64]:
        n_batch, p = len(mean), self.p
        filled, second = self.expected(mean, cov, weights)
        total = weights.sum(axis=1)
        moved = (weights[:, None, :] @ filled)[:, 0] / total[:, None]
        cross = np.swapaxes(filled, 1, 2) @ (filled * weights[:, :, None])
        spread = (cross + second.reshape(n_batch, p, p)) / total[:, None, None]
        return mean + moved, spread - moved[:, :, None] * moved[:, None, :]

    def expected(self, mean: F64, cov: F64, weights: F64) -> tuple[F64, F64]:
        """Give expected deviations from the mean, (n_batch, n, p), and the gaps' weighted covariances.

        The second is (n_batch, p · p): what the square of expectations lacks of the expected squares.
        """
        n_batch, p = len(mean), self.p
        precision = _inverse(cov)
        filled = self.deviations - self.seen * mean[:, None, :]
        pulled = filled @ precision
        second = np.zeros((n_batch, p * p))
        offset = p * p * np.arange(n_batch)[:, None]
        for rows, gaps, pattern, first in self.groups:
            here = gaps[pattern]
            left = _inverse(precision[:, gaps[:, :, None], gaps[:, None, :]])
            drawn = pulled[:, rows[:, None], here]
            filled[:, rows[:, None], here] = -(left[:, pattern] @ drawn[..., None])[..., 0]
            share = np.add.reduceat(weights[:, rows], first, axis=1)
            place = (gaps[:, :, None] * p + gaps[:, None, :]).ravel()
            added = (left * share[:, :, None, None]).reshape(n_batch, -1)
            second += np.bincount((offset + place).ravel(), added.ravel(), minlength=n_batch * p * p).reshape(
                n_batch, -1
            )
        return filled, second


def _inverse(matrices: F64) -> F64:
    """Invert each matrix; one that is singular gives ``nan`` and takes none with it."""
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        flat = matrices.reshape(-1, *matrices.shape[-2:])
        usable = np.linalg.matrix_rank(flat, hermitian=True) == flat.shape[-1]
        found = np.full_like(flat, np.nan)
        found[usable] = np.linalg.inv(flat[usable])
        return found.reshape(matrices.shape)


def _singular(cov: F64) -> NDArray[np.bool_]:
    """Say which covariances make some indicator a copy of others."""
    there = np.asarray(np.isfinite(cov).all(axis=(1, 2)))
    found = np.asarray(~there)
    sd = np.sqrt(np.einsum("bii->bi", cov[there]))
    corr = cov[there] / (sd[:, :, None] * sd[:, None, :])
    sound = np.isfinite(corr).all(axis=(1, 2))
    least = np.full(len(corr), -1.0)
    least[sound] = np.linalg.eigvalsh(corr[sound])[:, 0]
    found[there] = least < SINGULAR
    return found
