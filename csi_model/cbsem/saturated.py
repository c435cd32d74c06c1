"""The saturated model of answers with gaps: its means and covariances by EM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from csi_model.answers import em
from csi_model.answers.answered import Answered
from csi_model.arrays import F64, I64
from csi_model.cbsem.moments import Patterns, log_likelihood
from csi_model.errors import IdentificationError

MOST_NAMED = 5  # pairs of items


class Saturated(NamedTuple):
    """The unrestricted normal model of some answers.

    Attributes
    ----------
    mean, covariance : ndarray of shape (p,) and (p, p)
        The covariance is divided by n (maximum likelihood).
    logl : float
        Log-likelihood there.
    strength : float
        How many respondents the weak prior stands for; 0 where the likelihood has a maximum of its own.
    """

    mean: F64
    covariance: F64
    logl: float
    strength: float = 0.0


def saturated(patterns: Patterns, *, tolerance: float = em.TOLERANCE, blocks: I64 | None = None) -> Saturated:
    """Means and covariances of the unrestricted normal model (closed form if nothing is missing).

    Parameters
    ----------
    blocks : ndarray of shape (p,), optional
        Number of the construct of each item, for the prior; by default all are of one.

    Notes
    -----
    The likelihood rises without bound where two items were answered together by no more respondents than
    there are items (`seldom_together`). There the covariance is that of `prior.weak_prior`.

    References
    ----------
    Dempster, Laird & Rubin (1977), JRSS B 39(1); Little & Rubin (2002), section 11.2; Schafer (1997),
    Analysis of Incomplete Multivariate Data, section 5.2 (the prior).
    """
    n, p = patterns.n_respondents, patterns.seen.shape[1]
    if patterns.seen.all():
        mean = patterns.total.sum(axis=0) / n
        covariance = patterns.around(mean)[1].sum(axis=0) / n
        return Saturated(mean, covariance, log_likelihood(patterns, mean, covariance))
    weights = np.ones(len(patterns.values)) if patterns.weights is None else patterns.weights
    if not seldom_together(patterns.values):
        means, covariances = em.Patterns(patterns.values).maximum(weights[None], tolerance=tolerance)
        if np.isfinite(covariances).all():
            logl = log_likelihood(patterns, means[0], covariances[0])
            return Saturated(means[0], covariances[0], logl)
    found = Answered(patterns.values, weights, np.zeros(p, dtype=np.int64) if blocks is None else blocks)
    mean = found.center + found.scale * found.mean
    covariance = found.cov * np.outer(found.scale, found.scale)
    return Saturated(mean, covariance, log_likelihood(patterns, mean, covariance), found.prior.strength)


def seldom_together(values: F64) -> list[tuple[int, int, int]]:
    """Give pairs of items, and how many answered both, where these are no more than there are items."""
    seen = (~np.isnan(values)).astype(float)
    both = (seen.T @ seen).round().astype(int)
    pairs = np.argwhere(np.triu(both <= len(both), 1))
    return [(int(one), int(other), int(both[one, other])) for one, other in pairs]


def apart(error: IdentificationError, groups: Sequence[F64], names: Sequence[str]) -> IdentificationError:
    """Say of parameters that cannot be told apart which items nobody answered both, if there are such."""
    pairs = (pair for values in groups for pair in seldom_together(values))
    never = list(dict.fromkeys(f"{names[one]} and {names[other]}" for one, other, n in pairs if n == 0))
    if not never:
        return error
    more = f" and {len(never) - MOST_NAMED} more pairs" if len(never) > MOST_NAMED else ""
    return IdentificationError(
        f"{error.message} Nobody answered both {'; '.join(never[:MOST_NAMED])}{more}.",
        code="never-together",
        remedy="Ask both of some respondents, or leave the items of one construct out.",
        about=never[:MOST_NAMED],
    )
