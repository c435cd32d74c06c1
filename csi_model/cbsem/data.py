"""Answers for the covariance model: the columns it names, by group, checked at the border."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError


@dataclass(frozen=True)
class GroupData:
    """One group's answers, (n, p), ``nan`` where missing, and sampling units (n,) where there are any."""

    name: str
    values: F64
    clusters: NDArray[np.str_] | None = None


def _column(data: Mapping[str, Any], name: str) -> F64:
    try:
        raw = data[name]
    except KeyError:
        raise DataError(
            f"The data have no column {name!r}.",
            code="column-missing",
            remedy="Check the spelling of the item codes; case counts.",
        ) from None
    try:
        return np.asarray(raw, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        raise DataError(
            f"Column {name} holds something that is not a number.",
            code="column-not-numeric",
            remedy="Code the answers as numbers and leave missing ones empty.",
        ) from None


def _labels(
    data: Mapping[str, Any], given: str | Sequence[Any] | None, n: int, what: str = "group"
) -> list[str]:
    if given is None:
        return [""] * n
    if isinstance(given, str) and given not in data:
        raise DataError(
            f"The data have no column {given!r} to {what} by.",
            code="column-missing",
            remedy="Check the spelling of the column; case counts.",
        )
    labels = list(data[given]) if isinstance(given, str) else list(given)
    if len(labels) != n:
        raise DataError(
            f"{len(labels)} {what} labels for {n} respondents.",
            code="length",
            remedy="Give one label per respondent.",
        )
    return [str(label) for label in labels]


def select(
    data: Mapping[str, Any],
    names: tuple[str, ...],
    *,
    groups: str | Sequence[Any] | None = None,
    clusters: str | Sequence[Any] | None = None,
    missing: str = "listwise",
    missing_codes: Sequence[float] = (),
) -> tuple[tuple[GroupData, ...], tuple[Caution, ...], int]:
    """The model's columns as one matrix per group, in the order groups appear.

    Returns
    -------
    groups : tuple of GroupData
    cautions : tuple of Caution
    n_given : int
        Rows given, before any were left out.

    Raises
    ------
    DataError
        A column is missing, is not numeric, has infinite values, does not vary, copies another, a group has
        no more rows than items, or only one cluster.
    """
    columns = [_column(data, name) for name in names]
    lengths = {column.size for column in columns}
    if len(lengths) != 1:
        raise DataError(
            "The columns have different lengths.", code="length", remedy="Give one value per respondent."
        )
    values = np.column_stack(columns)
    n_given = values.shape[0]
    for code in missing_codes:
        values[values == code] = np.nan
    if np.isinf(values).any():
        bad = names[int(np.flatnonzero(np.isinf(values).any(axis=0))[0])]
        raise DataError(
            f"Column {bad} holds infinite values.", code="column-infinite", remedy="Leave them empty."
        )
    labels = np.array(_labels(data, groups, n_given), dtype=object)
    units = np.array(_labels(data, clusters, n_given, "cluster"), dtype=np.str_)
    gaps = np.isnan(values)
    keep = ~gaps.any(axis=1) if missing == "listwise" else ~gaps.all(axis=1)
    cautions = []
    if (left := n_given - int(keep.sum())) and n_given:
        what = "with missing answers" if missing == "listwise" else "without any answer"
        cautions.append(Caution("rows-left-out", f"{left} of {n_given} respondents {what} were left out."))
    values, labels, units = values[keep], labels[keep], units[keep]
    out = []
    for name in dict.fromkeys(labels):
        chosen = values[labels == name]
        where = f" in group {name}" if name else ""
        _check(chosen, names, where)
        own = None if clusters is None else units[labels == name]
        if own is not None and len(np.unique(own)) < 2:
            raise DataError(
                f"All respondents{where} are of one cluster, which shows no variation.",
                code="one-cluster",
                remedy="Cluster by a column with more values, or leave clusters out.",
            )
        out.append(GroupData(str(name), chosen, own))
    if not out:
        raise DataError(
            "No respondent is left to estimate from.",
            code="too-few-rows",
            remedy="Use missing='fiml', or drop items that few answered.",
        )
    return tuple(out), tuple(cautions), n_given


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
            remedy="Drop the item from the model.",
        )
    spread = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    flat = [names[k] for k in np.flatnonzero(spread == 0.0)]
    if flat:
        raise DataError(
            f"Everybody gave the same answer to {', '.join(flat)}{where}.",
            code="constant-column",
            remedy="Drop items without variance from the model.",
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
