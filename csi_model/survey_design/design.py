"""What is known of a survey before it: spread of answers, level, population, clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

from csi_model.errors import DataError
from csi_model.options import LEVEL

# Indices of several questions on 0-100 scatter by 15 to 17 points between customers (the ECSI mobile-phone
# data 14.7, a survey of water customers 16.8); a single question scatters by about 28.
USUAL_SD_POINTS = 16.0
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
                article = "An" if what.startswith("i") else "A"
                msg = f"{article} {what} of {value:g} is impossible."
                raise DataError(msg, code="design", remedy=remedy)

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


def check_positive(value: float, what: str) -> None:
    """Refuse points of 0 or less, and those that are no number; `what` names them."""
    if not 0 < value < math.inf:
        raise DataError(
            f"A {what} of {value:g} points is impossible.", code="points", remedy="Give more than 0."
        )
