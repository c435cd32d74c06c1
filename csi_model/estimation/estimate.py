"""One call from a model and answers to every figure: estimates, intervals, groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from csi_model.answers.sample import IndicatorMatrix
from csi_model.errors import DataError
from csi_model.estimation.groups import estimate_groups
from csi_model.estimation.one import estimate_one
from csi_model.estimation.result import Result
from csi_model.options import Options, Progress
from csi_model.specify import ModelSpec


def estimate(
    spec: ModelSpec,
    data: IndicatorMatrix,
    options: Options | None = None,
    *,
    groups: ArrayLike | None = None,
    progress: Progress | None = None,
) -> Result:
    """Estimate a model, with intervals and by group where asked.

    Parameters
    ----------
    groups
        A label per respondent of `data`, empty for none; each group is estimated with its own seed, derived
        from `options.seed` and its name. A group below `options.floor` is not shown (None), below
        `indicative` it is marked.

    Raises
    ------
    ConvergenceError, DataError
        As the message says; nothing is guessed.
    """
    options = options or Options()
    labels = None if groups is None else np.asarray(groups).astype(str)
    share = 1.0 if labels is None else 1 / (1 + len(set(labels.tolist()) - {""}))
    whole = estimate_one(spec, data, options, progress=_part(progress, 0.0, share))
    if labels is None:
        return whole
    if len(labels) != len(data.values):
        raise DataError(
            f"{len(labels)} groups for {len(data.values)} rows.", code="groups", remedy="Give one each."
        )
    found, cautions = estimate_groups(spec, data, options, labels, _part(progress, share, 1.0))
    return replace(whole, groups=found, cautions=(*whole.cautions, *cautions))


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    return None if progress is None else lambda share: progress(start + (end - start) * share)
