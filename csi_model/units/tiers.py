"""Many units with few answers: shrinkage, funnel limits and tiers instead of ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.figures import Figure
from csi_model.inference.kinds import against_zero
from csi_model.inference.making import from_normal
from csi_model.inference.many import holm
from csi_model.options import LEVEL

ABOVE, WITH, BELOW = "above", "with", "below"


@dataclass(frozen=True)
class Tiers:
    """Units above, with or below all units together.

    Attributes
    ----------
    tier : tuple of str
        ``above``, ``with`` or ``below``.
    difference : Figure
        Unit minus the overall figure, (n_units,); ``p`` is uncorrected.
    p_holm : ndarray of shape (n_units,)
        Corrected for looking at many units.
    overall : float
    """

    tier: tuple[str, ...]
    difference: Figure
    p_holm: F64
    overall: float


def tier_units(
    points: F64,
    standard_errors: F64,
    *,
    shares: F64 | None = None,
    margin: float = 0.0,
    level: float = LEVEL,
) -> Tiers:
    r"""Say which units stand above or below all units together, with Holm's correction.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_units,)
    shares : ndarray of shape (n_units,), optional
        What part of all customers a unit has; equal parts by default. They are scaled to sum to 1.
    margin : float
        A difference of up to so many points counts as none.
    level : float
        One minus the probability of naming any unit wrongly.

    Notes
    -----
    A unit is part of the overall figure :math:`\bar y = \sum_j a_j y_j`, so the difference has variance
    :math:`s_i^2 (1 - 2 a_i) + \sum_j a_j^2 s_j^2`.
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if len(points) < 2:
        raise DataError(
            "One unit cannot be compared with others.", code="few-units", remedy="Give two or more."
        )
    shares = np.ones(len(points)) if shares is None else np.asarray(shares, float)
    if (
        shares.shape != points.shape
        or not np.isfinite(shares).all()
        or (shares < 0).any()
        or shares.sum() <= 0
    ):
        msg = "Customer shares must be one non-negative number per unit, not all zero."
        raise DataError(msg, code="shares", remedy="Give the number of customers of each unit.")
    shares = shares / shares.sum()
    variance = standard_errors**2
    overall = float(shares @ points)
    error = np.sqrt(np.maximum(variance * (1 - 2 * shares) + shares**2 @ variance, 0.0))
    difference = from_normal(points - overall, error, level=level)
    beyond = np.maximum(np.abs(difference.value) - margin, 0.0)
    corrected = holm(against_zero(beyond, error))
    tier = tuple(
        WITH if q > 1 - level else ABOVE if d > 0 else BELOW
        for q, d in zip(corrected, difference.value, strict=True)
    )
    return Tiers(tier, difference, corrected, overall)
