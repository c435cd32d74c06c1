"""Respondents' scores by the weights of before a measure, gaps filled, and the units that have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from csi_model.answers.cells import filled_within
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, DataError
from csi_model.estimation.result import Result
from csi_model.measures.points import by_shares
from csi_model.specify import ModelSpec


class Scored(NamedTuple):
    """Respondents' scores, (n, n_constructs), the answers behind them with gaps filled, and who has none.

    ``lost`` is (n_units, n_constructs): units where nobody answered a question that weighs, in one wave.
    """

    scores: F64
    filled: Sample
    lost: Mask


def score(yardstick: Result, sample: Sample, units: str, used: Mask, waves: str) -> Scored:
    """Score by the weights of before, gaps filled by what unit, wave and other answers let expect.

    Nobody has a score on a construct of which he was asked no question.
    """
    spec, shares = yardstick.spec, yardstick.points.construct_shares[0]
    wave, unit = sample.label(waves), sample.label(units)
    cell = np.where(used, unit.number * len(wave.names) + wave.number, 0)
    there = ~np.isnan(sample.values)
    answers = np.zeros((len(unit.names) * len(wave.names), there.shape[1]))
    np.add.at(answers, cell[used], there[used])
    seen = np.zeros((len(unit.names), len(wave.names)), bool)
    seen[unit.number[used], wave.number[used]] = True
    empty = (answers.reshape(*seen.shape, -1) == 0) & seen[..., None]
    _check_asked(spec, empty, seen, wave.names)
    weighs = (shares > 0).astype(float)
    lost = empty.any(axis=1) @ weighs > 0
    values = np.full_like(sample.values, np.nan)
    place = np.unique(cell[used], return_inverse=True)[1]
    values[used] = filled_within(sample.values[used], sample.weights[used], place)
    filled = replace(sample, values=values)
    scores = by_shares(np.nan_to_num(filled.points), shares)
    has = used[:, None] & ~lost[unit.number] & (filled.asked @ weighs > 0)
    return Scored(np.where(has, scores, np.nan), filled, lost)


def _check_asked(spec: ModelSpec, empty: Mask, seen: Mask, waves: Sequence[str]) -> None:
    for place in np.flatnonzero(seen.any(axis=0)).tolist():
        unasked = empty[seen[:, place], place].all(axis=0)
        if unasked.any():
            names = [spec.indicator_ids[k] for k in np.flatnonzero(unasked)]
            raise DataError(
                f"Nobody answered {', '.join(names)} in wave {waves[place]}.",
                code="not-in-every-wave",
                remedy="Leave out of the model what was not asked in every wave, or choose other waves.",
            )


def unanswered(yardstick: Result, sample: Sample, used: Mask) -> F64 | None:
    """Percent of what weighs in the index and was asked that a respondent left open; None without gaps."""
    index = yardstick.spec.place[yardstick.spec.index]
    weighs = yardstick.points.construct_shares[0][:, index] > 0
    asked = sample.asked[:, weighs]
    gaps = asked & np.isnan(sample.values[:, weighs])
    if not gaps[used].any():
        return None
    number = asked.sum(axis=1)
    share = np.divide(100.0 * gaps.sum(axis=1), number, out=np.full(len(sample), np.nan), where=number > 0)
    return np.asarray(share[:, None])


def lost_names(names: Sequence[str], lost: Mask) -> tuple[str, ...]:
    """Name the units that are lost."""
    return tuple(name for name, is_lost in zip(names, lost, strict=True) if is_lost)


def lost_cautions(spec: ModelSpec, lost: Mask, names: Sequence[str]) -> list[Caution]:
    """Name the units of which some construct cannot be compared, constructs of the same units together."""
    constructs: dict[tuple[str, ...], list[str]] = {}
    for place in np.flatnonzero(spec.scored).tolist():
        gone = lost_names(names, lost[:, place])
        if gone:
            constructs.setdefault(gone, []).append(spec.construct_ids[place])
    return [
        Caution(
            "unit-absent",
            f"Left out of {', '.join(own)}, because nobody there answered one of its questions in a wave:"
            f" {', '.join(gone)}.",
            about=(*own, *gone),
        )
        for gone, own in constructs.items()
    ]
