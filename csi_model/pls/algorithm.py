"""PLS path modelling on correlation matrices, many at once: a single fit is a batch of one.

Modes A, B and unit; path, factorial and centroid scheme. Sign convention: each construct is oriented so that
the sum of its loadings is positive; weights start at one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import ConvergenceError, IdentificationError, SpecificationError
from csi_model.measures import collinearity
from csi_model.options import SCHEMES
from csi_model.pls.steps import Blocks, Design, InnerWeights, OuterWeights, regress

TOLERANCE = 1e-12
MOST_ITERATIONS = 1000
WORST_CONDITION = 1e10


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
    components : (n_batch, n_constructs, n_constructs) or None
        `[component, second-order construct]`: weights of standardised component scores.
    """

    weights: F64
    loadings: F64
    construct_corr: F64
    paths: F64
    r_squared: F64
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]
    components: F64 | None = None


def solve(corr: F64, spec: Design, scheme: str = "path") -> Solution:
    """Fit the model to each correlation matrix.

    Parameters
    ----------
    corr : ndarray of shape (n_batch, n_indicators, n_indicators)

    References
    ----------
    Lohmöller (1989), Latent Variable Path Modeling with Partial Least Squares, ch. 2; Tenenhaus et al.
    (2005), CSDA 48, section 2.
    """
    check_scheme(scheme)
    if not spec.is_plain:
        raise SpecificationError(
            "The model has second-order constructs or interactions.",
            code="staged",
            remedy="Fit it with csi_model.estimate; other analyses are for first-order constructs.",
        )
    n_batch, blocks = len(corr), Blocks(spec)
    inner, outer = InnerWeights(spec, scheme), OuterWeights(spec, blocks)
    found = np.full((n_batch, len(blocks.rows)), np.nan)
    iterations = np.zeros(n_batch, dtype=np.int64)
    converged = np.zeros(n_batch, dtype=bool)
    active = np.flatnonzero(np.isfinite(corr).all(axis=(1, 2)))
    with np.errstate(all="ignore"):
        matrices = corr[active]
        weights = np.ones((len(active), len(blocks.rows)))
        former = np.zeros_like(weights)
        for step in range(MOST_ITERATIONS + 1):
            if not len(active):
                break
            dense = blocks.spread(weights)
            crossed = matrices @ dense
            sd = np.sqrt(blocks.sums(weights * blocks.gather(crossed)))
            weights = weights / sd[:, blocks.columns]
            change = np.abs(weights - former).max(axis=1)
            broken = ~np.isfinite(change)
            ended = (change < TOLERANCE) | broken
            if ended.any():
                here, on = active[ended], ~ended
                found[here] = np.where(broken[ended, None], np.nan, weights[ended])
                iterations[here], converged[here] = step, ~broken[ended]
                active, matrices, weights = active[on], matrices[on], weights[on]
                dense, crossed, sd = dense[on], crossed[on], sd[on]
            construct_corr = np.swapaxes(dense, 1, 2) @ crossed / (sd[:, :, None] * sd[:, None, :])
            proxies = blocks.gather(crossed @ (inner(construct_corr) / sd[:, :, None]))
            former, weights = weights, outer(matrices, proxies)
        return _finish(corr, blocks.spread(found), spec, iterations, converged)


def check_scheme(scheme: str) -> None:
    """Refuse an unknown inner weighting scheme."""
    if scheme not in SCHEMES:
        raise SpecificationError(
            f"There is no scheme {scheme!r}.", code="scheme", remedy=f"Choose {', '.join(SCHEMES)}."
        )


def solve_one(corr: F64, spec: Design, scheme: str = "path") -> Solution:
    """Fit one matrix; raise `ConvergenceError` or `IdentificationError` instead of giving ``nan``."""
    check_formative(corr, spec)
    solution = solve(corr[None], spec, scheme)
    check_solution(solution, corr, spec)
    return solution


def check_formative(corr: F64, spec: Design) -> None:
    """Refuse formative constructs whose indicators are copies of each other."""
    for place, mode in enumerate(spec.modes):
        rows = np.flatnonzero(spec.block_mask[:, place])
        if mode == "B" and len(rows) > 1 and np.linalg.cond(corr[np.ix_(rows, rows)]) > WORST_CONDITION:
            raise IdentificationError(
                f"The formative construct {_name(spec, place)} has indicators that say the same.",
                code="collinear",
                remedy="Leave one of them out, or use mode A.",
                about=(_name(spec, place),),
            )


def check_solution(solution: Solution, corr: F64, spec: Design) -> None:
    """Raise for a single fit that failed or whose paths are rounding errors, with the likely cause."""
    if np.isfinite(solution.construct_corr[0]).all():
        _check_antecedents(solution.construct_corr[0], spec)
    if solution.converged[0]:
        return
    copies = "; ".join(_indicators(spec, rows) for rows in collinearity.copies(corr))
    remedy = "Look for a construct whose indicators contradict each other, or try another scheme."
    if copies:
        remedy = f"Some indicators are copies of others: keep one of {copies}."
    elif np.linalg.matrix_rank(corr) < len(corr):
        remedy = "Some indicators follow from others: leave one out."
    message = f"PLS found no fixpoint in {MOST_ITERATIONS} iterations."
    raise ConvergenceError(message, code="no-convergence", remedy=remedy, about=(copies,) if copies else ())


def _check_antecedents(construct_corr: F64, spec: Design) -> None:
    """Refuse antecedents of one target that are linearly dependent to working precision."""
    for target in np.flatnonzero(spec.path_matrix.any(axis=1)):
        sources = np.flatnonzero(spec.path_matrix[target])
        system = construct_corr[np.ix_(sources, sources)]
        if np.linalg.cond(system) > WORST_CONDITION:
            named = sources[collinearity.vif(system) > WORST_CONDITION / 1e3]
            named = named if len(named) > 1 else sources
            names = [_name(spec, int(source)) for source in named]
            end = _name(spec, int(target))
            raise IdentificationError(
                f"{' and '.join(names)} are so alike that their effects on {end} cannot be told apart.",
                code="collinear",
                remedy="Join them, or leave one path out.",
                about=(*names, end),
            )


def _indicators(spec: Design, rows: NDArray[np.int64]) -> str:
    names: tuple[str, ...] = getattr(spec, "indicator_ids", ())
    return " and ".join(names[row] if names else f"number {row + 1}" for row in rows)


def _name(spec: Design, place: int) -> str:
    names: tuple[str, ...] = getattr(spec, "construct_ids", ())
    return names[place] if names else f"number {place + 1}"


def _finish(
    corr: F64, weights: F64, spec: Design, iterations: NDArray[np.int64], converged: NDArray[np.bool_]
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
    converged = converged & np.isfinite(paths).all(axis=(1, 2))
    return Solution(weights, loadings, construct_corr, paths, r_squared, iterations, converged)
