"""How consistently a few people's answers to the questions of one block go together, before any model is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.inference.plain import number
from csi_model.measures.item_statistics import alpha_if_deleted, item_total
from csi_model.measures.reliability import alpha_raw


@dataclass(frozen=True)
class Consistency:
    """Cronbach's alpha of a block, and what each question does to it.

    Attributes
    ----------
    n : int
        Rows without a gap, on which all of it rests.
    alpha : float
        Raw alpha, at most 1; ``nan`` with one question, fewer than three rows, or no variance.
    item_total, alpha_without : ndarray of shape (n_items,)
        Correlation of each question with the sum of the others, −1 to 1, and alpha without it; ``nan`` where
        there are none.
    """

    n: int
    alpha: float
    item_total: F64
    alpha_without: F64

    def plain(self) -> dict[str, Any]:
        """Give all of it as plain values, ``questions`` in their order; None where there is none."""
        rows = zip(self.item_total.tolist(), self.alpha_without.tolist(), strict=True)
        return {
            "n": self.n,
            "alpha": number(self.alpha),
            "questions": [
                {"item_total": number(total), "alpha_without": number(alpha)} for total, alpha in rows
            ],
        }


def consistency(sample: Sample) -> Consistency:
    """Tell how consistently the questions of one block are answered, by rows without a gap.

    Parameters
    ----------
    sample
        Answers to the questions of one block, which mean the same where they are more points.

    Notes
    -----
    `measures.reliability.alpha_raw`, `measures.item_statistics.item_total` and `alpha_if_deleted` of the
    covariances; every row weighs the same.
    """
    answers = sample.points
    whole = answers[~np.isnan(answers).any(axis=1)]
    n, k = whole.shape
    still = np.ones(k, dtype=bool) if n < 3 or k < 2 else np.ptp(whole, axis=0) == 0
    if still.all():
        return Consistency(n, float("nan"), np.full(k, np.nan), np.full(k, np.nan))
    cov = np.atleast_2d(np.cov(whole, rowvar=False))
    cov[still], cov[:, still] = 0.0, 0.0  # rounding would leave some
    block = np.ones((k, 1), dtype=bool)
    with np.errstate(all="ignore"):
        alpha = float(alpha_raw(cov, block)[0])
    return Consistency(n, alpha, item_total(cov, block), alpha_if_deleted(cov, block))
