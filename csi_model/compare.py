"""Groups and waves side by side: permutation tests and bootstrap differences of every estimate at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from csi_model.errors import Caution, DataError
from csi_model.intervals import F64, Estimate, check_length, check_weights, from_draws
from csi_model.small_units import holm

# From means (B, p) and covariances (B, p, p) of the indicators to named estimates (B, ...); a draw that did
# not converge is nan throughout.
Statistic = Callable[[F64, F64], Mapping[str, F64]]

CHUNK = 250


@dataclass(frozen=True)
class Difference:
    """One pair of groups.

    Attributes
    ----------
    first, second : str
    estimates : mapping of name to pair of ndarray
        The estimates of either group, in the shape of one estimate.
    difference : mapping of name to Estimate
        First minus second with bootstrap interval; ``p`` is that of the bootstrap.
    p_permutation : mapping of name to ndarray
        Probability of so large a difference if the groups were drawn from one population.
    p_holm : mapping of name to ndarray
        The same, corrected for the number of pairs.
    failed : tuple of int
        Permutations and bootstrap draws that gave no solution and were left out.
    """

    first: str
    second: str
    estimates: Mapping[str, tuple[F64, F64]]
    difference: Mapping[str, Estimate]
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


def group_moments(values: F64, mass: F64) -> tuple[F64, F64]:
    """Weighted means and covariances of many selections of the same rows at once.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Complete answers.
    mass : ndarray of shape (n_selections, n_respondents)
        How much each row counts in each selection: 0 and 1 for groups, counts for resamples, times weights.

    Returns
    -------
    means : ndarray of shape (n_selections, n_indicators)
    covariance : ndarray of shape (n_selections, n_indicators, n_indicators)
        With divisor total mass - 1, for unit weights the sample covariance.
    """
    p = values.shape[1]
    # Centring first keeps the products small; it cancels out of the covariance.
    centre = values.mean(axis=0)
    moved = values - centre
    upper = np.triu_indices(p)
    products = moved[:, upper[0]] * moved[:, upper[1]]
    total = mass.sum(axis=1)
    first = mass @ moved / total[:, None]
    second = np.empty((len(mass), p, p))
    second[:, upper[0], upper[1]] = mass @ products
    second[:, upper[1], upper[0]] = second[:, upper[0], upper[1]]
    spread = second - total[:, None, None] * first[:, :, None] * first[:, None, :]
    return centre + first, spread / (total - 1)[:, None, None]


def compare_groups(
    values: F64,
    groups: NDArray[np.generic],
    statistic: Statistic,
    rng: np.random.Generator,
    *,
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    weights: F64 | None = None,
    aligned: Collection[str] = (),
    floor: int = 30,
    level: float = 0.95,
) -> Comparison:
    r"""Compare every estimate between every pair of groups, or of waves.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        Answers in scale points, no ``nan``.
    groups : ndarray of shape (n_respondents,)
        Group, unit or wave of every respondent.
    statistic : callable
        Estimates from moments; :func:`csi_model.compare_pls.pls_statistic` makes one for a PLS model.
    rng : numpy.random.Generator
    n_permutations, n_resamples : int
    weights : ndarray of shape (n_respondents,), optional
        They travel with the respondent in permutations and resamples.
    aligned : collection of str
        Estimates of relations (:data:`csi_model.compare_pls.RELATIONS`) whose permutations shall use answers
        standardised within groups, so that different levels do not pass for different relations, as in
        cSEM. Never name points here.
    floor : int

    Raises
    ------
    DataError
        A group below the floor or only one group; answers missing.

    Notes
    -----
    Permutation: labels of the two groups are shuffled,
    :math:`p = (1 + \#\{|d^*| \ge |d|\}) / (R + 1)`.
    Bootstrap: each group is resampled by itself and differences of independent draws give the interval. Only
    moments are formed per draw; the answers are read once per chunk of draws.

    References
    ----------
    Chin & Dibbern (2010), Handbook of Partial Least Squares, chapter 7; Phipson & Smyth (2010), Statistical
    Applications in Genetics and Molecular Biology 9(1):39 (the added one).
    """
    values, labels, names = check_groups(values, groups, floor)
    weights = check_weights(weights, len(values))
    rows = {name: np.flatnonzero(labels == name) for name in names}
    observed = {name: _observed(values, weights, rows[name], statistic, name) for name in names}
    resampled = {
        name: _resample(values[rows[name]], weights[rows[name]], statistic, rng, n_resamples)
        for name in names
    }
    raw = []
    for first, second in combinations(names, 2):
        both = np.concatenate([rows[first], rows[second]])
        n_first = len(rows[first])
        drawn = permuted_differences(
            values[both], n_first, statistic, rng, n_permutations, weights=weights[both]
        )
        if aligned:
            level_free = np.concatenate([_standardised(values[rows[name]]) for name in (first, second)])
            relations = permuted_differences(
                level_free, n_first, statistic, rng, n_permutations, weights=weights[both]
            )
            drawn |= {key: relations[key] for key in aligned if key in relations}
        raw.append((first, second, drawn))
    p = {
        key: np.stack([_permutation_p(observed[a][key] - observed[b][key], d[key]) for a, b, d in raw])
        for key in observed[names[0]]
    }
    corrected = {key: np.apply_along_axis(holm, 0, table) for key, table in p.items()}
    pairs = tuple(
        Difference(
            first=a,
            second=b,
            estimates={key: (observed[a][key], observed[b][key]) for key in observed[a]},
            difference={
                key: from_draws(
                    observed[a][key] - observed[b][key], resampled[a][key] - resampled[b][key], level=level
                )
                for key in observed[a]
            },
            p_permutation={key: table[k] for key, table in p.items()},
            p_holm={key: table[k] for key, table in corrected.items()},
            failed=(_failed(drawn), _failed(resampled[a]) + _failed(resampled[b])),
        )
        for k, (a, b, drawn) in enumerate(raw)
    )
    lost = sum(sum(pair.failed) for pair in pairs)
    cautions = [Caution("failed-draws", f"{lost} draws gave no solution and were left out.")] if lost else []
    cautions += [
        Caution("indicative", f"Group {name!r} has {len(rows[name])} answers only.")
        for name in names
        if len(rows[name]) < 100
    ]
    return Comparison(names, tuple(len(rows[name]) for name in names), pairs, tuple(cautions))


def permuted_differences(
    values: F64,
    n_first: int,
    statistic: Statistic,
    rng: np.random.Generator,
    n_permutations: int,
    *,
    weights: F64 | None = None,
) -> dict[str, F64]:
    """Differences of estimates between random halves: the first ``n_first`` of shuffled rows and the rest."""
    n = len(values)
    weights = np.ones(n) if weights is None else weights
    parts: list[dict[str, F64]] = []
    for size in _chunks(n_permutations):
        member = rng.permuted(np.tile(np.arange(n) < n_first, (size, 1)), axis=1)
        first = statistic(*group_moments(values, member * weights))
        second = statistic(*group_moments(values, ~member * weights))
        parts.append({key: first[key] - second[key] for key in first})
    return _joined(parts)


def check_groups(
    values: F64, groups: NDArray[np.generic], floor: int
) -> tuple[F64, NDArray[np.str_], tuple[str, ...]]:
    """Return complete values, labels and the sorted group names, or say what is wrong."""
    values = np.asarray(values, float)
    if values.ndim != 2 or not np.isfinite(values).all():
        msg = "Comparisons need complete answers; some are missing."
        raise DataError(msg, code="missing", remedy="Prepare the answers with mean replacement or listwise.")
    labels = check_length(groups, len(values), "groups").astype(str)
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < 2:
        raise DataError("Only one group was given.", code="one-group", remedy="Give two groups or more.")
    if (counts < floor).any():
        k = int(np.argmin(counts))
        msg = f"Group {names[k]!s} has {int(counts[k])} answers, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Merge it with another group or leave it out.")
    flat = [
        (str(name), int(np.argmin(np.ptp(values[labels == name], axis=0))))
        for name in names
        if (np.ptp(values[labels == name], axis=0) == 0).any()
    ]
    if flat:
        msg = f"In group {flat[0][0]!r} everyone gave indicator {flat[0][1]} the same answer."
        raise DataError(msg, code="zero-variance", remedy="Leave the indicator or the group out.")
    return values, labels, tuple(names.tolist())


def _observed(
    values: F64, weights: F64, rows: NDArray[np.intp], statistic: Statistic, name: str
) -> dict[str, F64]:
    found = statistic(*group_moments(values[rows], weights[rows][None, :]))
    single = {key: np.asarray(value[0]) for key, value in found.items()}
    if not all(np.isfinite(value).all() for value in single.values()):
        msg = f"The model has no solution in group {name!r}."
        raise DataError(msg, code="no-solution", remedy="Simplify the model or merge the group with another.")
    return single


def _resample(
    values: F64, weights: F64, statistic: Statistic, rng: np.random.Generator, n_resamples: int
) -> dict[str, F64]:
    n = len(values)
    parts = []
    for size in _chunks(n_resamples):
        counts = rng.multinomial(n, np.full(n, 1 / n), size=size).astype(float)
        parts.append(dict(statistic(*group_moments(values, counts * weights))))
    return _joined(parts)


def _standardised(values: F64) -> F64:
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0, ddof=1))


def _permutation_p(observed: F64, drawn: F64) -> F64:
    usable = np.isfinite(drawn)
    # A difference that cannot vary (a single indicator's weight) ties with all its permutations.
    as_large = (np.abs(drawn) >= np.abs(observed) - 1e-12) & usable
    return np.asarray((1 + as_large.sum(axis=0)) / (1 + usable.sum(axis=0)))


def _chunks(total: int) -> list[int]:
    return [min(CHUNK, total - start) for start in range(0, total, CHUNK)]


def _joined(parts: list[dict[str, F64]]) -> dict[str, F64]:
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _failed(drawn: Mapping[str, F64]) -> int:
    any_key = next(iter(drawn.values()))
    return int((~np.isfinite(any_key)).reshape(len(any_key), -1).any(axis=1).sum())
