"""Why the official index changed: its change in parts that add up, or why it is not split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.levelled import Levelled
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, I64, Mask
from csi_model.errors import DataError, ModelError
from csi_model.estimation.result import Result
from csi_model.inference.figures import Figure
from csi_model.options import Options
from csi_model.remedies import REMEDIES
from csi_model.series import official
from csi_model.series.decompose import WaveAnswers, decompose
from csi_model.series.items import index_rows


def across(pair: tuple[str, str], series: official.Series) -> dict[str, Any] | None:
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


class Known(NamedTuple):
    """Each wave's answers and results, and the wave whose weights are official."""

    parts: Mapping[str, Sample]
    results: Mapping[str, Result]
    base: str


def why(
    pair: tuple[str, str],
    change: Figure,
    known: Known,
    segments: str | None,
    options: Options,
) -> dict[str, Any]:
    """Split the change of the official index: its weights are the base wave's, so none of it is theirs.

    A refusal is named in place of the parts. The change of the re-estimated index stands beside it.
    """
    parts, results, base = known
    spec = results[base].spec
    rows, index = index_rows(spec), spec.place[spec.index]

    def side(code: str) -> WaveAnswers:
        clusters, levels = parts[code].clusters, _levels(results[code], rows)
        return WaveAnswers(
            parts[code].points[:, rows],
            np.full(len(parts[code]), "all") if segments is None else parts[code].label(segments).texts(),
            results[base].points.construct_shares[0, rows, index],
            parts[code].weights,
            clusters=None if clusters is None else clusters.number,
            levels=levels,
            asked=None if levels is None else parts[code].asked[:, rows],
        )

    said: dict[str, Any] = {"from": pair[0], "to": pair[1]}
    try:
        found = decompose(side(pair[0]), side(pair[1]), floor=options.floor, level=options.level)
    except ModelError as error:
        return said | {"refused": error.plain()}
    names = [spec.indicator_ids[row] for row in rows]
    said["change"] = change.plain()
    said |= {name: getattr(found, name).plain() for name in ("answers", "weights", "mix")}
    first, last = (float(results[code].points.constructs[0, index]) for code in pair)
    said["re_estimated_change"] = last - first
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


def _levels(result: Result, rows: I64) -> Callable[[Mask], F64] | None:
    """Give `estimator.Estimator.levels` of some questions, where gaps are fitted."""
    estimator = result.estimator
    if estimator is None or not isinstance(estimator.counted, Answered | Levelled):
        return None
    return lambda among: np.asarray(estimator.levels(among))[:, rows]
