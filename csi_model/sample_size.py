"""How many answers an index needs: half-widths, units side by side, and changes that can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from csi_model.errors import DataError
from csi_model.intervals import F64, critical

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
        Kish's design effect of the weights expected, 1 and more (`weighting.design_effect`).
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
    level: float = 0.95

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


def allocate(
    total: int,
    sizes: ArrayLike,
    sd_points: ArrayLike = USUAL_SD_POINTS,
    *,
    how: str = "proportional",
    least: int = 1,
) -> NDArray[np.int64]:
    """Divide answers among units.

    Parameters
    ----------
    sizes : array of shape (n_units,)
        Customers of every unit; none gets more answers than it has customers.
    sd_points : float or array of shape (n_units,)
        Needed by `neyman` only.
    how : {"equal", "proportional", "neyman"}
        The same number each; by customers; or by customers times standard deviation, which gives the
        whole the narrowest interval (Neyman 1934, Journal of the Royal Statistical Society 97:558-625).
    least : int
        Answers that every unit gets, such as the floor below which a figure is hidden.

    Returns
    -------
    integer ndarray of shape (n_units,)
        Adds up to `total` exactly; fractions go to the largest remainders.
    """
    room, spread = _units(sizes, sd_points)
    if how not in ALLOCATIONS:
        raise DataError(
            f"There is no allocation {how!r}.", code="allocation", remedy=f"Choose {', '.join(ALLOCATIONS)}."
        )
    floor = np.minimum(room, least)
    if not floor.sum() <= total <= room.sum():
        raise DataError(
            f"{total} answers cannot be divided: the units need {floor.sum():g} and hold {room.sum():g}.",
            code="total",
            remedy="Change the total, or the least number a unit.",
        )
    share = {"equal": np.ones(len(room)), "proportional": room, "neyman": room * spread}[how]
    # max(floor, min(room, c·share)) grows with c, so one number c divides the total.
    low, high = 0.0, float((room / share).max())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(middle * share, floor, room).sum() < total else (low, middle)
    exact = np.clip(high * share, floor, room)
    found = np.floor(exact + 1e-9).astype(np.int64)
    # Where the search ends a hair above the total, nothing is left to give.
    left = total - int(found.sum())
    order = np.lexsort((np.arange(len(room)), -(exact - found)))
    open_ = [k for k in order if found[k] < room[k]]
    found[open_[:left]] += 1
    return found


def units_needed(
    half_width_points: float,
    sizes: ArrayLike,
    sd_points: ArrayLike = USUAL_SD_POINTS,
    design: Design | None = None,
) -> NDArray[np.int64]:
    """Give the fewest answers of every unit for one wanted half-width in each of them."""
    room, spread = _units(sizes, sd_points)
    return np.array(
        [
            min(int(size), answers_needed(half_width_points, _unit(design, size, sd)))
            for size, sd in zip(room, spread, strict=True)
        ],
        dtype=np.int64,
    )


def units_half_width(
    answers: ArrayLike, sizes: ArrayLike, sd_points: ArrayLike = USUAL_SD_POINTS, design: Design | None = None
) -> tuple[F64, float]:
    r"""Give the half-width of every unit, and of the whole with units weighted by customers.

    Notes
    -----
    The whole is :math:`\sum_h W_h \bar y_h` with variance
    :math:`\sum_h W_h^2 s_h^2\,deff\,(1 - n_h/N_h) / n_h` (Cochran 1977, theorem 5.3). A unit without answers
    has ``nan`` and leaves the whole ``nan``.
    """
    room, spread = _units(sizes, sd_points)
    n = np.asarray(answers, dtype=float)
    if n.shape != room.shape:
        raise DataError(
            f"{n.size} numbers of answers for {len(room)} units.", code="length", remedy="Give one each."
        )
    variance = np.array(
        [
            _unit(design, size, sd).variance(count) if count else math.nan
            for count, size, sd in zip(n, room, spread, strict=True)
        ]
    )
    z = critical((design or Design()).level)
    share = room / room.sum()
    return z * np.sqrt(variance), float(z * np.sqrt(share**2 @ variance))


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


def _unit(design: Design | None, size: float, sd: float) -> Design:
    base = design or Design()
    return Design(sd, base.cluster_size, base.icc, base.weighting_effect, size, base.level)


def _units(sizes: ArrayLike, sd_points: ArrayLike) -> tuple[F64, F64]:
    room = np.asarray(sizes, dtype=float)
    if room.ndim != 1 or not len(room) or not np.isfinite(room).all() or (room < 1).any():
        raise DataError(
            "Every unit needs its number of customers, 1 or more.",
            code="sizes",
            remedy="Leave out empty units.",
        )
    spread = np.asarray(sd_points, dtype=float)
    if spread.shape not in {(), room.shape} or not np.isfinite(spread).all() or (spread <= 0).any():
        raise DataError(
            "Standard deviations are one number above 0, or one a unit.",
            code="sd",
            remedy=f"Use {USUAL_SD_POINTS:g} points where there is no pilot.",
        )
    return np.floor(room), np.broadcast_to(spread, room.shape)


def _positive(value: float, what: str) -> None:
    if not 0 < value < math.inf:
        raise DataError(
            f"A {what} of {value:g} points is impossible.", code="points", remedy="Give more than 0."
        )


def _up(value: float) -> int:
    """Round up, but not for the last digits of a float."""
    return math.ceil(value - 1e-9 * max(value, 1.0))
