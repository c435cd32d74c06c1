"""Groups and waves side by side: permutation tests and bootstrap differences of every estimate at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.groups import grouped, names_of
from csi_model.answers.moments import source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.comparison import draws as draw
from csi_model.comparison.draws import Look, Sample, Statistic
from csi_model.comparison.shuffling import level_free, n_exchangeable
from csi_model.errors import Caution, DataError
from csi_model.inference.figures import Figure, critical, figure, from_draws
from csi_model.inference.many import holm
from csi_model.options import Progress

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


@dataclass(frozen=True)
class Comparison:
    """All pairs of groups."""

    groups: tuple[str, ...]
    n: tuple[int, ...]
    pairs: tuple[Difference, ...]
    cautions: tuple[Caution, ...]


def compare_groups(
    values: F64,
    groups: NDArray[np.generic],
    statistic: Statistic,
    rng: np.random.Generator,
    *,
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    strata: NDArray[np.generic] | None = None,
    missing: str = "mean",
    aligned: Collection[str] = (),
    floor: int = 30,
    level: float = 0.95,
    progress: Progress | None = None,
) -> Comparison:
    r"""Compare every estimate between every pair of groups, or of waves.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Answers in scale points, ``nan`` is missing.
    groups : ndarray of shape (n_respondents,)
        Group, unit or wave of every respondent.
    statistic : callable
        Estimates from moments; :func:`csi_model.compare_pls.pls_statistic` makes one for a PLS model.
    rng : numpy.random.Generator
    n_permutations, n_resamples : int
        0 for none: p-values, or intervals, are ``nan`` then.
    weights : ndarray of shape (n_respondents,), optional
        Only their ratios within a group count. They travel with the respondent.
    clusters, strata : ndarray of shape (n_respondents,), optional
        Clusters are resampled whole, within strata and groups (for all groups at once where a cluster holds
        several), and permuted as :func:`csi_model.grouping.regrouped` says. Strata play no part in the
        permutations.
    missing : {"mean", "listwise", "fiml"}
        As in `csi_model.estimate`: means replace gaps anew in every group, resample and random group.
    aligned : collection of str
        Estimates of relations (:data:`csi_model.compare_pls.RELATIONS`) whose permutations shall use answers
        standardised within groups, so that different levels do not pass for different relations, as in
        cSEM. Never name points here.
    floor : int
        Fewest respondents of a group.
    progress : callable, optional
        Called with the share done, 0 to 1.

    Raises
    ------
    DataError
        What :func:`csi_model.grouping.grouped` refuses; a group of one cluster; a negative number of draws
        or a single resample; a level that is no share; a group without a solution.

    Notes
    -----
    Permutation: labels of the two groups are shuffled,
    :math:`p = (1 + \#\{|d^*| \ge |d|\}) / (R + 1)`.
    Bootstrap: each group is resampled by itself and differences of independent draws give the interval. Only
    moments are formed per draw; the answers are read once per chunk of draws. Gaps are replaced within each
    random group: treating them is part of the estimate, so the test is exact whatever the treatment.

    References
    ----------
    Chin & Dibbern (2010), Handbook of Partial Least Squares, chapter 7; Phipson & Smyth (2010), Statistical
    Applications in Genetics and Molecular Biology 9(1):39 (the added one); Holm (1979), Scandinavian Journal
    of Statistics 6:65-70.
    """
    data = grouped(
        values, groups, weights=weights, clusters=clusters, strata=strata, missing=missing, floor=floor
    )
    return compare_samples(
        data,
        lambda part: Sample(part, source(part, missing), statistic),
        rng,
        n_permutations=n_permutations,
        n_resamples=n_resamples,
        missing=missing,
        aligned=aligned,
        level=level,
        progress=progress,
    )


def compare_samples(
    data: IndicatorMatrix,
    look: Look,
    rng: np.random.Generator,
    *,
    n_permutations: int,
    n_resamples: int,
    missing: str,
    aligned: Collection[str],
    level: float,
    progress: Progress | None,
) -> Comparison:
    """Compare groups of checked answers; `compare_groups` describes the method and the parameters.

    Parameters
    ----------
    data : IndicatorMatrix
        From :func:`csi_model.grouping.grouped`.
    look : callable
        Makes the sample of a group, and of two groups together.
    """
    names = names_of(data)
    check_draws(n_permutations, n_resamples, level)
    members = {name: data.subset(np.asarray(data.groups == name)) for name in names}
    if n_resamples:
        draw.check_clusters(members)
    n_pairs = len(names) * (len(names) - 1) // 2
    tick = draw.ticker(progress, len(names) * n_resamples + n_pairs * n_permutations)
    samples = {name: look(part) for name, part in members.items()}
    observed = {name: draw.observed(sample, name) for name, sample in samples.items()}
    resampled = draw.resampled(data, samples, rng, n_resamples, tick)
    flat = level_free(data, missing) if aligned else data
    raw = []
    for first, second in combinations(names, 2):
        rows = np.asarray((data.groups == first) | (data.groups == second))
        both, level_flat = look(data.subset(rows)), look(flat.subset(rows)) if aligned else None
        drawn = draw.permuted(both, level_flat, aligned, rng, n_permutations, tick)
        raw.append((first, second, drawn))
    return _collected(members, observed, resampled, raw, level=level, cautions=data.cautions)


def check_draws(n_permutations: int, n_resamples: int, level: float) -> None:
    """Refuse numbers of draws and levels that cannot be meant."""
    if n_permutations < 0 or n_resamples < 0 or n_resamples == 1:
        msg = f"{n_permutations} permutations and {n_resamples} resamples cannot be drawn."
        raise DataError(msg, code="draws", remedy="Ask for 0, which means none, or for 1000, say.")
    critical(level)


def _collected(
    members: Mapping[str, IndicatorMatrix],
    observed: Mapping[str, Mapping[str, F64]],
    resampled: Mapping[str, Mapping[str, F64]],
    raw: list[tuple[str, str, dict[str, F64]]],
    *,
    level: float,
    cautions: tuple[Caution, ...],
) -> Comparison:
    keys = next(iter(observed.values())).keys()
    value = {key: np.stack([observed[a][key] - observed[b][key] for a, b, _ in raw]) for key in keys}
    p, corrected = {}, {}
    for key in keys:
        drawn = [each[key] if each else np.zeros((0, *value[key].shape[1:])) for _, _, each in raw]
        p[key] = np.stack([_permutation_p(d, draws) for d, draws in zip(value[key], drawn, strict=True)])
        corrected[key] = _corrected(p[key], value[key], drawn)
    pairs = []
    for k, (a, b, drawn_here) in enumerate(raw):
        drawn_differences = {key: resampled[a][key] - resampled[b][key] for key in resampled[a]}
        pairs.append(
            Difference(
                first=a,
                second=b,
                estimates={key: (observed[a][key], observed[b][key]) for key in keys},
                difference={key: _estimate(value[key][k], drawn_differences.get(key), level) for key in keys},
                p_permutation={key: table[k] for key, table in p.items()},
                p_holm={key: table[k] for key, table in corrected.items()},
                failed=(draw.failed(drawn_here), draw.failed(resampled[a]) + draw.failed(resampled[b])),
            )
        )
    found = (*cautions, *_cautions(members, pairs))
    return Comparison(
        tuple(members), tuple(len(part.values) for part in members.values()), tuple(pairs), found
    )


def _cautions(members: Mapping[str, IndicatorMatrix], pairs: list[Difference]) -> list[Caution]:
    found = []
    lost = sum(sum(pair.failed) for pair in pairs)
    if lost:
        found.append(Caution("failed-draws", f"{lost} draws gave no solution and were left out."))
    for name, part in members.items():
        if len(part.values) < 100:
            found.append(Caution("indicative", f"Group {name!r} has {len(part.values)} answers only."))
        if part.clusters is not None and n_exchangeable(part) < FEW_CLUSTERS:
            message = (
                f"Group {name!r} has {n_exchangeable(part)} clusters: read p-values and intervals with care."
            )
            found.append(Caution("few-units", message))
    return found


def _estimate(value: F64, draws: F64 | None, level: float) -> Figure:
    """Give the interval of each figure that at least half of the draws have."""
    shape, flat = value.shape, value.ravel()
    parts = np.full((4, flat.size), np.nan)
    if draws is not None:
        drawn = draws.reshape(len(draws), -1)
        there = np.isfinite(flat) & (np.isfinite(drawn).sum(axis=0) >= max(2, len(drawn) / 2))
        if there.any():
            found = from_draws(flat[there], drawn[:, there], level=level)
            parts[:, there] = found.se, found.low, found.high, found.p
    return figure(value, *(part.reshape(shape) for part in parts), level=level)


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
