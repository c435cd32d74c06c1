"""May composites of two groups be compared at all? Measurement invariance in three steps (MICOM)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.answers.treatment import Source, of_all, source
from csi_model.arrays import F64
from csi_model.comparison.draws import shuffles
from csi_model.comparison.statistic import WeightSolver
from csi_model.errors import Caution, DataError
from csi_model.inference.kinds import critical
from csi_model.options import LEVEL

NONE, PARTIAL, FULL = "none", "partial", "full"


ADVICE = {
    NONE: "Compare nothing of this construct: look for questions that the groups read differently (their"
    " weights differ), and leave them out in both.",
    PARTIAL: "Compare paths and points, but do not pool the groups: their means or spreads differ.",
    FULL: "Compare, and pool the groups where one figure is wanted.",
}


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
    correlation_draws : ndarray of shape (n_permutations - failed, n_constructs)
        Of random groups.
    mean_difference, variance_difference : ndarray
        Step 3: first minus second group of the pooled scores: means, and logarithms of variances.
    mean_interval, variance_interval : ndarray of shape (2, n_constructs)
        Where 95 % of random groups' differences lie.
    p_mean, p_variance : ndarray
    invariance : tuple of str
        ``none``: compare nothing; ``partial``: compare paths (step 2 holds); ``full``: pool the data too.
        `ADVICE` says so in a sentence.
    failed : int
        Permutations without a solution.
    cautions : tuple of Caution
    """

    groups: tuple[str, str]
    correlation: F64
    correlation_quantile: F64
    p_correlation: F64
    correlation_draws: F64
    mean_difference: F64
    mean_interval: F64
    p_mean: F64
    variance_difference: F64
    variance_interval: F64
    p_variance: F64
    invariance: tuple[str, ...]
    failed: int
    cautions: tuple[Caution, ...]


class _Pool(NamedTuple):
    """Both groups together: what the three steps need of them."""

    source: Source
    solver: WeightSolver
    together: F64  # covariances of the indicators in the scale of step 2
    weights: F64  # pooled, for scores of variance 1

    def apart(self, member: NDArray[np.bool_]) -> F64:
        """Give how far the weights of the two groups lie apart, (n_indicators, n_constructs)."""
        first, second = (
            self.solver(self.source.of_counts(s[None].astype(float)).corr) for s in (member, ~member)
        )
        return np.asarray(first[0] - second[0])

    def steps(self, member: NDArray[np.bool_]) -> tuple[F64, F64, F64]:
        """Correlations, mean and log variance differences, each (n_selections, n_constructs)."""
        halves = [self.source.of_counts(side.astype(float)) for side in (member, ~member)]
        first, second = (self.solver(half.corr) for half in halves)
        cross, one, other = (
            np.einsum("bpj,pq,bqj->bj", left, self.together, right)
            for left, right in ((first, second), (first, first), (second, second))
        )
        means = (halves[0].mean - halves[1].mean) @ self.weights
        sizes = (member.sum(axis=1), (~member).sum(axis=1))
        spread = [
            np.log(
                np.einsum(
                    "pj,bpq,bqj->bj", self.weights, half.cov, np.broadcast_to(self.weights, first.shape)
                )
            )
            + np.log(size / (size - 1))[:, None]
            for half, size in zip(halves, sizes, strict=True)
        ]
        return cross / np.sqrt(one * other), means, spread[0] - spread[1]


def measurement_invariance(
    both: Sample,
    pair: tuple[str, str],
    solver: WeightSolver,
    rng: np.random.Generator,
    *,
    missing: str = "mean",
    n_permutations: int = 1000,
    constructs: Sequence[str] = (),
    level: float = LEVEL,
) -> Micom:
    r"""Test the invariance of composites between two groups by permutation.

    Parameters
    ----------
    both : Sample
        Two groups by its labels ``group``, of weights with mean 1 in each: they bear on all three steps.
    pair : tuple of str
        Their names; differences are first minus second.
    solver : callable
        Outer weights from correlations; :func:`statistic.pls_weights` makes one for a PLS model.
    rng : numpy.random.Generator
    missing : {"em", "mean", "listwise", "fiml"}
    n_permutations : int
        1 at least.
    constructs : sequence of str, optional
        Names for cautions, in the order of the solver's columns; numbers from 1 by default.

    Raises
    ------
    DataError
        No permutations, or no solution in a group.

    Notes
    -----
    Step 1, configural invariance, holds by construction: both groups have the same indicators, coding and
    algorithm. Step 2 tests :math:`c = \mathrm{cor}(X w_1, X w_2) = 1` on the pooled indicators X, which keep
    their common scale of points, as in cSEM: one with more spread counts more. Step 3
    compares means and log variances of scores made with pooled weights. All distributions come from random
    groups of the same sizes; a single-indicator construct has c = 1 always. Scores are linear in the
    answers, so all figures follow from the moments of the two groups.

    References
    ----------
    Henseler, Ringle & Sarstedt (2016), International Marketing Review 33:405-431.
    """
    if n_permutations < 1:
        msg = f"{n_permutations} permutations test nothing."
        raise DataError(msg, code="draws", remedy="Ask for 1000, say.")
    critical(level)
    member = both.labels["group"].of(pair[0])
    pool = _pool(both, solver, missing)
    observed = pool.steps(member[None, :])
    if not all(np.isfinite(step).all() for step in observed):
        msg = "The model has no solution in one of the groups."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or use larger groups.")
    parts = [pool.steps(sides) for sides in shuffles(both, member, n_permutations, rng)]
    drawn = [np.concatenate(step) for step in zip(*parts, strict=True)]
    usable = np.logical_and.reduce([np.isfinite(step).all(axis=1) for step in drawn])
    if 2 * usable.sum() < n_permutations:
        msg = f"Only {usable.sum()} of {n_permutations} random groups have a solution."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or use larger groups.")
    correlation, mean, variance = (step[usable] for step in drawn)
    return _judged(
        pair,
        [step[0] for step in observed],
        (correlation, mean, variance),
        level=level,
        failed=n_permutations - len(correlation),
        constructs=tuple(constructs),
        apart=[both.codes[row] for row in np.abs(pool.apart(member)).argmax(axis=0)],
    )


def _pool(both: Sample, solver: WeightSolver, missing: str) -> _Pool:
    n, weights = len(both), both.weights
    found = of_all(both.values, weights, missing)
    mean, cov = found.mean[0], found.cov[0]
    scaled = (both.values - mean) / np.sqrt(np.diag(cov))
    pooled = of_all(scaled, weights, missing)
    own = solver(pooled.corr)[0]
    sd = np.sqrt(np.einsum("pj,pq,qj->j", own, pooled.cov[0], own) * n / (n - 1))
    return _Pool(source(scaled, weights, missing), solver, cov, own / sd)


def _judged(
    pair: tuple[str, str],
    observed: list[F64],
    drawn: tuple[F64, F64, F64],
    *,
    level: float,
    failed: int,
    constructs: tuple[str, ...],
    apart: Sequence[str],
) -> Micom:
    c, m, v = observed
    correlation, mean, variance = drawn
    n, alpha = len(correlation), 1 - level
    tails = [alpha / 2, 1 - alpha / 2]
    p_c = (1 + (correlation <= c + 1e-12).sum(axis=0)) / (n + 1)
    p_m, p_v = (
        (1 + (np.abs(chance) >= np.abs(value) - 1e-12).sum(axis=0)) / (n + 1)
        for chance, value in ((mean, m), (variance, v))
    )
    invariance = tuple(
        NONE if a <= alpha else PARTIAL if min(b, d) <= alpha else FULL
        for a, b, d in zip(p_c, p_m, p_v, strict=True)
    )
    found = []
    if failed:
        message = f"{failed} permutations gave no solution and were left out."
        found.append(Caution("failed-draws", message, about=(f"{failed} / {failed + n}",)))
    broken = [
        f"{name} (most of all {code})"
        for name, code, verdict in zip(
            constructs or map(str, range(1, len(c) + 1)), apart, invariance, strict=True
        )
        if verdict == NONE
    ]
    if broken:
        message = f"{', '.join(broken)}: the questions make up something else in {pair[0]} than in {pair[1]}."
        found.append(Caution("invariance-fails", message, about=(f"{pair[0]} / {pair[1]}", *broken)))
    return Micom(
        groups=pair,
        correlation=c,
        correlation_quantile=np.quantile(correlation, alpha, axis=0),
        p_correlation=p_c,
        correlation_draws=correlation,
        mean_difference=m,
        mean_interval=np.quantile(mean, tails, axis=0),
        p_mean=p_m,
        variance_difference=v,
        variance_interval=np.quantile(variance, tails, axis=0),
        p_variance=p_v,
        invariance=invariance,
        failed=failed,
        cautions=tuple(found),
    )
