"""Kano classification of services, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference import seeds
from csi_model.inference.checks import check_answers, check_length, check_weights
from csi_model.inference.figures import Figure
from csi_model.inference.making import from_normal, share_interval
from csi_model.inference.means import n_effective, weighted_means
from csi_model.options import FLOOR, LEVEL

RESAMPLES = 2000  # of units, for `Kano.support`
CATEGORIES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable")


# Rows: answer if the service is offered, columns: if it is not (1 like, 2 expect, 3 neutral, 4 live with,
# 5 dislike).
# Entries are positions in CATEGORIES.
_TABLE = np.array(
    [
        [5, 0, 0, 0, 1],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 3, 3, 3, 2],
        [4, 4, 4, 4, 5],
    ]
)


_TIERS = {"attractive": "beyond_value", "one_dimensional": "price_linked", "must_be": "basic"}


@dataclass(frozen=True)
class Kano:
    """What kind of service one is.

    Attributes
    ----------
    shares : Figure
        Share 0-1 of every category in the order of ``CATEGORIES``, (6,).
    category : str
        The most frequent one.
    tier : str or None
        Expectation tier it belongs to; ``None`` for the other categories.
    support : float
        Share of bootstrap draws in which the category is the most frequent, 0-1.
    clear : bool
        Whether it beats the runner-up beyond chance.
    better, worse : Figure
        Satisfaction gained by offering the service (0 to 1) and lost by not offering it (-1 to 0).
    n : int
    cautions : tuple of Caution
    """

    shares: Figure
    category: str
    tier: str | None
    support: float
    clear: bool
    better: Figure
    worse: Figure
    n: int
    cautions: tuple[Caution, ...]

    def plain(self) -> dict[str, Any]:
        """Give it as plain values, all but the cautions."""
        names = ("n", "category", "tier", "clear", "support")
        figures = ("shares", "better", "worse")
        return {name: getattr(self, name) for name in names} | {
            name: getattr(self, name).plain() for name in figures
        }


def classify_service(
    offered: F64,
    missing: F64,
    seed: int,
    *,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    level: float = LEVEL,
) -> Kano:
    """Classify a service from the pair of Kano questions.

    Parameters
    ----------
    offered, missing : ndarray of shape (n_respondents,)
        Answers 1-5 (like, expect, neutral, live with, dislike) to the service being and not being offered;
        ``nan`` where missing.
    seed : int
        Of the resamples; 0 or more.
    weights, clusters : ndarray of shape (n_respondents,), optional
        Respondent weights and sampling units, which are resampled whole.

    Raises
    ------
    DataError
        Answers that are not 1 to 5, or fewer pairs than `FLOOR`.

    Notes
    -----
    With shares A, O, M, I: better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I). The most
    frequent category is clear when it beats the runner-up by more than the standard error of their difference
    allows at the level.

    References
    ----------
    Kano et al. (1984), Hinshitsu 14(2):39-48; Berger et al. (1993), Center for Quality Management Journal
    2(4):3-36 (table and coefficients); Fong (1996), ibid. 5(1):41-43 (test against the runner-up).
    """
    pairs = check_answers(np.column_stack([np.asarray(offered, float), np.asarray(missing, float)]))
    both = ~np.isnan(pairs).any(axis=1)
    answers = pairs[both]
    if not np.isin(answers, (1, 2, 3, 4, 5)).all():
        raise DataError("Kano answers are not 1 to 5.", code="scales", remedy="Code like = 1 to dislike = 5.")
    n = len(answers)
    if n < FLOOR:
        msg = f"{n} respondents answered both questions, below the floor of {FLOOR}."
        raise DataError(msg, code="floor", remedy="Look at a larger unit or more waves.")
    mass = check_weights(weights, len(pairs))[both]
    place = _TABLE[answers[:, 0].astype(int) - 1, answers[:, 1].astype(int) - 1]
    inside = (place[:, None] == np.arange(6)).astype(float)
    labels = np.arange(n) if clusters is None else check_length(clusters, len(pairs), "clusters")[both]
    shares, covariance = weighted_means(inside, mass, labels)
    order = np.argsort(-shares, kind="stable")
    gap = np.zeros(6)
    gap[order[0]], gap[order[1]] = 1.0, -1.0
    lead = from_normal(gap @ shares, np.sqrt(np.maximum(gap @ covariance @ gap, 0.0)), level=level)
    units, unit = np.unique(labels, return_inverse=True)
    held = np.zeros((len(units), 6))
    np.add.at(held, unit, mass[:, None] * inside)
    rng = seeds.generator(seed)
    counts = rng.multinomial(len(units), np.full(len(units), 1 / len(units)), size=RESAMPLES)
    support = float((np.argmax(counts @ held, axis=1) == order[0]).mean())
    category = CATEGORIES[int(order[0])]
    cautions = []
    if shares[5] > 0.1:
        text = f"{shares[5]:.0%} of pairs contradict themselves; the questions may not have been understood."
        cautions.append(Caution("questionable", text, about=(f"{shares[5]:.0%}",)))
    if not lead.low > 0:
        second = CATEGORIES[int(order[1])]
        text = f"{category} leads {second} by no more than chance explains."
        cautions.append(Caution("unclear", text, about=(category, second)))
    return Kano(
        shares=share_interval(
            shares, np.sqrt(np.diag(covariance)), n_effective(mass), level=level, axes=(CATEGORIES,)
        ),
        category=category,
        tier=_TIERS.get(category),
        support=support,
        clear=bool(lead.low > 0),
        better=_ratio(shares, covariance, np.array([1.0, 1, 0, 0, 0, 0]), level),
        worse=_ratio(shares, covariance, np.array([0, -1.0, -1, 0, 0, 0]), level),
        n=n,
        cautions=tuple(cautions),
    )


def _ratio(shares: F64, covariance: F64, numerator: NDArray[np.float64], level: float) -> Figure:
    """Numerator over the share of A, O, M and I, by linearisation."""
    known = np.array([1.0, 1, 1, 1, 0, 0])
    total = float(known @ shares)
    if total <= 0:
        return from_normal(np.nan, np.nan, level=level)
    value = float(numerator @ shares) / total
    slope = (numerator - value * known) / total
    return from_normal(value, np.sqrt(max(float(slope @ covariance @ slope), 0.0)), level=level)
