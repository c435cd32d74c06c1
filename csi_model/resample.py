"""Bootstrap and jackknife of everything at once.

A chunk of resamples is drawn by its own generator, spawned from the seed in order: the numbers are the same
whatever the number of workers. Samples above `LARGE` respondents are not resampled row by row: their moments
are drawn from their asymptotic normal distribution (`moments.RandomGroups`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from csi_model import consistent, effects, index, measurement, reliability, stages
from csi_model.moments import Likelihood, MeanReplaced, Moments, RandomGroups
from csi_model.pls import Solution
from csi_model.prepare import IndicatorMatrix
from csi_model.sampling import units_of
from csi_model.specify import ModelSpec

F64 = NDArray[np.float64]
CHUNK = 250
LARGE = 20_000
Progress = Callable[[float], None]
Source = MeanReplaced | Likelihood | RandomGroups
Part = TypeVar("Part")


class Draws(NamedTuple):
    """Estimates of many resamples (first axis); ``nan`` rows failed."""

    constructs: F64
    dimensions: F64
    indicators: F64
    shares: F64
    construct_shares: F64
    weights: F64
    loadings: F64
    paths: F64
    total_effects: F64
    points_per_point: F64
    r_squared: F64
    alpha: F64
    rho_a: F64
    rho_c: F64
    ave: F64
    htmt: F64


def estimates(
    moments: Moments, spec: ModelSpec, scheme: str, method: str = "pls", center: F64 | None = None
) -> Draws:
    """Fit the model to batches of moments and give every estimate; `method` is pls or plsc.

    `center` is that of `stages.center`, for models with interactions.
    """
    with np.errstate(all="ignore"):
        solution = stages.solve(moments, spec, scheme, center)
        moments = stages.own(moments, spec)
        if method == "plsc":
            solution = consistent.correct(moments.corr, solution, spec)
    return describe(moments, spec, solution)


def describe(moments: Moments, spec: ModelSpec, solution: Solution) -> Draws:
    """Give every estimate of batches of fits; a fit that failed has ``nan``."""
    with np.errstate(all="ignore"):
        items, home = measurement.items(spec, moments, solution), spec.home_mask
        scored = index.points(spec, moments.mean, moments.cov, solution.weights)
        total = effects.total_effects(solution.paths)
        return Draws(
            np.where(solution.converged[:, None], scored.constructs, np.nan),
            scored.dimensions,
            np.where(solution.converged[:, None], scored.indicators, np.nan),
            scored.shares,
            scored.construct_shares,
            np.where(home, solution.weights, 0.0).sum(axis=2),
            np.where(home, solution.loadings, 0.0).sum(axis=2),
            solution.paths,
            total,
            effects.points_per_point(total, scored.sd),
            solution.r_squared,
            reliability.alpha_standardised(items.corr, items.block),
            reliability.rho_a(items.corr, items.weights, items.block),
            reliability.rho_c(items.loadings, items.block),
            reliability.ave(items.loadings, items.block),
            measurement.ratio(spec, items),
        )


def flat(draws: Draws) -> F64:
    """Give all figures of draws side by side, (n_draws, n_figures)."""
    return np.concatenate([field.reshape(len(field), -1) for field in draws], axis=1)


def shaped(figures: F64, like: Draws) -> Draws:
    """Undo `flat`; `like` has the shapes of the fields."""
    ends = np.cumsum([field[0].size for field in like])[:-1]
    parts = np.split(figures, ends, axis=1)
    return Draws(
        *(part.reshape(len(part), *field.shape[1:]) for part, field in zip(parts, like, strict=True))
    )


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
    center = stages.center(spec, data)
    draw = _drawing(data, source)

    def chunk(child: np.random.SeedSequence, size: int) -> Draws:
        return estimates(draw(size, np.random.default_rng(child)), spec, scheme, method, center)

    return join(in_chunks(chunk, n_resamples, seed, jobs, progress))


def join(parts: list[Draws]) -> Draws:
    """Put chunks of draws together."""
    return Draws(*(np.concatenate(field) for field in zip(*parts, strict=True)))


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
