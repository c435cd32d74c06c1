"""What is doubtful about an estimation, though it can be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from csi_model.answers.sample import Sample
from csi_model.answers.treatment import fits
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution
from csi_model.estimation import answering, by_covariance, collinear, withheld
from csi_model.estimation.edits import left_out, turned
from csi_model.estimation.told import APPROXIMATE
from csi_model.pls import consistent
from csi_model.specify import ModelSpec

if TYPE_CHECKING:
    from csi_model.estimation.estimated import Estimated


LOW_LOADING = 0.4
CHANCE = 0.05  # p of a weight from which on it is not told from zero
AGAINST = -0.3  # correlation with the index, from which on a construct runs against it


def cautions_of(result: Estimated, sample: Sample) -> list[Caution]:
    """Give the cautions of one estimation; `sample` are the answers as prepared, gaps and all."""
    spec, solution, scored, options = result.spec, result.solution, result.points, result.options
    found = list(_negative(spec, scored.clipped[0], solution.weights[0]))
    if options.method == "plsc":
        found += consistent.cautions(solution, spec)
    if result.weighting is not None:
        found += result.weighting.cautions
    if result.covariance is not None:
        found += result.covariance.cautions
        found += by_covariance.unused(
            sample, scheme=options.scheme, interval=options.interval, bootstrap=options.bootstrap
        )
    if result.failed and result.estimator is not None:
        message = f"{result.failed} of {options.bootstrap} resamples had no solution and are left out."
        about = (f"{result.failed} / {options.bootstrap}",)
        found.append(Caution("failed-draws", message, about=about))
        found += answering.constant_in(spec, result.estimator.constant_in_failed(), sample, result.failed)
    loadings = np.where(spec.home_mask, solution.loadings[0], 0.0).sum(axis=1)
    found += [*_reversed(spec, loadings), *_loadings(result, loadings)]
    if options.method != "cbsem" and fits(options.missing):
        found += answering.never_together(sample)
    if fits(options.missing) and (
        options.method != "cbsem" or by_covariance.treatment(sample, options) == "fiml"
    ):
        found += withheld.cautions(spec, sample, scored, lambda: result.figure("constructs"))
    if (result.resampled is not None or result.covariance is not None) and result.told.leans.any():
        found += _approximate(result)
    found += _against(spec, solution.construct_corr[0], loadings)
    found += collinear.cautions(spec, result.items, solution)
    if result.resampled is not None:
        found += result.resampled.cautions
    if result.n_used < options.indicative:
        message = f"Only {result.n_used} respondents: take the figures as indicative."
        found.append(Caution("indicative", message, about=(f"n = {result.n_used}",)))
    return found + answering.cautions(spec, sample, scored)


def _negative(spec: ModelSpec, clipped: Mask, weights: F64) -> Iterator[Caution]:
    """Name constructs with negative weights, and the questions that have them."""
    for place in np.flatnonzero(clipped):
        rows = np.flatnonzero(spec.block_mask[:, place] & (weights[:, place] < 0))
        codes = [spec.indicator_ids[row] for row in rows]
        name = spec.construct_ids[place]
        yield Caution(
            "negative-weight",
            f"{name} has an indicator with a negative weight ({', '.join(codes)}); it counts as zero in the"
            " points.",
            edit=left_out(spec, codes),
            about=(name, *codes),
        )


def _against(spec: ModelSpec, corr: F64, loadings: F64) -> Iterator[Caution]:
    r"""Name constructs that run against the index though more of them is better, as far as the model says.

    Construct j runs against index c where :math:`v_j v_c r_{jc} \le -0.3`, r their correlation and v the
    valence (1 or -1). Where all do that lead to it, it is the index itself. The lines turn its questions, but
    those that run against the rest of it already: turning the others turns it, and makes it one.
    """
    index = spec.place[spec.index]
    valence = np.array([each.valence for each in spec.constructs], dtype=float)
    along = corr[index] * valence * valence[index]
    apart = spec.scored & ~_shared(spec, index)
    against = apart & (along <= AGAINST)
    sources = apart & (spec.path_matrix[index] != 0)
    if sources.sum() > 1 and against[sources].all():
        against = np.arange(len(against)) == index
    for place in np.flatnonzero(against):
        rows = np.flatnonzero(spec.block_mask[:, place] & (loadings > -LOW_LOADING))
        name = spec.construct_ids[place]
        other = "what leads to it" if place == index else spec.index
        least = along[sources].max() if place == index else along[place]
        yield Caution(
            "against-index",
            f"{name} falls where {other} rises (correlation {least:.2f}), as if more of it were worse.",
            edit=turned(spec, rows),
            about=(name, f"{least:.2f}"),
        )


def _shared(spec: ModelSpec, index: int) -> Mask:
    """Say which constructs have a question of the index, themselves included."""
    return np.asarray((spec.block_mask & spec.block_mask[:, [index]]).any(axis=0))


def _approximate(result: Estimated) -> list[Caution]:
    """Name questions that few answered and most left open: their errors are approximate."""
    counts = result.told.counts[0]
    named = [
        f"{code} ({n})"
        for code, n, leans in zip(result.spec.indicator_ids, counts, result.told.leans, strict=True)
        if leans and 2 * n < result.n_used
    ]
    if not named:
        return []
    message = f"Fewer than {APPROXIMATE} answered {', '.join(named)}: errors and intervals are approximate."
    return [Caution("approximate", message, about=tuple(named))]


def _reversed(spec: ModelSpec, own: F64) -> Iterator[Caution]:
    """Name questions that run the other way than the rest of their construct, with both ways to mend it.

    A construct goes with the larger sum of its loadings. Of three questions it is as well these two that are
    worded the other way as that one: correlations are the same, so the answers alone cannot tell.
    """
    for place in range(len(spec.constructs)):
        mine = spec.home_mask[:, place]
        rows, rest = (np.flatnonzero(mine & each) for each in (own <= -LOW_LOADING, own > -LOW_LOADING))
        if not len(rows):
            continue
        codes = [spec.indicator_ids[row] for row in rows]
        others = [spec.indicator_ids[row] for row in rest]
        loads = [f"{own[row]:.2f}" for row in rows]
        runs, are = ("runs", "loading") if len(rows) == 1 else ("run", "loadings")
        named, rest_named = " and ".join(codes), " and ".join(others)
        yield Caution(
            "reversed",
            f"{named} {runs} the other way than the rest of {spec.construct_ids[place]}"
            f" ({are} {', '.join(loads)}); the answers cannot tell whether {named} or {rest_named} should be"
            " turned.",
            edit=turned(spec, rows),
            about=(*codes, *loads),
            instead=turned(spec, rest),
        )


def _loadings(result: Estimated, own: F64) -> Iterator[Caution]:
    """Name questions that hardly measure their construct.

    What forms a construct (mode B) need not go with the rest of it: such a question is named where its weight
    is not told from zero either, which resamples alone say.

    References
    ----------
    Hair, Hult, Ringle and Sarstedt (2017), A Primer on PLS-SEM, 2nd ed., chapter 5.
    """
    spec = result.spec
    for row in np.flatnonzero(np.abs(own) < LOW_LOADING):
        code, construct = spec.indicator_ids[row], spec.constructs[spec.home[row]]
        message = f"{code} hardly measures its construct (loading {own[row]:.2f})."
        if construct.mode == "B":
            if result.resampled is None:
                continue
            weight = result.figure("weights").at(int(row))
            if not weight.p >= CHANCE:
                continue
            message = (
                f"{code} neither goes with {construct.id} (loading {own[row]:.2f}) nor counts beside its"
                f" other questions (weight {weight.value:.2f}, p = {weight.p:.2f})."
            )
        edit = left_out(spec, [code])
        yield Caution("low-loading", message, edit=edit, about=(code, f"{own[row]:.2f}"))
