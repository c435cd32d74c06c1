"""Survey weights: raking to known margins within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.answers.weights import design_effect, start_weights, weight_cautions
from csi_model.arrays import F64
from csi_model.errors import Caution, ConvergenceError, DataError
from csi_model.inference.means import n_effective
from csi_model.survey_design.margins import Margin, Targets, read_targets

TOLERANCE = 1e-10
MOST_ITERATIONS = 2000


# Bounds of final weights, in multiples of their mean, that rim weighting often uses.
USUAL_BOUNDS = (0.3, 3.0)


@dataclass(frozen=True)
class Raked:
    """Weights that bring respondents to known margins, and how they came about.

    Attributes
    ----------
    weights : ndarray of shape (n_respondents,)
        Mean 1 over the respondents in use; 0 for those left out.
    iterations : int
        Rounds over all margins; 0 where the start weights met them already.
    largest_error : float
        Largest remaining difference between a weighted share and its target (shares 0-1).
    n_low, n_high : int
        Respondents whose weight stands at the lower or the upper bound.
    design_effect, n_effective : float
        See `design_effect`.
    margins : tuple of Margin
        Share of every class before and after, and its target.
    cautions : tuple of Caution
    """

    weights: F64
    iterations: int
    largest_error: float
    n_low: int
    n_high: int
    design_effect: float
    n_effective: float
    margins: tuple[Margin, ...]
    cautions: tuple[Caution, ...] = ()

    @property
    def n_trimmed(self) -> int:
        """Respondents whose weight stands at a bound."""
        return self.n_low + self.n_high


def rake(
    classes: Mapping[str, ArrayLike],
    margins: Mapping[str, Mapping[str, float]],
    *,
    start: ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
) -> Raked:
    r"""Rake respondents to margins by iterative proportional fitting, within bounds where asked.

    Parameters
    ----------
    classes
        Variable → class of every respondent, such as ``{"region": [...], "tier": [...]}``.
    margins
        Variable → class → share (adding up to 1) or number of customers; see `margins.read_targets`.
    start : array of shape (n_respondents,), optional
        Design weights, 0 or more; ones by default. A respondent with weight 0 is left out.
    bounds : (low, high), optional
        Final weights in multiples of their mean, low < 1 < high; `USUAL_BOUNDS` are usual.

    Raises
    ------
    DataError
        Classes, margins, start weights or bounds cannot go together; the message names the place.
    ConvergenceError
        The margins contradict each other in these respondents, or leave no weights within the bounds.

    Notes
    -----
    With start weights d and factors f of the classes, a weight is

    .. math:: w_i = \min\{\max\{d_i \prod_v f_{v, c_v(i)},\ L\},\ U\}

    and each step sets the factor of one class so that the class meets its target exactly. Without bounds
    this is iterative proportional fitting. With bounds, what trimming cuts off is handed to the other
    respondents of the class in proportion to their weights and the margins are raked again, until both
    hold; the limit is the set of weights within the bounds that meets the margins at the least
    information distance :math:`\sum w \ln(w/d)` from the start. It does not depend on the order of margins.

    References
    ----------
    Deming and Stephan (1940), Annals of Mathematical Statistics 11:427-444; Csiszár (1975), Annals of
    Probability 3:146-158 (the limit); Deville and Särndal (1992), JASA 87:376-382, case 7 (bounds);
    Potter (1990), Proceedings of the ASA Section on Survey Research Methods, 225-230 (trimming).
    """
    targets = read_targets(classes, margins)
    low, high = _check_bounds(bounds)
    begun = start_weights(start, targets.n)
    used = (begun > 0) & targets.wanted
    targets.check_cells(used)
    begun[used] /= begun[used].mean()
    # Respondents of the same classes and start weight keep equal weights: one row stands for them all, and
    # the sorted rows make the result independent of the order of respondents.
    table = np.column_stack([targets.places.T, begun])[used]
    rows, member, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    places = rows[:, :-1].astype(np.int64).T
    found, iterations, error = _fit(rows[:, -1], counts.astype(float), places, targets, (low, high))
    weights = np.zeros(targets.n)
    weights[used] = found[member.ravel()]
    inside = weights[used]
    cautions = [*targets.cautions]
    if not used.all():
        left = int((~used).sum())
        cautions.append(
            Caution(
                "left-out",
                f"{left} of {targets.n} respondents count zero: no start weight, or a target of zero.",
                about=(f"{left} / {targets.n}",),
            )
        )
    return Raked(
        weights,
        iterations,
        error,
        int((inside <= low * (1 + 1e-12)).sum()),
        int((inside >= high * (1 - 1e-12)).sum()),
        design_effect(weights),
        n_effective(weights),
        targets.report(np.where(used, begun, 0.0), weights),
        (*cautions, *weight_cautions(weights)),
    )


def _fit(
    start: F64,
    counts: F64,
    places: NDArray[np.int64],
    targets: Targets,
    bounds: tuple[float, float],
) -> tuple[F64, int, float]:
    """Give weights of the table's rows (mean 1 over respondents), rounds used and the error left."""
    n = counts.sum()
    free = start.copy()
    low, high = bounds
    members = [
        [np.flatnonzero(place == k) for k in range(len(share))]
        for place, share in zip(places, targets.shares, strict=True)
    ]
    error, where = np.inf, ""
    for iteration in range(MOST_ITERATIONS + 1):
        weights = np.clip(free, low, high)
        gaps = [
            np.bincount(place, weights * counts, len(share)) / n - share
            for place, share in zip(places, targets.shares, strict=True)
        ]
        worst = int(np.argmax([np.abs(gap).max() for gap in gaps]))
        latest = float(np.abs(gaps[worst]).max())
        if not np.isfinite(latest):
            break
        error = latest
        where = targets.names[worst][int(np.abs(gaps[worst]).argmax())]
        if error <= TOLERANCE:
            return weights, iteration, error
        with np.errstate(all="ignore"):
            for rows_of, share, names in zip(members, targets.shares, targets.names, strict=True):
                for rows, target, name in zip(rows_of, share, names, strict=True):
                    if len(rows):
                        free[rows] *= _factor(free[rows], counts[rows], low, high, target * n, name)
    raise ConvergenceError(
        f"Raking does not settle: after {iteration} rounds {where} is still {error:.2g} off its share.",
        code="raking",
        remedy="Widen the bounds, or join classes: some combinations of classes have no respondent."
        if bounds != (0.0, np.inf)
        else "Join classes: some combinations have no respondent.",
    )


def _factor(free: F64, counts: F64, low: float, high: float, total: float, name: str) -> float:
    """Solve Σ counts · clip(f · free, low, high) = total for f; the left side is piecewise linear."""
    size = counts.sum()
    if not size * low * (1 - 1e-9) <= total <= size * high * (1 + 1e-9):
        raise DataError(
            f"{name} needs weights of {total / size:.3g} on average, outside the bounds {low:g} to {high:g}.",
            code="bounds",
            remedy="Widen the bounds, or join this class with a neighbouring one.",
        )
    if (low, high) == (0.0, np.inf):
        return float(total / (counts @ free))
    knots = np.concatenate([low / free, high / free])
    slopes = np.concatenate([counts * free, -counts * free])
    order = np.argsort(knots, kind="stable")
    knots, slope = knots[order], np.cumsum(slopes[order])
    finite = np.isfinite(knots)
    knots, slope = knots[finite], slope[finite]
    if not len(knots) or not np.isfinite(slope).all():
        return np.nan  # the factors run away: the margins cannot all be met
    heights = size * low + np.concatenate([[0.0], np.cumsum(slope[:-1] * np.diff(knots))])
    at = max(int(np.searchsorted(heights, total, side="right")) - 1, 0)
    rest = total - heights[at]
    factor = knots[at] + (rest / slope[at] if slope[at] > 1e-12 * size and rest > 0 else 0.0)
    # One step of Newton's method mends what the cumulative sums lost to rounding.
    moved = factor * free
    inner = (moved > low) & (moved < high)
    if inner.any():
        factor += (total - counts @ np.clip(moved, low, high)) / (counts[inner] @ free[inner])
    return float(factor)


def _check_bounds(bounds: tuple[float, float] | None) -> tuple[float, float]:
    if bounds is None:
        return 0.0, np.inf
    low, high = (float(end) for end in bounds)
    if not 0 <= low < 1 < high:
        raise DataError(
            f"Weights with mean 1 cannot lie between {low:g} and {high:g}.",
            code="bounds",
            remedy="Give multiples of the mean weight, one below and one above 1, such as 0.3 and 3.",
        )
    return low, high
