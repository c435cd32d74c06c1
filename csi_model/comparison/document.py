"""A comparison as plain values, as the command line writes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from csi_model.comparison.compare import Comparison
from csi_model.comparison.micom import ADVICE, Micom
from csi_model.comparison.overall import Overall
from csi_model.comparison.pairs import Difference
from csi_model.comparison.statistic import without_interactions
from csi_model.estimation.document import OUTER, QUALITY, RELIABILITY, formed_of
from csi_model.inference.many import holm
from csi_model.inference.plain import number
from csi_model.measures import effects
from csi_model.options import Options
from csi_model.specify import ModelSpec


def pair_document(spec: ModelSpec, pair: Difference) -> dict[str, Any]:
    """Give one pair of groups, figure by figure; the keys are those of an estimation's document.

    A figure has both groups' estimates, their difference with standard error, interval and ``p_bootstrap``,
    and the permutations' ``p`` and ``p_holm``; what does not exist or was not asked for is None.
    """
    formed = formed_of(spec)

    def of_reflective(key: str, at: int, *constructs: int) -> dict[str, Any]:
        """Give a figure that asks whether questions say the same; a formed construct's need not."""
        found = figure(key, at)
        if formed[list(constructs)].any():
            return dict.fromkeys(found)
        return found

    def figure(key: str, *place: int) -> dict[str, Any]:
        first, second = pair.estimates[key]
        found = pair.difference[key]
        return {
            "first": number(first[place]),
            "second": number(second[place]),
            **found.at(*place).plain("difference"),
            "p_bootstrap": number(found.p[place]),
            "p": number(pair.p_permutation[key][place]),
            "p_holm": number(pair.p_holm[key][place]),
        }

    names, place = spec.construct_ids, spec.place
    # With every path at 1 a total effect counts the ways from source to target.
    leads = effects.total_effects(spec.path_matrix.astype(float)) > 0.5
    couples = [(row, column) for row in range(len(names)) for column in range(row)]
    outer = {"points": "indicator_points", **OUTER}
    return {
        "groups": [pair.first, pair.second],
        "failed": {"permutations": pair.failed[0], "bootstrap": pair.failed[1]},
        "index": {"id": spec.index, **figure("points", place[spec.index])},
        "constructs": {
            name: {
                "points": figure("points", k),
                **{
                    label: of_reflective(key, k, k) if label in RELIABILITY else figure(key, k)
                    for label, key in QUALITY.items()
                },
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
                {"constructs": [names[column], names[row]], **of_reflective(key, k, row, column)}
                for k, (row, column) in enumerate(couples)
            ]
            for key in ("htmt", "htmt2")
        },
    }


def document(spec: ModelSpec, found: Comparison, options: Options) -> dict[str, Any]:
    """Give a comparison as plain values.

    Returns
    -------
    dict
        Options; ``groups``: n of each; ``pairs``: figures as `pair_document` gives them, with the difference
        of the model as a whole (``overall``) and ``micom``; ``invariance``: document of the covariance
        model's test, or None; ``cautions``. ``p`` is that of the permutations, ``p_holm`` corrected over all
        figures of its kind in all pairs.
    """
    pairs = [
        pair_document(spec, pair) | {"overall": _overall(overall), "micom": _micom(spec, micom)}
        for pair, overall, micom in zip(found.pairs, found.overall, found.micom, strict=True)
    ]
    _correct_overall(pairs)
    notes = [caution.plain() for caution in found.cautions]
    notes += [error.plain() | {"code": f"{name}-{error.code}"} for name, error in found.refused]
    return {
        "method": options.method,
        "scheme": options.scheme,
        "missing": options.missing,
        "group_weights": options.group_weights,
        "level": options.level,
        "seed": options.seed,
        "n_permutations": found.n_permutations,
        "n_resamples": options.bootstrap,
        "n_respondents": found.n_given,
        "groups": {name: {"n": result.n_used} for name, result in found.results.items()},
        "pairs": pairs,
        "invariance": found.invariance,
        "cautions": [one for place, one in enumerate(notes) if one not in notes[:place]],
    }


def _overall(found: Overall | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "d_g": {"distance": found.d_g, "p": number(found.p_d_g)},
        "d_uls": {"distance": found.d_uls, "p": number(found.p_d_uls)},
        "failed": found.failed,
    }


def _micom(spec: ModelSpec, found: Micom | None) -> dict[str, Any] | None:
    if found is None:
        return None
    figures = ("correlation", "correlation_quantile", "p_correlation", "mean_difference", "p_mean",
               "variance_difference", "p_variance")  # fmt: skip
    return {
        "constructs": {
            name: {key: float(getattr(found, key)[k]) for key in figures}
            | {
                "mean_interval": found.mean_interval[:, k].tolist(),
                "variance_interval": found.variance_interval[:, k].tolist(),
                "invariance": found.invariance[k],
                "remedy": ADVICE[found.invariance[k]],
            }
            for k, name in enumerate(without_interactions(spec).construct_ids)
        },
        "failed": found.failed,
    }


def _correct_overall(pairs: list[dict[str, Any]]) -> None:
    """Holm over the pairs of groups."""
    for distance in ("d_g", "d_uls"):
        tested = [pair["overall"][distance] for pair in pairs if pair["overall"]]
        p = np.array([one["p"] for one in tested], dtype=float)
        for one, corrected in zip(tested, holm(p).tolist(), strict=True):
            one["p_holm"] = number(corrected)
