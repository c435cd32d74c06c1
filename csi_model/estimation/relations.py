"""What leads where in a result: paths and effects as rows of its document."""

from __future__ import annotations

from typing import Any

from csi_model.estimation.estimated import INDIRECT, Estimated
from csi_model.inference.figures import Figure
from csi_model.measures import effects, validity
from csi_model.measures.effects import f_squared
from csi_model.measures.indirect import ways


def with_interval(result: Estimated, name: str, place: tuple[int, ...] | int) -> dict[str, Any]:
    """Give error and interval of one cell of a figure, where there are any."""
    if not result.has_interval(name):
        return {}
    found = result.figure(name)
    return {"se": float(found.se[place]), "ci": [float(found.low[place]), float(found.high[place])]}


def paths_of(result: Estimated) -> list[dict[str, Any]]:
    """Give a row for each path: estimate, error, interval, probability, size of the effect, inflation."""
    spec, solution = result.spec, result.solution
    vif = validity.antecedent_vif(solution.construct_corr, spec.path_matrix)[0]
    effect = f_squared(solution.construct_corr, spec.path_matrix, solution.r_squared)[0]
    found = []
    for source, target in spec.paths:
        place = spec.construct_ids.index(target), spec.construct_ids.index(source)
        row: dict[str, Any] = {
            "source": source,
            "target": target,
            "estimate": float(solution.paths[0][place]),
        }
        row |= with_interval(result, "paths", place)
        if "se" in row:
            row["p"] = float(result.figure("paths").p[place]) if row["se"] else None
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
                    | {"points_per_point": float(estimates.points_per_point[0, row, column])}
                    | with_interval(result, "points_per_point", (row, column))
                )
    return found


def indirect_of(result: Estimated) -> dict[str, Any]:
    """Give all that is indirect between two constructs, and each specific path, as parts of the document."""
    names, routes = result.spec.construct_ids, result.routes
    whole, specific = (result.figure(name) for name in INDIRECT)
    count = ways(result.spec.path_matrix)
    rows = [
        {"source": source, "target": target} | _product(result, whole, (row, column))
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
        | _product(result, specific, (row,))
        for row, route in enumerate(routes.places)
    ]
    left_out = {"specific_effects_left_out": routes.left_out} if routes.left_out else {}
    return {"indirect_effects": rows, "specific_effects": each} | left_out


def _product(result: Estimated, found: Figure, place: tuple[int, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {"estimate": float(found.value[place])}
    if not result.has_interval(INDIRECT[0]):
        return row
    ends = [float(found.low[place]), float(found.high[place])]
    return row | {"se": float(found.se[place]), "ci": ends, "p": float(found.p[place])}
