"""Direct, indirect and total effects, standardised and in points per point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def total_effects(paths: F64) -> F64:
    r"""Give the total effects of a recursive model.

    Parameters
    ----------
    paths : ndarray of shape (..., n_constructs, n_constructs)
        `[target, source]`.

    Returns
    -------
    ndarray of the same shape
        `[target, source]`; zero on the diagonal.

    Notes
    -----
    .. math:: T = (I - B)^{-1} - I

    References
    ----------
    Bollen (1987), Sociological Methodology 17, 37-69, equation 8.
    """
    unit = np.eye(paths.shape[-1])
    return np.linalg.inv(unit - paths) - unit


def points_per_point(effects: F64, sd_points: F64) -> F64:
    """Turn standardised effects into points of the target per point of the source.

    `sd_points` has shape (..., n_constructs): the standard deviation of each construct's 0–100 score.
    """
    return effects * sd_points[..., :, None] / sd_points[..., None, :]
