"""Weighted means and covariances, of one sample or of many resamples at once.

A resample is a row of counts; its moments are one matrix product of the counts with every respondent's
cross-products. For large samples the moments are drawn from their asymptotic normal distribution
instead, whose covariance comes from random groups of respondents: one pass over the data for any number of
draws.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import DataError
from csi_model.prepare import IndicatorMatrix

F64 = NDArray[np.float64]
RANDOM_GROUPS = 2000


class Moments(NamedTuple):
    """Batches of means (n_batch, n_indicators) and covariances (…, n_indicators), divisor n."""

    mean: F64
    cov: F64

    @property
    def corr(self) -> F64:
        """Correlations; ``nan`` where an indicator does not vary."""
        with np.errstate(all="ignore"):
            sd = np.sqrt(np.einsum("bii->bi", self.cov))
            sd = np.where(sd > 1e-12, sd, np.nan)
            return np.asarray(self.cov / (sd[:, :, None] * sd[:, None, :]), dtype=np.float64)


class Source(Protocol):
    """What gives moments for counts of respondents."""

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples; `counts` has shape (n_batch, n_respondents)."""


class MeanReplaced:
    """Moments with each gap replaced by its indicator's mean in the resample; exact also without gaps."""

    def __init__(self, data: IndicatorMatrix) -> None:
        values, self.weights = data.values, data.weights
        observed = ~np.isnan(values)
        self.n, self.p = values.shape
        self.center = np.nanmean(values, axis=0)
        deviations = np.where(observed, values - self.center, 0.0)
        self.complete = bool(observed.all())
        rows, columns = np.triu_indices(self.p)
        self.upper = rows, columns
        parts = [deviations, deviations[:, rows] * deviations[:, columns]]
        if not self.complete:
            seen = observed.astype(float)
            parts += [
                seen,
                (deviations[:, :, None] * seen[:, None, :]).reshape(self.n, -1),
                (seen[:, :, None] * seen[:, None, :]).reshape(self.n, -1),
            ]
        self.products = np.concatenate(parts, axis=1)

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples."""
        counts = counts * self.weights
        return self._moments(counts @ self.products, counts.sum(axis=1))

    def _moments(self, sums: F64, total: F64) -> Moments:
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


class Likelihood:
    """FIML moments: the normal maximum-likelihood mean and covariance under missingness at random."""

    def __init__(self, data: IndicatorMatrix) -> None:
        self.data = data

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples, one EM each; a resample without a maximum has ``nan``.

        Raises
        ------
        DataError
            The sample itself (every count is 1) has no maximum.
        """
        p = self.data.values.shape[1]
        mean, cov = np.full((len(counts), p), np.nan), np.full((len(counts), p, p), np.nan)
        for k, row in enumerate(counts):
            try:
                mean[k], cov[k] = _em(self.data.values, row * self.data.weights)
            except DataError:
                if (row == 1).all():
                    raise
        return Moments(mean, cov)


def _em(values: F64, weights: F64, *, tolerance: float = 1e-9, most: int = 2000) -> tuple[F64, F64]:
    """Estimate mean and covariance by EM over missing patterns (Little and Rubin 2002, section 11.2)."""
    try:
        with np.errstate(all="ignore"):
            return _maximum(values[weights > 0], weights[weights > 0], tolerance, most)
    except np.linalg.LinAlgError:
        raise DataError(
            "EM met indicators that say the same.", code="em", remedy="Leave out one of two copies."
        ) from None


def _maximum(values: F64, weights: F64, tolerance: float, most: int) -> tuple[F64, F64]:
    observed = ~np.isnan(values)
    patterns, member = np.unique(observed, axis=0, return_inverse=True)
    member = member.ravel()
    groups = [(patterns[k], values[member == k], weights[member == k]) for k in range(len(patterns))]
    total = weights.sum()
    seen = np.where(observed, values, 0.0)
    mean = (weights @ seen) / (weights @ observed)
    cov = np.diag(
        np.maximum((weights @ np.where(observed, (values - mean) ** 2, 0.0)) / (weights @ observed), 1e-12)
    )
    for _ in range(most):
        first, second = np.zeros_like(mean), np.zeros_like(cov)
        for seen_here, rows, share in groups:
            filled = np.tile(mean, (len(rows), 1))
            filled[:, seen_here] = rows[:, seen_here]
            gaps = ~seen_here
            if gaps.any() and seen_here.any():
                slope = np.linalg.solve(cov[np.ix_(seen_here, seen_here)], cov[np.ix_(seen_here, gaps)])
                filled[:, gaps] += (rows[:, seen_here] - mean[seen_here]) @ slope
                left = cov[np.ix_(gaps, gaps)] - cov[np.ix_(gaps, seen_here)] @ slope
                second[np.ix_(gaps, gaps)] += share.sum() * left
            elif gaps.any():
                second += share.sum() * cov
            first += share @ filled
            second += (filled - mean).T @ ((filled - mean) * share[:, None])
        moved = first / total - mean
        renewed = second / total - np.outer(moved, moved)
        change = max(np.abs(moved).max(), np.abs(renewed - cov).max())
        if not np.isfinite(change):
            break
        mean, cov = mean + moved, renewed
        if change < tolerance:
            return mean, cov
    raise DataError(
        "EM found no maximum.", code="em", remedy="An indicator is almost never answered: leave it out."
    )


class RandomGroups:
    """Draws of the moments from their asymptotic normal distribution.

    Respondents are dealt at random (clusters whole, strata apart) into groups; the spread of the groups'
    sums estimates the covariance of all sums, with a relative error of a standard error of about
    1/√(2·groups) (1.6 % for 2,000 groups).

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 2 (the random group method).
    """

    def __init__(
        self, data: IndicatorMatrix, rng: np.random.Generator, *, groups: int = RANDOM_GROUPS
    ) -> None:
        values, weights = data.values, data.weights
        self.n, self.p = values.shape
        observed = ~np.isnan(values)
        self.complete = bool(observed.all())
        self.center = np.nanmean(values, axis=0)
        strata = np.zeros(self.n, dtype=np.int64) if data.strata is None else data.strata
        unit = np.arange(self.n) if data.clusters is None else data.clusters
        self.base = MeanReplaced.__new__(MeanReplaced)
        self.base.n, self.base.p, self.base.center = self.n, self.p, self.center
        self.base.complete, self.base.upper = self.complete, np.triu_indices(self.p)
        sums, totals, labels = [], [], []
        n_strata = int(strata.max()) + 1
        for stratum in range(n_strata):
            rows = np.flatnonzero(strata == stratum)
            if not len(rows):
                continue
            names = np.unique(unit[rows]) if data.clusters is not None else rows
            wanted = max(2, round(groups * len(rows) / self.n))
            dealt = _deal(
                rows, unit, names, min(wanted, len(names)), rng, clustered=data.clusters is not None
            )
            for part in dealt:
                sums.append(self._sums(values[part], observed[part], weights[part]))
                totals.append(weights[part].sum())
                labels.append(stratum)
        self.sums = np.array(sums)
        self.totals = np.array(totals)
        self.strata = np.array(labels)

    def _sums(self, values: F64, observed: NDArray[np.bool_], weights: F64) -> F64:
        deviations = np.where(observed, values - self.center, 0.0)
        weighted = deviations * weights[:, None]
        rows, columns = self.base.upper
        parts = [weighted.sum(axis=0), (weighted.T @ deviations)[rows, columns]]
        if not self.complete:
            seen = observed.astype(float)
            parts += [
                weights @ seen,
                (weighted.T @ seen).ravel(),
                ((seen * weights[:, None]).T @ seen).ravel(),
            ]
        return np.concatenate(parts)

    def draw(self, n_draws: int, rng: np.random.Generator) -> Moments:
        """Draw moments around those of the sample."""
        noise = rng.standard_normal((n_draws, len(self.totals)))
        for stratum in np.unique(self.strata):
            here = self.strata == stratum
            size = here.sum()
            noise[:, here] -= noise[:, here].mean(axis=1, keepdims=True)
            noise[:, here] *= np.sqrt(size / (size - 1))
        return self.base._moments(  # noqa: SLF001
            self.sums.sum(axis=0) + noise @ self.sums, self.totals.sum() + noise @ self.totals
        )

    def sample(self) -> Moments:
        """Give the moments of the sample itself."""
        return self.base._moments(self.sums.sum(axis=0)[None], self.totals.sum()[None])  # noqa: SLF001


def _deal(
    rows: NDArray[np.int64],
    unit: NDArray[np.int64],
    names: NDArray[np.int64],
    groups: int,
    rng: np.random.Generator,
    *,
    clustered: bool,
) -> list[NDArray[np.int64]]:
    shuffled = rng.permutation(names)
    if not clustered:
        return [np.sort(part) for part in np.array_split(shuffled, groups)]
    group_of = {int(name): number % groups for number, name in enumerate(shuffled)}
    labels = np.array([group_of[int(name)] for name in unit[rows]])
    order = np.argsort(labels, kind="stable")
    return np.split(rows[order], np.cumsum(np.bincount(labels, minlength=groups))[:-1])


def source(data: IndicatorMatrix, missing: str) -> MeanReplaced | Likelihood:
    """Give the moments that go with a treatment of missing answers."""
    return Likelihood(data) if missing == "fiml" and np.isnan(data.values).any() else MeanReplaced(data)
