"""One call from a model and answers to every figure: estimates, intervals, groups."""

from __future__ import annotations

from dataclasses import replace

from csi_model.answers.sample import By, Sample
from csi_model.estimation.groups import estimate_groups
from csi_model.estimation.one import estimate_one
from csi_model.estimation.result import Result
from csi_model.options import Options, Progress
from csi_model.specify import ModelSpec


def estimate(
    spec: ModelSpec,
    sample: Sample,
    options: Options | None = None,
    *,
    by: By | None = None,
    progress: Progress | None = None,
) -> Result:
    """Estimate a model, with intervals and by group where asked.

    Parameters
    ----------
    by
        Labels of `sample`, or several, whose pairs are groups; each group is estimated with its own seed,
        derived from `options.seed` and its name. A group below `options.floor` is not shown (None), below
        `indicative` it is marked. Their points are made by the whole's question shares, unless
        `options.group_weights` says own: groups that answer alike then have the same points.

    Raises
    ------
    ConvergenceError, DataError
        As the message says; nothing is guessed.
    """
    options = options or Options()
    if by is None:
        return estimate_one(spec, sample, options, progress=progress)
    share = 1 / (1 + len(sample.label(by).present))
    whole = estimate_one(spec, sample, options, progress=_part(progress, 0.0, share))
    found, cautions = estimate_groups(whole, sample, by, _part(progress, share, 1.0))
    return replace(whole, groups=found, cautions=(*whole.cautions, *cautions))


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    return None if progress is None else lambda share: progress(start + (end - start) * share)
