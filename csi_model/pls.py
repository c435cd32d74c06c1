"""PLS path modelling on correlation matrices, many at once: a single fit is a batch of one.

Modes A, B and unit; path, factorial and centroid scheme. Sign convention: each construct is oriented so that
the sum of its loadings is positive; weights start at one.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import ConvergenceError, IdentificationError, SpecificationError

F64 = NDArray[np.float64]
SCHEMES = ("path", "factorial", "centroid")
TOLERANCE = 1e-12
MOST_ITERATIONS = 1000
WORST_CONDITION = 1e10


class Design(Protocol):
    """What the algorithm needs of a model; `ModelSpec` is one."""

    @property
    def block_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_constructs)."""

    @property
    def path_matrix(self) -> NDArray[np.bool_]:
        """Shape (n_constructs, n_constructs), `[target, source]`."""

    @property
    def modes(self) -> tuple[str, ...]:
        """Mode of each construct: A, B or unit."""

    @property
    def is_plain(self) -> bool:
        """Whether it has first-order constructs alone; `stages.solve` fits the others."""


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


def solve(corr: F64, spec: Design, scheme: str = "path", *, tolerance: float = TOLERANCE) -> Solution:
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
    check_scheme(scheme)
    if not spec.is_plain:
        raise SpecificationError(
            "The model has second-order constructs or interactions.",
            code="staged",
            remedy="Fit it with csi_model.estimate; other analyses are for first-order constructs.",
        )
    n_batch = len(corr)
    block = spec.block_mask.astype(float)
    weights = np.full((n_batch, *block.shape), np.nan)
    iterations = np.zeros(n_batch, dtype=np.int64)
    converged = np.zeros(n_batch, dtype=bool)
    active = np.flatnonzero(np.isfinite(corr).all(axis=(1, 2)))
    outer = _Outer(spec)
    with np.errstate(all="ignore"):
        matrices = corr[active]
        current, crossed = _normalise(np.broadcast_to(block, (len(active), *block.shape)), matrices)
        for step in range(1, MOST_ITERATIONS + 1):
            if not len(active):
                break
            proxies = crossed @ inner_weights(np.swapaxes(current, 1, 2) @ crossed, spec, scheme)
            renewed, crossed = _normalise(outer(matrices, proxies), matrices)
            change = np.abs(renewed - current).max(axis=(1, 2))
            broken = ~np.isfinite(change)
            ended = (change < tolerance) | broken
            here = active[ended]
            weights[here] = renewed[ended]
            iterations[here] = step
            converged[here] = ~broken[ended]
            weights[active[broken]] = np.nan
            current = renewed
            # Reading the matrices is the cost: once a step, and copied only when some have ended.
            if ended.any():
                active, current, crossed, matrices = (x[~ended] for x in (active, current, crossed, matrices))
        return _finish(corr, weights, spec, iterations, converged)


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
    check_solution(solution, corr)
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
            )


def check_solution(solution: Solution, corr: F64) -> None:
    """Raise for a single fit that failed, with the likely cause."""
    if solution.converged[0]:
        return
    if np.isfinite(solution.weights[0]).all():
        raise IdentificationError(
            "Some constructs are so alike that their effects cannot be told apart.",
            code="collinear",
            remedy="Join them, or leave one path out.",
        )
    singular = np.linalg.matrix_rank(corr) < len(corr)
    raise ConvergenceError(
        f"PLS found no fixpoint in {MOST_ITERATIONS} iterations.",
        code="no-convergence",
        remedy="Some indicators are copies of others: leave one out."
        if singular
        else "Look for a construct whose indicators contradict each other, or try another scheme.",
    )


def _name(spec: Design, place: int) -> str:
    names: tuple[str, ...] = getattr(spec, "construct_ids", ())
    return names[place] if names else f"number {place + 1}"


def inner_weights(construct_corr: F64, spec: Design, scheme: str) -> F64:
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
        return np.asarray(wanted / system[:, 0], dtype=np.float64)
    try:
        return np.asarray(np.linalg.solve(system, wanted[..., None])[..., 0], dtype=np.float64)
    except np.linalg.LinAlgError:
        usable = np.linalg.cond(system) < 1e12
        solved = np.full_like(wanted, np.nan)
        solved[usable] = np.linalg.solve(system[usable], wanted[usable][..., None])[..., 0]
        return solved


class _Outer:
    """New outer weights from the indicators' covariances with the inner proxies."""

    def __init__(self, spec: Design) -> None:
        self.block = spec.block_mask
        self.unit = [j for j, mode in enumerate(spec.modes) if mode == "unit"]
        self.formative = [
            (j, np.flatnonzero(self.block[:, j])) for j, mode in enumerate(spec.modes) if mode == "B"
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


def _normalise(weights: F64, corr: F64) -> tuple[F64, F64]:
    """Scale weights to composites of variance 1; give them and the indicators' covariances with these."""
    crossed = corr @ weights
    sd = np.sqrt(np.einsum("bpj,bpj->bj", weights, crossed))[:, None, :]
    return weights / sd, crossed / sd


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
