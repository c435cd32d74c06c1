"""Differences of two groups as plain values, as the command line writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from csi_model.answers.sample import IndicatorMatrix
from csi_model.comparison.compare import compare_models, covariance_levels, labels_by, selected
from csi_model.comparison.micom import ADVICE, measurement_invariance
from csi_model.comparison.overall import overall_difference
from csi_model.comparison.pairs import Difference
from csi_model.comparison.statistic import pls_weights, without_interactions
from csi_model.errors import Caution, DataError, ModelError
from csi_model.estimation.document import OUTER, QUALITY
from csi_model.inference.many import holm
from csi_model.inference.plain import number
from csi_model.measures import effects
from csi_model.options import Options, Progress
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


COMPARING = 0.6  # share of the work that is not MICOM and the test of the whole


def differences(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options,
    *,
    chosen: Sequence[str] = (),
    n_permutations: int = 1000,
    invariance: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compare the groups of checked answers in every respect, as plain values.

    Parameters
    ----------
    data
        From :func:`csi_model.prepare` with `groups`. Rows without a label are left out with a caution.
    options
        `bootstrap` resamples (0 for none) by `seed`; method pls or plsc; groups below `floor` are left out
        with a caution.
    chosen
        Compare these groups alone; one of them below the floor is refused. All by default.
    n_permutations
        0 for none: then neither MICOM nor the test of the whole can be made.
    invariance
        Also fit the covariance model at three levels of equality (:func:`cbsem.assess_invariance`).

    Returns
    -------
    dict
        Options; ``groups``: n of each; ``pairs``: figures as `compare_report.pair_document` gives them, with
        the difference of the model as a whole (``overall``) and ``micom``; ``invariance``: document of the
        covariance model's test, or None; ``cautions``. ``p`` is that of the permutations, ``p_holm``
        corrected over all figures of its kind in all pairs.

    Raises
    ------
    ModelError
        An unknown group, fewer than two; permutations too few to reach the level; what
        :func:`compare_models` refuses; weights with `invariance`.
    """
    data, cautions = selected(data, options.floor, chosen)
    if n_permutations and 1 / (n_permutations + 1) > 1 - options.level:
        raise DataError(
            f"{n_permutations} permutations cannot reach a level of {options.level:g}.",
            code="permutations",
            remedy="Ask for 0, which means none, or for 999, say.",
        )
    levels = covariance_levels(spec, data, options) if invariance else None
    rng = np.random.default_rng([options.seed, 4])
    compared = compare_models(
        data.values,
        labels_by(data),
        spec,
        rng,
        scheme=options.scheme,
        method=options.method,
        missing=options.missing,
        n_permutations=n_permutations,
        n_resamples=options.bootstrap,
        weights=data.weights,
        clusters=data.clusters,
        strata=data.strata,
        floor=options.floor,
        level=options.level,
        progress=None if progress is None else lambda share: progress(COMPARING * share),
    )
    found = [pair_document(spec, pair) for pair in compared.pairs]
    refused: list[dict[str, str]] = []
    if n_permutations:
        for number, document in enumerate(found):
            refused += _whole_and_micom(spec, data, options, rng, n_permutations, document)
            if progress is not None:
                progress(COMPARING + (1 - COMPARING) * (number + 1) / len(found))
        _correct_overall(found)
    if invariance and data.clusters is not None:
        message = "The covariance model's steps take respondents as independent; clusters are ignored."
        cautions.append(Caution("clusters-ignored", message))
    return {
        "method": options.method,
        "scheme": options.scheme,
        "missing": options.missing,
        "level": options.level,
        "seed": options.seed,
        "n_permutations": n_permutations,
        "n_resamples": options.bootstrap,
        "n_respondents": data.n_respondents,
        "groups": {name: {"n": n} for name, n in zip(compared.groups, compared.n, strict=True)},
        "pairs": found,
        "invariance": levels,
        "cautions": _unique([*cautions, *compared.cautions], refused),
    }


def _whole_and_micom(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options,
    rng: np.random.Generator,
    n_permutations: int,
    document: dict[str, Any],
) -> list[dict[str, str]]:
    """Add both to the document of a pair; give what could not be tested, and cautions."""
    part = data.subset(np.isin(labels_by(data), document["groups"]))
    sample: dict[str, Any] = {
        "missing": options.missing,
        "n_permutations": n_permutations,
        "weights": part.weights,
        "clusters": part.clusters,
        "floor": options.floor,
    }
    names = without_interactions(spec).construct_ids
    notes: list[dict[str, str]] = []

    def whole() -> dict[str, Any]:
        found = overall_difference(
            part.values, labels_by(part), spec, rng, scheme=options.scheme, method=options.method, **sample
        )
        return {
            "d_g": {"distance": found.d_g, "p": number(found.p_d_g)},
            "d_uls": {"distance": found.d_uls, "p": number(found.p_d_uls)},
            "failed": found.failed,
        }

    def micom() -> dict[str, Any]:
        solver = pls_weights(spec, scheme=options.scheme)
        found = measurement_invariance(
            part.values, labels_by(part), solver, rng, constructs=names, level=options.level, **sample
        )
        notes.extend(caution.plain() for caution in found.cautions if caution.code != "rows-left-out")
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
                for k, name in enumerate(names)
            },
            "failed": found.failed,
        }

    parts: dict[str, Callable[[], dict[str, Any]]] = {"overall": whole, "micom": micom}
    for name, work in parts.items():
        try:
            document[name] = work()
        except ModelError as error:
            notes.append(error.plain() | {"code": f"{name}-{error.code}"})
    return notes


def _correct_overall(found: list[dict[str, Any]]) -> None:
    """Holm over the pairs of groups."""
    for distance in ("d_g", "d_uls"):
        tested = [pair["overall"][distance] for pair in found if pair["overall"]]
        p = np.array([one["p"] for one in tested], dtype=float)
        for one, corrected in zip(tested, holm(p).tolist(), strict=True):
            one["p_holm"] = number(corrected)


def _unique(cautions: list[Caution], refused: list[dict[str, str]]) -> list[dict[str, str]]:
    plain = [caution.plain() for caution in cautions] + refused
    return [one for place, one in enumerate(plain) if one not in plain[:place]]
