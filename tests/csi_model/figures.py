"""The figures of one file of another package: each is compared, or left out for a reason that is printed."""

import fnmatch
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

Key = tuple[str, ...]
# What names a row of a table that stands in its file as a list of records.
NAMES = ("group", "Name", "relationships", "block", "lhs", "op", "rhs")

# Relative deviations are recorded of figures of at least this size.
SMALL = 0.01


def leaves(node: Any, place: Key = ()) -> Iterator[tuple[Key, float]]:
    """Every number of a document with the keys that lead to it; records are named by their texts."""
    if isinstance(node, dict):
        for key, below in node.items():
            yield from leaves(below, (*place, key))
    elif isinstance(node, list):
        for number, below in enumerate(node):
            if isinstance(below, dict) and any(key in below for key in NAMES):
                name = " ".join(str(below[key]) for key in NAMES if key in below)
                yield from leaves({k: v for k, v in below.items() if k not in NAMES}, (*place, name))
            else:
                yield from leaves(below, (*place, str(number)))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield place, float(node)


def _below(key: Key, place: str) -> bool:
    path = "/".join(key)
    return path.startswith(f"{place}/") or any(
        fnmatch.fnmatchcase(path, pattern) for pattern in (place, f"{place}/*")
    )


class Figures:
    """Ticks off the figures of a file: leaving the `with` block fails if any was forgotten.

    With `MANYI_REFERENCE_LOG` set to a file, each comparison adds a line to it for `make reference`.
    """

    def __init__(self, file: str, document: Any) -> None:
        self.file = file
        self.values: dict[Key, float] = {}
        for key, value in leaves(document):
            assert key not in self.values, f"{file} has two figures {key}"
            self.values[key] = value
        self.open = set(self.values)

    def same(
        self,
        place: str,
        got: Any,
        *labels: Sequence[str],
        rtol: float = 0.0,
        atol: float = 1e-6,
        unit: Any = 1.0,
    ) -> None:
        """Compare `got`, whose axes have these labels, with the figures below `place` (keys joined by /).

        Figures that the file does not give are passed over; none at all, or one twice, is a failure.
        Differences are measured in `unit`.
        """
        ours = np.asarray(got, dtype=float)
        assert ours.shape == tuple(map(len, labels)), f"{self.file}, {place}: shape {ours.shape}"
        start: Key = tuple(place.split("/")) if place else ()
        keys = [(*start, *rest) for rest in itertools.product(*labels)]
        there = [key in self.values for key in keys]
        compared = {key for key, is_there in zip(keys, there, strict=True) if is_there}
        assert compared, f"{self.file} has no figures {place}"
        assert compared <= self.open, f"{self.file}: {place} was compared before"
        self.open -= compared
        scale = np.broadcast_to(unit, ours.shape).ravel()[there]
        mine = ours.ravel()[there]
        theirs = np.array([self.values[key] for key in keys if key in self.values])
        gap, size = np.abs(mine - theirs), np.abs(theirs)
        relative = gap[size >= SMALL] / size[size >= SMALL]
        self._record(
            n=len(compared),
            largest=float(gap.max()),
            relative=float(relative.max(initial=0.0)),
            allowed=f"{rtol:g} rel." if rtol else f"{atol:g}",
        )
        np.testing.assert_allclose(
            mine / scale, theirs / scale, rtol=rtol, atol=atol, err_msg=f"{self.file}: {place}"
        )

    def within(self, place: str, got: Any, *labels: Sequence[str], spread: Any, errors: float = 4.0) -> None:
        """Compare figures of other random numbers: at most so many standard errors `spread` apart."""
        ours, unit = np.asarray(got, dtype=float), np.broadcast_to(spread, np.shape(got))
        start: Key = tuple(place.split("/")) if place else ()
        keys = [(*start, *rest) for rest in itertools.product(*labels)]
        theirs = np.reshape([self.values[key] for key in keys], ours.shape)
        assert set(keys) <= self.open, f"{self.file}: {place} was compared before"
        self.open -= set(keys)
        gap = np.abs(ours - theirs)
        size = np.abs(theirs)
        self._record(
            n=ours.size,
            largest=float(gap.max()),
            relative=float(np.max(gap[size >= SMALL] / size[size >= SMALL], initial=0.0)),
            allowed=f"{errors:g} Monte Carlo errors",
        )
        assert (gap <= errors * unit).all(), f"{self.file}: {place}, {(gap / unit).max():.1f} errors apart"

    def leave(self, reason: str, *places: str) -> None:
        """Leave out the open figures below these places (keys joined by /, with wildcards)."""
        for place in places:
            assert self.drop(reason, place), f"{self.file} has no open figures {place}"

    def drop(self, reason: str, *places: str) -> int:
        """Leave out what there may be below these places; how many figures there were."""
        met = {key for key in self.open for place in places if _below(key, place)}
        self.open -= met
        if met:
            self._record(left=len(met), reason=reason)
        return len(met)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            forgotten = sorted({"/".join(key[:2]) for key in self.open})
            assert not self.open, (
                f"{self.file}: {len(self.open)} figures neither compared nor left: {forgotten}"
            )

    def _record(self, **row: Any) -> None:
        log = os.environ.get("MANYI_REFERENCE_LOG")
        if log:
            with Path(log).open("a", encoding="utf-8") as out:
                out.write(json.dumps({"file": self.file} | row) + "\n")
