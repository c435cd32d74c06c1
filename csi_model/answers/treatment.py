"""The moments that go with each treatment of missing answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from csi_model.answers.answered import Answered
from csi_model.answers.held import Held
from csi_model.answers.levelled import Levelled
from csi_model.answers.mean_products import MeanProducts
from csi_model.answers.moments import MeanReplaced, Moments
from csi_model.arrays import F64, I64, Mask

Source = MeanReplaced | Answered | Levelled | MeanProducts


def fits(missing: str) -> bool:
    """Say whether a treatment fits moments to what was answered; ``fiml`` is what it was once called."""
    return missing in {"em", "fiml"}


def source(
    values: F64,
    weights: F64,
    missing: str,
    blocks: I64 | None = None,
    asked: Mask | None = None,
    pooled: F64 | None = None,
    near: Source | None = None,
) -> Source:
    """Give the moments that go with a treatment of missing answers; without gaps all are the same.

    Parameters
    ----------
    blocks : ndarray of shape (p,), optional
        Number of the construct that each column belongs to; by default all are of one.
    asked : ndarray of shape (n_respondents, p), optional
        Who was asked what; by default all were asked everything.
    pooled : ndarray of shape (p, p), optional
        Covariance within the groups that this is one of: its points are then by that, and the prior of its
        own covariance leads there (`held.Held`, `Answered`).
    near : optional
        The source of much the same respondents, from which gaps are fitted sooner.
    """
    if fits(missing) and np.isnan(values).any():
        home = np.zeros(values.shape[1], dtype=int) if blocks is None else blocks
        of_questions = near.narrow if isinstance(near, Levelled) else near
        begin = of_questions if type(of_questions) is Answered else None
        own = Answered(values, weights, home, asked, pooled, begin)
        return own if pooled is None else Levelled(own, Held(values, weights, pooled, asked))
    return MeanReplaced(values, weights)


def of_all(values: F64, weights: F64, missing: str, *told: Any) -> Moments:
    """Give the weighted moments of all rows, a batch of one; `told` as in `source`."""
    found = source(values, weights, missing, *told)
    return found.fitted if isinstance(found, Answered) else found.of_counts(np.ones((1, len(values))))
