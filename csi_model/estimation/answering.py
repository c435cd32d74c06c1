"""What in the answers themselves makes figures doubtful: gaps, an unused scale, answers all alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from csi_model.answers.checks import listed
from csi_model.answers.sample import Sample
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution
from csi_model.estimation.edits import left_out
from csi_model.measures.points import Points
from csi_model.specify import ModelSpec

MANY_MISSING = 0.2  # of all answers
MOST_MISSING = 0.5  # of the answers to one question
UNUSED = 0.25  # of a scale, at its upper end, by everybody in every question
PILED = 0.05  # of the answers to a question, at the largest given: where a scale ends, not where a tail does
ENOUGH_ANSWERS = 200  # to take an unused end of a scale for no accident
ALIKE = 0.95  # of the answers to a question, one and the same
MOST_NAMED = 5  # pairs of questions that nobody answered both
CARRIES = 0.5  # of a construct's points, by one question


def cautions(spec: ModelSpec, sample: Sample, scored: Points) -> list[Caution]:
    """Look at the answers as prepared, gaps and all, and at what they make of the points."""
    return [*_wrong_scale(spec, sample), *_near_constant(spec, sample, scored), *_missing(sample)]


def _wrong_scale(spec: ModelSpec, sample: Sample) -> Iterator[Caution]:
    """Name a scale whose upper part nobody used in any question: it was perhaps declared wrongly."""
    low, high, valence = spec.scales.T
    least, largest = np.fmin.reduce(sample.values, axis=0), np.fmax.reduce(sample.values, axis=0)
    upper = np.where(valence < 0, low + high - least, largest)
    for ends in sorted({(float(a), float(b)) for a, b in zip(low, high, strict=True)}):
        own = (low == ends[0]) & (high == ends[1])
        most = float(np.fmax.reduce(upper[own]))
        if (ends[1] - most) < UNUSED * (ends[1] - ends[0]):
            yield from _shorter(sample, upper, valence, ends, own)
            continue
        answers = sample.values[:, own][~np.isnan(sample.values[:, own])]
        if len(answers) < ENOUGH_ANSWERS or (answers != np.rint(answers)).any():
            continue  # by chance, or no steps of a scale
        yield Caution(
            "scale-unused",
            f"Nobody answered {_beyond(most, ends)} in any question on the scale {ends[0]:g}–{ends[1]:g}:"
            f" is the scale {ends[0]:g}–{most:g}?",
            edit=f"scale: {{low: {ends[0]:g}, high: {most:g}}}",
            about=(f"{ends[0]:g}–{most:g} / {ends[0]:g}–{ends[1]:g}",),
        )


def _shorter(
    sample: Sample, upper: F64, valence: F64, ends: tuple[float, float], own: Mask
) -> Iterator[Caution]:
    """Name questions whose answers pile up well below the end that others on the same scale reach."""
    ended: dict[float, dict[str, int]] = {}
    for row in np.flatnonzero(own & (ends[1] - upper >= UNUSED * (ends[1] - ends[0]))):
        answers = sample.values[:, row][~np.isnan(sample.values[:, row])]
        last = upper[row] if valence[row] > 0 else ends[0] + ends[1] - upper[row]
        if (answers == last).mean() >= PILED and (answers == np.rint(answers)).all():
            ended.setdefault(float(upper[row]), {})[sample.codes[row]] = len(answers)
    for most, counts in ended.items():
        if sum(counts.values()) < ENOUGH_ANSWERS:
            continue
        codes = list(counts)
        scale = f"{{low: {ends[0]:g}, high: {most:g}}}"
        yield Caution(
            "scale-unused",
            f"Nobody answered {_beyond(most, ends)} in {listed(codes)}, as others did on the scale"
            f" {ends[0]:g}–{ends[1]:g}: is the scale there {ends[0]:g}–{most:g}?",
            edit=f"indicators: {{{', '.join(f'{code}: {scale}' for code in codes)}}}",
            about=(*codes, f"{ends[0]:g}–{most:g} / {ends[0]:g}–{ends[1]:g}"),
        )


def _beyond(most: float, ends: tuple[float, float]) -> str:
    first = most + 1
    return f"{first:g}–{ends[1]:g}" if first < ends[1] else f"{ends[1]:g}"


def _near_constant(spec: ModelSpec, sample: Sample, scored: Points) -> Iterator[Caution]:
    """Name a question that all but a few answer alike and that nevertheless carries its construct."""
    for row, code in enumerate(spec.indicator_ids):
        place = int(spec.home[row])
        construct = spec.constructs[place]
        share = float(scored.shares[0, row])
        if len(construct.indicators) < 2 or not share > CARRIES:
            continue
        answers = sample.values[:, row][~np.isnan(sample.values[:, row])]
        values, count = np.unique(answers, return_counts=True)
        alike = count.max() / len(answers)
        if alike < ALIKE:
            continue
        yield Caution(
            "near-constant",
            f"{code} carries {share:.0%} of the points of {construct.id}, though {alike:.0%} gave it one"
            f" answer ({values[count.argmax()]:g}).",
            edit=left_out(spec, [code]),
            about=(code, f"{construct.id} {share:.0%}", f"{alike:.0%}"),
        )


def constant_in(spec: ModelSpec, fails: F64, sample: Sample, n_failed: int) -> list[Caution]:
    """Say which questions did not vary in the resamples without a solution.

    Parameters
    ----------
    fails : ndarray of shape (n_indicators,)
        In how many of them each question was constant.
    """
    found = []
    for row in np.flatnonzero(fails > 0):
        answers = sample.values[:, row][~np.isnan(sample.values[:, row])]
        others = len(answers) - int(np.unique(answers, return_counts=True)[1].max())
        code = sample.codes[row]
        found.append(
            Caution(
                "constant-in-draws",
                f"In {int(fails[row])} of the {n_failed} resamples without a solution {code} was constant:"
                f" {others} of {len(answers)} respondents answered it otherwise than all the rest.",
                edit=left_out(spec, [code]),
                about=(code, f"{int(fails[row])} / {n_failed}"),
            )
        )
    return found


def never_together(sample: Sample) -> Iterator[Caution]:
    """Name questions that nobody answered both: their correlation is the prior's (`prior.weak_prior`)."""
    if sample.whole:
        return
    seen = ~np.isnan(sample.values)
    count = seen.sum(axis=0)
    apart = np.argwhere(np.triu(count[:, None] + count <= len(sample), 1))  # nobody both: no more than all
    pairs = [(one, other) for one, other in apart.tolist() if not (seen[:, one] & seen[:, other]).any()]
    if not pairs:
        return
    named = [f"{sample.codes[one]} and {sample.codes[other]}" for one, other in pairs[:MOST_NAMED]]
    more = f" and {len(pairs) - MOST_NAMED} more pairs" if len(pairs) > MOST_NAMED else ""
    yield Caution(
        "never-together",
        f"Nobody answered both {'; '.join(named)}{more}: how they go together"
        " is supposed to be as their constructs do.",
        about=tuple(named),
    )


def _missing(sample: Sample) -> Iterator[Caution]:
    """Name what many did not answer who were asked, and to whom it applies."""
    if sample.whole:
        return
    asked = sample.asked
    gaps = np.isnan(sample.values) & asked
    whole = gaps.sum() / max(asked.sum(), 1)
    message = f"{whole:.0%} of the answers are missing." if whole > MANY_MISSING else ""
    unanswered = [
        f"{code} ({share:.0%})"
        for code, share in zip(sample.codes, gaps.sum(axis=0) / np.maximum(asked.sum(axis=0), 1), strict=True)
        if share > MOST_MISSING
    ]
    if unanswered:
        message += f" Most respondents did not answer {', '.join(unanswered)}."
    if message:
        yield Caution("many-missing", message.strip(), about=(f"{whole:.0%}", *unanswered))
