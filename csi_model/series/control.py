"""Control limits: which waves of a series are out of the ordinary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_standard_errors
from csi_model.inference.many import between_variance

SIGMAS = 3.0


@dataclass(frozen=True)
class Control:
    """Control limits of a series.

    Attributes
    ----------
    centre : float
    common_sd : float
        Ordinary wave-to-wave movement beyond sampling error, from the reference waves.
    low, high : ndarray of shape (n_waves,)
        Three-sigma limits; they are wider where the sample is smaller.
    signals : tuple of (wave position, rule)
        ``limit``: outside the limits; ``run``: the eighth wave in a row on one side of the centre.
    cautions : tuple of Caution
    """

    centre: float
    common_sd: float
    low: F64
    high: F64
    signals: tuple[tuple[int, str], ...]
    cautions: tuple[Caution, ...] = ()


def control_limits(points: F64, standard_errors: F64) -> Control:
    r"""Draw control limits and name the waves that are out of the ordinary.

    Parameters
    ----------
    points, standard_errors : ndarray of shape (n_waves,)
        A comparable (bridged) series in order of time; all but the last say what is ordinary.

    Raises
    ------
    DataError
        Fewer than three waves before the last, a standard error of zero.

    Notes
    -----
    Limits of wave t are :math:`c \pm 3\sqrt{s_t^2 + \tau^2}`, with c the precision-weighted mean and
    :math:`\tau^2` the variance beyond sampling error of the reference waves: a chart for varying sample
    sizes with both within and between variation.

    References
    ----------
    Laney (2002), Quality Engineering 14:531-537; Western Electric (1956), Statistical Quality Control
    Handbook (eight in a row).
    """
    points, standard_errors = check_standard_errors(points, standard_errors)
    reference = len(points) - 1
    if reference < 3:
        msg = f"Control limits need at least 3 waves before the last, not {reference}."
        raise DataError(msg, code="few-waves", remedy="Show the series without limits until then.")
    if (standard_errors == 0).any():
        raise DataError("A wave has a standard error of zero.", code="zero-se", remedy="Leave the wave out.")
    first, error = points[:reference], standard_errors[:reference]
    common = between_variance(first, error)
    precision = 1 / (error**2 + common)
    centre = float(precision @ first / precision.sum())
    half = SIGMAS * np.sqrt(standard_errors**2 + common)
    signals = [(t, "limit") for t in np.flatnonzero(np.abs(points - centre) > half).tolist()]
    run, side = 0, 0.0
    for t, current in enumerate(np.sign(points - centre).tolist()):
        run = run + 1 if current == side and current != 0 else 1
        side = current
        if run == 8:
            signals.append((t, "run"))
    cautions = []
    if reference < 8:
        text = f"Limits rest on {reference} waves and will move as waves come in."
        cautions.append(Caution("few-waves", text, about=(f"{reference} < 8",)))
    return Control(
        centre, float(np.sqrt(common)), centre - half, centre + half, tuple(sorted(signals)), tuple(cautions)
    )
