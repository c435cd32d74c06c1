"""Expectations in three tiers, what was perceived, and the gap between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import DataError
from csi_model.inference.checks import check_answers, check_points, check_weights
from csi_model.inference.figures import INDICATIVE as RESTS_ON_FEW
from csi_model.inference.figures import SHOWN, Figure
from csi_model.inference.making import from_normal
from csi_model.inference.many import holm
from csi_model.inference.means import weighted_means
from csi_model.options import FLOOR, INDICATIVE, LEVEL

TIERS = ("basic", "price_linked", "beyond_value")


@dataclass(frozen=True)
class TierAnswers:
    """Answers of one tier as points 0-100, respondents x items; ``nan`` where missing."""

    expected: F64
    perceived: F64


@dataclass(frozen=True)
class Gaps:
    """Expected and perceived points by tier, and expected minus perceived: positive means short of hopes.

    Attributes
    ----------
    tiers : tuple of str
    expected, perceived, gap : Figure
        Points, (n_tiers,). Gaps are taken within respondents who answered both sides.
    p_holm : ndarray of shape (n_tiers,)
        Probability of such a gap by chance, corrected for the number of tiers.
    verdict : tuple of str
        ``short``, ``met`` or ``exceeded``.
    n : ndarray of shape (n_tiers,)
        Respondents with both sides.
    """

    tiers: tuple[str, ...]
    expected: Figure
    perceived: Figure
    gap: Figure
    p_holm: F64
    verdict: tuple[str, ...]
    n: NDArray[np.int64]


def expectation_gaps(
    answers: Mapping[str, TierAnswers],
    *,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    floor: int = FLOOR,
    indicative: int = INDICATIVE,
    level: float = LEVEL,
) -> Gaps:
    """Compare what customers expected with what they perceived, tier by tier.

    Parameters
    ----------
    answers : mapping of tier to TierAnswers
        Usually ``basic`` (its absence angers), ``price_linked`` (rises with what one pays) and
        ``beyond_value`` (its presence delights).
    weights, clusters
        Respondent weights and sampling units.
    floor : int
        Respondents with both sides that a tier needs.
    indicative : int
        Respondents below which its points are indicative only.

    Raises
    ------
    DataError
        A tier below the floor, sides with different respondents, or scores outside 0-100 (different scales).

    Notes
    -----
    A respondent's score on a side is the mean of the answered items of that side. The gap is the weighted
    mean of paired differences, its standard error that of the differences, which is smaller than from two
    separate samples because both sides come from one person.

    References
    ----------
    Parasuraman, Zeithaml & Berry (1988), Journal of Retailing 64:12-40; tiers after Kano et al. (1984).
    """
    if not answers:
        raise DataError("No tier was given.", code="tiers", remedy=f"Give some of {', '.join(TIERS)}.")
    tiers = tuple(answers)
    sizes = {
        len(check_answers(side)) for tier in answers.values() for side in (tier.expected, tier.perceived)
    }
    if len(sizes) > 1:
        msg = f"The sides have {sorted(sizes)} respondents."
        raise DataError(msg, code="length", remedy="Give the same respondents in the same order everywhere.")
    n_respondents = sizes.pop()
    weights = check_weights(weights, n_respondents)
    scores = [(_score(answers[t].expected, t), _score(answers[t].perceived, t)) for t in tiers]
    paired = np.column_stack([e - p for e, p in scores])
    counts = (~np.isnan(paired)).sum(axis=0)
    if (counts < floor).any():
        k = int(np.argmin(counts))
        msg = (
            f"Tier {tiers[k]!r} has {int(counts[k])} respondents with both sides, below the floor of {floor}."
        )
        raise DataError(msg, code="floor", remedy="Look at a larger unit, or leave the tier out.")
    both = ~np.isnan(paired)
    sides = [np.where(both, np.column_stack([s[k] for s in scores]), np.nan) for k in (0, 1)]
    state = np.where(counts < indicative, RESTS_ON_FEW, SHOWN).astype(np.int8)
    expected, perceived, gap = (
        replace(_estimate(table, weights, clusters, level), n=counts.astype(float), state=state)
        for table in (*sides, paired)
    )
    corrected = holm(gap.p)
    verdict = tuple(
        "met" if p > 1 - level else "short" if g > 0 else "exceeded"
        for p, g in zip(corrected, gap.value, strict=True)
    )
    return Gaps(tiers, expected, perceived, gap, corrected, verdict, counts)


def _score(items: F64, tier: str) -> F64:
    items = check_answers(items)
    check_points(items, f"Answers on tier {tier!r}")
    answered = ~np.isnan(items)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(answered, items, 0.0).sum(axis=1) / answered.sum(axis=1))


def _estimate(table: F64, weights: F64, clusters: NDArray[np.generic] | None, level: float) -> Figure:
    means, covariance = weighted_means(table, weights, clusters)
    return from_normal(means, np.sqrt(np.diag(covariance)), level=level)
