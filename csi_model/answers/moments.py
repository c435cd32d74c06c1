"""Weighted means and covariances, of one sample or of many resamples at once.

A resample is a row of counts; its moments are one matrix product of the counts with every respondent's
cross-products. For large samples the moments are drawn from their asymptotic normal distribution
instead, whose covariance comes from random groups of respondents: one pass over the data for any number of
draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.em import Patterns
from csi_model.answers.sampling import SamplingUnits, check
from csi_model.arrays import F64
from csi_model.errors import DataError

RANDOM_GROUPS = 2000


RESAMPLE_TOLERANCE = 1e-7  # moves a resample's estimates by some millionths of a standard error


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


class MeanReplaced:
    """Moments with each gap replaced by its indicator's mean in the resample; exact also without gaps."""

    def __init__(self, values: F64, weights: F64) -> None:
        self.weights = weights
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
    """FIML moments: the normal maximum-likelihood mean and covariance under missingness at random.

    Raises
    ------
    DataError
        The sample itself has no maximum.
    """

    def __init__(self, values: F64, weights: F64) -> None:
        self.weights = weights
        self.patterns = Patterns(values)
        mean, cov = self.patterns.maximum(self.weights[None])
        if not np.isfinite(cov).all():
            raise DataError(
                "EM found no maximum: an indicator is almost never answered, or two say the same.",
                code="em",
                remedy="Leave that indicator out.",
            )
        self.sample = mean[0], cov[0]

    def of_counts(self, counts: F64) -> Moments:
        """Give the moments of resamples, each by EM from those of the sample; one that fails has ``nan``."""
        counts = counts * self.weights
        return Moments(*self.patterns.maximum(counts, self.sample, tolerance=RESAMPLE_TOLERANCE))


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
        self,
        values: F64,
        weights: F64,
        units: SamplingUnits,
        rng: np.random.Generator,
        *,
        groups: int = RANDOM_GROUPS,
    ) -> None:
        self.n, self.p = values.shape
        observed = ~np.isnan(values)
        self.complete = bool(observed.all())
        self.center = np.nanmean(values, axis=0)
        self.base = MeanReplaced.__new__(MeanReplaced)
        self.base.n, self.base.p, self.base.center = self.n, self.p, self.center
        self.base.complete, self.base.upper = self.complete, np.triu_indices(self.p)
        self.units = units
        share = np.bincount(units.stratum[units.member]) / self.n
        dealt = np.empty(len(units.stratum), dtype=np.int64)
        labels: list[int] = []
        for stratum, members in enumerate(units.strata):
            size = min(max(2, round(groups * share[stratum])), len(members))
            dealt[rng.permutation(members)] = len(labels) + np.arange(len(members)) % size
            labels += [stratum] * size
        group = dealt[units.member]
        rows = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
        self.sums = np.array([self._sums(values[part], observed[part], weights[part]) for part in rows])
        self.totals = np.array([weights[part].sum() for part in rows])
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
        check(self.units)
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


def source(values: F64, weights: F64, missing: str) -> MeanReplaced | Likelihood:
    """Give the moments that go with a treatment of missing answers."""
    is_likelihood = missing == "fiml" and np.isnan(values).any()
    return Likelihood(values, weights) if is_likelihood else MeanReplaced(values, weights)


def of_all(values: F64, weights: F64, missing: str) -> Moments:
    """Give the weighted moments of all rows, a batch of one."""
    return source(values, weights, missing).of_counts(np.ones((1, len(values))))
