"""What measures each construct: its questions, or the scores of its components.

A second-order construct is measured by its components, so its reliability, AVE and HTMT rest on their scores
and not on the questions beneath; that holds for both ways to estimate it.

References
----------
Sarstedt, Hair, Cheah, Becker and Ringle (2019), Australasian Marketing Journal 27(3), 197-211, section 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from csi_model.answers.moments import Moments
from csi_model.arrays import F64, Mask
from csi_model.measures import validity
from csi_model.pls.algorithm import Solution
from csi_model.specify import ModelSpec


class Items(NamedTuple):
    """Items of batches of fits: all questions, then the standardised scores of all components.

    Attributes
    ----------
    names : of the items
    block : (n_items, n_constructs), which items measure which construct; none an interaction
    cov, corr : (n_batch, n_items, n_items); questions in scale points, component scores with variance 1
    weights : (n_batch, n_items, n_constructs), standardised
    loadings : (n_batch, n_items, n_constructs)
    """

    names: tuple[str, ...]
    block: Mask
    cov: F64
    corr: F64
    weights: F64
    loadings: F64


def items(spec: ModelSpec, moments: Moments, solution: Solution) -> Items:
    """Give the items of batches of fits; of a model without second order they are the questions alone."""
    codes = spec.indicator_ids
    parts = np.flatnonzero(part_of(spec).any(axis=1))
    if solution.components is None or not len(parts):
        return Items(codes, spec.home_mask, moments.cov, moments.corr, solution.weights, solution.loadings)
    corr = moments.corr
    sd = np.sqrt(np.einsum("bii->bi", moments.cov))
    scores = solution.weights[:, :, parts]
    return Items(
        (*codes, *(spec.construct_ids[part] for part in parts)),
        np.concatenate([spec.home_mask, part_of(spec)[parts]]),
        _with_scores(moments.cov, scores / sd[:, :, None]),
        _with_scores(corr, scores),
        np.concatenate([solution.weights, solution.components[:, parts]], axis=1),
        np.concatenate([solution.loadings, solution.construct_corr[:, parts]], axis=1),
    )


def _with_scores(table: F64, scores: F64) -> F64:
    unit = np.broadcast_to(np.eye(table.shape[-1]), table.shape)
    combined = np.concatenate([unit, scores], axis=2)
    return np.asarray(np.swapaxes(combined, 1, 2) @ table @ combined)


def part_of(spec: ModelSpec) -> Mask:
    """Say which construct is a component of which, (n_constructs, n_constructs), `[part, whole]`."""
    found = np.zeros((len(spec.constructs),) * 2, dtype=bool)
    for whole, construct in enumerate(spec.constructs):
        found[[spec.place[part] for part in construct.components], whole] = True
    return found


def nested(spec: ModelSpec) -> Mask:
    """Say of which pairs one is a component of the other: asking whether they are distinct has no meaning."""
    parts = part_of(spec)
    return np.asarray(parts | parts.T)


def ratio(spec: ModelSpec, found: Items, kind: str = "htmt") -> F64:
    """Give `validity.htmt`, the same with signs (htmt_signed), or htmt2; ``nan`` where pairs are nested."""
    if kind == "htmt2":
        values = validity.htmt2(found.corr, found.block)
    else:
        values = validity.htmt(found.corr, found.block, absolute=kind == "htmt")
    return np.where(nested(spec), np.nan, values)
