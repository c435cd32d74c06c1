"""Weights of respondents: where they start from, what they cost, and when to doubt them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.inference.means import n_effective

COSTLY_EFFECT = 2.0
HEAVY_SHARE = 0.05


def start_weights(start: ArrayLike | None, n: int) -> F64:
    """Give design weights of n respondents (ones by default), or name the first that is none."""
    if start is None:
        return np.ones(n)
    try:
        weights = np.array(start, dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            "The start weights are not all numbers.", code="weights", remedy="Correct or fill in the texts."
        ) from None
    if weights.shape != (n,):
        raise DataError(
            f"{weights.size} start weights for {n} respondents.", code="weights", remedy="Give one each."
        )
    for wrong, what in ((~np.isfinite(weights), "no finite number"), (weights < 0, "negative")):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(
                f"The start weight in row {row + 1} is {what} ({weights[row]:g}).",
                code="weights",
                remedy="Give the inverse of the chance of selection, 0 or more.",
            )
    if not weights.any():
        raise DataError("All start weights are zero.", code="weights", remedy="Give at least one above zero.")
    return weights


def design_effect(weights: ArrayLike) -> float:
    """Give Kish's design effect of unequal weights, 1 + cv²; respondents of weight 0 do not count.

    The variance of a mean grows by this factor where weights have nothing to do with the answers.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7; Kish (1992), Journal of Official Statistics 8:183-200.
    """
    weights = start_weights(weights, np.size(weights))
    positive = weights[weights > 0]
    return float(len(positive) / n_effective(positive))


def weight_cautions(weights: ArrayLike) -> tuple[Caution, ...]:
    """Say where weights cost much precision, or where a figure hangs on one respondent.

    Costly is a design effect above `COSTLY_EFFECT`. One respondent is heavy with more than `HEAVY_SHARE` of
    the mass, and more than twice an equal share, which in a small sample is large by itself.
    """
    weights = start_weights(weights, np.size(weights))
    cautions = []
    effect, shares = design_effect(weights), weights / weights.sum()
    if effect > COSTLY_EFFECT:
        n = int((weights > 0).sum())
        message = (
            f"The weights cost precision: design effect {effect:.2f}. {n} answers tell as much as "
            f"{n / effect:.0f} of equal weight."
        )
        cautions.append(
            Caution("costly-weights", message, about=(f"{effect:.2f}", f"{n} → {n / effect:.0f}"))
        )
    if shares.max() > max(HEAVY_SHARE, 2 / (weights > 0).sum()):
        message = f"One respondent alone holds {shares.max():.0%} of all weight."
        cautions.append(Caution("heavy-respondent", message, about=(f"{shares.max():.0%}",)))
    return tuple(cautions)
