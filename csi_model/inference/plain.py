"""Anything as plain values: what JSON has no word for (``nan``, infinity, arrays) becomes what it has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def number(value: float | np.floating[Any]) -> float | None:
    """Give a number as JSON has it: None for ``nan`` and the infinite."""
    return float(value) if math.isfinite(value) else None


def plain(value: Any) -> Any:
    """Give mappings, sequences, arrays and numbers of any depth as plain values; all else stays as it is."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.integer | np.bool_):
        return plain(value.tolist())
    if isinstance(value, float | np.floating):
        return number(value)
    return value
