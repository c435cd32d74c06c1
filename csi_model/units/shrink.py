"""Figures of many units, each drawn towards what they have in common (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal
from csi_model.inference.many import between_variance
from csi_model.options import LEVEL

FEW_UNITS = 8


@dataclass(frozen=True)
class ShrunkUnits:
    """Unit figures pulled towards what all units have in common.

    Attributes
    ----------
    points : Figure
        Shrunken figures, (n_units,).
    reliability : ndarray of shape (n_units,)
        Weight of a unit's own figure, 0 (all borrowed) to 1 (all its own).
    centre : float
        Precision-weighted mean of the units (points).
    between_sd : float
        Standard deviation of true unit levels (points).
    cautions : tuple of Caution
    """

    points: Figure
    reliability: F64
    centre: float
    between_sd: float
    cautions: tuple[Caution, ...] = ()


def shrink_units(points: F64, standard_errors: F64, *, level: float = LEVEL) -> ShrunkUnits:
    r"""Shrink unit figures towards their common mean by empirical Bayes.

    Parameters
    ----------
    points : ndarray of shape (n_units,)
        Index of each unit from its own answers.
    standard_errors : ndarray of shape (n_units,)
        Positive.
    level : float
        Nominal coverage of the intervals.

    Raises
    ------
    DataError
        Fewer than three units, or a standard error of zero; report the raw figures then.

    Notes
    -----
    Units :math:`y_i \sim N(\theta_i, s_i^2)` with :math:`\theta_i \sim N(\mu, \tau^2)`;
    :math:`\hat\theta_i = \gamma_i y_i + (1-\gamma_i)\hat\mu`,
    :math:`\gamma_i = \tau^2 / (\tau^2 + s_i^2)`. The mean squared error adds the uncertainty of
    :math:`\hat\mu` (g2) and, twice, of :math:`\hat\tau^2` (g3) to the posterior variance (g1).

    References
    ----------
    Prasad & Rao (1990), JASA 85:163-171; Datta & Lahiri (2000), Statistica Sinica 10:613-627, eq. 3.4 (REML).
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    if len(points) < 3:
        msg = f"Shrinkage learns from other units and needs at least 3 of them, not {len(points)}."
        raise DataError(msg, code="few-units", remedy="Report the raw figures with their own intervals.")
    if (standard_errors == 0).any():
        msg = "A unit has a standard error of zero."
        raise DataError(msg, code="zero-se", remedy="Leave out units whose answers are all equal or too few.")
    variance = standard_errors**2
    between = between_variance(points, standard_errors)
    total = variance + between
    centre_variance = 1 / (1 / total).sum()
    centre = centre_variance * (points / total).sum()
    own = between / total
    g1 = own * variance
    g2 = (1 - own) ** 2 * centre_variance
    g3 = variance**2 / total**3 * (2 / (total**-2).sum())
    cautions = []
    if len(points) < FEW_UNITS:
        text = f"Only {len(points)} units: how far units truly differ is itself uncertain."
        cautions.append(Caution("few-units", text, about=(f"{len(points)} < {FEW_UNITS}",)))
    if between == 0:
        text = "The units differ no more than chance explains; all shrink to their common mean."
        cautions.append(Caution("no-difference", text, about=(f"{centre:.1f}",)))
    return ShrunkUnits(
        points=from_normal(own * points + (1 - own) * centre, np.sqrt(g1 + g2 + 2 * g3), level=level),
        reliability=own,
        centre=float(centre),
        between_sd=float(np.sqrt(between)),
        cautions=tuple(cautions),
    )
