"""Who answered each question, who did not and why, and what the answers given alone come to."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from csi_model.answers.sample import ANSWERED, GAPS, Sample, points_of
from csi_model.answers.treatment import fits
from csi_model.arrays import F64, I64, Mask

APPROXIMATE = 200  # answers below which errors that lean on the other questions are of the first order alone


class Told(NamedTuple):
    """Counts and plain means of a sample's questions.

    Attributes
    ----------
    counts : ndarray of shape (len(GAPS), p)
        Respondents by whether they answered, and why not.
    points : ndarray of shape (p,)
        Weighted mean of the answers given, 0–100.
    leans : bool ndarray of shape (p,)
        Whether a question's points lean on what the other answers let expect, and few answered it.
    """

    counts: I64
    points: F64
    leans: Mask

    def cells(self, row: int) -> dict[str, Any]:
        """Give the figures of a question's row of the document."""
        counts = {f"n_{name}": int(each) for name, each in zip(GAPS, self.counts[:, row], strict=True)}
        return {
            "points_answered": float(self.points[row]),
            **counts,
            "approximate": bool(self.leans[row]),
        }


def told_by(sample: Sample, missing: str) -> Told:
    """Count a sample's answers by question; `missing` is the treatment of gaps."""
    counts = _counts(sample)
    leans = (counts[0] < APPROXIMATE) & (counts[0] < len(sample)) & fits(missing)
    return Told(counts, points_of(_means(sample), sample.scales), leans)


def _counts(sample: Sample) -> I64:
    if sample.whole:
        counts = np.zeros((len(GAPS), len(sample.codes)), dtype=np.int64)
        counts[ANSWERED] = len(sample)
        return counts
    return np.array([(sample.gaps == state).sum(axis=0) for state in range(len(GAPS))])


def _means(sample: Sample) -> F64:
    """Give the weighted mean of the answers to each question, as they were given, (p,)."""
    if sample.whole:
        return np.asarray(sample.weights @ sample.values / sample.weights.sum())
    seen = ~np.isnan(sample.values)
    with np.errstate(invalid="ignore"):
        return np.asarray((sample.weights @ np.where(seen, sample.values, 0.0)) / (sample.weights @ seen))
