"""From an estimation to what to do first: what drives the index on levels 2 to 4, and what a rise brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model import effects, priorities
from csi_model.errors import DataError
from csi_model.estimate import Result
from csi_model.intervals import F64, Estimate
from csi_model.prepare import IndicatorMatrix
from csi_model.priorities import Levels
from csi_model.scores import question_points
from csi_model.what_if import WhatIf, what_if

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
        found = priorities.importance(on_index, shares, members)
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


def ranked(result: Result, *, top: int = 3) -> dict[str, Any]:
    """Rank what leads to the index on each level, as plain values.

    Parameters
    ----------
    top : int
        How many are called the first; fewer where a level has fewer.

    Returns
    -------
    dict
        Level → candidates, the most promising first: ``id``, ``importance`` (index points per point) and
        ``importance_ci``, ``performance`` (0-100), ``quadrant``, ``potential`` (index points if all the room
        left were used) and ``potential_ci``, ``rank``, ``rank_ci``, ``top_share`` (0-1, share of resamples
        among the first ``top``). A level without candidates is empty.

    See Also
    --------
    priorities.rank_priorities, priorities.quadrants : the formulas.
    """
    found = drivers(result)
    return {level: _ranked(found, level, top, result.options.level) for level in LEVELS}


def _ranked(found: Drivers, level: str, top: int, confidence: float) -> list[dict[str, Any]]:
    x, y = getattr(found.importance, level), getattr(found.performance, level)
    # A dimension whose questions have no weight has no points.
    kept = np.flatnonzero(found.leads[level] & np.isfinite(y))
    if not len(kept):
        return []
    dx, dy = getattr(found.importance_draws, level)[:, kept], getattr(found.performance_draws, level)[:, kept]
    order = priorities.rank_priorities(x[kept], y[kept], dx, dy, top=min(top, len(kept)), level=confidence)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(dx, [tail, 1 - tail], axis=0)
    quadrant = priorities.quadrants(x[kept], y[kept]).quadrant
    return [
        {
            "id": found.names[level][kept[k]],
            "importance": float(x[kept[k]]),
            "importance_ci": [float(low[k]), float(high[k])],
            "performance": float(y[kept[k]]),
            "quadrant": quadrant[k],
            "potential": float(order.potential.value[k]),
            "potential_ci": _ends(order.potential, k),
            "rank": int(order.rank[k]),
            "rank_ci": [float(order.rank_low[k]), float(order.rank_high[k])],
            "top_share": float(order.top_share[k]),
        }
        for k in order.order
    ]


def scenario(result: Result, data: IndicatorMatrix, lifts: Mapping[str, float]) -> WhatIf:
    """Say what the index gains if questions are answered so many points better.

    Parameters
    ----------
    data
        The answers that `result` was estimated from.
    lifts
        Code of a question → points (of 0-100) by which each answer rises, -100 to 100.

    Raises
    ------
    DataError
        A code that the model does not have, or none at all; a lift that is no number of points.

    See Also
    --------
    what_if.what_if : the formula.
    """
    spec = result.spec
    unknown = [code for code in lifts if code not in spec.indicator_ids]
    if unknown or not lifts:
        raise DataError(
            f"The model has no question {unknown[0]}." if unknown else "No question is to be raised.",
            code="lift",
            remedy=f"Its questions: {', '.join(spec.indicator_ids)}.",
        )
    found = drivers(result)
    place = spec.place[spec.index]
    return what_if(
        question_points(spec, data),
        np.array([lifts.get(code, 0.0) for code in spec.indicator_ids], dtype=float),
        found.importance.indicators,
        found.importance_draws.indicators,
        index_points=float(result.points.constructs[0, place]),
        weights=data.weights,
        rng=np.random.default_rng([result.options.seed, 4]),
        level=result.options.level,
        names=spec.indicator_ids,
    )


def stated(
    result: Result, picked: Sequence[Sequence[str] | None], *, weights: F64 | None = None
) -> dict[str, Any]:
    """Set what respondents said matters beside what drives the index, as plain values.

    Parameters
    ----------
    picked : sequence of length n_respondents
        Codes that each respondent picked, all of one level; None where the question was not answered.
    weights : ndarray of shape (n_respondents,), optional

    Returns
    -------
    dict
        ``level``; ``options``: share (0-1) that picked each, with interval, and derived importance;
        ``rank_agreement`` (Spearman, None without a ranking); ``hidden`` and ``overrated`` codes.

    Raises
    ------
    DataError
        A code that is on no level, codes of two levels, or too few answers.
    """
    found = drivers(result)
    codes = sorted({code for own in picked if own for code in own})
    level = next((name for name in LEVELS if codes and set(codes) <= set(found.names[name])), None)
    if level is None:
        known = {code for name in LEVELS for code in found.names[name]}
        wrong = [code for code in codes if code not in known]
        raise DataError(
            f"{wrong[0]} is neither a construct, a dimension nor a question of the model."
            if wrong
            else "The picks are of two levels, or there are none.",
            code="stated",
            remedy="Write codes of the model, all constructs, all dimensions or all questions.",
        )
    options = [
        (k, code) for k, code in enumerate(found.names[level]) if found.leads[level][k] or code in codes
    ]
    table = np.array(
        [[np.nan] * len(options) if own is None else [code in own for _, code in options] for own in picked],
        dtype=float,
    )
    derived = getattr(found.importance, level)[[k for k, _ in options]]
    answer = priorities.stated_importance(
        table, derived=derived, weights=weights, floor=result.options.floor, level=result.options.level
    )
    names = [code for _, code in options]
    return {
        "level": level,
        "options": [
            {
                "id": code,
                "share": float(answer.shares.value[k]),
                "share_ci": _ends(answer.shares, k),
                "importance": float(derived[k]),
            }
            for k, code in enumerate(names)
        ],
        "rank_agreement": float(answer.rank_agreement) if np.isfinite(answer.rank_agreement) else None,
        "hidden": [names[k] for k in answer.hidden],
        "overrated": [names[k] for k in answer.overrated],
    }


def _ends(estimate: Estimate, place: int) -> list[float]:
    return [float(estimate.low[place]), float(estimate.high[place])]
