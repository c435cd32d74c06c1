"""Bootstrap and jackknife of everything at once.

A chunk of resamples is drawn by its own generator, spawned from the seed in order: the numbers are the same
whatever the number of workers. Samples above `LARGE` respondents are not resampled row by row: their moments
are drawn from their asymptotic normal distribution (`moments.RandomGroups`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from csi_model.answers.moments import Likelihood, MeanReplaced, Moments, RandomGroups
from csi_model.answers.sample import IndicatorMatrix
from csi_model.answers.sampling import units_of
from csi_model.arrays import F64
from csi_model.options import Progress
from csi_model.pls import products
from csi_model.resampling.draws import Draws, estimates, join
from csi_model.specify import ModelSpec

CHUNK = 250


LARGE = 20_000


Source = MeanReplaced | Likelihood | RandomGroups


Part = TypeVar("Part")


def bootstrap(
    spec: ModelSpec,
    data: IndicatorMatrix,
    source: Source,
    n_resamples: int,
    seed: int,
    *,
    scheme: str = "path",
    method: str = "pls",
    jobs: int = 1,
    progress: Progress | None = None,
) -> Draws:
    """Draw resamples of respondents (clusters whole, strata apart) and estimate each.

    `source` decides how: counts of respondents, or draws of the moments.
    """
    center = products.center(spec, data)
    draw = _drawing(data, source)

    def chunk(child: np.random.SeedSequence, size: int) -> Draws:
        return estimates(draw(size, np.random.default_rng(child)), spec, scheme, method, center)

    return join(in_chunks(chunk, n_resamples, seed, jobs, progress))


def in_chunks(
    work: Callable[[np.random.SeedSequence, int], Part],
    n_resamples: int,
    seed: int,
    jobs: int,
    progress: Progress | None = None,
) -> list[Part]:
    """Give the work of every chunk, each with its own seed and number of resamples, in order."""
    chunks = list(_chunks(n_resamples, seed))
    parts, done = [], 0
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for part, (_, size) in zip(pool.map(lambda chunk: work(*chunk), chunks), chunks, strict=True):
            parts.append(part)
            done += size
            if progress is not None:
                progress(done / n_resamples)
    return parts


def _chunks(n_resamples: int, seed: int) -> Iterator[tuple[np.random.SeedSequence, int]]:
    starts = range(0, n_resamples, CHUNK)
    for start, child in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        yield child, min(CHUNK, n_resamples - start)


def _drawing(data: IndicatorMatrix, source: Source) -> Callable[[int, np.random.Generator], Moments]:
    if isinstance(source, RandomGroups):
        return source.draw
    return lambda size, rng: source.of_counts(counts(data, size, rng))


def counts(data: IndicatorMatrix, n_resamples: int, rng: np.random.Generator) -> F64:
    """Draw how much each respondent counts in each resample, (n_resamples, n_respondents)."""
    units = units_of(data)
    return units.respondents(units.scaled(units.draw(n_resamples, rng)))


def moments_of_draws(data: IndicatorMatrix, source: Source, n_resamples: int, seed: int) -> Iterator[Moments]:
    """Give the moments of the resamples that `bootstrap` draws by the same seed, chunk by chunk."""
    draw = _drawing(data, source)
    for child, size in _chunks(n_resamples, seed):
        yield draw(size, np.random.default_rng(child))


def moments_of_sample(data: IndicatorMatrix, source: Source) -> Moments:
    """Give the moments of the sample itself, a batch of one."""
    if isinstance(source, RandomGroups):
        return source.sample()
    return source.of_counts(np.ones((1, len(data.values))))
