"""Answers for the covariance model: a checked sample by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.prepare import prepare_items
from csi_model.answers.sample import ANSWERED, UNKNOWN, By, Sample
from csi_model.arrays import F64, I64
from csi_model.errors import Caution, DataError


@dataclass(frozen=True)
class GroupData:
    """One group's answers, (n, p), ``nan`` is missing; numbers of clusters and weights, (n,), if any.

    Weights have mean 1 over all groups.
    """

    name: str
    values: F64
    clusters: NDArray[np.int32] | None = None
    weights: F64 | None = None

    def drawn(self, rows: I64) -> GroupData:
        """Give a resample: these rows, one as often as it is drawn."""
        clusters = None if self.clusters is None else self.clusters[rows]
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, values=self.values[rows], clusters=clusters, weights=weights)


class Chosen(NamedTuple):
    """The columns that a model names, by group, and what their border had to say."""

    names: tuple[str, ...]
    groups: tuple[GroupData, ...]
    cautions: tuple[Caution, ...]
    n_given: int


def choose(
    data: Mapping[str, Any] | Sample,
    names: tuple[str, ...],
    *,
    groups: str | Sequence[Any] | None,
    clusters: str | Sequence[Any] | None,
    weights: str | Sequence[float] | None = None,
    missing: str,
    missing_codes: Sequence[float],
) -> Chosen:
    """Give the columns that a model names, of columns to be checked or of a sample that was.

    Raises
    ------
    DataError
        What `prepare_items` refuses. An item does not vary, copies another, or hardly anybody answered it; a
        group has no more rows than items, or only one cluster.
    """
    if isinstance(data, Sample):
        by = groups if isinstance(groups, str) or groups is None else tuple(groups)
        return Chosen(names, _by_group(_columns(data, names), by), (), data.n_given)
    sample = prepare_items(
        names,
        data,
        missing=missing,
        weights=_column(weights, data, "weigh"),
        groups=_labels(groups, data, "group"),
        clusters=_labels(clusters, data, "cluster"),
        missing_codes=missing_codes,
    )
    return Chosen(
        names, _by_group(sample, None if groups is None else "group"), sample.cautions, sample.n_given
    )


def _columns(sample: Sample, names: tuple[str, ...]) -> Sample:
    if sample.codes == names:
        return sample
    absent = [name for name in names if name not in sample.codes and name not in sample.beside]
    if absent:
        raise DataError(
            f"The answers have no column {absent[0]!r}, which the model names.",
            code="missing-column",
            remedy="Prepare the answers with beside=spec.covariates.",
        )
    columns = {**sample.beside, **dict(zip(sample.codes, sample.values.T, strict=True))}
    values = np.column_stack([columns[name] for name in names])
    kind = dict(zip(sample.codes, sample.gaps.T, strict=True))
    scale = dict(zip(sample.codes, sample.scales, strict=True))
    unknown = np.full(2, np.nan)
    return replace(
        sample,
        codes=names,
        values=values,
        gaps=np.column_stack(
            [
                kind.get(n, np.where(np.isnan(v), UNKNOWN, ANSWERED))
                for n, v in zip(names, values.T, strict=True)
            ]
        ).astype(np.int8),
        scales=np.array([scale.get(name, unknown) for name in names]),
    )


def _labels(given: str | Sequence[Any] | None, data: Mapping[str, Any], what: str) -> Any:
    column = _column(given, data, what)
    return None if column is None else np.array([str(label) for label in column], dtype=object)


def _column(given: str | Sequence[Any] | None, data: Mapping[str, Any], what: str) -> Any:
    if isinstance(given, str) and given not in data:
        raise DataError(
            f"The data have no column {given!r} to {what} by.",
            code="missing-column",
            remedy="Check the spelling of the column; case counts.",
        )
    return data[given] if isinstance(given, str) else given


def _by_group(sample: Sample, by: By | None) -> tuple[GroupData, ...]:
    """Cut a sample into groups in the order in which they appear: the first is the reference."""
    places = {"": np.arange(len(sample))} if by is None else sample.label(by).rows()
    places = dict(sorted(places.items(), key=lambda part: int(part[1][0])))
    parts = {name: sample.where(rows) for name, rows in places.items()}
    for name, part in parts.items():
        where = f" in group {name}" if name else ""
        _check(part.values, part.codes, where)
        if part.clusters is not None and len(part.clusters.present) < 2:
            raise DataError(
                f"All respondents{where} are of one cluster, which shows no variation.",
                code="one-cluster",
                remedy="Cluster by a column with more values, or leave clusters out.",
            )
    is_weighted = not np.allclose(sample.weights, 1.0)
    return tuple(
        GroupData(
            name,
            part.values,
            None if part.clusters is None else part.clusters.number,
            sample.weights[places[name]] if is_weighted else None,
        )
        for name, part in parts.items()
    )


def _check(values: F64, names: tuple[str, ...], where: str) -> None:
    n, p = values.shape
    if n <= p:
        raise DataError(
            f"{n} respondents{where} are too few for {p} items.",
            code="too-few-rows",
            remedy="Give at least ten respondents per item, join groups, or estimate with PLS.",
        )
    answered = (~np.isnan(values)).sum(axis=0)
    if (answered < 2).any():
        bad = names[int(np.argmin(answered))]
        raise DataError(
            f"Item {bad} was answered by {int(answered.min())} respondents{where}.",
            code="item-unanswered",
            remedy=f"Drop the item from the model{', or leave the group out' if where else ''}.",
        )
    spread = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    flat = [names[k] for k in np.flatnonzero(spread == 0.0)]
    if flat:
        raise DataError(
            f"Everybody gave the same answer to {', '.join(flat)}{where}.",
            code="constant-column",
            remedy=f"Drop such items from the model{', or leave the group out' if where else ''}.",
        )
    complete = values[~np.isnan(values).any(axis=1)]
    if complete.shape[0] > 2 and (np.ptp(complete, axis=0) > 0).all():
        correlations = np.atleast_2d(np.corrcoef(complete, rowvar=False))
        rows, cols = np.tril_indices(p, -1)
        twins = np.flatnonzero(np.abs(correlations[rows, cols]) > 1.0 - 1e-10)
        if twins.size:
            a, b = names[cols[twins[0]]], names[rows[twins[0]]]
            raise DataError(
                f"Items {a} and {b} are copies of one another{where}.",
                code="collinear-items",
                remedy="Keep one of them.",
            )
