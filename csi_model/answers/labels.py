"""Labels of respondents: who is of which group, wave, unit, stratum, cluster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.arrays import Mask
from csi_model.errors import DataError

NOTHING = ("<NA>", "NaT")
BLANKS = " \t\r\n\u00a0\u3000"
NESTED = (list, tuple, dict, set, np.ndarray)  # what a cell of a frame may hold, and no label or number is


class Coded(NamedTuple):
    """A column of labels as it may be given: names, and for each row the place of its own, −1 for none."""

    names: Sequence[str]
    number: NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Labels:
    """A label for each respondent, four bytes each.

    Attributes
    ----------
    names : tuple of str
        Sorted, each once. A part of a sample keeps the names of the whole, also those that nobody has.
    number : int32 ndarray of shape (n_respondents,)
        Place of each respondent's label among the names; −1 where it is blank.
    """

    names: tuple[str, ...]
    number: NDArray[np.int32]

    @property
    def present(self) -> tuple[str, ...]:
        """The names that somebody has."""
        return tuple(name for name, size in zip(self.names, self.sizes, strict=True) if size)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many respondents have each name, (n_names,)."""
        return np.bincount(self.number[self.number >= 0], minlength=len(self.names))

    @property
    def is_blank(self) -> Mask:
        """Who has no label."""
        return np.asarray(self.number < 0)

    def of(self, *names: str) -> Mask:
        """Say who has one of these names; a name that is none is nobody's."""
        places = [self.names.index(name) for name in names if name in self.names]
        return np.isin(self.number, places)

    def where(self, rows: NDArray[Any]) -> Labels:
        """Give the labels of some respondents, by mask or by places."""
        return Labels(self.names, self.number[rows])

    def rows(self) -> dict[str, NDArray[np.int64]]:
        """Places of the respondents of each name that somebody has, in order."""
        order = np.argsort(self.number, kind="stable")
        ends = np.cumsum(np.bincount(self.number + 1, minlength=len(self.names) + 1))
        parts = np.split(order, ends[:-1])[1:]
        return {name: part for name, part in zip(self.names, parts, strict=True) if len(part)}

    def texts(self) -> NDArray[np.str_]:
        """Give the labels as texts, empty where blank."""
        return np.array([*self.names, ""], dtype=np.str_)[self.number]


def read(given: ArrayLike | Coded, n: int, what: str) -> Labels:
    """Read a column of labels: texts, numbers (whole ones without decimals), or `Coded` ones.

    A label that is missing or blank is no label.

    Raises
    ------
    DataError
        Not one label for each of the n respondents.
    """
    if isinstance(given, Coded):
        number = np.asarray(given.number)
        if number.shape != (n,):
            raise _wrong_length(number.size, n, what)
        return _named(list(given.names), number)
    array = array_of(given)
    is_column = array.ndim == 1
    if not is_column or (array.dtype == object and any(isinstance(each, NESTED) for each in array.tolist())):
        raise DataError(
            f"The {what} are not one column of labels.",
            code=what,
            remedy="Give one label a respondent: a list, or one column of a frame that is computed.",
        )
    if array.shape != (n,):
        raise _wrong_length(array.size, n, what)
    if array.dtype.kind in "fiub":
        known = ~np.isnan(array) if array.dtype.kind == "f" else np.ones(n, dtype=bool)
        values, place = np.unique(array[known], return_inverse=True)
        whole = values.dtype.kind != "b" and bool((values == np.round(values)).all())
        number = np.full(n, -1)
        number[known] = place
        return _named([str(int(value) if whole else value) for value in values.tolist()], number)
    texts = [_text(value) for value in array.tolist()]
    names = sorted(set(texts))
    place_of = {name: at for at, name in enumerate(names)}
    return _named(names, np.fromiter(map(place_of.__getitem__, texts), np.int64, n))


def array_of(given: Any) -> NDArray[Any]:
    """Give a column as numpy has it; long whole numbers and moments keep their last digits.

    Polars makes floats of whole numbers beside nulls, which are exact to 16 digits alone, and refuses to give
    those of 128 bits; numpy makes nameless numbers of moments to the nanosecond.
    """
    kind = str(getattr(given, "dtype", "")).removeprefix("U")
    nulls = getattr(given, "null_count", None)
    if callable(nulls) and kind.startswith("Int") and (nulls() or kind == "Int128"):
        return np.array(given.to_list(), dtype=object)
    array: NDArray[Any] = np.asarray(given)
    return array.astype("datetime64[us]") if array.dtype == "datetime64[ns]" else array


def joined(several: Sequence[Labels]) -> Labels:
    """Give pairs (or more) of labels as one: those of `a` and `x` have `a / x`; blank where any is."""
    if len(several) == 1:
        return several[0]
    blank = np.any([labels.is_blank for labels in several], axis=0)
    table = np.column_stack([labels.number for labels in several])[~blank]
    pairs, place = np.unique(table, axis=0, return_inverse=True)
    names = [
        " / ".join(labels.names[at] for labels, at in zip(several, pair, strict=True))
        for pair in pairs.tolist()
    ]
    number = np.full(len(blank), -1)
    number[~blank] = place.ravel()
    return _named(names, number)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value)
    if text in NOTHING and not isinstance(value, str):  # what pandas has for a cell without a value
        return ""
    return text if text.strip(BLANKS) else ""


def _named(names: Iterable[str], number: NDArray[Any]) -> Labels:
    """Sort the names and leave out blank ones and those that nobody has."""
    given = [_text(name) for name in names]
    used = np.bincount(number[number >= 0], minlength=len(given)) > 0
    kept = sorted({name for name, is_used in zip(given, used, strict=True) if name and is_used})
    place = {name: at for at, name in enumerate(kept)}
    moved = np.array([*(place.get(name, -1) for name in given), -1], dtype=np.int32)
    return Labels(tuple(kept), moved[number])


def _wrong_length(found: int, n: int, what: str) -> DataError:
    return DataError(f"{found} {what} for {n} respondents.", code=what, remedy="Give one each.")
