"""The effect of a measure on every construct, in one call: weights from before, units compared after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.cells import filled_within
from csi_model.answers.labels import Labels
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, DataError
from csi_model.estimation.estimate import estimate
from csi_model.estimation.result import Result
from csi_model.estimation.scores import points_among
from csi_model.evaluation.arms import Arms, states_of
from csi_model.evaluation.effect import Evaluation, evaluate_measure
from csi_model.evaluation.panel import check_treated, check_waves
from csi_model.inference import seeds
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN, STATES, WITHHELD
from csi_model.inference.many import holm
from csi_model.inference.plain import number
from csi_model.measures.points import by_shares
from csi_model.options import Options
from csi_model.specify import ModelSpec


def _filled(yardstick: Result, sample: Sample, units: str, used: Mask, waves: str) -> Sample:
    """Fill gaps by what unit, wave and others let expect, of respondents of the waves that are looked at.

    A unit that gave no answer to a question in one of the waves has no answers left.
    """
    wave, unit = sample.label(waves), sample.label(units).number
    cell = np.where(used, unit * len(wave.names) + wave.number, 0)
    there = ~np.isnan(sample.values)
    answers = np.zeros((int(cell.max()) + 1, there.shape[1]))
    np.add.at(answers, cell[used], there[used])
    shares = yardstick.points.construct_shares[0]
    weighs = (shares[:, yardstick.spec.scored] > 0).any(axis=1)
    empty = (answers[:, weighs] == 0).any(axis=1)
    kept = used & ~np.isin(unit, unit[used & empty[cell]])
    values = np.full_like(sample.values, np.nan)
    if kept.any():
        place = np.unique(cell[kept], return_inverse=True)[1]
        values[kept] = filled_within(sample.values[kept], sample.weights[kept], place)
    return replace(sample, values=values)


def _scores(yardstick: Result, filled: Sample) -> F64:
    """Score respondents by the weights of before, nobody on a construct of which he was asked no question."""
    shares = yardstick.points.construct_shares[0]
    scores = by_shares(np.nan_to_num(filled.points), shares)
    whole = ~np.isnan(filled.values).any(axis=1, keepdims=True)
    return np.where(whole & (filled.asked @ (shares > 0) > 0), scores, np.nan)


def effect_of_measure(
    spec: ModelSpec,
    sample: Sample,
    options: Options | None = None,
    *,
    units: str,
    waves: str,
    treated: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
    n_resamples: int = 2000,
) -> dict[str, Any]:
    """Estimate what a measure did to the index and each construct, as plain values.

    The outer weights are those of all answers of the before-waves, so that the measure cannot move its own
    yardstick; each respondent is scored by them and units are compared (`effect.evaluate_measure`). Gaps are
    filled within units and waves (`cells.filled_within`), so that answers going missing do not look like an
    effect.

    Parameters
    ----------
    units, waves
        Labels of `sample`. A respondent without a unit, or without a wave, is left out, with a caution.
    treated
        Units that got the measure; all others are the comparison.
    before, after
        Waves in order of time.

    Returns
    -------
    dict
        By construct the ``effect`` in points with interval, ``p`` and, corrected over the constructs,
        ``p_holm`` (the index keeps its own p: it is the question asked), the ``levels`` of both arms and the
        difference by wave, or its ``state`` alone where they are withheld: of fewer than ``floor`` answers in
        an arm and wave, or giving such away (`arms.states_of`); ``trends`` before the measure;
        ``expected_gain`` by regression to the mean.

    Raises
    ------
    DataError
        As `evaluate_measure`; the index is withheld.
    """
    options = options or Options()
    everybody, order = sample, check_waves(sample.label(waves).texts(), before, after)
    homeless = (*sample.unlabelled(units), *sample.unlabelled(waves))
    sample = replace(sample.where(~sample.label(units).is_blank), cautions=(*sample.cautions, *homeless))
    check_treated(np.array(sample.label(units).where(sample.label(waves).of(*order)).present), treated)
    wave = sample.label(waves)
    yardstick = estimate(spec, sample.where(wave.of(*before)), options)
    used = wave.of(*order)
    filled = _filled(yardstick, sample, units, used, waves)
    scores = _scores(yardstick, filled)
    silent = _silent(sample.label(units).where(used), np.asarray(np.isnan(scores[used]).all(axis=1)))
    absent = []
    if silent:
        message = (
            f"Left out, because nobody there answered one of the questions in a wave: {', '.join(silent)}."
        )
        absent.append(Caution("unit-absent", message, about=silent))
    arms = Arms(everybody.label(units), everybody.label(waves), order, everybody.label(units).of(*treated))
    states = _states(yardstick, everybody, arms, scores, options)
    shown = np.array([place for place, state in states.items() if state in {SHOWN, INDICATIVE}])

    def compare(places: NDArray[np.int64]) -> Evaluation:
        def figures(weights: F64) -> F64:
            among = replace(filled, weights=weights).where(weights > 0)
            return np.asarray(points_among(yardstick, among)[places])

        return evaluate_measure(
            scores[:, places],
            sample.label(units).texts(),
            wave.texts(),
            seeds.generator(options.seed),
            treated=[name for name in treated if name not in silent],
            before=before,
            after=after,
            weights=sample.weights,
            figures=figures,
            n_resamples=n_resamples,
            floor=options.floor,
            level=options.level,
        )

    found = compare(shown)
    doubts = compare(np.array([spec.place[spec.index]])).cautions  # those of the question asked
    return {
        "index": spec.index,
        "level": options.level,
        "waves": list(found.waves),
        "before": list(before),
        "after": list(after),
        "n_treated": found.n_treated,
        "n_comparison": found.n_comparison,
        "constructs": _by_construct(found, spec.construct_ids, states),
        "cautions": [
            caution.plain() for caution in (*sample.cautions, *yardstick.cautions, *absent, *doubts)
        ],
    }


def _silent(units: Labels, is_unscored: Mask) -> tuple[str, ...]:
    """Name the units of which nobody has a score."""
    return tuple(name for name in units.present if is_unscored[units.of(name)].all())


def _states(
    yardstick: Result, everybody: Sample, arms: Arms, scores: F64, options: Options
) -> dict[int, int]:
    """Give the state of every scored construct, by its place; without the index there is nothing to say."""
    spec = yardstick.spec
    places = np.flatnonzero(spec.scored)
    of_all = np.full((len(everybody), len(places)), np.nan)
    of_all[~arms.units.is_blank] = scores[:, places]
    behind = ~np.isnan(everybody.values) @ (yardstick.points.construct_shares[0][:, places] > 0)
    found = states_of(arms, of_all, behind, floor=options.floor, indicative=options.indicative)
    states = {int(place): found[at] for at, place in enumerate(places)}
    of_index = states[spec.place[spec.index]]
    if of_index in {FEW, HELD}:
        few = f"An arm has fewer than {options.floor} answers to the index in one of the waves."
        held = (
            f"The arms would give away fewer than {options.floor} people: a small unit alone in an arm,"
            " or those who are in neither."
        )
        remedy = "Join small units, add units or waves, or leave a wave out."
        raise DataError(few if of_index == FEW else held, code="floor", remedy=remedy)
    return states


def _by_construct(found: Evaluation, names: Sequence[str], states: Mapping[int, int]) -> dict[str, Any]:
    """Give what is said of each construct; of one that is withheld, its state alone."""
    corrected, trends = holm(found.effect.p), found.trends
    told: dict[str, Any] = {}
    at = 0
    for place, state in states.items():
        told[names[place]] = {"state": STATES[state]}
        if STATES[state] in WITHHELD:
            continue
        told[names[place]] |= {
            "effect": found.effect.at(at).plain()
            | {"p": float(found.effect.p[at]), "p_holm": float(corrected[at])},
            "comparison": found.levels[0, :, at].tolist(),
            "treated": found.levels[1, :, at].tolist(),
            "by_wave": [found.by_wave.at(wave_at, at).plain() for wave_at in range(len(found.waves))],
            "trend_p": None if trends is None else number(trends.p[at]),
            "detectable": None if trends is None else number(trends.detectable[at]),
            "expected_gain": number(found.regression_to_mean.expected_gain[at]),
        }
        at += 1
    return told
