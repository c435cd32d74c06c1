"""Scores of a construct and its facets: perceived value, switching cost, loyalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_floor, check_points
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.inference.means import weighted_means
from csi_model.options import FLOOR, LEVEL


@dataclass(frozen=True)
class Facets:
    """A score of several facets, such as perceived value or switching cost.

    Attributes
    ----------
    total : Figure
        Score of the whole, points 0-100 (shape ()).
    facets : mapping of facet to Figure
    shares : mapping of facet to float
        Weight of each facet in the whole; the whole is exactly the weighted mean of its facets.
    items : Figure
        (n_items,)
    scores : ndarray of shape (n_respondents,)
        Each respondent's score over answered items; ``nan`` where nothing was answered.
    n : int
        Respondents who answered any item.
    """

    total: Figure
    facets: Mapping[str, Figure]
    shares: Mapping[str, float]
    items: Figure
    scores: F64
    n: int

    def plain(self) -> dict[str, Any]:
        """Give it as plain values: n, the whole, each facet with its weight in it, and each item."""
        return {
            "n": self.n,
            "total": self.total.plain("points"),
            "facets": {
                name: {"weight_share": self.shares[name]} | own.plain("points")
                for name, own in self.facets.items()
            },
            "items": self.items.plain("points"),
        }


def facet_scores(
    points: F64,
    facets: Sequence[str],
    *,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    level: float = LEVEL,
) -> Facets:
    r"""Score a construct and its facets: perceived value, switching cost or loyalty.

    Parameters
    ----------
    points : ndarray of shape (n_respondents, n_items)
        Answers as points 0-100, ``nan`` where missing.
    facets : sequence of str
        Facet of every item, e.g. ``("benefit_cost", "benefit_cost", "alternative", "alternative")``.
    weights, clusters
        Respondent weights and sampling units.

    Raises
    ------
    DataError
        Fewer than `FLOOR` answers to an item, points outside 0-100, facets that do not fit the items.

    Notes
    -----
    Facets count equally, and so do the items of one.
    Perceived value is benefit against cost, and the offer against the best alternative; switching cost is
    lost relationship investment and adjustment cost. Switching cost is no quality and never enters a
    satisfaction score. Scores are :math:`\sum_i \omega_i \bar s_i`, so that facets add up to the whole.

    References
    ----------
    Burnham, Frels & Mahajan (2003), Journal of the Academy of Marketing Science 31:109-126.
    """
    points = check_answers(points)
    labels = np.asarray(facets).astype(str)
    if labels.shape != (points.shape[1],):
        msg = f"{points.shape[1]} items but {labels.size} facet names."
        raise DataError(msg, code="facets", remedy="Name the facet of every item.")
    check_floor(points, FLOOR)
    check_points(points)
    names = tuple(dict.fromkeys(labels.tolist()))
    inside = (labels[:, None] == np.array(names)).astype(float)
    shares = inside @ (1 / inside.sum(axis=0)) / len(names)
    mass = shares @ inside
    means, covariance = weighted_means(points, weights, clusters)
    combine = np.vstack([shares, (shares[:, None] * inside / mass).T])
    values, error = combine @ means, np.sqrt(np.diag(combine @ covariance @ combine.T))
    answered = ~np.isnan(points)
    with np.errstate(invalid="ignore"):
        scores = np.where(answered, points, 0.0) @ shares / (answered @ shares)
    return Facets(
        total=from_normal(values[0], error[0], level=level),
        facets={name: from_normal(values[k + 1], error[k + 1], level=level) for k, name in enumerate(names)},
        shares=dict(zip(names, mass.tolist(), strict=True)),
        items=from_normal(means, np.sqrt(np.diag(covariance)), level=level),
        scores=scores,
        n=int(answered.any(axis=1).sum()),
    )
