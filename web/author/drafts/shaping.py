"""What the buttons of a condition's form do to its lines: added, removed, moved, put into groups and out."""

import re
from typing import Final, NamedTuple

from surveys.logic.screen import MOST_LEVELS
from web.author.drafts.rows import Line, Lines

_PATH: Final = re.compile(r"c(\.[0-9]{1,3}){0,12}")


class _Spot(NamedTuple):
    """Where something stands: the groups above it, the whole first, and its number in the last of them."""

    above: list[Lines]
    number: int


def shaped(lines: Lines, doing: str) -> str:
    """Do what a button says to the lines; give the path that it leads to, empty where it does nothing."""
    what, _, path = doing.partition(" ")
    if not _PATH.fullmatch(path):
        return ""
    if what in {"add", "group"}:
        return _added(lines, path, is_group=what == "group")
    found = _spot(lines, path)
    if found is None:
        return ""
    group, number = found.above[-1], found.number
    each, outer = group.parts[number], path.rpartition(".")[0]
    match what:
        case "drop":
            del group.parts[number]
            _swept(lines)
            return outer
        case "up" | "down":
            to = number + (1 if what == "down" else -1)
            if 0 <= to < len(group.parts):
                group.parts[number], group.parts[to] = group.parts[to], each
                return f"{outer}.{to}"
        case "in" if len(found.above) < MOST_LEVELS:
            before = group.parts[number - 1] if number else None
            if isinstance(before, Lines):
                before.parts.append(each)
                del group.parts[number]
                return f"{outer}.{number - 1}.{len(before.parts) - 1}"
            group.parts[number] = Lines("any", [each])
            return f"{path}.0"
        case "out" if len(found.above) > 1:
            at = found.above[-2].parts.index(group)
            del group.parts[number]
            found.above[-2].parts.insert(at + 1, each)
            shift = 0 if group.parts else -1
            _swept(lines)
            return f"{outer.rpartition('.')[0]}.{at + 1 + shift}"
    return ""


def _added(lines: Lines, path: str, *, is_group: bool) -> str:
    found = _spot(lines, path)
    group = lines if path == "c" else found.above[-1].parts[found.number] if found is not None else None
    if not isinstance(group, Lines) or (is_group and path.count(".") + 1 >= MOST_LEVELS):
        return ""
    group.parts.append(Lines("any", [Line()]) if is_group else Line())
    return f"{path}.{len(group.parts) - 1}"


def _spot(lines: Lines, path: str) -> _Spot | None:
    above = [lines]
    numbers = [int(each) for each in path.split(".")[1:]]
    for depth, number in enumerate(numbers):
        if number >= len(above[-1].parts):
            return None
        if depth == len(numbers) - 1:
            return _Spot(above, number)
        inner = above[-1].parts[number]
        if not isinstance(inner, Lines):
            return None
        above.append(inner)
    return None


def _swept(lines: Lines) -> None:
    """Take away groups in which nothing stands any more."""
    for each in lines.parts:
        if isinstance(each, Lines):
            _swept(each)
    lines.parts[:] = [each for each in lines.parts if isinstance(each, Line) or each.parts]
