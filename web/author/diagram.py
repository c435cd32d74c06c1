"""The drawing of a model: its constructs as boxes in columns, and each path as an arrow to the right."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError
from itertools import chain
from typing import NamedTuple

from web.author.columns import Path, Stop, columns_of, middles
from web.author.wrapping import wrapped

# In pixels: a box, what is between columns, a line of text, what is left free, and arrows at a box.
WIDE, GAP, LINE, PAD, EDGE = 108, 48, 17, 8, 4
FREE, PORT, HEAD = 16, 10, 7
# More than this nobody could follow.
MOST_BOXES, MOST_PATHS = 40, 150


class Box(NamedTuple):
    """A construct: its upper left corner, its size, and the lines of its name; the index has a mark below."""

    code: str
    x: float
    y: float
    height: float
    lines: tuple[str, ...]
    is_index: bool
    width: int = WIDE

    def baseline(self, number: int) -> float:
        """Give how deep a line of the text stands, the first being 0."""
        text = LINE * (len(self.lines) + self.is_index)
        return round(self.y + (self.height - text) / 2 + LINE * (number + 0.75), 1)


class Arrow(NamedTuple):
    """A path: its line and its head, each as the `d` of an SVG path."""

    path: Path
    line: str
    head: str


class Diagram(NamedTuple):
    """What is drawn, in pixels from the upper left corner."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def diagram(names: Mapping[str, str], paths: Sequence[Path], index: str) -> Diagram | None:
    """Draw each path once, from left to right; None without paths, in a circle, or if there are too many.

    `names` are the constructs' by code. Paths of constructs that are not among them are left out.
    """
    kept = [path for path in dict.fromkeys(paths) if set(path) <= names.keys()]
    if not kept or len(kept) > MOST_PATHS or len({code for path in kept for code in path}) > MOST_BOXES:
        return None
    try:
        columns = columns_of(kept)
    except CycleError:
        return None
    lines = {code: wrapped(name) or (code,) for code, name in names.items() if code in columns}
    at = {code: Stop(columns[code], code) for code in lines}
    high = {at[code]: _height(code, len(lines[code]) + (code == index), kept) for code in lines}
    routes: list[list[Stop]] = []
    for source, target in kept:
        bends = [Stop(n, source, target) for n in range(columns[source] + 1, columns[target])]
        routes.append([at[source], *bends, at[target]])
    room = {stop: high.get(stop, 0) + FREE for stop in (*at.values(), *chain(*routes))}
    middle = middles(room, routes)
    boxes = tuple(
        Box(
            code, _left(stop), round(middle[stop] - high[stop] / 2, 1), high[stop], lines[code], code == index
        )
        for code, stop in at.items()
    )
    width = max(_left(stop) for stop in room) + WIDE + EDGE
    bottom = max(middle[stop] + room[stop] / 2 for stop in room)
    return Diagram(width, round(bottom, 1), boxes, tuple(_arrows(routes, middle)))


def _left(stop: Stop) -> int:
    """Give where a stop's column begins."""
    return EDGE + stop.column * (WIDE + GAP)


def _height(code: str, n_lines: int, paths: Sequence[Path]) -> float:
    """Give how high a box is: for its lines of text, and for its arrows side by side."""
    most = max(sum(path[side] == code for path in paths) for side in (0, 1))
    return 2 * PAD + max(LINE * n_lines, PORT * (most - 1))


def _arrows(routes: Sequence[Sequence[Stop]], middle: Mapping[Stop, float]) -> Iterator[Arrow]:
    """Give the arrows: they leave and reach a box side by side, in the order of where they come from."""
    leaving = sorted(routes, key=lambda route: middle[route[1]])
    coming = sorted(routes, key=lambda route: middle[route[-2]])
    for route in routes:
        own = [each for each in leaving if each[0] == route[0]]
        others = [each for each in coming if each[-1] == route[-1]]
        x, y = _left(route[0]) + WIDE, middle[route[0]] + PORT * (own.index(route) - (len(own) - 1) / 2)
        end = middle[route[-1]] + PORT * (others.index(route) - (len(others) - 1) / 2)
        line = f"M{x:g} {y:.1f}"
        for stop in route[1:]:
            after, is_last = _left(stop), stop == route[-1]
            level = end if is_last else middle[stop]
            half = (x + after) / 2
            line += f"C{half:g} {y:.1f} {half:g} {level:.1f} {after - HEAD * is_last:g} {level:.1f}"
            line += "" if is_last else f"H{after + WIDE:g}"
            x, y = after + WIDE, level
        yield Arrow((route[0].code, route[-1].code), line, f"M{_left(route[-1]):g} {end:.1f}l-{HEAD} -4v8z")
