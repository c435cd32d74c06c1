"""A result as plain values: the JSON document that the command line writes and the dashboards draw."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from csi_model.arrays import F64, Mask
from csi_model.estimation.estimated import Estimated
from csi_model.estimation.relations import cell_of, effects_of, indirect_of, paths_of
from csi_model.inference.figures import STATES, USUAL
from csi_model.inference.plain import plain
from csi_model.measures import collinearity, item_statistics, reliability, validity
from csi_model.measures.effects import bic, r_squared_adjusted
from csi_model.pls import implied
from csi_model.pls.items import nested, part_of, ratio
from csi_model.resampling.nested import INNER
from csi_model.specify import ModelSpec

# Figures of the document whose intervals stand beside them, and their names in `resample.Draws`.
QUALITY = {
    "r_squared": "r_squared",
    "alpha_standardised": "alpha",
    "rho_a": "rho_a",
    "rho_c": "rho_c",
    "ave": "ave",
}


# What asks whether the questions of a construct say the same; a formed construct's need not.
RELIABILITY = ("alpha_raw", "alpha_standardised", "rho_a", "rho_c", "ave")
STILL = 1e-9  # an error that is this small a part of its weight is rounding: a single question's weight is 1
OUTER = {"loading": "loadings", "outer_weight": "weights", "weight_share": "shares"}


def formed_of(spec: ModelSpec) -> Mask:
    """Say which constructs their questions form (mode B), rather than show.

    References
    ----------
    Hair, Hult, Ringle and Sarstedt (2017), A Primer on PLS-SEM, 2nd ed., chapter 5.
    """
    return np.array([construct.mode == "B" for construct in spec.constructs])


def unformed(spec: ModelSpec, table: F64, *, diagonal: bool = False) -> F64:
    """Leave figures of pairs out where one is formed; with `diagonal` only its own figure is."""
    formed = formed_of(spec)
    gone = np.diag(formed) if diagonal else formed[:, None] | formed
    return np.where(gone, np.nan, table)


def document(result: Estimated) -> dict[str, Any]:
    """Give the document of one estimation, groups included; numbers unrounded, ``nan`` becomes None."""
    found = _own(result)
    found["groups"] = {
        name: None if group is None else _own(group) | {"groups": {}} for name, group in result.groups.items()
    }
    written: dict[str, Any] = plain(found)  # figures that do not exist, such as an interaction's AVE, are nan
    return written


@np.errstate(invalid="ignore", divide="ignore")
def _own(result: Estimated) -> dict[str, Any]:
    spec, options = result.spec, result.options
    constructs = _constructs(result)
    written: dict[str, Any] = {
        "method": options.method,
        "scheme": options.scheme,
        "n_respondents": result.n_given,
        "n_used": result.n_used,
        "point_weights": "own" if result.common is None else "common",
        "converged": bool(result.solution.converged[0]),
        "iterations": int(result.solution.iterations[0]),
        "index": {
            "id": spec.index,
            **{key: value for key, value in constructs[spec.index].items() if key in {"points", "se", "ci"}},
        },
        "constructs": constructs,
        "dimensions": _dimensions(result),
        "indicators": _indicators(result),
        "paths": paths_of(result),
        "total_effects": effects_of(result),
        **indirect_of(result),
        "htmt": _pairs(result, unformed(spec, result.figure("htmt").value), diagonal=False),
        "htmt2": _pairs(result, unformed(spec, ratio(spec, result.items, "htmt2")[0]), diagonal=False),
        "fornell_larcker": _fornell_larcker(result),
        "fit": _fit(result),
        "cautions": [caution.plain() for caution in result.cautions],
    }
    if result.weighting is not None:
        written["weighting"] = result.weighting.document(spec)
    if result.covariance is not None:
        written["estimator"] = result.covariance.document["estimator"]
        written["estimates"] = result.covariance.document["estimates"]
        written["defined"] = result.covariance.document["defined"]
    elif options.bootstrap:
        written["bootstrap"] = {
            "n": options.bootstrap,
            "failed": result.failed,
            "seed": options.seed,
            "interval": result.interval_kind,
            "level": options.level,
        }
        if result.interval_kind == "studentised":
            written["bootstrap"]["standard_error"] = f"inner bootstrap of {INNER} with a linear control"
    return written


def _constructs(result: Estimated) -> dict[str, dict[str, Any]]:
    spec, solution = result.spec, result.solution
    items = result.items
    formed = formed_of(spec)
    table = {
        "r_squared": solution.r_squared[0],
        "r_squared_adjusted": r_squared_adjusted(solution.r_squared, spec.path_matrix, result.n_used)[0],
        "bic": _bic(result),
        "alpha_raw": reliability.alpha_raw(items.cov, items.block)[0],
        **{name: result.figure(field).value for name, field in QUALITY.items() if field != "r_squared"},
        "full_collinearity_vif": _full_collinearity(result),
        "sd": result.points.sd[0],
    }
    for name in RELIABILITY:
        table[name] = np.where(formed, np.nan, table[name])
    return {
        construct.id: cell_of(result, "constructs", "points", place)
        | _state(result, "constructs", place)
        | {name: float(values[place]) for name, values in table.items()}
        | _ends(result, QUALITY, place, without=RELIABILITY if formed[place] else ())
        | _parts(result, place)
        | {"name": dict(construct.name), "valence": construct.valence}
        for place, construct in enumerate(spec.constructs)
    }


def _ends(
    result: Estimated, fields: Mapping[str, str], place: int, *, without: Container[str] = ()
) -> dict[str, Any]:
    """Give the intervals of figures whose values stand elsewhere in the row; some of them have none here."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if result.has_interval(field):
            told = cell_of(result, field, name, place, parts=USUAL[1:], named=True)
            found |= {part: None if name in without else each for part, each in told.items() if part != name}
    return found


def _state(result: Estimated, name: str, place: int) -> dict[str, str]:
    """Say what may be said of points by how many answered."""
    return {"state": STATES[int(result.figure(name).state[place])]}


def _bic(result: Estimated) -> F64:
    """Of the regressions of scores by PLS: the paths of other methods are none."""
    found = np.full(len(result.spec.constructs), np.nan)
    if result.options.method == "pls":
        n = result.n_used if result.weighting is None else result.weighting.n_effective
        found = bic(result.solution.r_squared, result.spec.path_matrix, n)[0]
    return found


def _parts(result: Estimated, place: int) -> dict[str, Any]:
    spec, items = result.spec, result.items
    construct, first = spec.constructs[place], len(spec.indicator_ids)
    if construct.product:
        return {"product": list(construct.product)}
    if not construct.components:
        return {}
    vif = collinearity.item_vif(items.corr, items.block)[0]
    rows = {part: items.names.index(part, first) for part in construct.components}
    return {
        "components": {
            part: {
                "weight": float(items.weights[0, row, place]),
                "loading": float(items.loadings[0, row, place]),
                "vif": float(vif[row]),
            }
            for part, row in rows.items()
        }
    }


def _full_collinearity(result: Estimated) -> F64:
    """Of constructs that are no component of another, whose scores they would repeat."""
    columns = result.spec.separate
    found = np.full(len(result.spec.constructs), np.nan)
    corr = result.solution.construct_corr[:, columns[:, None], columns]
    found[columns] = collinearity.full_collinearity_vif(corr)[0]
    return found


def _dimensions(result: Estimated) -> dict[str, dict[str, Any]]:
    return {
        node.id: {
            "construct": construct,
            **cell_of(result, "dimensions", "points", place),
            **_state(result, "dimensions", place),
            "weight_share": float(result.points.dimension_shares[0, place]),
            "name": dict(node.name),
        }
        for place, (construct, node) in enumerate(result.spec.dimensions)
    }


def _indicators(result: Estimated) -> dict[str, dict[str, Any]]:
    spec, solution, scored = result.spec, result.solution, result.points
    vif = collinearity.item_vif(result.moments.corr, spec.home_mask)[0]
    home, owner = spec.home_mask, part_of(spec)
    item_total = item_statistics.item_total(result.moments.cov, home)[0]
    without = item_statistics.alpha_if_deleted(result.moments.cov, home)[0]
    names = {indicator.id: indicator.name for indicator in spec.indicators}
    within = {code: node.id for _, node in spec.dimensions for code in node.indicators}
    spread = np.sqrt(np.diag(result.moments.cov[0]) * result.n_used / max(result.n_used - 1, 1))
    found = {}
    for row, code in enumerate(spec.indicator_ids):
        place = int(spec.home[row])
        found[code] = {
            "construct": spec.construct_ids[place],
            "dimension": within.get(code),
            **cell_of(result, "indicators", "points", row),
            **_state(result, "indicators", row),
            **result.told.cells(row),
            "mean": float(result.moments.level[0, row]),
            "sd": float(spread[row]),
            "loading": float(solution.loadings[0, row, place]),
            **_ends(result, OUTER, row),
            **_tested(result, row),
            "weight_share": float(scored.shares[0, row]),
            "vif": float(vif[row]),
            "item_total": float(item_total[row]),
            "alpha_if_deleted": float(without[row]),
            "cross_loadings": {
                name: None if owner[place, other] else float(solution.loadings[0, row, other])
                for other, name in enumerate(spec.construct_ids)
            },
            "name": dict(names[code]),
        }
    return found


def _tested(result: Estimated, row: int) -> dict[str, float | None]:
    """Give error and probability of an outer weight; one that cannot vary has no probability."""
    told = cell_of(result, "weights", "outer_weight", row, parts=("se", "p"), named=True)
    weight, error = told["outer_weight"], told.get("outer_weight_se")
    is_free = weight is not None and error is not None and error > STILL * abs(weight)
    return told if is_free or "outer_weight_p" not in told else told | {"outer_weight_p": None}


def _pairs(result: Estimated, table: F64, *, diagonal: bool) -> list[list[Any]]:
    names = result.spec.construct_ids
    return [
        [names[column], names[row], float(table[row, column])]
        for row in range(len(names))
        for column in range(row + (1 if diagonal else 0))
    ]


def _fornell_larcker(result: Estimated) -> list[list[Any]]:
    shared = reliability.ave(result.items.loadings, result.items.block)
    table = validity.fornell_larcker(result.solution.construct_corr, shared)[0]
    return _pairs(
        result,
        unformed(result.spec, np.where(nested(result.spec), np.nan, table), diagonal=True),
        diagonal=True,
    )


def _fit(result: Estimated) -> dict[str, Any]:
    if result.covariance is not None:
        return dict(result.covariance.document["fit"])
    found = implied.fit_of(result.moments.corr, result.solution, result.spec, result.options.method)
    return {name: float(value[0]) for name, value in found.items()}
