"""Which changes can be seen with so many answers."""

from __future__ import annotations

import math

from scipy import stats

from csi_model.errors import DataError
from csi_model.inference.kinds import critical
from csi_model.survey_design.design import Design, check_positive
from csi_model.survey_design.sample_size import rounded_up


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
    check_positive(abs(change_points), "change")
    if not 1 - design.level < wanted_power < 1:
        raise DataError(
            f"A power of {wanted_power:g} cannot be planned for.",
            code="power",
            remedy=f"Give more than {1 - design.level:.2g} and less than 1; 0.8 is usual.",
        )
    # The closed form leaves out the far tail, which can only lower n: it is where the search starts.
    reach = critical(design.level) + float(stats.norm.ppf(wanted_power))
    free = 2 * (design.sd_points * reach / change_points) ** 2 * design.effect
    low, n = 0, max(1, rounded_up(free / (1 + free / design.population)))
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
