"""What leads where in a result: paths and effects as rows of its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from csi_model.estimation.estimated import INDIRECT, Estimated
from csi_model.inference.figures import USUAL
from csi_model.measures import collinearity, effects
from csi_model.measures.effects import f_squared
from csi_model.measures.indirect import ways

TESTED = (*USUAL, "p")


def cell_of(
    result: Estimated, name: str, key: str, *place: int, parts: Sequence[str] = USUAL, named: bool = False
) -> dict[str, Any]:
    """Give one cell of a figure as plain values; parts that were not asked for are left out."""
    found = result.figure(name).at(*place)
    written: dict[str, Any] = found.plain(key, parts if result.has_interval(name) else (), named=named)
    return written


def paths_of(result: Estimated) -> list[dict[str, Any]]:
    """Give a row for each path: estimate, error, interval, probability, size of the effect, inflation."""
    spec, solution = result.spec, result.solution
    vif = collinearity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    effect = f_squared(solution.construct_corr, spec.path_matrix, solution.r_squared)[0]
    found = []
    for source, target in spec.paths:
        place = spec.construct_ids.index(target), spec.construct_ids.index(source)
        row: dict[str, Any] = {"source": source, "target": target}
        row |= cell_of(result, "paths", "estimate", *place, parts=TESTED)
        if not row.get("se", 1):
            row["p"] = None  # what cannot vary is not tested
        found.append(row | {"f2": float(effect[place]), "vif": float(vif[place])})
    return found


def effects_of(result: Estimated) -> list[dict[str, Any]]:
    """Give a row for each total effect, standardised and in points per point."""
    spec, estimates = result.spec, result.estimates
    # With every path at 1 a total effect counts the ways from source to target.
    leads = effects.total_effects(spec.path_matrix.astype(float)) > 0.5
    found = []
    for column, source in enumerate(spec.construct_ids):
        for row, target in enumerate(spec.construct_ids):
            total = float(estimates.total_effects[0, row, column])
            if row != column and leads[row, column]:
                found.append(
                    {"source": source, "target": target, "standardised": total}
                    | cell_of(result, "points_per_point", "points_per_point", row, column)
                )
    return found


def indirect_of(result: Estimated) -> dict[str, Any]:
    """Give all that is indirect between two constructs, and each specific path, as parts of the document."""
    names, routes = result.spec.construct_ids, result.routes
    whole, specific = INDIRECT
    count = ways(result.spec.path_matrix)
    rows = [
        {"source": source, "target": target} | cell_of(result, whole, "estimate", row, column, parts=TESTED)
        for column, source in enumerate(names)
        for row, target in enumerate(names)
        if count[row, column] > 0.5
    ]
    each = [
        {
            "source": names[route[0]],
            "target": names[route[-1]],
            "through": [names[place] for place in route[1:-1]],
        }
        | cell_of(result, specific, "estimate", row, parts=TESTED)
        for row, route in enumerate(routes.places)
    ]
    left_out = {"specific_effects_left_out": routes.left_out} if routes.left_out else {}
    return {"indirect_effects": rows, "specific_effects": each} | left_out
