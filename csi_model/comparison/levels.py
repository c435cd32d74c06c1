"""May groups be compared by the covariance model? Its invariance at three levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.errors import Caution
from csi_model.estimation import by_covariance
from csi_model.options import Options
from csi_model.specify import ModelSpec


def covariance_levels(
    spec: ModelSpec, whole: Sample, options: Options
) -> tuple[dict[str, Any], tuple[Caution, ...]]:
    """Give configural, metric and scalar invariance of the covariance model as plain values, and doubts."""
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    used = by_covariance.usable(replace(whole, cautions=()), options)
    is_robust = whole.clusters is not None or not np.allclose(whole.weights, 1.0)
    found = cbsem.assess_invariance(
        spec,
        used,
        "group",
        estimator="MLR" if is_robust else "ML",
        missing=by_covariance.treatment(used, options),
        level=1 - options.level,
    )
    return found.document(), used.cautions
