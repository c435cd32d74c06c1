"""A comparison as plain values, as the command line writes them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class _Figures(NamedTuple):
    """The figures of a pair, each by its key and place."""

    pair: Difference
    formed: NDArray[np.bool_]

    def at(self, key: str, *place: int) -> dict[str, Any]:
        """Give both groups' estimates, and their difference with its tests."""
        first, second = self.pair.estimates[key]
        found = self.pair.difference[key]
        return {
            "first": number(first[place]),
            "second": number(second[place]),
            **found.at(*place).plain("difference"),
            "p_bootstrap": number(found.p[place]),
            "p": number(self.pair.p_permutation[key][place]),
            "p_holm": number(self.pair.p_holm[key][place]),
        }

    def of_reflective(self, key: str, at: int, *constructs: int) -> dict[str, Any]:
        """Give a figure that asks whether questions say the same; a formed construct's need not."""
        found = self.at(key, at)
        return dict.fromkeys(found) if self.formed[list(constructs)].any() else found


def pair_document(spec: ModelSpec, pair: Difference) -> dict[str, Any]:
    """Give one pair of groups, figure by figure; the keys are those of an estimation's document.

    A figure has both groups' estimates, their difference with standard error, interval and ``p_bootstrap``,
    and the permutations' ``p`` and ``p_holm``; what does not exist or was not asked for is None.
    """
    figures = _Figures(pair, formed_of(spec))
    names, place = spec.construct_ids, spec.place
    couples = [(row, column) for row in range(len(names)) for column in range(row)]
    outer = {"points": "indicator_points", **OUTER}
    return {
        "groups": [pair.first, pair.second],
        "failed": {"permutations": pair.failed[0], "bootstrap": pair.failed[1]},
        "index": {"id": spec.index, **figures.at("points", place[spec.index])},
        "constructs": {name: _construct(figures, k) for k, name in enumerate(names)},
        "dimensions": {
            node.id: {"construct": construct, "points": figures.at("dimension_points", k)}
            for k, (construct, node) in enumerate(spec.dimensions)
        },
        "indicators": {
            code: {label: figures.at(key, k) for label, key in outer.items()}
            for k, code in enumerate(spec.indicator_ids)
        },
        "paths": [
            {"source": source, "target": target, **figures.at("paths", place[target], place[source])}
            for source, target in spec.paths
        ],
        "total_effects": _total_effects(spec, figures),
        **{
            key: [
                {"constructs": [names[column], names[row]], **figures.of_reflective(key, k, row, column)}
                for k, (row, column) in enumerate(couples)
            ]
            for key in ("htmt", "htmt2")
        },
    }


def _construct(figures: _Figures, k: int) -> dict[str, Any]:
    quality = {
        label: figures.of_reflective(key, k, k) if label in RELIABILITY else figures.at(key, k)
        for label, key in QUALITY.items()
    }
    return {"points": figures.at("points", k), **quality}


def _total_effects(spec: ModelSpec, figures: _Figures) -> list[dict[str, Any]]:
    """Give the effects of each construct on each that it leads to."""
    # With every path at 1 a total effect counts the ways from source to target.
    leads = effects.total_effects(spec.path_matrix.astype(float)) > 0.5
    keys = {
        "standardised": "total_effects",
        "indirect": "indirect_effects",
        "points_per_point": "points_per_point",
    }
    return [
        {"source": source, "target": target}
        | {label: figures.at(key, row, column) for label, key in keys.items()}
        for column, source in enumerate(spec.construct_ids)
        for row, target in enumerate(spec.construct_ids)
        if row != column and leads[row, column]
    ]


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
