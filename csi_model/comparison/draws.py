"""Draws behind a comparison: estimates of groups, of their resamples, and of random groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.sample import Sample
from csi_model.arrays import F64
from csi_model.comparison.shuffling import regrouped
from csi_model.options import Progress
from csi_model.resampling.estimator import CHUNK

Estimates = Mapping[str, F64]  # name → (n_draws, …); a draw without a solution is nan throughout


class Counted(Protocol):
    """Some of the respondents, and the estimates of any selection of them."""

    @property
    def sample(self) -> Sample:
        """Who they are."""
        ...

    def of_counts(self, counts: F64) -> Estimates:
        """Give the estimates of selections, `counts` (n_selections, n_respondents)."""
        ...


def together(
    whole: Sample,
    parts: Mapping[str, Counted],
    n_resamples: int,
    rng: np.random.Generator,
    tick: Callable[[int], None],
) -> dict[str, dict[str, F64]]:
    """Draw clusters for all groups at once, so that what moves both does not pass for a difference."""
    found: dict[str, list[Estimates]] = {name: [] for name in parts}
    labels, units = whole.labels["group"], whole.units
    for start in range(0, n_resamples, CHUNK):
        counts = units.counts(min(CHUNK, n_resamples - start), rng)
        for name, part in parts.items():
            found[name].append(part.of_counts(counts[:, labels.of(name)]))
            tick(len(counts))
    return {name: joined(part) for name, part in found.items()}


def permuted(
    both: Counted,
    level_free: Counted | None,
    aligned: Collection[str],
    member: NDArray[np.bool_],
    rng: np.random.Generator,
    n_permutations: int,
    tick: Callable[[int], None],
) -> dict[str, F64]:
    """Differences of estimates between random groups, those of `aligned` from level-free answers.

    The first row is that of the groups as they are: the same function of both together, or a test of random
    groups would hold them against something else.
    """

    def differences(sides: NDArray[np.bool_]) -> dict[str, F64]:
        found = _between(both, sides)
        if level_free is not None:
            relations = _between(level_free, sides)
            found |= {key: relations[key] for key in aligned if key in relations}
        return found

    parts = [differences(member[None])]
    for shuffled in shuffles(both.sample, member, n_permutations, rng):
        parts.append(differences(shuffled))
        tick(len(shuffled))
    return joined(parts)


def shuffles(
    sample: Sample, member: NDArray[np.bool_], n_permutations: int, rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    """Deal the respondents to two groups at random, chunk by chunk, (n, n_respondents) each."""
    clusters = None if sample.clusters is None else sample.clusters.number
    for start in range(0, n_permutations, CHUNK):
        yield regrouped(member, clusters, min(CHUNK, n_permutations - start), rng)


def _between(part: Counted, member: NDArray[np.bool_]) -> dict[str, F64]:
    first, second = (part.of_counts(side.astype(float)) for side in (member, ~member))
    return {key: first[key] - second[key] for key in first}


def joined(parts: list[Estimates] | list[dict[str, F64]]) -> dict[str, F64]:
    """Chunks of draws in one."""
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]} if parts else {}


def without_solution(found: Estimates) -> NDArray[np.bool_]:
    """Say which draws are nan throughout."""
    parts = [np.isnan(value).reshape(len(value), -1).all(axis=1) for value in found.values()]
    return np.asarray(np.logical_and.reduce(parts))


def failed(drawn: Estimates) -> int:
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
