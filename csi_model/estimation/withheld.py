"""How far points would move if those who did not answer were other than their answers let expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import ndtri

from csi_model.answers.sample import Sample
from csi_model.arrays import F64, I64, Mask
from csi_model.errors import Caution
from csi_model.inference.figures import Figure
from csi_model.inference.means import variances, weighted_means
from csi_model.measures.points import Points
from csi_model.specify import ModelSpec

MANY = 0.1  # of those asked a question
CHANCE = 0.05  # that a question is taken to lean where none does, over all that are looked at
STEPS = (-0.25, -0.5)  # standard deviations of a question
FEWEST = 30  # on either side


def cautions(
    spec: ModelSpec, sample: Sample, scored: Points, figure: Callable[[], Figure]
) -> Iterator[Caution]:
    r"""Name questions that many withheld, more of the satisfied or of the others, and what that may hide.

    Parameters
    ----------
    figure : callable
        Gives the points of the constructs, (n_constructs,), with intervals where there are any.

    Notes
    -----
    Those who withheld an answer are taken to be by :math:`\delta` standard deviations of the question other
    than the answers they gave let expect: points become :math:`P + \delta \sum_j \omega_j u_j s_j`, with
    :math:`\omega` the question's share in the construct, u the share withheld among those asked and s the
    standard deviation in points.

    References
    ----------
    Little and Rubin (2002), Statistical Analysis with Missing Data, section 15.5 (pattern-mixture models).
    """
    if sample.whole:
        return
    share = withheld(sample)
    of_index = np.flatnonzero(scored.construct_shares[0, :, spec.place[spec.index]] > 0)
    leaning = leans(sample, np.flatnonzero(share > MANY), of_index)
    if not leaning.any():
        return
    spread = np.sqrt(variances(sample.points, sample.weights)) * np.where(leaning, share, 0.0)
    for place, name in enumerate(spec.construct_ids):
        weights = scored.construct_shares[0, :, place]
        lost = float(weights @ spread)
        codes = [
            f"{code} ({part:.0%})"
            for code, part, weight, is_leaning in zip(
                spec.indicator_ids, share, weights, leaning, strict=True
            )
            if weight > 0 and is_leaning
        ]
        if not codes or not lost > 0:
            continue
        own = figure()
        points = float(own.value[place])
        told = ", ".join(f"{points + step * lost:.1f} at {step:g}" for step in STEPS)
        turn = (float(own.low[place]) - points) / lost
        turns = f"; below its interval from {turn:.2f} on" if np.isfinite(turn) else ""
        yield Caution(
            "withheld",
            f"Many asked did not answer {', '.join(codes)}, and whether they did goes with satisfaction. Were"
            f" their answers lower by a part of a standard deviation than the others let expect, {name}"
            f" would be {told} instead of {points:.1f}{turns}.",
            about=(name, *codes, *(f"{step:g}: {points + step * lost:.1f}" for step in STEPS)),
        )


def withheld(sample: Sample) -> F64:
    """Give the share of those asked who gave no answer, (p,)."""
    asked = sample.weights @ sample.asked
    open_ = sample.weights @ (sample.asked & np.isnan(sample.values))
    return np.asarray(np.divide(open_, asked, out=np.zeros_like(asked), where=asked > 0))


def leans(sample: Sample, questions: I64, of_index: I64) -> Mask:
    """Say of which of some questions those who answered and those who did not differ in satisfaction.

    The mean answer to the index's other questions is compared, with weights and whole clusters, by Holm's
    first step over all.
    """
    units = None if sample.clusters is None else sample.clusters.number
    statistic = np.zeros(len(sample.codes))
    for row in questions:
        others = sample.points[:, of_index[of_index != row]]
        there = ~np.isnan(others)
        level = np.where(there, others, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        known = there.any(axis=1) & sample.asked[:, row] & (sample.weights > 0)
        open_ = np.isnan(sample.values[:, row])
        sides = known[:, None] & np.column_stack([open_, ~open_])
        if sides.sum(axis=0).min() < FEWEST:
            continue
        means, covariance = weighted_means(np.where(sides, level[:, None], np.nan), sample.weights, units)
        error = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
        statistic[row] = abs(means[0] - means[1]) / np.sqrt(error) if error > 0 else 0.0
    n_looked_at = max(int((statistic > 0).sum()), 1)
    return np.asarray(statistic > ndtri(1 - CHANCE / (2 * n_looked_at)))
