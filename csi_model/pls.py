"""PLS path modelling on correlation matrices, many at once: a single fit is a batch of one.

Modes A, B and unit; path, factorial and centroid scheme. Sign convention: each construct is oriented so that
the sum of its loadings is positive; weights start at one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import ConvergenceError
from csi_model.specify import ModelSpec

F64 = NDArray[np.float64]
SCHEMES = ("path", "factorial", "centroid")
TOLERANCE = 1e-12
MOST_ITERATIONS = 1000


class Solution(NamedTuple):
    """Batches of fits; a fit that failed has ``nan`` everywhere and `converged` false.

    Attributes
    ----------
    weights : (n_batch, n_indicators, n_constructs), standardised: every construct has variance 1
    loadings : (n_batch, n_indicators, n_constructs), correlations of all indicators with all constructs
    construct_corr : (n_batch, n_constructs, n_constructs)
    paths : (n_batch, n_constructs, n_constructs), `[target, source]`
    r_squared : (n_batch, n_constructs), 0 for exogenous constructs
    iterations, converged : (n_batch,)
    """

    weights: F64
    loadings: F64
    construct_corr: F64
    paths: F64
    r_squared: F64
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]


def solve(corr: F64, spec: ModelSpec, scheme: str = "path", *, tolerance: float = TOLERANCE) -> Solution:
    """Fit the model to each correlation matrix.

    Parameters
    ----------
    corr : ndarray of shape (n_batch, n_indicators, n_indicators)
    tolerance
        Largest change of a standardised weight at which the iteration stops.

    References
    ----------
    Lohmöller (1989), Latent Variable Path Modeling with Partial Least Squares, ch. 2; Tenenhaus et al.
    (2005), CSDA 48, section 2.
    """
    n_batch = len(corr)
    block = spec.block_mask.astype(float)
    weights = np.full((n_batch, *block.shape), np.nan)
    iterations = np.zeros(n_batch, dtype=np.int64)
    converged = np.zeros(n_batch, dtype=bool)
    active = np.flatnonzero(np.isfinite(corr).all(axis=(1, 2)))
    outer = _Outer(spec)
    with np.errstate(all="ignore"):
        current = _normalise(np.broadcast_to(block, (len(active), *block.shape)), corr[active])
        for step in range(1, MOST_ITERATIONS + 1):
            if not len(active):
                break
            matrices = corr[active]
            crossed = matrices @ current
            proxies = crossed @ inner_weights(np.swapaxes(current, 1, 2) @ crossed, spec, scheme)
            renewed = _normalise(outer(matrices, proxies), matrices)
            change = np.abs(renewed - current).max(axis=(1, 2))
            broken = ~np.isfinite(change)
            ended = (change < tolerance) | broken
            here = active[ended]
            weights[here] = renewed[ended]
            iterations[here] = step
            converged[here] = ~broken[ended]
            weights[active[broken]] = np.nan
            active, current = active[~ended], renewed[~ended]
        return _finish(corr, weights, spec, iterations, converged)


def solve_one(corr: F64, spec: ModelSpec, scheme: str = "path") -> Solution:
    """Fit one matrix; raise `ConvergenceError` instead of giving ``nan``."""
    if scheme not in SCHEMES:
        raise ConvergenceError(
            f"There is no scheme {scheme!r}.", code="scheme", remedy=f"Choose {', '.join(SCHEMES)}."
        )
    solution = solve(corr[None], spec, scheme)
    if not solution.converged[0]:
        singular = np.linalg.matrix_rank(corr) < len(corr)
        raise ConvergenceError(
            f"PLS found no fixpoint in {MOST_ITERATIONS} iterations.",
            code="no-convergence",
            remedy="Some indicators are copies of others: leave one out."
            if singular
            else "Look for a construct whose indicators contradict each other, or try another scheme.",
        )
    return solution


def inner_weights(construct_corr: F64, spec: ModelSpec, scheme: str) -> F64:
    """Give the inner weights `[neighbour, construct]` of a scheme."""
    paths = spec.path_matrix
    neighbours = paths | paths.T
    if scheme == "centroid":
        return np.sign(construct_corr) * neighbours
    inner = construct_corr * neighbours
    if scheme == "path":
        inner = np.where(paths.T, 0.0, inner)
        for target in np.flatnonzero(paths.any(axis=1)):
            sources = np.flatnonzero(paths[target])
            inner[:, sources, target] = regress(construct_corr, sources, int(target))
    return inner


def regress(construct_corr: F64, sources: NDArray[np.int64], target: int) -> F64:
    """Regress a construct on others, in all batches; a singular system gives ``nan``."""
    system = construct_corr[:, sources[:, None], sources]
    wanted = construct_corr[:, sources, target]
    if len(sources) == 1:
        return wanted / system[:, 0]
    try:
        return np.linalg.solve(system, wanted[..., None])[..., 0]
    except np.linalg.LinAlgError:
        usable = np.linalg.cond(system) < 1e12
        solved = np.full_like(wanted, np.nan)
        solved[usable] = np.linalg.solve(system[usable], wanted[usable][..., None])[..., 0]
        return solved


class _Outer:
    """New outer weights from the indicators' covariances with the inner proxies."""

    def __init__(self, spec: ModelSpec) -> None:
        self.block = spec.block_mask
        self.unit = [j for j, construct in enumerate(spec.constructs) if construct.mode == "unit"]
        self.formative = [
            (j, np.flatnonzero(self.block[:, j]))
            for j, construct in enumerate(spec.constructs)
            if construct.mode == "B"
        ]

    def __call__(self, corr: F64, proxies: F64) -> F64:
        weights = np.where(self.block, proxies, 0.0)
        for j in self.unit:
            weights[:, :, j] = self.block[:, j]
        for j, rows in self.formative:
            system = corr[:, rows[:, None], rows]
            try:
                solved = np.linalg.solve(system, proxies[:, rows, j][..., None])[..., 0]
            except np.linalg.LinAlgError:
                solved = np.einsum("bij,bj->bi", np.linalg.pinv(system), proxies[:, rows, j])
            weights[:, rows, j] = solved
        return weights


def _normalise(weights: F64, corr: F64) -> F64:
    variance = np.einsum("bpj,bpj->bj", weights, corr @ weights)
    return weights / np.sqrt(variance)[:, None, :]


def _finish(
    corr: F64, weights: F64, spec: ModelSpec, iterations: NDArray[np.int64], converged: NDArray[np.bool_]
) -> Solution:
    loadings = corr @ weights
    sign = np.where((loadings * spec.block_mask).sum(axis=1) < 0, -1.0, 1.0)[:, None, :]
    weights, loadings = weights * sign, loadings * sign
    construct_corr = np.swapaxes(weights, 1, 2) @ loadings
    paths = np.zeros_like(construct_corr)
    for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
        sources = np.flatnonzero(spec.path_matrix[target])
        paths[:, target, sources] = regress(construct_corr, sources, int(target))
    r_squared = np.einsum("bts,bts->bt", paths, construct_corr)
    return Solution(weights, loadings, construct_corr, paths, r_squared, iterations, converged)
