"""How many answers an index needs: half-widths, and the spread of a pilot."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.kinds import critical
from csi_model.survey_design.design import USUAL_SD_POINTS, Design, check_positive

LEAST_PILOT = 10
CONFIDENCE = 0.8


def half_width(n: float, design: Design | None = None) -> float:
    r"""Give the half-width of the index's interval from n answers, in points.

    Notes
    -----
    .. math:: h = z \sqrt{\frac{s^2\,deff}{n} \left(1 - \frac{n}{N}\right)}
    """
    design = design or Design()
    return critical(design.level) * math.sqrt(design.variance(n))


def answers_needed(half_width_points: float, design: Design | None = None) -> int:
    r"""Give the fewest answers for a wanted half-width.

    Notes
    -----
    :math:`n_0 = (z s / h)^2\,deff` and :math:`n = n_0 / (1 + n_0 / N)`, rounded up (Cochran 1977,
    equations 4.3 and 4.4). Answers are meant, not invitations: divide by the response rate expected.
    """
    design = design or Design()
    check_positive(half_width_points, "half-width")
    free = (critical(design.level) * design.sd_points / half_width_points) ** 2 * design.effect
    return max(1, rounded_up(free / (1 + free / design.population)))


def pilot_sd(points: F64) -> tuple[float, float]:
    r"""Give a pilot's standard deviation and its upper limit, the safer one to plan with.

    Notes
    -----
    The limit is :math:`s \sqrt{(n - 1)/\chi^2_{n-1;\,0.2}}`, 80 % sure: a plan by s itself
    is too small in about half of all pilots.

    References
    ----------
    Browne (1995), Statistics in Medicine 14:1933-1940.
    """
    values = np.asarray(points, dtype=float)
    values = values[~np.isnan(values)]
    if len(values) < LEAST_PILOT:
        raise DataError(
            f"{len(values)} answers of a pilot are too few to tell a standard deviation.",
            code="pilot",
            remedy=f"Use {LEAST_PILOT} or more, or the usual {USUAL_SD_POINTS:g} points.",
        )
    sd, df = float(values.std(ddof=1)), len(values) - 1
    return sd, sd * math.sqrt(df / float(stats.chi2.ppf(1 - CONFIDENCE, df)))


def rounded_up(value: float) -> int:
    """Round up, but not for the last digits of a float."""
    return math.ceil(value - 1e-9 * max(value, 1.0))
