"""Figures as plain values: anything to JSON, ``nan`` to null."""

from __future__ import annotations

from typing import Any

import numpy as np

from csi_model.inference.figures import Estimate


def figure(estimate_: Estimate, at: int | tuple[int, ...] = ()) -> dict[str, Any]:
    """Write one figure of an `Estimate` as plain values."""
    value, error, low, high = (
        float(part[at]) for part in (estimate_.value, estimate_.se, estimate_.low, estimate_.high)
    )
    if not np.isfinite(value):
        return {"value": None, "se": None, "ci": None}
    return {"value": value, "se": error, "ci": [low, high] if np.isfinite([low, high]).all() else None}
