"""Why the official index changed: its change in parts that add up, or why it is not split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from csi_model.errors import DataError, ModelError
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.options import Options
from csi_model.remedies import REMEDIES
from csi_model.series import official
from csi_model.series.breaks import Bridge
from csi_model.series.decompose import WaveAnswers, decompose
from csi_model.series.followed import Followed
from csi_model.series.items import index_rows
from csi_model.specify import ModelSpec


def across(pair: tuple[str, str], series: official.Series) -> dict[str, Any] | None:
    """Refuse to split a change across a break that no bridge joins: the new form would count as answers."""
    kinds = [each.kind for each in series.breaks if each.after == pair[1]]
    if not kinds or np.isfinite(series.changes.at(series.codes.index(pair[0])).value):
        return None
    refused = DataError(
        f"Between {pair[0]} and {pair[1]} the {kinds[0]} changed, which no split tells from the answers.",
        code="break",
        remedy=REMEDIES["break"],
    )
    return {"from": pair[0], "to": pair[1], "refused": refused.plain()}


class Known(NamedTuple):
    """Each wave, that whose weights are official, bridges between forms, degrees of freedom of the errors."""

    waves: Mapping[str, Followed]
    base: str
    bridges: Mapping[str, Bridge]
    df: float


def why(
    pair: tuple[str, str],
    change: Figure,
    known: Known,
    spec: ModelSpec,
    segments: str | None,
    options: Options,
) -> dict[str, Any]:
    """Split the change of the official index: its weights are the base wave's, so none of it is theirs.

    Where a bridge leads into the later wave, ``form`` takes out again what the new form alone did to the
    answers. A refusal is named in place of the parts. The change of the re-estimated index stands beside it.
    """
    waves, bridges = known.waves, known.bridges
    rows, index = index_rows(spec), spec.place[spec.index]

    def side(code: str) -> WaveAnswers:
        part, levels = waves[code].sample, waves[code].levels
        return WaveAnswers(
            part.points[:, rows],
            np.full(len(part), "all") if segments is None else part.label(segments).texts(),
            waves[known.base].items.shares[rows, index],
            part.weights,
            clusters=None if part.clusters is None else part.clusters.number,
            levels=None if levels is None else lambda among: levels(among)[:, rows],
            asked=None if levels is None else part.asked[:, rows],
            items=[spec.indicator_ids[row] for row in rows],
            means=None if levels is None else waves[code].items.means[rows],
        )

    said: dict[str, Any] = {"from": pair[0], "to": pair[1]}
    try:
        found = decompose(side(pair[0]), side(pair[1]), floor=options.floor, level=options.level, df=known.df)
    except ModelError as error:
        return said | {"refused": error.plain()}
    names = [spec.indicator_ids[row] for row in rows]
    said["change"] = change.plain()
    said |= {name: getattr(found, name).plain() for name in ("answers", "weights", "mix")}
    if pair[1] in bridges:
        shift = bridges[pair[1]].shift
        said["form"] = from_normal(-shift.value, shift.se, level=options.level).plain()
    said["re_estimated_change"] = _re_estimated(waves, pair, index)
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


def _re_estimated(waves: Mapping[str, Followed], pair: tuple[str, str], index: int) -> float | None:
    """Give the change of the points by each wave's own weights, where both have some."""
    first, last = (
        None if each is None else float(each.points.constructs[0, index])
        for each in (waves[code].result for code in pair)
    )
    return None if first is None or last is None else last - first
