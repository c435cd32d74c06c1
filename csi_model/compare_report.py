"""Differences of two groups as plain values, as the command line writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from csi_model import effects
from csi_model.compare import Difference
from csi_model.report import OUTER, QUALITY
from csi_model.specify import ModelSpec


def pair_document(spec: ModelSpec, pair: Difference) -> dict[str, Any]:
    """Give one pair of groups, figure by figure; the keys are those of an estimation's document.

    A figure has both groups' estimates, their difference with standard error, interval and ``p_bootstrap``,
    and the permutations' ``p`` and ``p_holm``; what does not exist or was not asked for is None.
    """

    def figure(key: str, *place: int) -> dict[str, Any]:
        first, second = pair.estimates[key]
        found = pair.difference[key]
        return {
            "first": number(first[place]),
            "second": number(second[place]),
            "difference": number(found.value[place]),
            "se": number(found.se[place]),
            "ci": [number(found.low[place]), number(found.high[place])],
            "p_bootstrap": number(found.p[place]),
            "p": number(pair.p_permutation[key][place]),
            "p_holm": number(pair.p_holm[key][place]),
        }

    names, place = spec.construct_ids, spec.place
    # With every path at 1 a total effect counts the ways from source to target.
    leads = effects.total_effects(spec.path_matrix.astype(float)) > 0.5
    couples = list(zip(*np.tril_indices(len(names), -1), strict=True))
    outer = {"points": "indicator_points", **OUTER}
    return {
        "groups": [pair.first, pair.second],
        "failed": {"permutations": pair.failed[0], "bootstrap": pair.failed[1]},
        "index": {"id": spec.index, **figure("points", place[spec.index])},
        "constructs": {
            name: {
                "points": figure("points", k),
                **{label: figure(key, k) for label, key in QUALITY.items()},
            }
            for k, name in enumerate(names)
        },
        "dimensions": {
            node.id: {"construct": construct, "points": figure("dimension_points", k)}
            for k, (construct, node) in enumerate(spec.dimensions)
        },
        "indicators": {
            code: {label: figure(key, k) for label, key in outer.items()}
            for k, code in enumerate(spec.indicator_ids)
        },
        "paths": [
            {"source": source, "target": target, **figure("paths", place[target], place[source])}
            for source, target in spec.paths
        ],
        "total_effects": [
            {"source": source, "target": target}
            | {
                label: figure(key, row, column)
                for label, key in (
                    ("standardised", "total_effects"),
                    ("indirect", "indirect_effects"),
                    ("points_per_point", "points_per_point"),
                )
            }
            for column, source in enumerate(names)
            for row, target in enumerate(names)
            if row != column and leads[row, column]
        ],
        **{
            key: [
                {"constructs": [names[column], names[row]], **figure(key, k)}
                for k, (row, column) in enumerate(couples)
            ]
            for key in ("htmt", "htmt2")
        },
        "overall": None,
        "micom": None,
    }


def number(value: float | np.floating[Any]) -> float | None:
    """Give a plain number, None for nan."""
    return float(value) if np.isfinite(value) else None
