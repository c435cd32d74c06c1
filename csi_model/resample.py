"""Bootstrap and jackknife of everything at once; percentile, BCa and studentised intervals.

A chunk of resamples is drawn by its own generator, spawned from the seed in order: the numbers are the same
whatever the number of workers. Samples above `LARGE` respondents are not resampled row by row: their moments
are drawn from their asymptotic normal distribution (`moments.RandomGroups`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from csi_model import consistent, effects, index, measurement, reliability, stages
from csi_model.moments import Likelihood, MeanReplaced, Moments, RandomGroups
from csi_model.pls import Solution
from csi_model.prepare import IndicatorMatrix
from csi_model.specify import ModelSpec

F64 = NDArray[np.float64]
CHUNK = 250
LARGE = 20_000
Progress = Callable[[float], None]


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


def bootstrap(
    spec: ModelSpec,
    data: IndicatorMatrix,
    source: MeanReplaced | Likelihood | RandomGroups,
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
    sizes = [min(CHUNK, n_resamples - start) for start in range(0, n_resamples, CHUNK)]
    center = stages.center(spec, data)
    children = np.random.SeedSequence(seed).spawn(len(sizes))
    done = 0

    def chunk(number: int) -> Draws:
        rng = np.random.default_rng(children[number])
        if isinstance(source, RandomGroups):
            moments = source.draw(sizes[number], rng)
        else:
            moments = source.of_counts(counts(data, sizes[number], rng))
        return estimates(moments, spec, scheme, method, center)

    parts = []
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for part, size in zip(pool.map(chunk, range(len(sizes))), sizes, strict=True):
            parts.append(part)
            done += size
            if progress is not None:
                progress(done / n_resamples)
    return Draws(*(np.concatenate(field) for field in zip(*parts, strict=True)))


def moments_of_draws(
    data: IndicatorMatrix, source: MeanReplaced | Likelihood | RandomGroups, n_resamples: int, seed: int
) -> Iterator[Moments]:
    """Give the moments of the resamples that `bootstrap` draws by the same seed, chunk by chunk."""
    starts = range(0, n_resamples, CHUNK)
    for start, child in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        rng, size = np.random.default_rng(child), min(CHUNK, n_resamples - start)
        if isinstance(source, RandomGroups):
            yield source.draw(size, rng)
        else:
            yield source.of_counts(counts(data, size, rng))


def moments_of_sample(data: IndicatorMatrix, source: MeanReplaced | Likelihood | RandomGroups) -> Moments:
    """Give the moments of the sample itself, a batch of one."""
    if isinstance(source, RandomGroups):
        return source.sample()
    return source.of_counts(np.ones((1, len(data.values))))


def counts(data: IndicatorMatrix, n_resamples: int, rng: np.random.Generator) -> F64:
    """Draw how often each respondent is in each resample, (n_resamples, n_respondents)."""
    n = len(data.values)
    strata = np.zeros(n, dtype=np.int64) if data.strata is None else data.strata
    drawn = np.zeros((n_resamples, n))
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        if data.clusters is None:
            drawn[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=n_resamples)
        else:
            names, member = np.unique(data.clusters[rows], return_inverse=True)
            share = np.full(len(names), 1 / len(names))
            drawn[:, rows] = rng.multinomial(len(names), share, size=n_resamples)[:, member]
    return drawn


def jackknife(
    spec: ModelSpec,
    data: IndicatorMatrix,
    source: MeanReplaced | Likelihood,
    scheme: str = "path",
    method: str = "pls",
) -> Draws:
    """Estimate the sample without each respondent (or cluster) in turn."""
    unit = np.arange(len(data.values)) if data.clusters is None else data.clusters
    names = np.unique(unit)
    center = stages.center(spec, data)
    parts = []
    for start in range(0, len(names), CHUNK):
        left_out = names[start : start + CHUNK]
        parts.append(
            estimates(
                source.of_counts((unit != left_out[:, None]).astype(float)), spec, scheme, method, center
            )
        )
    return Draws(*(np.concatenate(field) for field in zip(*parts, strict=True)))


def percentile(draws: F64, level: float = 0.95) -> tuple[F64, F64]:
    """Give the percentile interval of each estimate; failed draws are left out.

    An estimate that no draw has (the points of an interaction) has no interval, and takes none from others.
    """
    flat = draws.reshape(len(draws), -1)
    there = _there(flat)
    usable = flat[np.isfinite(flat[:, there]).all(axis=1)][:, there]
    ends = np.full((2, flat.shape[1]), np.nan)
    if len(usable) >= 2:
        ends[:, there] = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2], axis=0)
    low, high = ends.reshape(2, *draws.shape[1:])
    return low, high


def _there(flat: F64) -> NDArray[np.bool_]:
    """Say which estimates any draw has, of (n_draws, n_estimates)."""
    return np.asarray(np.isfinite(flat).any(axis=0))


def bca(draws: F64, estimate: F64, left_out: F64, level: float = 0.95) -> tuple[F64, F64]:
    """Give the bias-corrected and accelerated interval.

    References
    ----------
    Efron (1987), JASA 82, 171-185; Efron and Tibshirani (1993), equations 14.10 to 14.15.
    """
    shape = draws.shape[1:]
    whole = draws.reshape(len(draws), -1)
    there = _there(whole)
    found = np.full((2, whole.shape[1]), np.nan)
    flat = whole[np.isfinite(whole[:, there]).all(axis=1)][:, there]
    if not len(flat):
        return found[0].reshape(shape), found[1].reshape(shape)
    point, jack = np.ravel(estimate)[there], left_out.reshape(len(left_out), -1)[:, there]
    below = ((flat < point).sum(axis=0) + 0.5 * (flat == point).sum(axis=0)) / len(flat)
    bias = ndtri(np.clip(below, 0.5 / len(flat), 1 - 0.5 / len(flat)))
    spread = np.nanmean(jack, axis=0) - jack
    power = np.nansum(spread**2, axis=0) ** 1.5
    skew = np.where(power > 0, np.nansum(spread**3, axis=0) / (6 * np.where(power > 0, power, 1)), 0.0)
    for end, tail in enumerate(((1 - level) / 2, (1 + level) / 2)):
        shifted = bias + ndtri(tail)
        share = ndtr(bias + shifted / (1 - skew * shifted))
        found[end, there] = [np.quantile(flat[:, k], share[k]) for k in range(flat.shape[1])]
    return found[0].reshape(shape), found[1].reshape(shape)


def studentised(draws: F64, estimate: F64, left_out: F64, level: float = 0.95) -> tuple[F64, F64]:
    """Give the interval that mirrors the draws around the estimate on the jackknife's scale.

    The draws are scaled so that their spread equals the jackknife standard error, then reflected: the
    bootstrap-t interval with a common standard error (Davison and Hinkley 1997, equation 5.6).
    """
    low, high = percentile(draws, level)
    n = len(left_out)
    flat = draws.reshape(len(draws), -1)
    there = _there(flat)
    scatter = np.full(flat.shape[1], np.nan)
    scatter[there] = np.nanstd(flat[:, there], axis=0, ddof=1)
    spread: F64 = scatter.reshape(draws.shape[1:])
    error = np.sqrt((n - 1) / n * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    scale = np.where(spread > 0, error / np.where(spread > 0, spread, 1), 0.0)
    return estimate - scale * (high - estimate), estimate - scale * (low - estimate)
