"""May groups be compared by the covariance model? Its invariance at three levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.errors import Caution, DataError
from csi_model.estimation import by_covariance
from csi_model.options import Options
from csi_model.specify import ModelSpec


def covariance_levels(
    spec: ModelSpec, whole: Sample, options: Options
) -> tuple[dict[str, Any], tuple[Caution, ...]]:
    """Give configural, metric and scalar invariance of the covariance model as plain values, and doubts."""
    from csi_model import cbsem  # noqa: PLC0415  semopy and pandas load only where they are needed

    if not np.allclose(whole.weights, whole.weights[0]):
        raise DataError(
            "The covariance model takes no weights.",
            code="weights",
            remedy="Leave out the weights, or the covariance model's invariance.",
        )
    used = by_covariance.usable(replace(whole, clusters=None, cautions=()), options.missing)
    found = cbsem.assess_invariance(
        spec,
        used,
        "group",
        missing="fiml" if options.missing == "fiml" else "listwise",
        level=1 - options.level,
    )
    doubts = list(used.cautions)
    if whole.clusters is not None:
        message = "The covariance model's steps take respondents as independent; clusters are ignored."
        doubts.append(Caution("clusters-ignored", message))
    return found.document(), tuple(doubts)
