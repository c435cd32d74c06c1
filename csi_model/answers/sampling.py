"""Sampling units: respondents or whole clusters, apart by stratum; how resamples of them are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, I64
from csi_model.errors import Caution, DataError

FEW_CLUSTERS = 20


@dataclass(frozen=True)
class SamplingUnits:
    """What is drawn.

    Attributes
    ----------
    member : ndarray of shape (n_respondents,)
        Number of each respondent's unit. A cluster in two strata is two units.
    stratum : ndarray of shape (n_units,)
        Number of each unit's stratum, after pooling; from 0, without gaps.
    pooled : tuple of int
        Strata, as the data number them, that hold one unit only.
    designed : bool
        Whether the sample has strata or clusters.

    Notes
    -----
    A plain sample of n is resampled by n draws (Efron). A designed one is resampled by :math:`n_h - 1` draws
    of the :math:`n_h` units of each stratum, each drawn unit with weight :math:`n_h/(n_h - 1)`: the variance
    of a mean is then unbiased however few the units; :math:`n_h` draws give :math:`(n_h - 1)/n_h` of it.

    References
    ----------
    Rao and Wu (1988), JASA 83, 231-241; Rao, Wu and Yue (1992), Survey Methodology 18, 209-217.
    """

    member: I64
    stratum: I64
    pooled: tuple[int, ...]
    designed: bool

    @cached_property
    def size(self) -> I64:
        """Units of each stratum."""
        return np.bincount(self.stratum)

    @cached_property
    def strata(self) -> tuple[I64, ...]:
        """Numbers of the units of each stratum."""
        return tuple(np.flatnonzero(self.stratum == number) for number in range(len(self.size)))

    @property
    def df(self) -> float:
        """Degrees of freedom of variances: units less strata, infinite for a plain sample."""
        return float(len(self.stratum) - len(self.size)) if self.designed else np.inf

    def draws(self, depth: int = 1) -> I64:
        """Give the draws from each stratum, for a resample (depth 1) or a resample of one (depth 2)."""
        return self.size - depth if self.designed else self.size

    def draw(self, n_resamples: int, rng: np.random.Generator) -> I64:
        """Draw how often each unit is in each resample, (n_resamples, n_units)."""
        check(self)
        if len(self.size) == 1:
            return rng.multinomial(self.draws()[0], np.full(self.size[0], 1 / self.size[0]), size=n_resamples)
        times = np.empty((n_resamples, len(self.stratum)), dtype=np.int64)
        for units, size, wanted in zip(self.strata, self.size, self.draws(), strict=True):
            times[:, units] = rng.multinomial(wanted, np.full(size, 1 / size), size=n_resamples)
        return times

    def counts(self, n_resamples: int, rng: np.random.Generator) -> F64:
        """Draw how much each respondent counts in each resample, (n_resamples, n_respondents)."""
        return self.respondents(self.scaled(self.draw(n_resamples, rng)))

    def redraw(self, times: I64, n_inner: int, rng: np.random.Generator) -> I64:
        """Draw resamples of each resample, (n_inner, n_resamples, n_units)."""
        found = np.empty((n_inner, *times.shape), dtype=np.int64)
        for units, drawn, wanted in zip(self.strata, self.draws(), self.draws(2), strict=True):
            share = times[:, units] / drawn
            found[:, :, units] = rng.multinomial(wanted, share, size=(n_inner, len(times)))
        return found

    def scaled(self, times: I64, depth: int = 1) -> F64:
        """Give each unit's weight in resamples (…, n_units); those of a stratum add up to its size."""
        if not self.designed:
            return times.astype(float)
        factor = self.size / self.draws(depth)
        return times * factor[self.stratum]

    def left_out(self, numbers: I64) -> F64:
        """Give the weight of each unit when one is left out and the rest of its stratum stand in for it."""
        same = self.stratum == self.stratum[numbers, None]
        size = self.size[self.stratum[numbers, None]]
        weights = np.where(same, size / np.maximum(size - 1, 1), 1.0)
        weights[np.arange(len(numbers)), numbers] = 0.0
        return weights

    def respondents(self, weights: F64) -> F64:
        """Spread weights of units (…, n_units) over their respondents (…, n_respondents)."""
        return weights[..., self.member] if self.designed else weights


def units_of(n: int, strata: NDArray[Any] | None, clusters: NDArray[Any] | None) -> SamplingUnits:
    """Give the sampling units of n respondents, by the numbers of their strata and clusters.

    A stratum with one unit shows no variation of its own. Such strata are pooled, a single one with the
    smallest other stratum (of equals the first): the variance is then overstated a little, never left out.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, section 2.5 (collapsed strata).
    """
    if strata is None and clusters is None:
        return SamplingUnits(np.arange(n), np.zeros(n, dtype=np.int64), (), designed=False)
    layer = np.zeros(n, dtype=np.int64) if strata is None else strata
    own = np.arange(n) if clusters is None else clusters
    pairs, member = np.unique(np.column_stack([layer, own]), axis=0, return_inverse=True)
    given, stratum = np.unique(pairs[:, 0], return_inverse=True)
    size = np.bincount(stratum)
    lonely = np.flatnonzero(size == 1)
    if len(lonely) and len(size) > 1:
        together = lonely
        if len(lonely) == 1:
            others = np.where(size == 1, n + 1, size)
            together = np.append(lonely, others.argmin())
        stratum[np.isin(stratum, together)] = together[0]
        stratum = np.unique(stratum, return_inverse=True)[1]
    pooled = tuple(given[lonely].tolist()) if len(size) > 1 else ()
    return SamplingUnits(member.ravel(), stratum.astype(np.int64), pooled, designed=True)


def check(units: SamplingUnits) -> None:
    """Refuse to resample a sample of one unit."""
    if len(units.stratum) < 2:
        raise DataError(
            "All respondents are of one cluster: resampling it whole shows no variation.",
            code="one-cluster",
            remedy="Cluster by a column with more values, or leave clusters out.",
        )


def cautions(
    units: SamplingUnits, strata_names: Sequence[str] = (), *, are_clusters: bool = False
) -> list[Caution]:
    """Say where the design is too thin for its intervals.

    References
    ----------
    Cameron and Miller (2015), Journal of Human Resources 50(2), 317-372, section VI (few clusters).
    """
    found = []
    if units.pooled:
        names = [strata_names[number] for number in units.pooled]
        unit = "cluster" if are_clusters else "respondent"
        shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if names[10:] else "")
        message = f"Strata with one {unit} were pooled for the intervals: {shown}."
        found.append(Caution("lonely-strata", message, about=tuple(names)))
    if are_clusters and len(units.stratum) < FEW_CLUSTERS:
        message = f"Only {len(units.stratum)} clusters: intervals tend to be too short."
        found.append(Caution("few-clusters", message, about=(f"n = {len(units.stratum)}",)))
    return found


def drawn_rows(clusters: NDArray[Any] | None, n: int, rng: np.random.Generator) -> I64:
    """Draw the rows of one resample of n respondents: with replacement, clusters whole."""
    if clusters is None:
        return np.asarray(rng.integers(0, n, n), dtype=np.int64)
    names, place = np.unique(clusters, return_inverse=True)
    order, sizes = np.argsort(place, kind="stable"), np.bincount(place)
    members = np.split(order, np.cumsum(sizes)[:-1])
    return np.concatenate([members[k] for k in rng.integers(0, len(names), len(names))])
