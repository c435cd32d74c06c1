"""The parts of a sample: which respondents, whether enough of them, and weights of mean 1 in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.moments import Moments, source
from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64, Mask
from csi_model.errors import Caution, DataError
from csi_model.inference.checks import check_answers, check_length, check_weights

MISSING = ("mean", "listwise", "fiml")


def grouped(
    values: F64,
    groups: NDArray[np.generic],
    *,
    codes: Sequence[str] = (),
    weights: F64 | None = None,
    clusters: NDArray[np.generic] | None = None,
    strata: NDArray[np.generic] | None = None,
    missing: str = "mean",
    floor: int = 30,
) -> IndicatorMatrix:
    """Check answers of several groups and bring them together, every row with its label in `groups`.

    Parameters
    ----------
    values : ndarray of shape (n_respondents, n_indicators)
        ``nan`` is missing. Rows without any answer or weight are left out, with ``listwise`` rows with any
        gap; otherwise gaps stay, for `moments.source` to deal with.
    groups : ndarray of shape (n_respondents,)
        Group, unit or wave.
    codes : sequence of str, optional
        Names of the indicators, for messages; numbers from 1 by default.
    weights, clusters, strata : ndarray of shape (n_respondents,), optional
        Weights come back with mean 1 within each group: neither their scale nor that of a single group
        means anything to a comparison of estimates within groups.
    floor : int
        Fewest respondents of a group.

    Raises
    ------
    DataError
        Wrong shapes or weights, an unknown `missing`, one group only, a group below the floor, or an
        indicator that nobody in a group answered or all answered alike.
    """
    values = check_answers(values)
    n, p = values.shape
    labels = check_length(groups, n, "groups").astype(str)
    weights = check_weights(weights, n)
    if missing not in MISSING:
        raise DataError(
            f"There is no missing {missing!r}.", code="missing", remedy=f"Choose {', '.join(MISSING)}."
        )
    gaps = np.isnan(values)
    kept = (weights > 0) & ~(gaps.any(axis=1) if missing == "listwise" else gaps.all(axis=1))
    cautions: tuple[Caution, ...] = ()
    if not kept.all():
        why = "a missing answer, or no weight" if missing == "listwise" else "no answer, or no weight"
        message = f"{n - int(kept.sum())} of {n} respondents were left out: {why}."
        cautions = (Caution("rows-left-out", message),)
    data = IndicatorMatrix(
        values[kept],
        tuple(codes) or tuple(str(place + 1) for place in range(p)),
        weights[kept],
        n,
        strata=_numbered(strata, n, "strata", kept),
        clusters=_numbered(clusters, n, "clusters", kept),
        cautions=cautions,
        groups=labels[kept],
        kept=np.flatnonzero(kept),
    )
    names = np.unique(labels)
    if len(names) < 2:
        raise DataError("Only one group was given.", code="one-group", remedy="Give two groups or more.")
    for name in names.tolist():
        _check_group(name, data.values[data.groups == name], data.codes, floor)
    return replace(data, weights=_within(data))


def _check_group(name: str, values: F64, codes: tuple[str, ...], floor: int) -> None:
    if len(values) < max(floor, 1):
        msg = f"Group {name} has {len(values)} answers, below the floor of {floor}."
        raise DataError(msg, code="floor", remedy="Merge it with another group or leave it out.")
    for code, column in zip(codes, values.T, strict=True):
        seen = column[~np.isnan(column)]
        if not len(seen):
            msg = f"In group {name!r} nobody answered indicator {code}."
            raise DataError(msg, code="all-missing", remedy="Leave the indicator or the group out.")
        if seen.min() == seen.max():
            msg = f"In group {name!r} everyone gave indicator {code} the same answer."
            raise DataError(msg, code="zero-variance", remedy="Leave the indicator or the group out.")


def _numbered(labels: NDArray[np.generic] | None, n: int, what: str, kept: Mask) -> NDArray[np.int64] | None:
    if labels is None:
        return None
    numbers = np.unique(check_length(labels, n, what).astype(str), return_inverse=True)[1]
    return numbers.astype(np.int64)[kept]


def _within(data: IndicatorMatrix) -> F64:
    weights = data.weights.copy()
    for name in names_of(data):
        rows = data.groups == name
        weights[rows] /= weights[rows].mean()
    return weights


def names_of(data: IndicatorMatrix) -> tuple[str, ...]:
    """Give the group names in sorted order."""
    return () if data.groups is None else tuple(np.unique(data.groups).tolist())


def sample_moments(data: IndicatorMatrix, missing: str) -> Moments:
    """Give the weighted moments of all rows, a batch of one."""
    return source(data, missing).of_counts(np.ones((1, len(data.values))))
