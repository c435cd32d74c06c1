"""How figures are printed, in every medium: from a hundred answers on by tenths, below coarsely.

Thirty-seven per cent of thirty are eleven people, exactly; so few answers are printed in whole points, and
shares in steps of five. What is drawn, and stands in a page for the drawing, is rounded the same.
"""

from collections.abc import Iterator
from math import isfinite
from typing import Final, NamedTuple

from csi_model import Figure


class Grid(NamedTuple):
    """The steps in which a kind of figure is printed: from enough answers, and from few."""

    fine: float
    coarse: float


POINTS: Final = Grid(0.1, 1.0)
SHARES: Final = Grid(1.0, 5.0)  # in per cent; the net promoter score too
MINUS: Final = "\N{MINUS SIGN}"


def printed(figure: Figure, grid: Grid = POINTS) -> Figure:
    """Round a figure and its ends to what is printed of them."""
    return figure.rounded(*grid)


def texts(figure: Figure, grid: Grid = POINTS) -> list[str]:
    """Write the figures along an axis, nothing where there is none."""
    return [text(figure.at(at), grid) for at in range(len(figure.value))]


def text(figure: Figure, grid: Grid = POINTS) -> str:
    """Write one figure, nothing where there is none."""
    return next(_written(figure, grid, ""))


def signed(figure: Figure, grid: Grid = POINTS) -> str:
    """Write a change with its sign."""
    return next(_written(figure, grid, "+"))


def all_of(figure: Figure, grid: Grid = POINTS) -> tuple[str, str, str]:
    """Write one figure and the ends of its interval."""
    value, low, high = _written(figure, grid, "")
    return value, low, high


def in_file(figure: Figure, grid: Grid = POINTS) -> tuple[str, str, str]:
    """Write one figure and the ends of its interval as programs read them: with a hyphen for a minus."""
    value, low, high = (part.replace(MINUS, "-") for part in all_of(figure, grid))
    return value, low, high


def span(figure: Figure, grid: Grid = POINTS) -> str:
    """Write the interval of one figure, nothing where there is none."""
    _value, low, high = all_of(figure, grid)
    return f"{low or '–'} – {high or '–'}" if low or high else ""


def size(figure: Figure) -> tuple[str, str, str]:
    """Write how far a change of points goes, whatever its sign, and between which ends in that direction."""
    if figure.value < 0:
        figure = figure.times(-1)
    return all_of(figure)


def write(value: float, is_coarse: bool) -> str:
    """Write one number of points that is made of figures, as these are printed."""
    step = POINTS.coarse if is_coarse else POINTS.fine
    return _number(round(value / step) * step, "", 1 if step < 1 else 0)


def _written(figure: Figure, grid: Grid, sign: str) -> Iterator[str]:
    rounded = printed(figure, grid)
    digits = 1 if (grid.coarse if figure.rests_on_few.any() else grid.fine) < 1 else 0
    for part in (rounded.value, rounded.low, rounded.high):
        yield _number(part.item(), sign, digits) if isfinite(part) else ""


def _number(value: float, sign: str, digits: int) -> str:
    """Write a number with the minus of print, as charts do: a hyphen is short and ends a line."""
    return f"{value + 0.0:{sign}.{digits}f}".replace("-", MINUS)  # a zero has none
