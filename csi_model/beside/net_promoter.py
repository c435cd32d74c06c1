"""The net promoter score, beside the index and never inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_length, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal, share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.options import FLOOR, LEVEL

KINDS = ("promoters", "passives", "detractors")


@dataclass(frozen=True)
class NetPromoter:
    """Net promoter score, -100 to 100, and the shares (0-1) of promoters, passives and detractors."""

    score: Figure
    shares: Figure
    n: int

    def plain(self) -> dict[str, Any]:
        """Give it as plain values: n, the score, and the share of each kind."""
        return {"n": self.n, "score": self.score.plain(), "shares": self.shares.plain()}


def net_promoter(
    answers: F64,
    *,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> NetPromoter:
    """Net promoter score: percent answering 9-10 minus percent answering 0-6.

    Parameters
    ----------
    answers : ndarray of shape (n_respondents,)
        0-10, ``nan`` missing.

    Notes
    -----
    The score is the mean of 100, 0 and -100, so its standard error is that of a mean.

    References
    ----------
    Reichheld (2003), Harvard Business Review 81(12):46-54.
    """
    used, mass, labels = answered(answers, weights, clusters, low=0, high=10, floor=floor)
    kinds = np.column_stack([used >= 9, (used > 6) & (used < 9), used <= 6]).astype(float)
    shares, covariance = weighted_means(kinds, mass, labels)
    net = np.array([100.0, 0.0, -100.0])
    return NetPromoter(
        score=from_normal(net @ shares, np.sqrt(max(net @ covariance @ net, 0.0)), level=level),
        shares=share_interval(
            shares, np.sqrt(np.diag(covariance)), n_effective(mass), level=level, axes=(KINDS,)
        ),
        n=len(used),
    )


def answered(
    answers: F64,
    weights: F64 | None,
    clusters: NDArray[np.generic] | None,
    *,
    low: float,
    high: float,
    floor: int,
) -> tuple[F64, F64, NDArray[np.generic] | None]:
    """Check answers from 0 to 10 with their weights, and leave out who did not answer."""
    column = check_answers(answers)[:, 0]
    mass = check_weights(weights, len(column))
    kept = ~np.isnan(column)
    if ((column[kept] < low) | (column[kept] > high)).any():
        msg = f"Answers lie outside {low:g} to {high:g}."
        raise DataError(msg, code="scales", remedy="Turn don't-know codes into missing answers first.")
    if kept.sum() < floor:
        msg = f"{int(kept.sum())} answers, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit or more waves.")
    labels = None if clusters is None else check_length(clusters, len(column), "clusters")[kept]
    return column[kept], mass[kept], labels
