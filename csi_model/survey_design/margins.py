"""Known margins of a population: classes and targets, checked against the respondents' classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, DataError

# Published shares are rounded: totals may miss each other, 1 or 100 by this share; each margin is then
# scaled, with a caution where it misses by more than the last digits of a float.
ROUNDING = 5e-3
EXACT = 1e-6


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
    cautions : tuple of Caution
        Margins whose totals missed and were scaled.
    """

    variables: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    shares: tuple[F64, ...]
    places: NDArray[np.int64]
    cautions: tuple[Caution, ...] = ()

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
        Variable → class → target. A margin whose targets are all 1 or less holds shares and must add up to 1.
        Others hold numbers of customers, at least as many as there are respondents, or percentages, which add
        up to 100; their totals must agree. All may miss by `ROUNDING` at most, relative, with a caution.

    Raises
    ------
    DataError
        With the variable, the class or the row, and a remedy. Codes: ``margins`` (none given),
        ``margin-unknown`` (no such column), ``margin-classes`` (two classes of one name), ``margin-target``
        (negative, not finite, no number), ``margin-zero`` (all zero), ``margin-total`` (totals that differ),
        ``class-missing`` (a respondent's class is not in the margin, or empty), ``empty-class`` (a target
        without respondents), ``length`` and ``shape``.
    """
    if not margins:
        raise DataError("No margin is given.", code="margins", remedy="Give at least one to rake to.")
    absent = sorted(set(margins) - set(classes))
    if absent:
        raise DataError(
            f"The margin {absent[0] or repr(absent[0])} has no column of classes.",
            code="margin-unknown",
            remedy=f"Leave it out or name it as the data do: {', '.join(list(classes)[:12])}.",
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
    for variable, column in zip(variables, columns, strict=True):
        margin = _named(variable, margins[variable])
        order = tuple(sorted(margin))
        shares.append(_numbers(variable, margin, order))
        places.append(_places(variable, column, order, shares[-1]))
        names.append(order)
    cautions = _check_totals(dict(zip(variables, shares, strict=True)), lengths.pop())
    return Targets(
        variables,
        tuple(names),
        tuple(numbers / numbers.sum() for numbers in shares),
        np.array(places, dtype=np.int64),
        cautions,
    )


def _named(variable: str, margin: Mapping[str, float]) -> dict[str, float]:
    """Give the margin with its classes as texts, as the respondents' are."""
    named = {str(name): value for name, value in margin.items()}
    if len(named) < len(margin):
        twice = next(name for name in named if [str(key) for key in margin].count(name) > 1)
        raise DataError(
            f"The margin {variable} names the class {twice} twice.",
            code="margin-classes",
            remedy="Give each class one target.",
        )
    return named


def _places(
    variable: str, column: NDArray[np.str_], order: tuple[str, ...], numbers: F64
) -> NDArray[np.int64]:
    """Give each respondent's place in the order of classes."""
    found, place = np.unique(column, return_inverse=True)
    unknown = sorted(set(found.tolist()) - set(order))
    if unknown:
        row = int(np.flatnonzero(column == unknown[0])[0]) + 1
        raise DataError(
            f"Row {row}: {variable} = {unknown[0] or 'empty'} is missing from the margin.",
            code="class-missing",
            remedy="Add it to the margin, or give these respondents one of its classes.",
        )
    never = [
        name for name, number in zip(order, numbers, strict=True) if number > 0 and name not in found.tolist()
    ]
    if never:
        raise DataError(
            f"The margin {variable} names {never[0]}, a class without respondents.",
            code="empty-class",
            remedy=f"Join it with another class. Classes found: {', '.join(found.tolist()[:12])}.",
        )
    return np.asarray(np.searchsorted(np.array(order), found)[place.ravel()], dtype=np.int64)


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


def _numbers(variable: str, margin: Mapping[str, float], order: tuple[str, ...]) -> F64:
    """Give a margin's targets in the order of its classes."""
    remedy = (
        "Targets are shares, percentages or numbers of customers, 0 or more, with a point before decimals."
    )
    numbers = np.empty(len(order))
    for place, name in enumerate(order):
        try:
            numbers[place] = margin[name]
        except (TypeError, ValueError):
            given = str(margin[name])[:40]
            raise DataError(
                f"The margin {variable} holds {given!r} for {name}, a target that is no number.",
                code="margin-target",
                remedy=remedy,
            ) from None
    for name, value in zip(order, numbers, strict=True):
        if not np.isfinite(value) or value < 0:
            raise DataError(
                f"The target of {variable} = {name} is {value:g}.", code="margin-target", remedy=remedy
            )
    if not numbers.sum():
        raise DataError(
            f"All targets of {variable} are zero.", code="margin-zero", remedy="Give shares or numbers."
        )
    return numbers


def _check_totals(margins: Mapping[str, F64], n: int) -> tuple[Caution, ...]:
    """Refuse totals that miss what they must be by more than rounding; name those that rounding explains."""
    totals = {variable: float(numbers.sum()) for variable, numbers in margins.items()}
    # Fewer customers than respondents there cannot be: such numbers are percentages.
    customers = [name for name, m in margins.items() if m.max() > 1 and totals[name] >= n * (1 - EXACT)]
    missed = {}
    for variable, total in totals.items():
        if variable in customers:
            wanted = totals[customers[0]]
            what = f"The margins {customers[0]} and {variable} add up to {wanted:.10g} and {total:.10g}."
        elif margins[variable].max() > 1:
            wanted, what = 100.0, f"The percentages of {variable} add up to {total:.6g}, not 100."
        else:
            wanted, what = 1.0, f"The shares of {variable} add up to {total:.6g}, not 1."
        miss = abs(total - wanted) / wanted
        if miss > ROUNDING:
            raise DataError(
                what,
                code="margin-total",
                remedy=f"Correct the targets; {ROUNDING:.1%} is tolerated for rounding.",
            )
        if miss > EXACT:
            missed[variable] = what
    if not missed:
        return ()
    message = f"{' '.join(missed.values())} Each margin was scaled to 1."
    return (Caution("margin-rounded", message, about=tuple(missed)),)
