"""May composites of two groups be compared at all? Measurement invariance in three steps (MICOM)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from csi_model.compare import CHUNK, check_groups, group_moments
from csi_model.errors import Caution, DataError
from csi_model.intervals import F64

# From correlations (B, p, p) to standardised outer weights (B, p, J), nan where a draw did not converge.
WeightSolver = Callable[[F64], F64]

NONE, PARTIAL, FULL = "none", "partial", "full"


@dataclass(frozen=True)
class Micom:
    """Invariance of composites between two groups; arrays are (n_constructs,).

    Attributes
    ----------
    groups : tuple of str
    correlation : ndarray
        Step 2: of pooled scores made with either group's weights; 1 is perfect.
    correlation_quantile : ndarray
        What random groups exceed in 95 % of cases.
    p_correlation : ndarray
    mean_difference, variance_difference : ndarray
        Step 3: first minus second group of the pooled scores: means, and logarithms of variances.
    mean_interval, variance_interval : ndarray of shape (2, n_constructs)
        Where 95 % of random groups' differences lie.
    p_mean, p_variance : ndarray
    invariance : tuple of str
        ``none``: compare nothing; ``partial``: compare paths (step 2 holds); ``full``: pool the data too.
    failed : int
        Permutations without a solution.
    cautions : tuple of Caution
    """

    groups: tuple[str, str]
    correlation: F64
    correlation_quantile: F64
    p_correlation: F64
    mean_difference: F64
    mean_interval: F64
    p_mean: F64
    variance_difference: F64
    variance_interval: F64
    p_variance: F64
    invariance: tuple[str, ...]
    failed: int
    cautions: tuple[Caution, ...]


def measurement_invariance(
    values: F64,
    groups: NDArray[np.generic],
    solver: WeightSolver,
    rng: np.random.Generator,
    *,
    n_permutations: int = 1000,
    standardised: bool = False,
    floor: int = 30,
    level: float = 0.95,
) -> Micom:
    r"""Test the invariance of composites between two groups by permutation.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        No ``nan``.
    groups : ndarray of shape (n_respondents,)
        Exactly two labels; differences are first minus second in sorted order.
    solver : callable
        Outer weights from correlations.
    rng : numpy.random.Generator
    standardised : bool
        Make the scores of step 2 from standardised indicators. By default they keep their common scale of
        points, as cSEM does, so that an indicator with more spread counts more.

    Raises
    ------
    DataError
        Not two groups, one below the floor, or no solution in a group.

    Notes
    -----
    Step 1, configural invariance, holds by construction: both groups have the same indicators, coding and
    algorithm. Step 2 tests :math:`c = \mathrm{cor}(X w_1, X w_2) = 1` on the pooled indicators X. Step 3
    compares means and log variances of scores made with pooled weights. All distributions come from random
    groups of the same sizes; a single-indicator construct has c = 1 always.

    References
    ----------
    Henseler, Ringle & Sarstedt (2016), International Marketing Review 33:405-431.
    """
    values, labels, names = check_groups(values, groups, floor)
    if len(names) != 2:
        msg = f"Invariance is tested between two groups; there are {len(names)}."
        raise DataError(
            msg, code="two-groups", remedy="Choose a pair of groups, or test one pair after another."
        )
    scaled = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    member = labels == names[0]
    pooled = solver(np.corrcoef(scaled, rowvar=False)[None])[0]
    scores = scaled @ pooled
    scores = (scores - scores.mean(axis=0)) / scores.std(axis=0, ddof=1)
    pooled_moments = np.cov(scaled if standardised else values, rowvar=False)
    observed = _steps(scaled, scores, member[None, :], solver, pooled_moments)
    if not all(np.isfinite(step).all() for step in observed):
        msg = "The model has no solution in one of the groups."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or use larger groups.")
    parts = []
    for start in range(0, n_permutations, CHUNK):
        size = min(CHUNK, n_permutations - start)
        shuffled = rng.permuted(np.tile(member, (size, 1)), axis=1)
        parts.append(_steps(scaled, scores, shuffled, solver, pooled_moments))
    correlation, mean, variance = (np.concatenate(step) for step in zip(*parts, strict=True))
    usable = np.isfinite(correlation).all(axis=1)
    correlation, mean, variance = correlation[usable], mean[usable], variance[usable]
    c, m, v = (step[0] for step in observed)
    n_usable = len(correlation)
    tail = (1 - level) / 2
    p_c = (1 + (correlation <= c + 1e-12).sum(axis=0)) / (n_usable + 1)
    p_m, p_v = (
        (1 + (np.abs(drawn) >= np.abs(value) - 1e-12).sum(axis=0)) / (n_usable + 1)
        for drawn, value in ((mean, m), (variance, v))
    )
    alpha = 1 - level
    invariance = tuple(
        NONE if a <= alpha else PARTIAL if min(b, d) <= alpha else FULL
        for a, b, d in zip(p_c, p_m, p_v, strict=True)
    )
    failed = n_permutations - n_usable
    text = f"{failed} permutations gave no solution and were left out."
    return Micom(
        groups=(names[0], names[1]),
        correlation=c,
        correlation_quantile=np.quantile(correlation, alpha, axis=0),
        p_correlation=p_c,
        mean_difference=m,
        mean_interval=np.quantile(mean, [tail, 1 - tail], axis=0),
        p_mean=p_m,
        variance_difference=v,
        variance_interval=np.quantile(variance, [tail, 1 - tail], axis=0),
        p_variance=p_v,
        invariance=invariance,
        failed=failed,
        cautions=(Caution("failed-draws", text),) if failed else (),
    )


def _steps(
    scaled: F64, scores: F64, member: NDArray[np.bool_], solver: WeightSolver, together: F64
) -> tuple[F64, F64, F64]:
    """Correlations, mean differences and log variance differences, each (n_selections, n_constructs)."""
    first, second = (
        solver(_correlations(group_moments(scaled, m.astype(float))[1])) for m in (member, ~member)
    )
    cross = np.einsum("bpj,pq,bqj->bj", first, together, second)
    norm = np.einsum("bpj,pq,bqj->bj", first, together, first) * np.einsum(
        "bpj,pq,bqj->bj", second, together, second
    )
    moments = [group_moments(scores, m.astype(float)) for m in (member, ~member)]
    variances = [np.diagonal(covariance, axis1=1, axis2=2) for _, covariance in moments]
    return cross / np.sqrt(norm), moments[0][0] - moments[1][0], np.log(variances[0]) - np.log(variances[1])


def _correlations(covariance: F64) -> F64:
    sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.asarray(covariance / (sd[..., :, None] * sd[..., None, :]))
