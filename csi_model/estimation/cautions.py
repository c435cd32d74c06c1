"""What is doubtful about an estimation, though it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csi_model.answers.sample import NOT_APPLICABLE, NOT_ASKED, Sample
from csi_model.errors import Caution
from csi_model.estimation import by_covariance, collinear
from csi_model.pls import consistent

if TYPE_CHECKING:
    from csi_model.estimation.result import Result


LOW_LOADING = 0.4


MANY_MISSING = 0.2  # of all answers


MOST_MISSING = 0.5  # of the answers to one question


def cautions_of(result: Result, sample: Sample) -> list[Caution]:
    """Give the cautions of one estimation; `sample` are the answers as prepared, gaps and all."""
    spec, solution, scored, options = result.spec, result.solution, result.points, result.options
    names = np.array(spec.construct_ids)
    found = [
        Caution(
            "negative-weight",
            f"{name} has an indicator with a negative weight; it counts as zero in the points.",
        )
        for name in names[scored.clipped[0]]
    ]
    if options.method == "plsc":
        found += consistent.cautions(solution, spec)
    if result.weighting is not None:
        found += result.weighting.cautions
    if result.covariance is not None:
        found += result.covariance.cautions
        found += by_covariance.unused(
            sample, scheme=options.scheme, interval=options.interval, bootstrap=options.bootstrap
        )
    if result.failed:
        message = f"{result.failed} of {options.bootstrap} resamples had no solution and are left out."
        found.append(Caution("failed-draws", message))
    own = np.where(spec.home_mask, solution.loadings[0], 0.0).sum(axis=1)
    found += [
        Caution("low-loading", f"{code} hardly measures its construct (loading {loading:.2f}).")
        for code, loading in zip(spec.indicator_ids, own, strict=True)
        if loading < LOW_LOADING
    ]
    found += collinear.cautions(spec, result.items, solution)
    if result.resampled is not None:
        found += result.resampled.cautions
    if result.n_used < options.indicative:
        found.append(
            Caution("indicative", f"Only {result.n_used} respondents: take the figures as indicative.")
        )
    return found + _missing(sample)


def _missing(sample: Sample) -> list[Caution]:
    """Name what many did not answer who were asked, and to whom it applies."""
    asked = ~np.isin(sample.gaps, (NOT_ASKED, NOT_APPLICABLE))
    gaps = np.isnan(sample.values) & asked
    whole = gaps.sum() / max(asked.sum(), 1)
    message = f"{whole:.0%} of the answers are missing." if whole > MANY_MISSING else ""
    unanswered = ", ".join(
        f"{code} ({share:.0%})"
        for code, share in zip(sample.codes, gaps.sum(axis=0) / np.maximum(asked.sum(axis=0), 1), strict=True)
        if share > MOST_MISSING
    )
    if unanswered:
        message += f" Most respondents did not answer {unanswered}."
    return [Caution("many-missing", message.strip())] if message else []
