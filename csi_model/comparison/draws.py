"""Draws behind a comparison: estimates of groups, of their resamples, and of random groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.groups import names_of
from csi_model.answers.moments import Likelihood, MeanReplaced, RandomGroups
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.comparison.shuffling import crosses, n_exchangeable, regrouped
from csi_model.errors import DataError
from csi_model.options import Progress
from csi_model.resampling import bootstrap

# From means (B, p) and covariances (B, p, p; divisor n) of the indicators to named estimates (B, ...); a draw
# that did not converge is nan throughout.
Statistic = Callable[[F64, F64], Mapping[str, F64]]


CHUNK = bootstrap.CHUNK


class Sample(NamedTuple):
    """Some of the respondents, what gives their moments, and what makes estimates of these."""

    data: IndicatorMatrix
    source: MeanReplaced | Likelihood
    statistic: Statistic

    def of_counts(self, counts: F64) -> dict[str, F64]:
        """Give the estimates of selections of respondents, `counts` (n_selections, n_respondents)."""
        return dict(self.statistic(*self.source.of_counts(counts)))


# Makes the sample of some respondents: of a group, or of two groups together.
Look = Callable[[IndicatorMatrix], Sample]


def check_clusters(members: Mapping[str, IndicatorMatrix]) -> None:
    """Refuse to resample a group of one cluster."""
    for name, part in members.items():
        if n_exchangeable(part) < 2:
            msg = f"All respondents of group {name} are of one cluster: resampling it shows no variation."
            raise DataError(
                msg,
                code="one-cluster",
                remedy="Cluster by a column with more values, or ask for no resamples.",
            )


def observed(sample: Sample, name: str) -> dict[str, F64]:
    """Estimates of a group, or say that it has none."""
    found = sample.of_counts(np.ones((1, len(sample.data.values))))
    if without_solution(found).any():
        msg = f"The model has no solution in group {name!r}."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or merge the group with another.")
    return {key: np.asarray(value[0]) for key, value in found.items()}


def resampled(
    data: IndicatorMatrix,
    samples: Mapping[str, Sample],
    rng: np.random.Generator,
    n_resamples: int,
    tick: Callable[[int], None],
) -> dict[str, dict[str, F64]]:
    """Estimates of resamples, by group.

    Groups are resampled each by itself, unless a cluster holds several of them (a person asked in two
    waves): then clusters are drawn for all groups at once, so that what moves both does not pass for a
    difference.
    """
    if n_resamples and crosses(data):
        return _together(data, samples, rng, n_resamples, tick)
    return {name: _apart(sample, rng, n_resamples, tick) for name, sample in samples.items()}


def _apart(
    sample: Sample, rng: np.random.Generator, n_resamples: int, tick: Callable[[int], None]
) -> dict[str, F64]:
    seed = int(rng.integers(2**32))
    drawn_from: MeanReplaced | Likelihood | RandomGroups = sample.source
    if len(sample.data.values) > bootstrap.LARGE and isinstance(drawn_from, MeanReplaced):
        drawn_from = RandomGroups(sample.data, rng)
    parts = []
    for moments in bootstrap.moments_of_draws(sample.data, drawn_from, n_resamples, seed):
        parts.append(dict(sample.statistic(*moments)))
        tick(len(moments.mean))
    return joined(parts)


def _together(
    data: IndicatorMatrix,
    samples: Mapping[str, Sample],
    rng: np.random.Generator,
    n_resamples: int,
    tick: Callable[[int], None],
) -> dict[str, dict[str, F64]]:
    parts: dict[str, list[dict[str, F64]]] = {name: [] for name in samples}
    for start in range(0, n_resamples, CHUNK):
        counts = bootstrap.counts(data, min(CHUNK, n_resamples - start), rng)
        for name, sample in samples.items():
            parts[name].append(sample.of_counts(counts[:, data.groups == name]))
            tick(len(counts))
    return {name: joined(part) for name, part in parts.items()}


def permuted(
    both: Sample,
    level_free: Sample | None,
    aligned: Collection[str],
    rng: np.random.Generator,
    n_permutations: int,
    tick: Callable[[int], None],
) -> dict[str, F64]:
    """Differences of estimates between random groups, those of `aligned` from level-free answers."""
    parts = []
    for shuffled in _shuffles(both.data, n_permutations, rng):
        found = _between(both, shuffled)
        if level_free is not None:
            relations = _between(level_free, shuffled)
            found |= {key: relations[key] for key in aligned if key in relations}
        parts.append(found)
        tick(len(shuffled))
    return joined(parts)


def _shuffles(
    data: IndicatorMatrix, n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    member = np.asarray(data.groups == names_of(data)[0])
    for start in range(0, n_permutations, CHUNK):
        yield regrouped(member, data.clusters, min(CHUNK, n_permutations - start), rng)


def _between(sample: Sample, member: NDArray[np.bool_]) -> dict[str, F64]:
    first, second = (sample.of_counts(side.astype(float)) for side in (member, ~member))
    return {key: first[key] - second[key] for key in first}


def joined(parts: list[dict[str, F64]]) -> dict[str, F64]:
    """Chunks of draws in one."""
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if parts else {}


def without_solution(found: Mapping[str, F64]) -> NDArray[np.bool_]:
    """Say which draws are nan throughout."""
    parts = [np.isnan(value).reshape(len(value), -1).all(axis=1) for value in found.values()]
    return np.asarray(np.logical_and.reduce(parts))


def failed(drawn: Mapping[str, F64]) -> int:
    """How many draws have no solution."""
    return int(without_solution(drawn).sum()) if drawn else 0


def ticker(progress: Progress | None, total: int) -> Callable[[int], None]:
    """Count draws, and tell the share done."""
    done = 0

    def tick(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done / total)

    return tick
