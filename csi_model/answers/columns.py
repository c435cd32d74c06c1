"""Columns as they are given: read as numbers, with refusals that name the column and the first row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.answers.labels import Coded, Labels, array_of, read
from csi_model.arrays import F64, Mask
from csi_model.errors import DataError

COMMA = re.compile(r"[-+]?\d+([,，]\d+)+")

Reserved = Mapping[float, int]  # number in the columns → a place in `sample.GAPS`


class Frame(Protocol):
    """A data frame, of pandas or Polars, neither of which is needed here."""

    @property
    def columns(self) -> Any:
        """Names of the columns."""

    def __getitem__(self, name: Any, /) -> Any:
        """Give a column."""


Columns = Mapping[str, ArrayLike] | Frame


def by_name(columns: Columns) -> Mapping[str, ArrayLike]:
    """Give the columns of a data frame, or of a mapping, by name; blanks around names do not count.

    Raises
    ------
    DataError
        No table, one that is not computed yet, or two columns of one name.
    """
    if isinstance(columns, Mapping):
        return columns
    if hasattr(columns, "collect_schema") and not hasattr(columns, "to_dict"):
        raise DataError(
            "The data frame is lazy: it holds a plan, and no answers yet.",
            code="lazy-frame",
            remedy="Give its .collect().",
        )
    if not hasattr(columns, "columns"):
        raise DataError(
            f"A {type(columns).__name__} has no names of columns.",
            code="no-table",
            remedy="Give a mapping of names to columns, or a data frame of pandas or Polars.",
        )
    found: dict[str, ArrayLike] = {}
    for name in columns.columns:
        own = str(name).strip()
        if own in found:
            raise DataError(
                f"The data have two columns named {own}.",
                code="duplicate-column",
                remedy="Rename one of them.",
            )
        found[own] = _Later(columns, name)
    return found


class _Later:
    """A column of a frame, taken out where it is read: a wide table has many that nobody asks for."""

    def __init__(self, frame: Frame, name: Any) -> None:
        self.frame, self.name = frame, name

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(array_of(self.frame[self.name]), dtype=dtype)


def table(
    names: Sequence[str], given: Columns, reserved: Reserved, unknown: int
) -> tuple[F64, NDArray[np.int8]]:
    """Give the columns named as one table of numbers, and why cells are missing.

    Returns
    -------
    values : ndarray of shape (n, p)
        ``nan`` is missing.
    gaps : int8 ndarray of shape (n, p)
        What `reserved` says of each cell, `unknown` for one that is empty, else 0.
    """
    columns = by_name(given)
    absent = [name for name in names if name not in columns]
    if absent:
        more = f" (and {len(absent) - 1} more of the model: {', '.join(absent[1:6])})" if absent[1:] else ""
        raise DataError(
            f"The data have no column {absent[0]}{more}.",
            code="missing-column",
            remedy=f"Name the columns as the model does. Columns found: {', '.join(list(columns)[:12])}.",
            about=(absent[0],),
        )
    found = [_cells(columns[name], name, reserved, unknown) for name in names]
    lengths = {len(values) for values, _ in found}
    if len(lengths) > 1:
        raise DataError(
            "The columns have different lengths.", code="length", remedy="Give one value per respondent."
        )
    return np.column_stack([values for values, _ in found]), np.column_stack([gaps for _, gaps in found])


def _cells(given: ArrayLike, name: str, reserved: Reserved, unknown: int) -> tuple[F64, NDArray[np.int8]]:
    values = numbers(given, name)
    gaps = np.where(np.isnan(values), unknown, 0).astype(np.int8)
    for code, state in reserved.items():
        those = values == code
        if those.any():
            gaps[those], values[those] = state, np.nan
    return values, gaps


def numbers(given: ArrayLike, name: str) -> F64:
    """Read one column as numbers of its own; empty cells are ``nan``."""
    array = array_of(given)
    if array.ndim != 1:
        raise DataError(
            f"Column {name} is not one column.", code="shape", remedy="Give one value a respondent."
        )
    if array.dtype.kind in "fiub":
        found = array.astype(np.float64)
    else:
        found = np.array([_number(value, row, name) for row, value in enumerate(array.tolist())], float)
    if np.isinf(found).any():
        row = int(np.flatnonzero(np.isinf(found))[0])
        raise DataError(
            f"Column {name}, row {row + 1} is infinite.", code="infinite", remedy="Correct the value."
        )
    return found


def _number(value: Any, row: int, name: str) -> float:
    text = "" if value is None else str(value).strip()
    if not text or text.lower() in {"na", "nan", "<na>"}:
        return np.nan
    try:
        return float(text)
    except ValueError:
        if COMMA.fullmatch(text):
            raise DataError(
                f"Column {name}, row {row + 1} holds {text!r}, with a decimal comma.",
                code="decimal-comma",
                remedy=_with_point(text.replace("，", ",")),
                about=(name, text),
            ) from None
        raise DataError(
            f"Column {name}, row {row + 1} holds {text[:40]!r}, which is no number.",
            code="text-in-column",
            remedy="Correct the value, or leave it empty if the answer is missing.",
        ) from None


def _with_point(text: str) -> str:
    """Say how a number with commas is written, which may stand between thousands."""
    decimal, whole = text.replace(",", "."), text.replace(",", "")
    if text.count(",") > 1:
        return f"Write thousands without a sign between them: {whole}."
    if len(text.partition(",")[2]) == 3:
        return f"Write {decimal} if it is a decimal, {whole} if the comma stands between thousands."
    return f"Write decimals with a point: {decimal}."


def check_rows(columns: Columns, beside: Mapping[str, Any]) -> None:
    """Refuse a series beside a frame, both of pandas, whose rows stand in another order.

    Everything is read by place, as from Polars and from arrays; an index that says otherwise is not ignored.

    Raises
    ------
    DataError
        Both have an index, of one length but not the same.
    """
    rows: Any = getattr(columns, "index", None)
    for name, column in beside.items():
        own: Any = getattr(column, "index", None)
        if not (hasattr(rows, "equals") and hasattr(own, "equals")):
            continue
        if len(own) == len(rows) and not rows.equals(own):
            raise DataError(
                f"The rows of {name} stand in another order than those of the answers: their indexes differ.",
                code="other-rows",
                remedy=f"Take {name} from the same frame, or give .to_numpy() if the order is right.",
                about=(name,),
            )


def weights(given: ArrayLike | None, n: int) -> F64:
    """Read the weights of n respondents, ones by default: 0 or more, and not all 0."""
    if given is None:
        return np.ones(n)
    found = numbers(given, "of weights")
    if len(found) != n:
        raise DataError(f"{len(found)} weights for {n} respondents.", code="weights", remedy="Give one each.")
    if np.isnan(found).any():
        row = int(np.flatnonzero(np.isnan(found))[0]) + 1
        raise DataError(
            f"The weight in row {row} is missing.", code="weights", remedy="Give every respondent one."
        )
    if (found < 0).any():
        row = int(np.flatnonzero(found < 0)[0]) + 1
        raise DataError(
            f"The weight in row {row} is negative ({found[row - 1]:g}).",
            code="weights",
            remedy="Weights are 0 or more.",
        )
    if not found.any():
        raise DataError("All weights are zero.", code="weights", remedy="Check the column of weights.")
    return found


def design(given: ArrayLike | Coded | None, kept: Mask, what: str) -> Labels | None:
    """Read strata or clusters and give those of the rows kept, where none may be blank."""
    if given is None:
        return None
    labels = read(given, len(kept), what)
    blank = np.flatnonzero(kept & labels.is_blank)
    if len(blank):
        more = f" and {len(blank) - 1} more" if blank[1:].size else ""
        raise DataError(
            f"The column of {what} is blank in row {blank[0] + 1}{more}.",
            code="blank-label",
            remedy="Fill it in, or leave these rows out.",
        )
    return labels.where(kept)
