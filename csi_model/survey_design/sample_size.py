"""How many answers an index needs: half-widths, units side by side, and changes that can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.kinds import critical
from csi_model.options import LEVEL

# Indices of several questions on 0-100 scatter by 15 to 17 points between customers (the ECSI mobile-phone
# data 14.7, a survey of water customers 16.8); a single question scatters by about 28.
USUAL_SD_POINTS = 16.0


LEAST_PILOT = 10


ALLOCATIONS = ("equal", "proportional", "neyman")


@dataclass(frozen=True)
class Design:
    """What a sample of one population looks like; the defaults are a simple random sample.

    Attributes
    ----------
    sd_points : float
        Standard deviation of the index between customers; from a pilot where there is one (`pilot_sd`).
    cluster_size : float
        Answers a cluster (households of a transformer, customers of an office), 1 without clusters.
    icc : float
        Intraclass correlation of the index within clusters, 0-1.
    weighting_effect : float
        Kish's design effect of the weights expected, 1 and more (`answers.weights.design_effect`).
    population : float
        Customers in all; infinite leaves out the finite population correction.
    level : float
        Nominal coverage of the interval.
    """

    sd_points: float = USUAL_SD_POINTS
    cluster_size: float = 1.0
    icc: float = 0.0
    weighting_effect: float = 1.0
    population: float = math.inf
    level: float = LEVEL

    def __post_init__(self) -> None:
        for value, holds, what, remedy in (
            (self.sd_points, 0 < self.sd_points < math.inf, "standard deviation", "Give points above 0."),
            (self.cluster_size, 1 <= self.cluster_size < math.inf, "cluster size", "Give 1 or more answers."),
            (self.icc, 0 <= self.icc <= 1, "intraclass correlation", "Give 0 to 1."),
            (
                self.weighting_effect,
                1 <= self.weighting_effect < math.inf,
                "weighting effect",
                "Give 1 or more.",
            ),
            (self.population, self.population >= 1, "population", "Give 1 customer or more, or infinity."),
            (self.level, 0 < self.level < 1, "level", "Use 0.95, say."),
        ):
            if not holds:
                raise DataError(f"A {what} of {value:g} is impossible.", code="design", remedy=remedy)

    @property
    def effect(self) -> float:
        """Design effect of clusters and weights together.

        References
        ----------
        Kish (1987), The Survey Statistician 17:13-19; Gabler, Häder and Lahiri (1999), Survey Methodology
        25:105-106: (1 + (m − 1) ICC)(1 + cv²).
        """
        return (1 + (self.cluster_size - 1) * self.icc) * self.weighting_effect

    def variance(self, n: float) -> float:
        """Give the variance of the index from n answers, squared points (Cochran 1977, equation 2.12)."""
        if not 1 <= n <= self.population:
            raise DataError(
                f"{n:g} answers cannot come from {self.population:g} customers.",
                code="n",
                remedy="Give at least 1 and at most as many as there are customers.",
            )
        rest = 1 - n / self.population if math.isfinite(self.population) else 1.0
        return self.sd_points**2 * self.effect / n * rest


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
    _positive(half_width_points, "half-width")
    free = (critical(design.level) * design.sd_points / half_width_points) ** 2 * design.effect
    return max(1, _up(free / (1 + free / design.population)))


def power(change_points: float, before: float, after: float, design: Design | None = None) -> float:
    r"""Give the chance to see a change between two waves of independent samples, two-sided.

    Parameters
    ----------
    change_points : float
        True change of the index.
    before, after : float
        Answers in either wave.

    Notes
    -----
    With :math:`\sigma^2 = V_1 + V_2` it is
    :math:`\Phi(|\Delta|/\sigma - z) + \Phi(-|\Delta|/\sigma - z)` (Cohen 1988, chapter 2, by the normal
    distribution). Waves that ask the same customers again see more; this is then the safe side.
    """
    design = design or Design()
    z = critical(design.level)
    error = math.sqrt(design.variance(before) + design.variance(after))
    if error == 0:
        return 1.0 if change_points else 1 - design.level
    ratio = abs(change_points) / error
    return float(stats.norm.cdf(ratio - z) + stats.norm.cdf(-ratio - z))


def answers_for_change(change_points: float, wanted_power: float = 0.8, design: Design | None = None) -> int:
    """Give the fewest answers a wave, equal in both, that see a change with the wanted power."""
    design = design or Design()
    _positive(abs(change_points), "change")
    if not 1 - design.level < wanted_power < 1:
        raise DataError(
            f"A power of {wanted_power:g} cannot be planned for.",
            code="power",
            remedy=f"Give more than {1 - design.level:.2g} and less than 1; 0.8 is usual.",
        )
    # The closed form leaves out the far tail, which can only lower n: it is where the search starts.
    reach = critical(design.level) + float(stats.norm.ppf(wanted_power))
    free = 2 * (design.sd_points * reach / change_points) ** 2 * design.effect
    low, n = 0, max(1, _up(free / (1 + free / design.population)))
    while n - low > 1:
        middle = (low + n) // 2
        low, n = (
            (low, middle) if power(change_points, middle, middle, design) >= wanted_power else (middle, n)
        )
    return n


def change_seen(
    before: float, after: float, wanted_power: float = 0.8, design: Design | None = None
) -> float:
    """Give the smallest change that two waves see with the wanted power, points (one tail, closed form)."""
    design = design or Design()
    if not 0.5 <= wanted_power < 1:
        raise DataError(
            f"A power of {wanted_power:g} cannot be planned for.", code="power", remedy="Give 0.5 to below 1."
        )
    error = math.sqrt(design.variance(before) + design.variance(after))
    return (critical(design.level) + float(stats.norm.ppf(wanted_power))) * error


def pilot_sd(points: F64, *, confidence: float = 0.8) -> tuple[float, float]:
    r"""Give a pilot's standard deviation and its upper limit, the safer one to plan with.

    Notes
    -----
    The limit is :math:`s \sqrt{(n - 1)/\chi^2_{n-1;\,1 - confidence}}`: a plan by s
    itself is too small in about half of all pilots.

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
    if not 0 < confidence < 1:
        raise DataError(f"A confidence of {confidence:g} is impossible.", code="level", remedy="Use 0.8.")
    sd, df = float(values.std(ddof=1)), len(values) - 1
    return sd, sd * math.sqrt(df / float(stats.chi2.ppf(1 - confidence, df)))


def _positive(value: float, what: str) -> None:
    if not 0 < value < math.inf:
        raise DataError(
            f"A {what} of {value:g} points is impossible.", code="points", remedy="Give more than 0."
        )


def _up(value: float) -> int:
    """Round up, but not for the last digits of a float."""
    return math.ceil(value - 1e-9 * max(value, 1.0))
