"""The call over waves: the official and the re-estimated index, its changes, breaks and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from csi_model.answers.labels import Labels
from csi_model.answers.sample import Sample
from csi_model.errors import Caution, DataError
from csi_model.estimation.groups import of_part
from csi_model.options import Options, Progress
from csi_model.series import official
from csi_model.series.breaks import Bridge
from csi_model.series.control import control_limits
from csi_model.series.document import once, points_over_waves, waves_of
from csi_model.series.followed import Followed, check_base, followed
from csi_model.series.items import index_rows
from csi_model.series.joint import joint_points
from csi_model.series.order import in_order
from csi_model.series.wave import wave_of
from csi_model.series.why import Known, across, why
from csi_model.specify import ModelSpec
from csi_model.tree.score import follow_tree


def follow(
    spec: ModelSpec,
    sample: Sample,
    by: str,
    options: Options | None = None,
    *,
    order: Sequence[str] = (),
    base: str = "",
    segments: str | None = None,
    modes: str | None = None,
    reworded: Mapping[str, Sequence[str]] | None = None,
    bridges: Mapping[str, Bridge] | None = None,
    opened: Mapping[str, date] | None = None,
    tree: str | Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Estimate each wave and follow the index, as plain values.

    Parameters
    ----------
    by
        Labels of `sample`: the wave of each respondent.
    options
        Resamples (`bootstrap`) give the re-estimated weights their uncertainty.
    order
        Waves in order of time; that of their names, and of the numbers in these, by default.
    base
        The wave whose weights are frozen; the first by default.
    segments, optional
        Labels of customer segments: a change is then split into answers, weights and mix.
    modes, optional
        Labels of collection modes; a shift of their shares marks a break.
    reworded
        Wave → questions of the index worded anew from there on: a break.
    bridges
        Wave → what the new form alone does to the index (`breaks.bridge_shift`); mends the break there.
    opened, optional
        Wave → the day it went into the field, for changes since a year before and trends a year.
    tree, optional
        Follow the tree score too, by the base wave's weights (`tree.score.tree_weights`).

    Returns
    -------
    dict
        ``waves`` (official and re-estimated points, change since the wave before with ``p_holm`` and a
        verdict), ``constructs`` (points by wave, each with its own weights), ``frozen`` (the same with the
        base's) and their ``drift`` (`drift.drift`), ``why`` (each change in parts that add up), ``breaks``,
        ``control`` (limits of the ordinary, None before the fourth wave), ``tree``, ``cautions``.

    Raises
    ------
    DataError
        Fewer than two waves, an unknown wave or question, a wave too small.
    """
    options = options or Options()
    codes, base = in_order(sample.label(by), order, base, opened or {})
    marks = _marks(spec, codes, reworded or {})
    parts = sample.split(by).samples
    waves = _estimated(spec, {code: parts[code] for code in codes}, by, options, progress)
    of_base = check_base(waves, base)
    summaries = [
        replace(
            wave_of(code, waves[code], spec),
            lineage=marks[code],
            modes={} if modes is None else _mixture(parts[code].label(modes)),
        )
        for code in codes
    ]
    joint = joint_points(waves, base)
    series = official.index_series(
        summaries,
        base=base,
        covariance=joint.covariance[spec.place[spec.index]],
        df=joint.df,
        floor=options.floor,
        indicative=options.indicative,
        bridges=bridges,
        level=options.level,
    )
    cautions = [*_before(sample, (by, segments, modes), waves), *series.cautions]
    control, known = _control(series, cautions), Known(waves, base, bridges or {}, joint.df)
    scored = {code: wave.result or (wave.items.means, wave.items.covariance) for code, wave in waves.items()}
    of_tree, doubts = follow_tree(scored, of_base, base, tree, reworded or {})
    cautions += doubts
    return {
        "index": spec.index,
        "base": base,
        "level": options.level,
        "waves": waves_of(series, waves),
        "constructs": {
            name: [points_over_waves(wave, at) for wave in waves.values()]
            for at, name in enumerate(spec.construct_ids)
        },
        **joint.drifted(spec, series, reworded or {}, opened or {}, options),
        "breaks": [each._asdict() for each in series.breaks],
        "why": [
            across(pair, series) or why(pair, series.changes.at(at), known, spec, segments, options)
            for at, pair in enumerate(pairwise(codes))
        ],
        "control": control,
        "tree": of_tree,
        "cautions": [caution.plain() for caution in once(cautions)],
    }  # fmt: skip


def _estimated(
    spec: ModelSpec, parts: Mapping[str, Sample], by: str, options: Options, progress: Progress | None
) -> dict[str, Followed]:
    """Estimate each wave that is large enough, telling how far it is."""
    large = [code for code, part in parts.items() if len(part) >= options.floor]
    waves = {}
    for number, (code, part) in enumerate(parts.items()):
        waves[code] = followed(spec, code, part, large, of_part(options, by, code))
        if progress is not None:
            progress((number + 1) / len(parts))
    return waves


def _before(sample: Sample, labels: Sequence[str | None], waves: Mapping[str, Followed]) -> Iterator[Caution]:
    """What is doubtful before waves are compared: answers, people without labels, waves not estimated."""
    yield from sample.cautions
    for name in labels:
        if name is not None:
            yield from sample.unlabelled(name)
    yield from (wave.caution for wave in waves.values() if wave.caution is not None)


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
            raise DataError(msg, code="unknown-wave", remedy=f"Choose one of {', '.join(codes[1:])}.")
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


def _mixture(modes: Labels) -> dict[str, float]:
    return {
        name: size / modes.sizes.sum()
        for name, size in zip(modes.names, modes.sizes.tolist(), strict=True)
        if size
    }


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
