"""One sample, one model, one way to estimate: what all resamples, parts and permutations share, made once."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.levelled import Levelled
from csi_model.answers.mean_products import MeanProducts
from csi_model.answers.moments import Moments
from csi_model.answers.random_groups import RandomGroups
from csi_model.answers.sample import Sample, points_of
from csi_model.answers.treatment import Source, of_all, source
from csi_model.arrays import F64, Mask
from csi_model.inference import seeds
from csi_model.inference.means import weighted_means
from csi_model.measures import validity
from csi_model.options import Options
from csi_model.pls import consistent, items
from csi_model.pls.algorithm import Solution
from csi_model.pls.products import augment, blocks, center, own, pairs_of
from csi_model.pls.stages import check_one, solve
from csi_model.pls.turning import turned
from csi_model.resampling.draws import Draws, describe
from csi_model.specify import ModelSpec

CHUNK = 250
LARGE = 20_000
NO_SPREAD = 1e-12  # squared scale points


class Estimator:
    """The estimates of a sample as a function of how much each respondent counts.

    A sample above `LARGE` respondents is not resampled row by row: its moments are drawn from their
    asymptotic normal distribution (`random_groups.RandomGroups`).

    Attributes
    ----------
    values : ndarray of shape (n, p + products)
        The answers, and behind them the products that interactions need.
    center : ndarray of shape (p,) or None
        What products are deviations from.
    common : ndarray of shape (p, n_constructs) or None
        Question shares by which points are made, instead of the fit's own.
    """

    def __init__(self, spec: ModelSpec, sample: Sample, options: Options, common: F64 | None = None) -> None:
        self.spec, self.sample, self.options, self.common = spec, sample, options, common
        self.values, self.center = augment(spec, sample.values), center(spec, sample.values)

    def again(self, **changes: Any) -> Estimator:
        """Give the same sample and moments with other options, which must treat gaps alike."""
        found = copy(self)
        found.options = replace(self.options, **changes)
        for stale in ("solution", "_fit", "_direction"):
            found.__dict__.pop(stale, None)
        return found

    def moments_of(self, others: Sample) -> Moments:
        """Give the moments of other respondents' answers to the same questions, gaps treated as here.

        They are added up as an estimation of theirs would; those of the sample itself are its own.
        """
        if self._holds(others):
            return own(self.moments, self.spec)
        asked = None if others.asked.all() else others.asked
        told = (self.options.missing, self.spec.home, asked, None, self.counted)
        if len(others) > LARGE and others.whole:
            return self._groups(source(others.values, others.weights, *told), others).sample()
        return of_all(others.values, others.weights, *told)

    def _holds(self, others: Sample) -> bool:
        """Say whether these are the very answers and weights of the sample."""
        mine = self.sample
        return len(others) == len(mine) and all(
            np.array_equal(one, other, equal_nan=True)
            for one, other in (
                (others.weights, mine.weights),
                (others.values, mine.values),
                (others.gaps, mine.gaps),
            )
        )

    @property
    def is_large(self) -> bool:
        """Whether moments are drawn instead of respondents."""
        return len(self.sample) > LARGE

    @cached_property
    def counted(self) -> Source:
        """Moments of resamples, from counts of respondents."""
        sample, missing = self.sample, self.options.missing
        if self.center is not None and missing == "mean" and np.isnan(sample.values).any():
            return MeanProducts(sample.values, sample.weights, pairs_of(self.spec), self.center)
        asked = None if sample.asked.all() else sample.asked
        narrow = source(sample.values, sample.weights, missing, self.spec.home, asked, sample.pooled)
        if self.center is None or not isinstance(narrow, Answered | Levelled):
            return narrow if self.center is None else source(self.values, sample.weights, missing)
        level = narrow.narrow if isinstance(narrow, Levelled) else narrow
        return Levelled(Answered(self.values, sample.weights, blocks(self.spec)), level)

    def levels(self, among: Mask | None = None) -> F64 | None:
        """Give numbers whose means are the questions' points, (n, p); None where no gaps are fitted.

        Their spread tells how these means err, as the answers' does where there are no gaps.

        Parameters
        ----------
        among : ndarray of shape (n, 1), optional
            Means of these respondents, instead of all.
        """
        if not isinstance(self.counted, Answered | Levelled):
            return None
        scales = self.sample.scales
        return points_of(self.counted.levels(among)[:, : len(scales)], scales)

    def level_covariance(self) -> F64 | None:
        """Give the covariance of the questions' points, clusters whole; None where no gaps are fitted."""
        levels = self.levels()
        if levels is None:
            return None
        clusters = None if self.sample.clusters is None else self.sample.clusters.number
        return weighted_means(levels, self.sample.weights, clusters)[1]

    @cached_property
    def grouped(self) -> RandomGroups:
        """Moments of resamples, from their distribution."""
        return self._groups(self.counted, self.sample)

    def _groups(self, counted: Source, sample: Sample) -> RandomGroups:
        return RandomGroups(counted, sample.units, seeds.generator(self.options.seed, seeds.MOMENTS))

    @cached_property
    def moments(self) -> Moments:
        """Moments of the sample itself, a batch of one, products included."""
        if self.is_large:
            return self.grouped.sample()
        return self.counted.of_counts(np.ones((1, len(self.sample))))

    @cached_property
    def solution(self) -> Solution:
        """The sample's solution.

        Raises
        ------
        ConvergenceError, IdentificationError, DataError
            There is none.
        """
        solution = self._fit
        check_one(solution, self.moments, self.spec)
        if self.options.method == "plsc":
            solution = self._corrected(self.moments, solution)
            consistent.check(solution, own(self.moments, self.spec).corr, self.spec)
        return solution

    def fitted(self, moments: Moments) -> tuple[Moments, Solution]:
        """Give the moments of the indicators alone, and their solution; `moments` with products.

        Constructs are turned as the sample's are.
        """
        with np.errstate(all="ignore"):
            solution = self._fit if moments is self.moments else self._solved(moments)
            indicators = own(moments, self.spec)
            if self.options.method == "plsc":
                solution = self._corrected(moments, solution)
            return indicators, turned(solution, self._direction, self.spec)

    def _corrected(self, moments: Moments, solution: Solution) -> Solution:
        return consistent.corrected(moments, solution, self.spec, self.options.scheme, self.center)

    def _solved(self, moments: Moments) -> Solution:
        with np.errstate(all="ignore"):
            return solve(moments, self.spec, self.options.scheme, self.center)

    @cached_property
    def _fit(self) -> Solution:
        """The sample's solution as found: neither checked nor corrected."""
        return self._solved(self.moments)

    @cached_property
    def _direction(self) -> F64:
        """Loadings of the sample, by whose direction those of resamples are turned."""
        return np.asarray(self._fit.loadings[0])

    def of_moments(self, moments: Moments) -> Draws:
        """Give the estimates of batches of moments, products included."""
        indicators, solution = self.fitted(moments)
        return describe(indicators, self.spec, solution, self.common)

    def constant_in_failed(self) -> F64:
        """Count in how many resamples without a solution each indicator does not vary, (p,)."""
        p = len(self.spec.indicator_ids)
        found = np.zeros(p)
        for part in self.resamples(self.options.bootstrap):
            failed = ~self.fitted(part)[1].converged
            spread = np.einsum("bii->bi", part.cov)[failed, :p]
            found += (spread <= NO_SPREAD).sum(axis=0)
        return found

    def htmt2(self, moments: Moments) -> F64:
        """Give HTMT2 of batches of moments; no draw keeps it: it costs as much as all reliabilities."""
        with np.errstate(all="ignore"):
            if any(construct.components for construct in self.spec.constructs):
                indicators, solution = self.fitted(moments)
                return items.ratio(self.spec, items.items(self.spec, indicators, solution), "htmt2")
            found = validity.htmt2(own(moments, self.spec).corr, self.spec.home_mask)
            return np.where(items.nested(self.spec), np.nan, found)

    def htmt2_of_resamples(self) -> F64:
        """Give HTMT2 of the resamples that `bootstrap` draws, (n_resamples, n_constructs, n_constructs)."""
        return np.concatenate([self.htmt2(part) for part in self.resamples(self.options.bootstrap)])

    def of_counts(self, counts: F64) -> Draws:
        """Give the estimates of selections of respondents, `counts` (n_selections, n_respondents)."""
        return self.of_moments(self.counted.of_counts(counts))

    def of_sample(self) -> Draws:
        """Give the estimates of the sample, a batch of one."""
        return self.of_moments(self.moments)

    def drawn(self, size: int, rng: np.random.Generator) -> Moments:
        """Draw the moments of resamples: respondents or whole clusters, apart by stratum."""
        if self.is_large:
            return self.grouped.draw(size, rng)
        return self.counted.of_counts(self.sample.units.counts(size, rng))

    def resamples(self, n_resamples: int) -> Iterator[Moments]:
        """Give the moments of the resamples that every call draws by this seed, chunk by chunk."""
        for child, size in chunks(n_resamples, self.options.seed):
            yield self.drawn(size, seeds.of_child(child))


def chunks(n_resamples: int, seed: int) -> Iterator[tuple[np.random.SeedSequence, int]]:
    """Give the seed and size of every chunk: the numbers do not depend on who works on which."""
    starts = range(0, n_resamples, CHUNK)
    for start, child in zip(starts, seeds.spawned(seed, len(starts)), strict=True):
        yield child, min(CHUNK, n_resamples - start)
