"""One line of the report: what, ours, baseline, ratio."""

import gc
import resource
import time
from collections.abc import Callable
from typing import NamedTuple

MANY = 3  # from here on decimals say nothing


class Line(NamedTuple):
    """A measured figure beside its baseline; both of one `unit`, less is better."""

    what: str
    ours: float
    baseline: float
    of: str
    note: str = ""
    unit: str = "s"


def show(line: Line) -> None:
    """Print a line."""
    ratio = line.baseline / line.ours if line.ours else float("inf")
    times = f"{ratio:.0f}" if ratio >= MANY else f"{ratio:.2f}"
    better = "faster" if line.unit == "s" else "less"
    ours, other = (f"{each:.3g} {line.unit}" for each in (line.ours, line.baseline))
    speed = f"ours {ours} · {line.of} {other} · {times} times {better}"
    print(f"{line.what}\n    {speed}" + (f" · {line.note}" if line.note else ""))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Give the shortest of a few runs, in seconds: the one least disturbed by others on the machine."""
    found = []
    for _ in range(times):
        gc.collect()
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def peak_gib() -> float:
    """Give the largest memory this process has held so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
