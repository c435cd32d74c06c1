"""The effect of a measure on every construct, in one call: weights from before, units compared after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.errors import DataError
from csi_model.estimation.estimate import estimate
from csi_model.estimation.scores import respondent_scores
from csi_model.evaluation.effect import Evaluation, evaluate_measure
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
    n_resamples: int = 2000,
) -> dict[str, Any]:
    """Estimate what a measure did to the index and each construct, as plain values.

    The outer weights are those of all answers of the before-waves, so that the measure cannot move its own
    yardstick; each respondent is scored by them and units are compared (`evaluation.evaluate_measure`).

    Parameters
    ----------
    units, waves
        Labels of `sample`. A respondent without a unit is left out, with a caution.
    treated
        Units that got the measure; all others are the comparison.
    before, after
        Waves in order of time.

    Returns
    -------
    dict
        By construct the ``effect`` in points with interval, ``p`` and, corrected over the constructs,
        ``p_holm`` (the index keeps its own p: it is the question asked), the ``levels`` of both arms and the
        difference by wave; ``trends`` before the measure; ``expected_gain`` by regression to the mean.

    Raises
    ------
    DataError
        As `evaluate_measure`.
    """
    options = options or Options()
    homeless = sample.unlabelled(units)
    sample = replace(sample.where(~sample.label(units).is_blank), cautions=(*sample.cautions, *homeless))
    wave = sample.label(waves)
    early = wave.of(*before)
    if not early.any():
        msg = f"No respondent is of the waves before, {list(before)}."
        raise DataError(msg, code="unknown-wave", remedy=f"Choose among {list(wave.present)}.")
    yardstick = estimate(spec, sample.where(early), options)
    shown = np.flatnonzero(spec.scored)
    scores = respondent_scores(yardstick, sample)

    def compare(places: NDArray[np.int64]) -> Evaluation:
        return evaluate_measure(
            scores[:, places],
            sample.label(units).texts(),
            wave.texts(),
            np.random.default_rng(options.seed),
            treated=treated,
            before=before,
            after=after,
            weights=sample.weights,
            n_resamples=n_resamples,
            floor=options.floor,
            level=options.level,
        )

    found = compare(shown)
    doubts = compare(np.array([spec.place[spec.index]])).cautions  # those of the question asked
    corrected = holm(found.effect.p)
    constructs = {}
    for at, place in enumerate(shown.tolist()):
        constructs[spec.construct_ids[place]] = {
            "effect": found.effect.at(at).plain()
            | {"p": float(found.effect.p[at]), "p_holm": float(corrected[at])},
            "comparison": found.levels[0, :, at].tolist(),
            "treated": found.levels[1, :, at].tolist(),
            "by_wave": [found.by_wave.at(wave_at, at).plain() for wave_at in range(len(found.waves))],
            "trend_p": None if found.trends is None else number(found.trends.p[at]),
            "detectable": None if found.trends is None else number(found.trends.detectable[at]),
            "expected_gain": number(found.regression_to_mean.expected_gain[at]),
        }
    return {
        "index": spec.index,
        "level": options.level,
        "waves": list(found.waves),
        "before": list(before),
        "after": list(after),
        "n_treated": found.n_treated,
        "n_comparison": found.n_comparison,
        "constructs": constructs,
        "cautions": [caution.plain() for caution in (*sample.cautions, *yardstick.cautions, *doubts)],
    }
