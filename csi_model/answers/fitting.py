"""The mean and covariance that fit answers with gaps best, under the weak prior: accelerated EM."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from csi_model.answers.filling import Filling, some
from csi_model.answers.influence import Settling, influence
from csi_model.answers.prior import Prior
from csi_model.arrays import F64
from csi_model.errors import DataError

FIRST_ROWS = 2_500
ROUGH, CLOSE = 1e-4, 1e-7  # of standardised answers
MOST_PASSES, MOST_STEPS, DEPTH = 5_000, 60, 6
Step = Callable[[F64], F64]


class Near(NamedTuple):
    """Moments that are near those sought, mean (p,) and covariance (p, p), and how changes settle there."""

    mean: F64
    cov: F64
    settling: Settling


def fit(
    values: F64, weights: F64, filling: Filling, prior: Prior, near: Near | None = None
) -> tuple[F64, F64]:
    r"""Give the mean and covariance of standardised answers.

    Parameters
    ----------
    values, weights
        What `filling` was made of.
    near
        Where to begin; the fit is the same, sooner.

    Raises
    ------
    DataError
        No fit was found.

    Notes
    -----
    With :math:`\tau` the moments and :math:`G(\tau)` those after one step of EM: `FIRST_ROWS` respondents at
    random are fitted by EM with SQUAREM; their derivative J turns a step of all into
    :math:`(I - J)^{-1} (G(\tau) - \tau)`, which Anderson's method speeds up. Where a step leads to no
    positive definite covariance, the plain step of EM is taken.

    References
    ----------
    Varadhan and Roland (2008), Scandinavian Journal of Statistics 35, 335-353 (SQUAREM); Walker and Ni
    (2011), SIAM Journal on Numerical Analysis 49, 1715-1735 (Anderson's method).
    """
    begin = _begin(values, weights, filling, prior) if near is None else near
    start = _flat(begin.mean, begin.cov)
    found = _anderson(_step(filling, prior), start, begin.settling, filling.p)
    if found is None:
        found = squarem(_step(filling, prior), start, CLOSE, lambda at: _parts(at, filling.p)[1])
    return _parts(found, filling.p)


def _begin(values: F64, weights: F64, filling: Filling, prior: Prior) -> Near:
    """Fit some of the respondents roughly."""
    p, few = filling.p, filling
    if filling.n > FIRST_ROWS:
        rows = some(filling.n, FIRST_ROWS)
        few = Filling(values[rows], weights[rows])
    start = _flat(np.zeros(p), prior.target)
    found = _parts(squarem(_step(few, prior), start, ROUGH, lambda at: _parts(at, p)[1]), p)
    kept = few.total / (few.total + prior.strength)
    derived = influence(few, *found)
    return Near(*found, Settling(derived.carried, derived.shares(kept)))


def _step(filling: Filling, prior: Prior) -> Step:
    total, strength = filling.total, prior.strength

    def step(at: F64) -> F64:
        mean, cov = _parts(at, filling.p)
        moved, square = filling.sums(mean, cov)
        spread = square - np.outer(moved, moved)
        return _flat(mean + moved, (total * spread + strength * prior.target) / (total + strength))

    return step


def squarem(step: Step, at: F64, tolerance: float, covariance: Callable[[F64], F64]) -> F64:
    """Repeat a step of EM, with leaps, until it changes nothing; `covariance` is to stay positive definite.

    Raises
    ------
    DataError
        It does not settle.
    """
    for _ in range(MOST_PASSES // 3):
        once = step(at)
        first = once - at
        if np.abs(first).max() < tolerance:
            return once
        twice = step(once)
        bend = twice - once - first
        length = float(np.linalg.norm(first)) / max(float(np.linalg.norm(bend)), 1e-150)
        at = twice
        if 1 < length < np.inf:
            leap = once - first + 2 * length * first + length**2 * bend
            if _is_sound(leap, covariance):
                at = step(leap)
    raise DataError(
        "No moments of the answers were found: EM did not settle.",
        code="em",
        remedy="Leave out a question that few answered, or fill in means: manyi estimate --missing mean.",
    )


def _anderson(step: Step, at: F64, settling: Settling, p: int) -> F64 | None:
    """Give the fixed point of `step` from near it, or None where it is not reached."""
    moves: list[F64] = []
    turns: list[F64] = []
    before: tuple[F64, F64] | None = None
    for _ in range(MOST_STEPS):
        renewed = step(at)
        towards = settling.towards(renewed - at)
        if np.abs(towards).max() < CLOSE:
            return renewed
        if before is not None:
            moves, turns = [*moves, at - before[0]][-DEPTH:], [*turns, towards - before[1]][-DEPTH:]
        before = at, towards
        target = at + towards
        if turns:
            share = np.linalg.lstsq(np.array(turns).T, towards, rcond=None)[0]
            target = target - share @ (np.array(moves) + np.array(turns))
        if not _is_sound(target, lambda at: _parts(at, p)[1]):
            target, moves, turns, before = renewed, [], [], None
        at = target
    return None


def _is_sound(at: F64, covariance: Callable[[F64], F64]) -> bool:
    if not np.isfinite(at).all():
        return False
    try:
        np.linalg.cholesky(covariance(at))
    except np.linalg.LinAlgError:
        return False
    return True


def _flat(mean: F64, cov: F64) -> F64:
    return np.concatenate([mean, cov[np.triu_indices(len(mean))]])


def _parts(at: F64, p: int) -> tuple[F64, F64]:
    cov = np.empty((p, p))
    upper = np.triu_indices(p)
    cov[upper] = cov.T[upper] = at[p:]
    return at[:p], cov
