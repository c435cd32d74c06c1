"""The call over waves: the official and the re-estimated index, its changes, breaks and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.answers.sample import IndicatorMatrix, question_points
from csi_model.errors import Caution, DataError, ModelError
from csi_model.estimation.estimate import estimate
from csi_model.estimation.result import Result
from csi_model.options import Options, Progress
from csi_model.remedies import REMEDIES
from csi_model.series import official
from csi_model.series.breaks import Bridge
from csi_model.series.control import control_limits
from csi_model.series.decompose import WaveAnswers, decompose
from csi_model.series.document import once, points_over_waves, waves_of
from csi_model.series.wave import index_rows, wave_of
from csi_model.specify import ModelSpec


def follow(
    spec: ModelSpec,
    data: IndicatorMatrix,
    waves: ArrayLike,
    options: Options | None = None,
    *,
    order: Sequence[str] = (),
    base: str = "",
    segments: ArrayLike | None = None,
    modes: ArrayLike | None = None,
    reworded: Mapping[str, Sequence[str]] | None = None,
    bridges: Mapping[str, Bridge] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Estimate each wave and follow the index, as plain values.

    Parameters
    ----------
    waves : of shape (n_respondents,)
        Wave of each respondent of `data`.
    options
        Resamples (`bootstrap`) give the re-estimated weights their uncertainty.
    order
        Waves in order of time; that of their names by default.
    base
        The wave whose weights are frozen; the first by default.
    segments : of shape (n_respondents,), optional
        Customer segments: a change is then split into answers, weights and mix.
    modes : of shape (n_respondents,), optional
        Collection modes; a shift of their shares marks a break.
    reworded
        Wave → questions of the index worded anew from there on: a break.
    bridges
        Wave → what the new form alone does to the index (`breaks.bridge_shift`); mends the break there.

    Returns
    -------
    dict
        ``waves`` (official and re-estimated points, change since the wave before with ``p_holm`` and a
        verdict), ``constructs`` (points by wave), ``why`` (each change in parts that add up), ``breaks``,
        ``control`` (limits of the ordinary, None before the fourth wave), ``cautions``.

    Raises
    ------
    DataError
        Fewer than two waves, an unknown wave or question, a wave too small.
    """
    options = options or Options()
    labels = np.asarray(waves).astype(str)
    codes = _order(labels, data, order)
    base = base or codes[0]
    if base not in codes:
        raise DataError(f"No wave {base!r}.", code="unknown-wave", remedy=f"Choose one of {list(codes)}.")
    parts = {code: data.subset(labels == code) for code in codes}
    results = {}
    for number, code in enumerate(codes):
        _check_floor(code, parts[code], options)
        results[code] = estimate(spec, parts[code], replace(options, seed=options.seed + number))
        if progress is not None:
            progress((number + 1) / len(codes))
    marks = _marks(spec, codes, reworded or {})
    mixture = None if modes is None else np.asarray(modes).astype(str)
    summaries = [
        replace(
            wave_of(code, parts[code], results[code]),
            lineage=marks[code],
            modes={} if mixture is None else _mixture(mixture[labels == code]),
        )
        for code in codes
    ]
    series = official.index_series(
        summaries,
        base=base,
        floor=options.floor,
        indicative=options.indicative,
        bridges=bridges,
        level=options.level,
    )
    cautions = [*data.cautions, *series.cautions]
    control = _control(series, cautions)
    groups = None if segments is None else np.asarray(segments).astype(str)
    return {
        "index": spec.index,
        "base": base,
        "level": options.level,
        "waves": waves_of(series, results, 1 - options.level),
        "constructs": {
            name: [points_over_waves(results[code], at) for code in codes]
            for at, name in enumerate(spec.construct_ids)
        },
        "breaks": [each._asdict() for each in series.breaks],
        "why": [
            _across(pair, series) or _why(pair, parts, results, labels, groups, options, cautions)
            for pair in pairwise(codes)
        ],
        "control": control,
        "cautions": [caution.plain() for caution in once(cautions)],
    }  # fmt: skip


def _order(labels: NDArray[np.str_], data: IndicatorMatrix, order: Sequence[str]) -> tuple[str, ...]:
    if labels.shape != (len(data.values),):
        msg = f"{len(data.values)} respondents but waves of shape {labels.shape}."
        raise DataError(msg, code="length", remedy="Give exactly one wave per respondent.")
    found = sorted(set(labels.tolist()))
    if "" in found or "nan" in found:
        n = int(((labels == "") | (labels == "nan")).sum())
        raise DataError(
            f"{n} respondents have no wave.", code="wave-blank", remedy="Fill the column, or leave them out."
        )
    codes = tuple(order) or tuple(found)
    strange = [code for code in codes if code not in found]
    if strange:
        raise DataError(f"No wave {strange[0]!r}.", code="unknown-wave", remedy=f"Choose among {found}.")
    if len(codes) < 2 or len(set(codes)) != len(codes):
        msg = f"A series needs two waves or more, each once, not {list(codes)}."
        raise DataError(msg, code="waves", remedy="Name the waves in order of time.")
    return codes


def _check_floor(code: str, part: IndicatorMatrix, options: Options) -> None:
    if len(part.values) < options.floor:
        msg = f"Wave {code} has {len(part.values)} answers, below the floor of {options.floor}."
        raise DataError(msg, code="floor", remedy="Leave the wave out of the series or collect more answers.")


def _marks(
    spec: ModelSpec, codes: tuple[str, ...], reworded: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, str]]:
    """Mark each question of the index by the wave since which it has its wording."""
    items = [spec.indicator_ids[row] for row in index_rows(spec)]
    current = dict.fromkeys(items, codes[0])
    marks = {}
    for wave, questions in reworded.items():
        if wave not in codes[1:]:
            msg = f"Questions are said to be reworded in {wave!r}, no wave after the first."
            raise DataError(msg, code="unknown-wave", remedy=f"Choose one of {list(codes[1:])}.")
        strange = [code for code in questions if code not in spec.indicator_ids]
        if strange:
            raise DataError(
                f"The model has no question {strange[0]!r}.",
                code="unknown-question",
                remedy=f"Questions of the index: {', '.join(items)}.",
            )
    for code in codes:
        current |= {item: code for item in reworded.get(code, ()) if item in current}
        marks[code] = dict(current)
    return marks


def _mixture(modes: NDArray[np.str_]) -> dict[str, float]:
    names, count = np.unique(modes, return_counts=True)
    return dict(zip(names.tolist(), (count / count.sum()).tolist(), strict=True))


def _control(series: official.Series, cautions: list[Caution]) -> dict[str, Any] | None:
    if len(series.codes) < 4 or not np.isfinite(series.changes.value).all():
        return None
    found = control_limits(series.official.value, series.official.se)
    cautions += found.cautions
    return {
        "centre": found.centre,
        "common_sd": found.common_sd,
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "signals": [{"wave": series.codes[at], "rule": rule} for at, rule in found.signals],
    }


def _across(pair: tuple[str, str], series: official.Series) -> dict[str, Any] | None:
    """Refuse to split a change across a break: the new form would count as answers."""
    kinds = [each.kind for each in series.breaks if each.after == pair[1]]
    if not kinds:
        return None
    refused = DataError(
        f"Between {pair[0]} and {pair[1]} the {kinds[0]} changed, which no split tells from the answers.",
        code="break",
        remedy=REMEDIES["break"],
    )
    return {"from": pair[0], "to": pair[1], "refused": refused.plain()}


def _why(
    pair: tuple[str, str],
    parts: Mapping[str, IndicatorMatrix],
    results: Mapping[str, Result],
    labels: NDArray[np.str_],
    segments: NDArray[np.str_] | None,
    options: Options,
    cautions: list[Caution],
) -> dict[str, Any]:
    """Split the change of the re-estimated index; a refusal is named in place of the parts."""

    def side(code: str) -> WaveAnswers:
        spec, result = results[code].spec, results[code]
        rows, index = index_rows(spec), spec.place[spec.index]
        drawn = None if result.draws is None else result.draws.construct_shares[:, rows, index]
        return WaveAnswers(
            question_points(spec, parts[code])[:, rows],
            np.full(int((labels == code).sum()), "all") if segments is None else segments[labels == code],
            result.points.construct_shares[0, rows, index],
            parts[code].weights,
            None if drawn is None else drawn[np.isfinite(drawn).all(axis=1)],
        )

    said: dict[str, Any] = {"from": pair[0], "to": pair[1]}
    try:
        rng = np.random.default_rng(options.seed)
        found = decompose(side(pair[0]), side(pair[1]), rng, floor=options.floor, level=options.level)
    except ModelError as error:
        return said | {"refused": error.plain()}
    cautions += found.cautions
    names = [results[pair[0]].spec.indicator_ids[row] for row in index_rows(results[pair[0]].spec)]
    said |= {name: getattr(found, name).plain() for name in ("change", "answers", "weights", "mix")}
    said["by_question"] = {
        name: {
            "answers": found.answers_by_item.at(at).plain(),
            "weights": found.weights_by_item.at(at).plain(),
        }
        for at, name in enumerate(names)
    }
    if segments is not None:
        said["by_segment"] = {
            name: {
                "answers": found.answers_by_segment.at(at).plain(),
                "mix": found.mix_by_segment.at(at).plain(),
            }
            for at, name in enumerate(found.segments)
        }
    return said
