"""Known margins of a population: classes and targets, checked against the respondents' classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.errors import DataError
from csi_model.intervals import F64

# Published shares are rounded: totals may miss each other, or 1, by this share; each margin is then scaled.
ROUNDING = 1e-3


@dataclass(frozen=True)
class Margin:
    """One class: respondents in use, their share before and after weighting, and its target (shares 0-1)."""

    variable: str
    name: str
    n: int
    before: float
    after: float
    target: float


@dataclass(frozen=True)
class Targets:
    """Targets of every variable, in the order of names, and each respondent's place among the classes.

    Attributes
    ----------
    variables : tuple of str
    classes : tuple of tuple of str
    shares : tuple of ndarray
        Target shares of the classes, adding up to 1.
    places : integer ndarray of shape (n_variables, n_respondents)
    """

    variables: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    shares: tuple[F64, ...]
    places: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Respondents."""
        return int(self.places.shape[1])

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """Respondents all of whose classes have a positive target."""
        positive = [share[place] > 0 for share, place in zip(self.shares, self.places, strict=True)]
        return np.asarray(np.all(positive, axis=0))

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """Each class with its variable, for messages."""
        return tuple(
            tuple(f"{variable} = {name}" for name in names)
            for variable, names in zip(self.variables, self.classes, strict=True)
        )

    def check_cells(self, used: NDArray[np.bool_]) -> None:
        """Refuse a class that has a positive target and no respondent in use."""
        for variable, names, share, place in self._rows():
            empty = np.flatnonzero((np.bincount(place[used], minlength=len(share)) == 0) & (share > 0))
            if len(empty):
                target = share[empty[0]]
                raise DataError(
                    f"{variable} = {names[empty[0]]} has a target of {target:.4g} but nobody who counts.",
                    code="empty-class",
                    remedy="Join it with a neighbouring class, in the margin and in the data.",
                )

    def report(self, before: F64, after: F64) -> tuple[Margin, ...]:
        """Give every class's share under two sets of weights."""
        found = []
        for variable, names, share, place in self._rows():
            size = len(share)
            n = np.bincount(place[after > 0], minlength=size)
            was, now = (np.bincount(place, mass, size) / mass.sum() for mass in (before, after))
            found += [
                Margin(variable, name, int(n[k]), float(was[k]), float(now[k]), float(share[k]))
                for k, name in enumerate(names)
            ]
        return tuple(found)

    def _rows(self) -> zip[tuple[str, tuple[str, ...], F64, NDArray[np.int64]]]:
        return zip(self.variables, self.classes, self.shares, self.places, strict=True)


def read_targets(classes: Mapping[str, ArrayLike], margins: Mapping[str, Mapping[str, float]]) -> Targets:
    """Check margins against the respondents' classes.

    Parameters
    ----------
    classes
        Variable → class of every respondent.
    margins
        Variable → class → target. A margin whose targets are all 1 or less holds shares and must add up to 1;
        others hold numbers (or percentages), and their totals must agree. Both may miss by `ROUNDING` at
        most, relative.

    Raises
    ------
    DataError
        With the variable, the class or the row, and a remedy.
    """
    if not margins:
        raise DataError("No margin is given.", code="margins", remedy="Give at least one to rake to.")
    absent = sorted(set(margins) - set(classes))
    if absent:
        raise DataError(
            f"The margin {absent[0]} has no column of classes.",
            code="margins",
            remedy=f"Leave it out or name it as the data do: {', '.join(classes)}.",
        )
    variables = tuple(sorted(margins))
    columns = [_labels(variable, classes[variable]) for variable in variables]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1 or lengths == {0}:
        raise DataError(
            f"The columns of classes have {' and '.join(map(str, sorted(lengths)))} rows.",
            code="length",
            remedy="Give one class a respondent in each.",
        )
    names, shares, places = [], [], []
    totals: dict[str, float] = {}
    for variable, column in zip(variables, columns, strict=True):
        margin = {str(name): value for name, value in margins[variable].items()}
        order = tuple(sorted(margin))
        numbers, counted = _numbers(variable, margin, order)
        if counted:
            totals[variable] = float(numbers.sum())
        found, place = np.unique(column, return_inverse=True)
        unknown = sorted(set(found.tolist()) - set(order))
        if unknown:
            row = int(np.flatnonzero(column == unknown[0])[0]) + 1
            raise DataError(
                f"Row {row}: {variable} = {unknown[0] or 'empty'} is missing from the margin.",
                code="class-missing",
                remedy="Add it to the margin, or give these respondents one of its classes.",
            )
        never = [name for name in order if name not in set(found.tolist()) and margin[name] > 0]
        if never:
            raise DataError(
                f"The margin {variable} names {never[0]}, a class without respondents.",
                code="empty-class",
                remedy=f"Join it with another class. Classes found: {', '.join(found.tolist()[:12])}.",
            )
        names.append(order)
        shares.append(numbers / numbers.sum())
        places.append(np.searchsorted(np.array(order), found)[place.ravel()])
    _check_totals(totals)
    return Targets(variables, tuple(names), tuple(shares), np.array(places, dtype=np.int64))


def _labels(variable: str, column: ArrayLike) -> NDArray[np.str_]:
    array = np.asarray(column)
    if array.ndim != 1:
        raise DataError(f"{variable} is not one column.", code="shape", remedy="Give one class a respondent.")
    if array.dtype.kind == "f":
        blank = np.isnan(array)
        if blank.any():
            raise DataError(
                f"Row {int(np.flatnonzero(blank)[0]) + 1} has no class of {variable}.",
                code="class-missing",
                remedy="Give it one, or leave the respondent out.",
            )
        if (array == np.round(array)).all():
            array = array.astype(np.int64)
    return array.astype(np.str_)


def _numbers(variable: str, margin: Mapping[str, float], order: tuple[str, ...]) -> tuple[F64, bool]:
    """Give a margin's targets and whether they are numbers of customers, not shares."""
    try:
        numbers = np.array([margin[name] for name in order], dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            f"The margin {variable} holds a target that is no number.",
            code="margins",
            remedy="Targets are shares or numbers of customers, 0 or more.",
        ) from None
    for name, value in zip(order, numbers, strict=True):
        if not np.isfinite(value) or value < 0:
            raise DataError(
                f"The target of {variable} = {name} is {value:g}.",
                code="margins",
                remedy="Targets are shares or numbers of customers, 0 or more.",
            )
    total = float(numbers.sum())
    if not total:
        raise DataError(
            f"All targets of {variable} are zero.", code="margins", remedy="Give shares or numbers."
        )
    counted = bool(numbers.max() > 1)
    if not counted and abs(total - 1) > ROUNDING:
        raise DataError(
            f"The shares of {variable} add up to {total:.6g}, not 1.",
            code="margin-total",
            remedy=f"Correct them; {ROUNDING:g} is tolerated for rounding.",
        )
    return numbers, counted


def _check_totals(totals: Mapping[str, float]) -> None:
    if not totals:
        return
    (first, wanted), *others = totals.items()
    for variable, total in others:
        if abs(total - wanted) > ROUNDING * wanted:
            raise DataError(
                f"The margins {first} and {variable} add up to {wanted:.10g} and {total:.10g}.",
                code="margin-total",
                remedy=f"They describe one population: correct one; {ROUNDING:g} of it is tolerated.",
            )
