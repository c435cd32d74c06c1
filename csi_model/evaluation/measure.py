"""The effect of a measure on every construct, in one call: weights from before, units compared after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64, I64, Mask
from csi_model.errors import Caution, DataError
from csi_model.estimation.estimate import estimate
from csi_model.estimation.result import Result
from csi_model.evaluation.arms import Arms, followed, states_of
from csi_model.evaluation.comparing import Comparing
from csi_model.evaluation.effect import ENOUGH, Evaluation
from csi_model.evaluation.panel import check_treated, check_waves
from csi_model.evaluation.register import Evaluated, checked, withheld_beside
from csi_model.evaluation.scoring import lost_cautions, score, unanswered
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN, STATES, WITHHELD
from csi_model.inference.many import holm
from csi_model.inference.plain import number
from csi_model.options import Options
from csi_model.specify import ModelSpec


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
    unit_weights: Mapping[str, float] | None = None,
    n_resamples: int = 2000,
    register: list[Evaluated] | None = None,
) -> dict[str, Any]:
    """Estimate what a measure did to the index and each construct, as plain values.

    The outer weights are those of all answers of the before-waves, so that the measure cannot move its own
    yardstick; each respondent is scored by them and units are compared (`effect.evaluate_measure`). Gaps are
    filled within units and waves (`cells.filled_within`), so that answers going missing do not look like an
    effect. A unit where nobody answered a question in one of the waves is left out of the constructs
    in which that question weighs.

    Parameters
    ----------
    units, waves
        Labels of `sample`. A respondent without a unit, or without a wave, is left out, with a caution.
    treated
        Units that got the measure; all others are the comparison.
    before, after
        Waves in order of time.
    unit_weights
        What each unit counts, its number of customers say; by default as `evaluate_measure`.
    register
        Evaluations that have left the room: what would give few people away beside them is withheld, and
        this one is added to them.

    Returns
    -------
    dict
        By construct the ``effect`` in points with interval, ``p`` and, corrected over the constructs,
        ``p_holm`` (the index keeps its own p: it is the question asked), ``p_permutation`` over assignments
        of units, the levels of both arms and the difference by wave, or its ``state`` alone where they are
        withheld: of fewer than ``floor`` answers in an arm and wave, or giving such away (`arms.states_of`),
        by itself or beside earlier ones (`register.withheld_beside`); ``beside`` says how many those are;
        ``trend_p`` before the measure; ``expected_gain`` by regression to the mean; the units that it holds
        for. ``enough`` is whether five units stand on each side: below, nothing has an error, and the
        permutation alone says something, no less than ``p_least``.

    Raises
    ------
    DataError
        As `evaluate_measure`; the index is withheld; nobody answered a question in one of the waves; the
        register is of other columns.
    """
    options = options or Options()
    checked(register or (), units, waves, sample)
    everybody, order = sample, check_waves(sample.label(waves).texts(), before, after)
    homeless = (*sample.unlabelled(units), *sample.unlabelled(waves))
    sample = replace(sample.where(~sample.label(units).is_blank), cautions=(*sample.cautions, *homeless))
    check_treated(np.array(sample.label(units).where(sample.label(waves).of(*order)).present), treated)
    who, wave = sample.label(units), sample.label(waves)
    yardstick = estimate(spec, sample.where(wave.of(*before)), options)
    used = wave.of(*order)
    scored = score(yardstick, sample, units, used, waves)
    arms = Arms(everybody.label(units), everybody.label(waves), order, everybody.label(units).of(*treated))
    states = _states(yardstick, everybody, arms, scored.scores, options)
    comparing = Comparing(
        yardstick, scored, who, wave, sample.weights, treated, before, after, unit_weights, n_resamples
    )
    index = np.array([spec.place[spec.index]])
    asked = comparing.of(index)  # its cautions are those of the question asked
    found, cautions = _compared(comparing, states)
    if register is not None:
        leaves = Evaluated(units, waves, order, {name: each.shares for name, (each, _) in found.items()})
        for name in _beside(yardstick, everybody, leaves, register, options.floor):
            states[spec.place[name]] = HELD
            del found[name]
        register.append(replace(leaves, constructs={name: leaves.constructs[name] for name in found}))
    silent = unanswered(yardstick, sample, used)
    doubts: list[Caution] = []
    if silent is not None:
        there = np.where(np.isnan(scored.scores[:, index]), np.nan, silent)
        doubts = _unanswered_cautions(comparing.means(index, there))
    everything = (*sample.cautions, *yardstick.cautions, *cautions, *asked.cautions, *doubts)
    return {
        "index": spec.index,
        "level": options.level,
        "waves": list(asked.waves),
        "before": list(before),
        "after": list(after),
        "n_treated": asked.n_treated,
        "n_comparison": asked.n_comparison,
        "enough": min(asked.n_treated, asked.n_comparison) >= ENOUGH,
        "p_least": asked.permutation.least,
        "beside": None if register is None else len(register) - 1,
        "constructs": _by_construct(found, {spec.construct_ids[k]: state for k, state in states.items()}),
        "cautions": [caution.plain() for caution in everything],
    }


def _compared(
    comparing: Comparing, states: Mapping[int, int]
) -> tuple[dict[str, tuple[Evaluation, int]], list[Caution]]:
    """Compare the constructs that are shown, those of the same units together; each with its place there."""
    spec, lost = comparing.yardstick.spec, comparing.scored.lost
    shown = np.array([place for place, state in states.items() if state in {SHOWN, INDICATIVE}])
    pattern = np.unique(lost[:, shown], axis=1, return_inverse=True)[1]
    found: dict[str, tuple[Evaluation, int]] = {}
    cautions = lost_cautions(spec, lost, comparing.units.names)
    for own in (shown[pattern == k] for k in np.unique(pattern)):
        names = [spec.construct_ids[place] for place in own]
        try:
            each = comparing.of(own)
        except DataError as error:  # the index can be compared, this cannot
            told = f"{', '.join(names)} cannot be compared: {error.message}"
            cautions.append(Caution("unit-absent", told, about=tuple(names)))
        else:
            found |= {name: (each, at) for at, name in enumerate(names)}
    return found, cautions


def _states(
    yardstick: Result, everybody: Sample, arms: Arms, scores: F64, options: Options
) -> dict[int, int]:
    """Give the state of every scored construct, by its place; without the index there is nothing to say."""
    spec = yardstick.spec
    places = np.flatnonzero(spec.scored)
    of_all = np.full((len(everybody), len(places)), np.nan)
    of_all[~arms.units.is_blank] = scores[:, places]
    found = states_of(
        arms,
        of_all,
        _behind(yardstick, everybody, places),
        floor=options.floor,
        indicative=options.indicative,
    )
    states = dict(zip(places.tolist(), found, strict=True))
    of_index = states[spec.place[spec.index]]
    if of_index == FEW:
        raise _too_few(arms, of_all[:, places == spec.place[spec.index]], options.floor)
    if of_index == HELD:
        homeless = int((arms.units.is_blank & arms.waves.of(*arms.order)).sum())
        remedy = "Join small units, add units or waves, or leave a wave out."
        if homeless:
            remedy += (
                f" If it is the {homeless} of no unit: give them one, or leave their rows out of the file."
            )
        raise DataError(
            f"The arms would give away fewer than {options.floor} people: a small unit alone in an arm,"
            " or those who are in neither.",
            code="floor",
            remedy=remedy,
        )
    return states


def _behind(yardstick: Result, everybody: Sample, places: I64) -> Mask:
    """Say who gave any of the answers behind some constructs."""
    shares = yardstick.points.construct_shares[0][:, places]
    return np.asarray(~np.isnan(everybody.values) @ (shares > 0))


def _beside(
    yardstick: Result, everybody: Sample, made: Evaluated, register: Sequence[Evaluated], floor: int
) -> list[str]:
    """Give the constructs that earlier ones leave no room for; without the index there is nothing to say."""
    spec = yardstick.spec
    places = np.array([spec.place[name] for name in made.constructs])
    answered = _behind(yardstick, everybody, places)
    gone = list(withheld_beside(made, register, everybody, answered, floor))
    if spec.index in gone:
        raise DataError(
            f"Beside what the register holds, the arms would give away fewer than {floor} people.",
            code="floor",
            remedy="Keep the arms that were told, or let them differ by more units.",
        )
    return gone


def _too_few(arms: Arms, index: F64, floor: int) -> DataError:
    """Say how many units have the index in every wave, and where it has the fewest answers."""
    scored = ~np.isnan(index[:, 0])
    there = followed(arms, ~np.isnan(index)) & scored
    sides = {"treated": arms.treated, "comparison": ~arms.treated & ~arms.units.is_blank}
    n, arm, wave = min(
        (int((scored & side & arms.waves.of(wave)).sum()), arm, wave)
        for arm, side in sides.items()
        for wave in arms.order
    )
    units = [len(arms.units.where(there & side).present) for side in sides.values()]
    return DataError(
        f"{units[0]} treated and {units[1]} comparison units have the index in every wave; the fewest answers"
        f" to it, {n} of {arm} units, are in wave {wave}, and {floor} are needed.",
        code="floor" if all(units) else "few-units",
        remedy="Choose other waves, or join small units, or add units.",
    )


def _unanswered_cautions(found: Evaluation) -> list[Caution]:
    """Caution where gaps of the index became more frequent on one side: no filling mends what they hide."""
    p = found.effect.p[0] if np.isfinite(found.effect.p[0]) else found.permutation.p[0]
    if not p < 1 - found.effect.level:
        return []
    text = (
        f"The share of unanswered questions of the index changed by {found.effect.value[0]:+.1f} points more"
        f" where the measure was taken (p = {p:.3f}): the effect holds only if who does not answer is no less"
        " satisfied than his other answers let expect."
    )
    return [Caution("unanswered-differs", text, about=(f"{found.effect.value[0]:+.1f} %",))]


def _by_construct(found: Mapping[str, tuple[Evaluation, int]], states: Mapping[str, int]) -> dict[str, Any]:
    """Give what is said of each construct; of one that is withheld, its state alone."""
    chances = holm(np.array([each.effect.p[at] for each, at in found.values()]))
    corrected = dict(zip(found, chances.tolist(), strict=True))
    told: dict[str, Any] = {}
    for name, state in states.items():
        if name not in found and STATES[state] not in WITHHELD:
            continue  # a caution says why it cannot be compared
        told[name] = {"state": STATES[state]}
        if name not in found:
            continue
        each, at = found[name]
        chance = {"p": number(each.effect.p[at]), "p_holm": number(corrected[name])}
        told[name] |= {
            "effect": each.effect.at(at).plain() | chance | {"p_permutation": float(each.permutation.p[at])},
            "n_treated": each.n_treated,
            "n_comparison": each.n_comparison,
            "comparison": each.levels[0, :, at].tolist(),
            "treated": each.levels[1, :, at].tolist(),
            "by_wave": [each.by_wave.at(wave_at, at).plain() for wave_at in range(len(each.waves))],
            "trend_p": None if each.trends is None else number(each.trends.p[at]),
            "detectable": None if each.trends is None else number(each.trends.detectable[at]),
            "expected_gain": number(each.regression_to_mean.expected_gain[at]),
        }
    return told
