"""The one form of a number with its uncertainty, and its ways to documents and text and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64, Mask
from csi_model.errors import DataError
from csi_model.inference.plain import number
from csi_model.options import LEVEL

# What may be said of a cell.
SHOWN, INDICATIVE, FEW, BREAK, FAILED, HELD = range(6)
STATES = ("shown", "indicative", "few", "break", "failed", "held")

# States of figures that are withheld: too few people answered, or others would give such a figure away.
WITHHELD = frozenset({STATES[FEW], STATES[HELD]})

# Names under which documents hold a figure whose error, ends and p stand beside it as `se`, `ci`, `p`; any
# other has them under its own name (`rho_a_ci`).
KEYS = ("value", "points", "estimate", "points_per_point", "est", "difference")

# What may stand beside a value in a document; by default the first two, and all that `Figure.read` needs.
PARTS = ("se", "ci", "p", "n", "state")
USUAL = PARTS[:2]


@dataclass(frozen=True)
class Figure:
    """Numbers of one kind with their uncertainty; all arrays of one shape, ``nan`` where there is none.

    Attributes
    ----------
    value, se, low, high : ndarray
        Figure, standard error and the ends of its interval, in the unit of the figure.
    p : ndarray
        A probability; whoever makes the figure says of what.
    n : ndarray
        Answers behind each; ``nan`` where nobody counted.
    state : ndarray of int8
        What may be said of each: a place in `STATES`.
    level : float
        Nominal coverage of the intervals.
    axes : tuple of tuple of str
        Names along each axis: an empty one has no names, and without any this is empty too.
    """

    value: F64
    se: F64
    low: F64
    high: F64
    p: F64
    n: F64
    state: NDArray[np.int8]
    level: float = LEVEL
    axes: tuple[tuple[str, ...], ...] = ()

    def at(self, *names: str | int) -> Figure:
        """Give one cell, or what is left of the axes: a name, or a place, for each of the first ones.

        Raises
        ------
        KeyError
            An axis has no such name.
        """
        place = tuple(
            name if isinstance(name, int | np.integer) else self._place(axis, name)
            for axis, name in enumerate(names)
        )
        parts = {part: np.asarray(getattr(self, part)[place]) for part in _ARRAYS}
        return Figure(**parts, level=self.level, axes=self.axes[len(names) :])

    def take(self, places: NDArray[np.int64]) -> Figure:
        """Give some cells of the first axis, in the order of `places`."""
        parts = {part: np.asarray(getattr(self, part)[places]) for part in _ARRAYS}
        names = (tuple(self.axes[0][k] for k in places),) if self._has_names(0) else self.axes[:1]
        return Figure(**parts, level=self.level, axes=names + self.axes[1:])

    @property
    def is_indicative(self) -> bool:
        """Whether any of them rests on few answers."""
        return bool(self.rests_on_few.any())

    @property
    def rests_on_few(self) -> Mask:
        """Which of them do."""
        return np.isin(self.state, (INDICATIVE, FEW))

    @property
    def is_withheld(self) -> Mask:
        """Which have no number because too few people answered, or others would give it away."""
        return np.isin(self.state, (FEW, HELD)) & np.isnan(self.value)

    def plain(self, key: str = "value", parts: Sequence[str] = USUAL, *, named: bool = False) -> Any:
        """Give the figure as plain values, a mapping of names (a list, without names) for each axis.

        A cell is ``{key: …, "se": …, "ci": [low, high]}``, None for what it has not: an interval without
        ends is None, one with a single end has None for the other.

        Parameters
        ----------
        key
            What documents call the value.
        parts
            Which of `PARTS` stand beside it; a document leaves out those that were not asked for.
        named
            Whether they bear the figure's name (``rho_a_ci``), because others stand in the same mapping.
        """
        if self.value.ndim:
            cells = [self.at(k).plain(key, parts, named=named) for k in range(len(self.value))]
            return dict(zip(self.axes[0], cells, strict=True)) if self._has_names(0) else cells
        value, se, low, high, p, n = (number(getattr(self, part).item()) for part in _ARRAYS[:-1])
        told = {
            "se": None if value is None else se,
            "ci": None if low is None and high is None else [low, high],
            "p": p,
            "n": n,
            "state": STATES[self.state.item()],
        }
        return {key: value} | {f"{key}_{part}" if named else part: told[part] for part in parts}

    def times(self, factor: float) -> Figure:
        """Give the figure in another unit; of a negative factor the ends change places."""
        low, high = (self.low, self.high) if factor >= 0 else (self.high, self.low)
        return replace(
            self,
            value=self.value * factor,
            se=self.se * abs(factor),
            low=low * factor,
            high=high * factor,
        )

    @property
    def in_errors(self) -> F64:
        """How many standard errors each lies from zero; infinitely many where it has no error."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.abs(self.value) / self.se)

    def rounded(self, fine: float, coarse: float) -> Figure:
        """Round values and ends to steps: fine ones, coarse where few people answered."""
        step = np.where(self.rests_on_few, coarse, fine)
        ends = {part: np.round(getattr(self, part) / step) * step for part in ("value", "low", "high")}
        return replace(self, **{part: np.round(each, 9) for part, each in ends.items()})

    def span(self, form: str = "{:.1f}", shape: str = "[{}, {}]") -> str:
        """Write the interval of one figure: nothing where there is none, a dash for a missing end."""
        ends = [number(end.item()) for end in (self.low, self.high)]
        written = ["–" if end is None else form.format(end) for end in ends]
        return "" if ends == [None, None] else shape.format(*written)

    @classmethod
    def read(cls, plain: Any, *, key: str | None = None, level: float = LEVEL, n: float = np.nan) -> Figure:
        """Read a figure from plain values: what `plain` wrote, or a part of any stored document.

        Parameters
        ----------
        plain : mapping or sequence
            One figure; or a mapping of names to figures, or a sequence of figures, of any depth. None is a
            figure that does not exist. All entries of a mapping or sequence have one shape.
        key : str, optional
            The name that the figure has; by default the first of `KEYS` that is there.
        n : float
            Answers behind each, where the document does not say.

        Raises
        ------
        DataError
            There is no such figure.
        """
        if isinstance(plain, Mapping) and not _is_cell(plain, key):
            if not all(isinstance(item, Mapping | list | tuple | None) for item in plain.values()):
                msg = f"No figure {key or ' or '.join(KEYS)} stands among {', '.join(map(str, plain))}."
                raise DataError(msg, code="figure", remedy="Name the figure by its key in the document.")
            parts = [cls.read(item, key=key, level=level, n=n) for item in plain.values()]
            return _stacked(parts, tuple(map(str, plain)), level=level)
        if isinstance(plain, list | tuple):
            return _stacked([cls.read(item, key=key, level=level, n=n) for item in plain], (), level=level)
        cell = plain or {}
        name = key or next((each for each in KEYS if each in cell), KEYS[0])
        error, ends, p = (
            cell.get(f"{name}_{part}", cell.get(part) if name in KEYS else None) for part in ("se", "ci", "p")
        )
        found = (cell.get(name), error, *(ends or (None, None)), p)
        behind = np.nan if cell.get("n", n) is None else cell.get("n", n)
        read = figure(*(np.nan if each is None else each for each in found), n=behind, level=level)
        state = STATES.index(cell["state"]) if "state" in cell else read.state
        return replace(read, state=np.asarray(state, np.int8))

    def _has_names(self, axis: int) -> bool:
        return len(self.axes) > axis and bool(self.axes[axis])

    def _place(self, axis: int, name: str) -> int:
        try:
            return self.axes[axis].index(name)
        except (IndexError, ValueError):
            raise KeyError(name) from None


_ARRAYS = ("value", "se", "low", "high", "p", "n", "state")


def figure(
    value: F64 | float,
    se: F64 | float = np.nan,
    low: F64 | float = np.nan,
    high: F64 | float = np.nan,
    p: F64 | float = np.nan,
    *,
    n: F64 | float = np.nan,
    level: float = LEVEL,
    axes: tuple[tuple[str, ...], ...] = (),
) -> Figure:
    """Make a figure of parts that broadcast to the shape of `value`; what has no value has failed."""
    own = np.asarray(value, float)
    error, lower, upper, chance, behind = (
        np.broadcast_to(np.asarray(part, float), own.shape) for part in (se, low, high, p, n)
    )
    state = np.where(np.isfinite(own), SHOWN, FAILED).astype(np.int8)
    return Figure(own, error, lower, upper, chance, behind, state, level, axes)


def _is_cell(plain: Mapping[str, Any], key: str | None) -> bool:
    """Tell a figure from a mapping of figures: its number stands in it."""
    wanted = KEYS if key is None else (key,)
    return any(plain.get(each, {}) is None or isinstance(plain.get(each), int | float) for each in wanted)


def _stacked(parts: list[Figure], names: tuple[str, ...], *, level: float) -> Figure:
    """Put figures of one shape along a new first axis, their names in the order of the first one's."""
    inner = parts[0].axes if parts else ()
    if len({(part.value.shape, *map(frozenset, part.axes)) for part in parts}) > 1:
        msg = "The entries are figures of several shapes."
        raise DataError(msg, code="figure", remedy="Read them one by one.")
    arrays: dict[str, Any] = {part: [] for part in _ARRAYS}
    for each in parts:
        places = [
            [each.axes[axis].index(name) for name in inner[axis]]
            if axis < len(inner) and inner[axis]
            else range(size)
            for axis, size in enumerate(each.value.shape)
        ]
        for part, cells in arrays.items():
            own = getattr(each, part)
            cells.append(own[np.ix_(*places)] if places else own)
    found = {part: np.array(cells, np.int8 if part == "state" else float) for part, cells in arrays.items()}
    axes = (names, *inner)
    return Figure(**found, level=level, axes=axes if any(axes) else ())
