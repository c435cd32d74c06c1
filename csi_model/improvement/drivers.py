"""Importance and performance of what leads to the index: constructs, dimensions, questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.estimation.result import Result
from csi_model.measures import effects


class Levels(NamedTuple):
    """Importance (index points per point) or performance (points 0-100) on levels 2, 3 and 4."""

    constructs: F64  # (..., n_constructs)
    dimensions: F64  # (..., n_dimensions)
    indicators: F64  # (..., n_indicators)


def importance(effects_on_target: F64, shares: F64, dimensions: F64) -> Levels:
    """Spread construct importance over dimensions and questions.

    Parameters
    ----------
    effects_on_target : ndarray of shape (..., n_constructs)
        Unstandardised total effects on the target; the target's own entry is taken as 1.
    shares : ndarray of shape (..., n_indicators, n_constructs)
        Question shares of construct points; every column sums to 1, zero off the block.
    dimensions : ndarray of bool, shape (n_dimensions, n_indicators)
        Which questions a dimension has.

    Returns
    -------
    Levels
        Target points per point: a construct's importance is the sum over its dimensions, a dimension's the
        sum over its questions.

    References
    ----------
    Ringle & Sarstedt (2016), Industrial Management & Data Systems 116:1865-1886, step 4 (indicator level).
    """
    effects, shares = np.asarray(effects_on_target, float), np.asarray(shares, float)
    if shares.shape[-1:] != effects.shape[-1:] or np.shape(dimensions)[-1:] != shares.shape[-2:-1]:
        msg = f"Effects {effects.shape}, shares {shares.shape}, dimensions {np.shape(dimensions)} do not fit."
        raise DataError(msg, code="shape", remedy="Shares are indicators x constructs.")
    indicators = np.einsum("...pj,...j->...p", shares, effects)
    return Levels(effects, indicators @ np.asarray(dimensions, float).T, indicators)


LEVELS = Levels._fields


@dataclass(frozen=True)
class Drivers:
    """Importance and performance of everything that leads to the index.

    Attributes
    ----------
    names : mapping of level to tuple of str
        Constructs, dimensions and indicators of the model, in its order.
    importance, performance : Levels
        Index points per point, and points 0-100.
    importance_draws, performance_draws : Levels
        The same from resamples, (n_draws, …); a resample without a solution is ``nan``.
    leads : mapping of level to ndarray of bool
        Which lead to the index by the paths; the index construct and its own questions do not count.
    """

    names: Mapping[str, tuple[str, ...]]
    importance: Levels
    performance: Levels
    importance_draws: Levels
    performance_draws: Levels
    leads: Mapping[str, NDArray[np.bool_]]


def drivers(result: Result) -> Drivers:
    """Read importance and performance off an estimation with resamples.

    A question's importance runs over the construct it makes, and over the second-order construct of that
    one. An interaction is no lever: at the mean of its two constructs it adds nothing to their effects.

    Raises
    ------
    DataError
        The estimation has no resamples.

    See Also
    --------
    priorities.importance : the formula.
    """
    spec, draws = result.spec, result.draws
    if draws is None:
        raise DataError(
            "There are no resamples, so nothing could be said about chance.",
            code="draws",
            remedy="Estimate with PLS or PLSc and 1000 resamples, 20 at least.",
        )
    target = spec.place[spec.index]
    members = np.array(
        [[code in node.indicators for code in spec.indicator_ids] for _, node in spec.dimensions], dtype=bool
    ).reshape(len(spec.dimensions), len(spec.indicator_ids))

    def weighed(points_per_point: F64, shares: F64) -> Levels:
        on_index = np.where(spec.scored, points_per_point[:, target], 0.0)
        on_index[:, target] = 1.0
        found = importance(on_index, shares, members)
        # A component has no path of its own: its importance is that of its questions, as everyone's is.
        home = spec.home_mask.astype(float)
        return found._replace(
            constructs=np.where(home.any(axis=0), found.indicators @ home, found.constructs)
        )

    whole = weighed(result.estimates.points_per_point, result.estimates.construct_shares)
    leads = spec.scored & (effects.total_effects(spec.path_matrix.astype(float))[target] > 0.5)
    for construct in spec.constructs:  # components lead where their whole does
        leads[[spec.place[part] for part in construct.components]] |= leads[spec.place[construct.id]]
    dimensions = tuple(node.id for _, node in spec.dimensions)
    return Drivers(
        {"constructs": spec.construct_ids, "dimensions": dimensions, "indicators": spec.indicator_ids},
        Levels(*(level[0] for level in whole)),
        Levels(result.points.constructs[0], result.points.dimensions[0], result.points.indicators[0]),
        weighed(draws.points_per_point, draws.construct_shares),
        Levels(draws.constructs, draws.dimensions, draws.indicators),
        {
            "constructs": leads,
            "dimensions": leads[[spec.place[construct] for construct, _ in spec.dimensions]],
            "indicators": leads[spec.home],
        },
    )
