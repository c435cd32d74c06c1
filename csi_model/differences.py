"""Groups side by side in one call: differences, the model as a whole, invariance; as plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.compare_draws import Progress
from csi_model.compare_pls import compare_models, pls_weights, without_interactions
from csi_model.compare_report import number, pair_document
from csi_model.errors import Caution, DataError, ModelError
from csi_model.micom import ADVICE, measurement_invariance
from csi_model.options import Options
from csi_model.overall import overall_difference
from csi_model.prepare import IndicatorMatrix
from csi_model.small_units import holm
from csi_model.specify import ModelSpec

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
    data, cautions = _selected(data, options.floor, chosen)
    if n_permutations and 1 / (n_permutations + 1) > 1 - options.level:
        raise DataError(
            f"{n_permutations} permutations cannot reach a level of {options.level:g}.",
            code="permutations",
            remedy="Ask for 0, which means none, or for 999, say.",
        )
    levels = _covariance_levels(spec, data, options) if invariance else None
    rng = np.random.default_rng([options.seed, 4])
    compared = compare_models(
        data.values,
        _labels(data),
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


def _labels(data: IndicatorMatrix) -> NDArray[np.str_]:
    if data.groups is None:
        raise DataError("The answers have no groups.", code="groups", remedy="Give prepare a label per row.")
    return data.groups


def _selected(
    data: IndicatorMatrix, floor: int, chosen: Sequence[str]
) -> tuple[IndicatorMatrix, list[Caution]]:
    labels = _labels(data)
    cautions = list(data.cautions)
    without = np.isin(labels, ("", "nan"))
    known = sorted(set(labels[~without].tolist()))
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise DataError(
            f"There is no group {unknown[0]!r}.",
            code="unknown-group",
            remedy=f"Choose among {', '.join(known[:12])}.",
        )
    if without.any():
        message = f"{int(without.sum())} of {len(labels)} respondents were left out: they are of no group."
        cautions.append(Caution("rows-left-out", message))
    wanted = list(chosen) or [name for name in known if (labels == name).sum() >= floor]
    for name in known:
        if name not in wanted and not chosen:
            n = int((labels == name).sum())
            cautions.append(
                Caution("small-group", f"{name}: {n} respondents, fewer than {floor}; not compared.")
            )
    if len(set(wanted)) < 2:
        has = f"only {wanted[0]} has" if wanted else "no group has"
        raise DataError(
            f"There is nothing to compare: {has} {floor} answers or more."
            if not chosen
            else "Only one group was given.",
            code="one-group",
            remedy="Give two groups or more.",
        )
    kept = np.isin(labels, wanted)
    return replace(data.subset(kept), n_respondents=data.n_respondents), cautions


def _covariance_levels(spec: ModelSpec, data: IndicatorMatrix, options: Options) -> dict[str, Any]:
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    if not np.allclose(data.weights, data.weights[0]):
        raise DataError(
            "The covariance model takes no weights.",
            code="weights",
            remedy="Leave out the weights, or the covariance model's invariance.",
        )
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    found = cbsem.assess_invariance(
        spec,
        columns,
        _labels(data).tolist(),
        missing="fiml" if options.missing == "fiml" else "listwise",
        level=1 - options.level,
    )
    plain: dict[str, Any] = found.document()
    return plain


def _whole_and_micom(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options,
    rng: np.random.Generator,
    n_permutations: int,
    document: dict[str, Any],
) -> list[dict[str, str]]:
    """Add both to the document of a pair; give what could not be tested, and cautions."""
    part = data.subset(np.isin(_labels(data), document["groups"]))
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
            part.values, _labels(part), spec, rng, scheme=options.scheme, method=options.method, **sample
        )
        return {
            "d_g": {"distance": found.d_g, "p": number(found.p_d_g)},
            "d_uls": {"distance": found.d_uls, "p": number(found.p_d_uls)},
            "failed": found.failed,
        }

    def micom() -> dict[str, Any]:
        solver = pls_weights(spec, scheme=options.scheme)
        found = measurement_invariance(
            part.values, _labels(part), solver, rng, constructs=names, level=options.level, **sample
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
