"""The seam, statistics side: plain columns become a checked matrix of scale points."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.answers.sample import IndicatorMatrix
from csi_model.arrays import F64
from csi_model.errors import Caution, DataError
from csi_model.specify import ModelSpec

BLANKS = " \t\r\n\u00a0\u3000"


def prepare(
    spec: ModelSpec,
    columns: Mapping[str, ArrayLike],
    *,
    missing: str = "mean",
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    groups: ArrayLike | tuple[ArrayLike, ...] | None = None,
) -> IndicatorMatrix:
    """Check the columns of a model's indicators and bring them into one matrix.

    Parameters
    ----------
    columns
        Column name → values of one length; ``nan`` and the model's missing codes are missing.
    missing : {"mean", "listwise", "fiml"}
        `listwise` leaves out rows with any gap here; the others leave gaps in.
    groups
        A label per row, or a tuple of such columns, whose labels are joined: a group is a pair of values. A
        row whose label is blank is in the whole and in no group; a caution says how many.
    strata, clusters
        A label per row; a blank one is refused.

    Raises
    ------
    DataError
        A column is missing, holds text, is constant or empty; an answer is off its scale; weights are
        negative or all zero; a stratum or cluster is blank; fewer rows than indicators. The message names
        the column and the first row.
    """
    cautions: list[Caution] = []
    codes = spec.indicator_ids
    absent = [code for code in codes if code not in columns]
    if absent:
        raise DataError(
            f"The data have no column {absent[0]}"
            + (
                f" (and {len(absent) - 1} more of the model: {', '.join(absent[1:6])})."
                if absent[1:]
                else "."
            ),
            code="missing-column",
            remedy=f"Name the columns as the model does. Columns found: {', '.join(list(columns)[:12])}.",
        )
    values = np.column_stack([_column(columns[code], code) for code in codes])
    n = len(values)
    if spec.missing_codes:
        values[np.isin(values, spec.missing_codes)] = np.nan
    _check_scale(spec, values)
    if n >= len(codes):
        _check_answered(codes, values)
    sampling = None if weights is None else _weights(weights, n)
    kept = ~np.isnan(values).all(axis=1)
    if sampling is not None:
        kept &= sampling > 0
    if missing == "listwise":
        kept &= ~np.isnan(values).any(axis=1)
    left_out = n - int(kept.sum())
    if left_out:
        why = "a missing answer" if missing == "listwise" else "no answer to any indicator, or no weight"
        cautions.append(Caution("rows-left-out", f"{left_out} of {n} respondents were left out: {why}."))
    values = values[kept]
    if len(values) < len(codes):
        raise DataError(
            f"There are {len(values)} usable respondents for {len(codes)} indicators.",
            code="too-few-rows",
            remedy="Collect more answers, use a smaller model, or choose --missing mean.",
        )
    _check_answered(codes, values)
    _check_varied(codes, values)
    low, high, valence = spec.scales.T
    values = np.where(valence < 0, low + high - values, values)
    scaled = np.ones(len(values)) if sampling is None else sampling[kept] / sampling[kept].mean()
    named = None if groups is None else _named(groups, n)[kept]
    if named is not None and (named == "").any():
        message = (
            f"{int((named == '').sum())} of {len(named)} respondents are of no group: their label is blank."
        )
        cautions.append(Caution("no-group", message))
    strata_names, stratum = _numbered(strata, np.asarray(kept), "strata")
    _, cluster = _numbered(clusters, np.asarray(kept), "clusters")
    return IndicatorMatrix(
        values,
        codes,
        scaled,
        n,
        stratum,
        cluster,
        tuple(cautions),
        named,
        strata_names,
        np.flatnonzero(kept),
    )


def _column(column: ArrayLike, code: str) -> F64:
    array: NDArray[Any] = np.asarray(column)
    if array.ndim != 1:
        raise DataError(
            f"Column {code} is not one column.", code="shape", remedy="Give one value a respondent."
        )
    if array.dtype.kind in "fiub":
        numbers = array.astype(np.float64)
    else:
        numbers = np.full(len(array), np.nan)
        for row, value in enumerate(array.tolist()):
            text = "" if value is None else str(value).strip()
            if text and text.lower() not in {"na", "nan"}:
                try:
                    numbers[row] = float(text)
                except ValueError:
                    raise DataError(
                        f"Column {code}, row {row + 1} holds {text[:40]!r}, which is no number.",
                        code="text-in-column",
                        remedy="Correct the value, or leave it empty if the answer is missing.",
                    ) from None
    if np.isinf(numbers).any():
        row = int(np.flatnonzero(np.isinf(numbers))[0])
        raise DataError(
            f"Column {code}, row {row + 1} is infinite.", code="infinite", remedy="Correct the value."
        )
    return numbers


def _check_scale(spec: ModelSpec, values: F64) -> None:
    low, high, _ = spec.scales.T
    off = (values < low) | (values > high)
    if off.any():
        row, column = (int(place[0]) for place in np.nonzero(off))
        code = spec.indicator_ids[column]
        raise DataError(
            f"Column {code}, row {row + 1}: {values[row, column]:g} is off {low[column]:g}–{high[column]:g}.",
            code="off-scale",
            remedy="Correct it, add it to missing_codes, or give the indicator its own scale.",
        )


def _check_answered(codes: tuple[str, ...], values: F64) -> None:
    empty = np.flatnonzero(np.isnan(values).all(axis=0))
    if len(empty):
        raise DataError(
            f"Column {codes[empty[0]]} has no answers at all.",
            code="all-missing",
            remedy="Leave the indicator out of the model.",
        )


def _check_varied(codes: tuple[str, ...], values: F64) -> None:
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    constant = np.flatnonzero(low == high)
    if len(constant):
        raise DataError(
            f"Column {codes[constant[0]]} is constant: every answer is {low[constant[0]]:g}.",
            code="constant-column",
            remedy="Leave the indicator out of the model; it tells nobody apart.",
        )


def _weights(weights: ArrayLike, n: int) -> F64:
    numbers = _column(weights, "of weights")
    if len(numbers) != n:
        raise DataError(
            f"{len(numbers)} weights for {n} respondents.", code="weights", remedy="Give one each."
        )
    if np.isnan(numbers).any():
        row = int(np.flatnonzero(np.isnan(numbers))[0]) + 1
        raise DataError(
            f"The weight in row {row} is missing.", code="weights", remedy="Give every respondent one."
        )
    if (numbers < 0).any():
        row = int(np.flatnonzero(numbers < 0)[0]) + 1
        raise DataError(
            f"The weight in row {row} is negative ({numbers[row - 1]:g}).",
            code="weights",
            remedy="Weights are 0 or more.",
        )
    if not numbers.any():
        raise DataError("All weights are zero.", code="weights", remedy="Check the column of weights.")
    return numbers


def _named(groups: ArrayLike | tuple[ArrayLike, ...], n: int) -> NDArray[np.str_]:
    if isinstance(groups, tuple):
        columns = [_named(column, n) for column in groups]
        return np.array(
            [" / ".join(labels) if all(labels) else "" for labels in zip(*columns, strict=True)],
            dtype=np.str_,
        )
    return _labels(groups, n, "groups")


def _numbered(
    labels: ArrayLike | None, kept: NDArray[np.bool_], what: str
) -> tuple[tuple[str, ...], NDArray[np.int64] | None]:
    """Give the names of strata or clusters, and the number of each kept row's."""
    if labels is None:
        return (), None
    texts = _labels(labels, len(kept), what)
    blank = np.flatnonzero(kept & (texts == ""))
    if len(blank):
        raise DataError(
            f"The column of {what} is blank in row {blank[0] + 1}"
            + (f" and {len(blank) - 1} more." if blank[1:].size else "."),
            code="blank-label",
            remedy="Fill it in, or leave these rows out.",
        )
    names, numbers = np.unique(texts[kept], return_inverse=True)
    return tuple(names.tolist()), numbers.astype(np.int64)


def _labels(labels: ArrayLike, n: int, what: str) -> NDArray[np.str_]:
    """Give labels as texts, whole numbers without decimals; a blank or missing one is empty."""
    array: NDArray[Any] = np.asarray(labels)
    if array.shape != (n,):
        raise DataError(f"{array.size} {what} for {n} respondents.", code=what, remedy="Give one each.")
    if array.dtype.kind == "f":
        known = ~np.isnan(array)
        whole = (array[known] == np.round(array[known])).all()
        texts = np.full(n, "", dtype=np.dtype("U32"))
        texts[known] = array[known].astype(np.int64) if whole else array[known]
        return texts
    if array.dtype.kind == "O":
        missing = [value is None or (isinstance(value, float) and math.isnan(value)) for value in array]
        array = np.where(missing, "", array)
    texts = array.astype(np.str_)
    return np.where(np.char.strip(texts, BLANKS) == "", "", texts)
