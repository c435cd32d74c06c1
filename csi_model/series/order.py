"""Waves in order of time: named, by the numbers in their names, and as the days say on which they opened."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from csi_model.answers.labels import Labels
from csi_model.errors import DataError


def in_order(
    labels: Labels, order: Sequence[str], base: str, opened: Mapping[str, date]
) -> tuple[tuple[str, ...], str]:
    """Give the waves in order of time, and the base: the first unless named.

    Raises
    ------
    DataError
        Fewer than two waves, one named twice, one that nobody answered, days that contradict the order.
    """
    codes = _order(labels, order)
    base = base or codes[0]
    for named in (base, *opened):
        if named not in codes:
            raise DataError(
                f"No wave {named!r}.", code="unknown-wave", remedy=f"Choose one of {', '.join(codes)}."
            )
    _check_opened(codes, opened)
    return codes, base


def _order(labels: Labels, order: Sequence[str]) -> tuple[str, ...]:
    found = list(labels.present)
    codes = tuple(order) or tuple(sorted(found, key=_by_numbers))
    strange = [code for code in codes if code not in found]
    if strange:
        raise DataError(
            f"No wave {strange[0]!r}.", code="unknown-wave", remedy=f"Choose among {', '.join(found)}."
        )
    if len(codes) < 2 or len(set(codes)) != len(codes):
        msg = f"A series needs two waves or more, each once, not {', '.join(codes)}."
        raise DataError(msg, code="waves", remedy="Name the waves in order of time.")
    return codes


def _by_numbers(name: str) -> tuple[list[tuple[int, str]], str]:
    """Order names by their texts, and by the numbers within: wave 9 comes before wave 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part or 0) if at % 2 else 0, "" if at % 2 else part) for at, part in enumerate(parts)], name


def _check_opened(codes: Sequence[str], opened: Mapping[str, date]) -> None:
    """Refuse waves whose order contradicts the days on which they opened."""
    dated = [code for code in codes if code in opened]
    for before, after in pairwise(dated):
        if opened[after] <= opened[before]:
            right = sorted(dated, key=lambda code: opened[code])
            raise DataError(
                f"Wave {after} opened on {opened[after]}, not after wave {before} ({opened[before]}), which"
                " it follows.",
                code="opened",
                remedy=f"Correct the day, or name the waves in order of time, such as {','.join(right)}.",
                about=(before, after),
            )
