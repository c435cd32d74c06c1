"""Names broken into lines that fit the box of a drawing, where no browser breaks them."""

import re
import unicodedata
from typing import Final

# A name has at most LINES lines of EMS times the size of its letters.
LINES, EMS = 5, 7.4
# Where a name may be broken: at spaces, and between characters of East Asia, but not at their brackets.
UNIT = re.compile(r"\s+|[（《「【]*(?:[^\s\u2e80-\U0010ffff]+|\S)[）》」】，、。：；]*")
# What turns the direction of writing would turn the line that it stands in.
TURNS: Final = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def wrapped(name: str) -> tuple[str, ...]:
    """Break a name into lines that fit a box; what needs too many of them ends with an ellipsis."""
    straight = "".join(each for each in name if unicodedata.bidirectional(each) not in TURNS)
    lines = [""]
    for unit in UNIT.findall(" ".join(straight.split())):
        if lines[-1] and _ems(lines[-1] + unit) > EMS:
            lines.append("")
        for each in unit:  # a word longer than a line is broken anywhere
            if _ems(lines[-1] + each) > EMS:
                lines.append("")
            lines[-1] += each
    kept = [line.strip() for line in lines if line.strip()]
    return tuple(kept if len(kept) <= LINES else [*kept[: LINES - 1], kept[LINES - 1][:-1] + "…"])


def _ems(text: str) -> float:
    """Estimate the width of a text, in sizes of its letters; a space at its end takes none."""
    return sum(
        0.0 if unicodedata.combining(each) else 1.0 if unicodedata.east_asian_width(each) in "WF" else 0.56
        for each in text.rstrip()
    )
