"""Pairs of groups side by side: permutation tests and bootstrap differences of every estimate at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from csi_model.answers.groups import Groups
from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.comparison import draws as draw
from csi_model.comparison.draws import Counted
from csi_model.comparison.shuffling import level_free, n_exchangeable
from csi_model.errors import Caution
from csi_model.inference.figures import Figure, figure
from csi_model.inference.kinds import spread
from csi_model.inference.making import from_draws
from csi_model.inference.many import holm, satterthwaite
from csi_model.options import LEVEL

FEW_CLUSTERS = 8


@dataclass(frozen=True)
class Difference:
    """One pair of groups.

    Attributes
    ----------
    first, second : str
    estimates : mapping of name to pair of ndarray
        The estimates of either group, in the shape of one estimate.
    difference : mapping of name to Figure
        First minus second with bootstrap interval; ``p`` is that of the bootstrap. Without resamples, and
        where fewer than half of them have the figure, all but the value is ``nan``.
    p_permutation : mapping of name to ndarray
        Probability of so large a difference if the groups were drawn from one population; ``nan`` without
        permutations, and where fewer than half of them have the figure.
    p_holm : mapping of name to ndarray
        The same, corrected for looking at all figures of this name that can differ, in all pairs.
    failed : tuple of int
        Permutations and bootstrap draws that gave no solution and were left out.
    """

    first: str
    second: str
    estimates: Mapping[str, tuple[F64, F64]]
    difference: Mapping[str, Figure]
    p_permutation: Mapping[str, F64]
    p_holm: Mapping[str, F64]
    failed: tuple[int, int]


class Own(NamedTuple):
    """What a group gives by itself: its estimates, those of its resamples (none: empty), and their df."""

    observed: Mapping[str, F64]
    drawn: Mapping[str, F64]
    df: float = np.inf


def compare_parts(
    groups: Groups,
    own: Mapping[str, Own],
    look: Callable[[Sample], Counted],
    rng_of: Callable[[str, str], np.random.Generator],
    *,
    n_permutations: int,
    missing: str = "mean",
    aligned: Collection[str] = (),
    level: float = LEVEL,
    tick: Callable[[int], None] = lambda _size: None,
) -> tuple[tuple[Difference, ...], tuple[Caution, ...]]:
    r"""Compare every estimate between every pair of groups.

    Parameters
    ----------
    own
        Name of each group → its estimates. Where clusters hold respondents of several groups, row k of the
        resamples of each must come from one draw of clusters for all (`draws.together`).
    look
        Gives the estimates of two groups' respondents together, however they are dealt to the two.
    rng_of
        Gives the generator of a pair's permutations.
    missing : {"em", "mean", "listwise", "fiml"}
        As in `csi_model.estimate`.
    aligned
        Estimates of relations whose permutations shall use answers standardised within groups, so that
        different levels do not pass for different relations, as in cSEM. Never name points here.
    tick
        Told how many permutations were done.

    Notes
    -----
    Permutation: labels of the two groups are shuffled, clusters as `shuffling.regrouped` says,
    :math:`p = (1 + \#\{|d^*| \ge |d|\}) / (R + 1)`. Bootstrap: differences of the groups' own draws give the
    interval, percentiles expanded by the degrees of freedom after Satterthwaite. Gaps are treated within
    each random group, by the fit of both groups together where they are fitted: treating them is part of the
    estimate, so the test is exact whatever the treatment.

    References
    ----------
    Chin & Dibbern (2010), Handbook of Partial Least Squares, chapter 7; Phipson & Smyth (2010), Statistical
    Applications in Genetics and Molecular Biology 9(1):39 (the added one); Holm (1979), Scandinavian Journal
    of Statistics 6:65-70.
    """
    pairs = list(combinations(groups.parts, 2))
    flat = groups._replace(whole=level_free(groups.whole, missing)) if aligned and n_permutations else None
    shuffled = []
    for first, second in pairs if n_permutations else ():
        both = groups.pair(first, second)
        level_flat = None if flat is None else look(flat.pair(first, second))
        member = both.labels["group"].of(first)
        rng = rng_of(first, second)
        shuffled.append(draw.permuted(look(both), level_flat, aligned, member, rng, n_permutations, tick))
    found = _collected(pairs, own, shuffled, level)
    return found, tuple(_cautions(groups, found))


def _collected(
    pairs: list[tuple[str, str]], own: Mapping[str, Own], shuffled: list[dict[str, F64]], level: float
) -> tuple[Difference, ...]:
    keys = next(iter(own.values())).observed.keys()
    value = {key: np.stack([own[a].observed[key] - own[b].observed[key] for a, b in pairs]) for key in keys}
    p, corrected = {}, {}
    for key in keys:
        nothing = np.zeros((0, *value[key].shape[1:]))
        drawn = [each[key][1:] for each in shuffled] or [nothing] * len(pairs)
        tested = [each[key][0] for each in shuffled] or value[key]
        p[key] = np.stack([_permutation_p(d, draws) for d, draws in zip(tested, drawn, strict=True)])
        corrected[key] = _corrected(p[key], value[key], drawn)
    return tuple(
        Difference(
            first=a,
            second=b,
            estimates={key: (own[a].observed[key], own[b].observed[key]) for key in keys},
            difference={key: _difference(value[key][k], own[a], own[b], key, level) for key in keys},
            p_permutation={key: table[k] for key, table in p.items()},
            p_holm={key: table[k] for key, table in corrected.items()},
            failed=(
                draw.failed({key: table[1:] for key, table in shuffled[k].items()}) if shuffled else 0,
                draw.failed(own[a].drawn) + draw.failed(own[b].drawn),
            ),
        )
        for k, (a, b) in enumerate(pairs)
    )


def _difference(value: F64, first: Own, second: Own, key: str, level: float) -> Figure:
    if not first.drawn:
        return figure(value, level=level)
    one, other = first.drawn[key], second.drawn[key]
    df = satterthwaite(spread(one) ** 2, first.df, spread(other) ** 2, second.df)
    return from_draws(value, one - other, level=level, df=df)


def _cautions(groups: Groups, pairs: tuple[Difference, ...]) -> list[Caution]:
    found = []
    lost = sum(sum(pair.failed) for pair in pairs)
    if lost:
        message = f"{lost} draws gave no solution and were left out."
        found.append(Caution("failed-draws", message, about=(f"{lost}",)))
    for name, part in groups.parts.items():
        if part.clusters is not None and n_exchangeable(part) < FEW_CLUSTERS:
            n = n_exchangeable(part)
            message = f"Group {name!r} has {n} clusters: read p-values and intervals with care."
            found.append(Caution("few-units", message, about=(name, f"n = {n}")))
    return found


def _permutation_p(observed: F64, drawn: F64) -> F64:
    usable = np.isfinite(drawn)
    enough = np.isfinite(observed) & (usable.sum(axis=0) >= max(1, len(drawn) / 2))
    # A difference that cannot vary (a single indicator's weight) ties with all its permutations.
    with np.errstate(invalid="ignore"):
        as_large = (np.abs(drawn) >= np.abs(observed) - 1e-12) & usable
    return np.asarray(np.where(enough, (1 + as_large.sum(axis=0)) / (1 + usable.sum(axis=0)), np.nan))


def _corrected(p: F64, value: F64, drawn: list[F64]) -> F64:
    """Holm's correction over all pairs and figures; what can never differ is not looked at."""
    moves = [
        (np.abs(d) > 1e-12) | (np.abs(np.nan_to_num(draws)) > 1e-12).any(axis=0)
        for d, draws in zip(value, drawn, strict=True)
    ]
    looked_at = np.where(np.stack(moves), p, np.nan)
    corrected = holm(looked_at.ravel()).reshape(p.shape)
    return np.where(np.isnan(corrected), p, corrected)
