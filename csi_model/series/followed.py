"""Each wave as a series takes it: its answers, its questions' points, and an estimation if it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.checks import check_varied
from csi_model.answers.levelled import Levelled
from csi_model.answers.sample import Sample, points_of
from csi_model.answers.treatment import source
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, DataError, ModelError
from csi_model.estimation.edits import left_out
from csi_model.estimation.one import estimate_one
from csi_model.estimation.result import Result
from csi_model.inference.means import weighted_means
from csi_model.options import Options
from csi_model.series.items import Items, index_rows, items_of
from csi_model.specify import ModelSpec

# Gives numbers whose means among some respondents are the questions' points: `estimator.Estimator.levels`.
Levels = Callable[[Mask], F64]


@dataclass(frozen=True)
class Followed:
    """One wave of a series.

    A wave in which a question tells nobody apart, or whose model has no solution, has a `caution` and no
    `result`, so no weights of its own. What the base's weights make of its answers needs none.

    Attributes
    ----------
    levels : function or None
        None where no gaps are fitted: then the answers themselves have the means.
    """

    sample: Sample
    items: Items
    levels: Levels | None
    result: Result | None
    caution: Caution | None = None


def followed(spec: ModelSpec, code: str, part: Sample, large: Sequence[str], options: Options) -> Followed:
    """Estimate a wave, or say in a caution why it has no estimation of its own; `large` waves have enough.

    Raises
    ------
    DataError
        Too few answers, or none to a question of the index.
    """
    without = _series_without(code, large)
    if len(part) < options.floor:
        raise DataError(
            f"Wave {code} has {len(part)} answers, below the floor of {options.floor}.",
            code="floor",
            remedy=f"Leave {without}, or collect more answers." if without else "Collect more answers.",
            about=(code, f"n = {len(part)}"),
        )
    unless = f"Leave out of the model what tells nobody apart{f', or {without}' if without else ''}."
    refusal: ModelError
    try:
        check_varied(part, f"In wave {code}", code, unless)
        result = estimate_one(spec, part, options)
        return Followed(part, items_of(part, result), _levels_of(result), result)
    except ModelError as error:
        refusal = error
    except np.linalg.LinAlgError:
        refusal = DataError(f"Answers of wave {code} cannot be told apart.", code="singular", remedy=unless)
    items, levels = _without_estimation(spec, part, options.missing)
    if np.isnan(items.means[index_rows(spec)]).any():
        raise refusal
    said = refusal.message if code in refusal.message else f"Wave {code}: {refusal.message}"
    caution = Caution(
        "wave-refused",
        f"{said} Its index and constructs by its own weights are missing.",
        edit=left_out(spec, set(refusal.about) & set(spec.indicator_ids)),
        about=tuple(dict.fromkeys((code, *refusal.about))),
    )
    return Followed(part, items, levels, None, caution)


def check_base(waves: Mapping[str, Followed], base: str) -> Result:
    """Give the estimation of the wave whose weights are official.

    Raises
    ------
    DataError
        There is none.
    """
    found = waves[base]
    if found.result is not None:
        return found.result
    others = [code for code, wave in waves.items() if wave.result is not None]
    caution = found.caution
    said = "" if caution is None else caution.message
    other = f"Take the weights of another wave (--base {others[0]}), or leave" if others else "Leave"
    raise DataError(
        f"{said} It is the base, whose weights are official.",
        code="base-refused",
        remedy=f"{other} out of the model what tells nobody apart.",
        about=() if caution is None else caution.about,
    )


def _series_without(code: str, large: Sequence[str]) -> str:
    """Name the series without a wave, where one is left."""
    others = [each for each in large if each != code]
    return f"the wave out of the series (--order {','.join(others)})" if len(others) > 1 else ""


def _levels_of(result: Result) -> Levels | None:
    """Give the levels of an estimation, where it fitted gaps."""
    estimator = result.estimator
    if estimator is None or not isinstance(estimator.counted, Answered | Levelled):
        return None
    return lambda among: np.asarray(estimator.levels(among))


def _without_estimation(spec: ModelSpec, sample: Sample, missing: str) -> tuple[Items, Levels | None]:
    """Give the points of questions without a model.

    Gaps are fitted among the questions that vary. One that does not has the one answer that all gave, without
    error, and tells nothing of others; one that nobody answered has no points.
    """
    answered = ~np.isnan(sample.values).all(axis=0)
    low, high = (
        end(sample.values, axis=0, initial=at)
        for end, at in ((np.fmin.reduce, np.inf), (np.fmax.reduce, -np.inf))
    )
    varied = low < high
    counted = source(
        sample.values[:, varied], sample.weights, missing, spec.home[varied], sample.asked[:, varied]
    )
    levels: Levels | None = None
    if isinstance(counted, Answered):
        fitted, scales = counted, sample.scales[varied]
        alike = np.where(answered, np.nanmin(np.where(answered, sample.points, np.nan), axis=0), np.nan)

        def levels(among: Mask) -> F64:
            found = np.tile(alike, (len(sample), 1))
            found[:, varied] = points_of(fitted.levels(among), scales)
            return found

    table = sample.points if levels is None else levels(np.ones((len(sample), 1), dtype=bool))
    clusters = None if sample.clusters is None else sample.clusters.number
    p = len(spec.indicator_ids)
    means, covariance = np.full(p, np.nan), np.full((p, p), np.nan)
    own = np.ix_(answered, answered)
    means[answered], covariance[own] = weighted_means(table[:, answered], sample.weights, clusters)
    shares = np.full((p, len(spec.constructs)), np.nan)
    return Items(spec.indicator_ids, means, covariance, shares), levels
