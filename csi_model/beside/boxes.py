"""Figures that stand beside the index and never inside it: NPS, customer effort, top and bottom boxes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.beside.net_promoter import answered
from csi_model.errors import DataError
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal, share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.options import FLOOR, LEVEL


@dataclass(frozen=True)
class Boxes:
    """Shares 0-1 of the top and bottom boxes of a scale, and the mean in scale points."""

    top: Figure
    bottom: Figure
    mean: Figure
    n: int

    def plain(self) -> dict[str, Any]:
        """Give them as plain values."""
        return {"n": self.n} | {name: getattr(self, name).plain() for name in ("top", "bottom", "mean")}


def boxes(
    answers: F64,
    *,
    low: int,
    high: int,
    n_boxes: int = 2,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> Boxes:
    """Shares of the highest and lowest ``n_boxes`` answers and the mean: top-box, or customer effort (1-7).

    Parameters
    ----------
    answers : ndarray of shape (n_respondents,)
        Scale points low to high, ``nan`` missing.
    n_boxes : int
        At most half of the scale.
    """
    if not 1 <= n_boxes <= (high - low + 1) // 2:
        msg = f"{n_boxes} boxes of a scale {low}-{high} would overlap."
        raise DataError(msg, code="boxes", remedy="Ask for half of the scale points at most.")
    used, mass, labels = answered(answers, weights, clusters, low=low, high=high, floor=floor)
    table = np.column_stack([used > high - n_boxes, used < low + n_boxes, used]).astype(float)
    means, covariance = weighted_means(table, mass, labels)
    error = np.sqrt(np.diag(covariance))
    n = n_effective(mass)
    return Boxes(
        top=share_interval(means[0], error[0], n, level=level),
        bottom=share_interval(means[1], error[1], n, level=level),
        mean=from_normal(means[2], error[2], level=level),
        n=len(used),
    )
