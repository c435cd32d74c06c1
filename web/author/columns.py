"""Columns of a drawing whose arrows all lead to the right, ordered so that few of them cross."""

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

Path = tuple[str, str]
# How often the columns are put in order, there and back.
SWEEPS = 16


class Stop(NamedTuple):
    """Where arrows stand in a column: at the box of `code`, or where one passes from there to `target`."""

    column: int
    code: str
    target: str = ""


def columns_of(paths: Sequence[Path]) -> dict[str, int]:
    """Give each construct's column: right of all that move it; what nothing moves, beside what it moves.

    Paths that run in a circle raise `graphlib.CycleError`.
    """
    causes: dict[str, list[str]] = {}
    for source, target in paths:
        causes.setdefault(source, [])
        causes.setdefault(target, []).append(source)
    found: dict[str, int] = {}
    for code in TopologicalSorter(causes).static_order():
        found[code] = max((found[cause] + 1 for cause in causes[code]), default=0)
    first = [code for code in found if not causes[code]]
    return found | {code: min(found[end] for start, end in paths if start == code) - 1 for code in first}


def middles(room: Mapping[Stop, float], routes: Sequence[Sequence[Stop]]) -> dict[Stop, float]:
    """Give the middle of each stop: near the stops before and after it, clear of others in its column."""
    columns: list[list[Stop]] = [[] for _ in range(max(stop.column for stop in room) + 1)]
    near: dict[Stop, list[Stop]] = {stop: [] for stop in room}
    for stop in room:
        columns[stop.column].append(stop)
    for one, other in (pair for route in routes for pair in pairwise(route)):
        near[one].append(other)
        near[other].append(one)
    middle = {stop: 40.0 * n for stops in columns for n, stop in enumerate(stops)}
    for sweep in range(SWEEPS):
        back = -1 if sweep % 2 else 1
        for stops in columns[::back]:
            # What lies on one side brings order; then what lies on both brings straight lines.
            wanted = {}
            for stop in stops:
                behind = [each for each in near[stop] if (each.column - stop.column) * back < 0]
                wanted[stop] = fmean(middle[each] for each in (sweep < SWEEPS // 2 and behind) or near[stop])
            stops.sort(key=wanted.__getitem__)
            end = float("-inf")
            for stop in stops:
                middle[stop] = max(wanted[stop], end + room[stop] / 2)
                end = middle[stop] + room[stop] / 2
            shift = fmean(wanted[stop] - middle[stop] for stop in stops)
            middle |= {stop: middle[stop] + shift for stop in stops}
    top = min(middle[stop] - room[stop] / 2 for stop in room)
    return {stop: y - top for stop, y in middle.items()}
