"""Bursts: answers of an office, or from a range of addresses, far closer together than is usual there.

A burst by itself is a mark for staff: a factory, a carrier's shared address and a hall's network are no
fraud. It excludes only answers that are alike, and only where nearly all of it are. A tablet for many people
has its own limit: what it took is no burst of its office or address, but where answers are alike, and where
more came than people can have touched it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.analysing.quality_rules import WaveAnswers
from surveys.collecting.alike import FEWEST_ANSWERS, all_best, copies
from surveys.collecting.counting import OFFICE, RANGE, TABLET, Counted
from surveys.logic.columns import Mask

ALIKE_SHARE = 0.8
WAKING_HOURS = 12
MOST_AT_A_TABLET = 60  # in an hour: one person a minute
MOST_OF_A_WAVE = 0.5  # a range with more of it stands for a proxy that is not set up


class Found(NamedTuple):
    """One burst; `alike` are the places of the responses that it excludes, `all` those known to be in it."""

    kind: str
    place: str
    began: str
    n: int
    n_alike: int
    usual: float
    excludes: bool
    alike: NDArray[np.intp]
    all: NDArray[np.intp]


def find(
    data: WaveAnswers, counted: Sequence[Counted], rule: Mapping[str, Any], *, is_public: bool
) -> list[Found]:
    """Find the bursts of a wave in its answers' own times, and in what was counted apart."""
    if not len(data.answers):
        return []
    best, same = all_best(data.answers, data.asked), copies_by_day(data)
    found = [*_of_answers(data, rule, best, OFFICE), *_of_answers(data, rule, best, TABLET)]
    found += _of_counters(data, counted, rule, best, same, is_public=is_public)
    return found


def dominating(counted: Sequence[Counted], n_responses: int) -> set[str]:
    """Give the ranges from which more than half of a wave's answers came."""
    totals: dict[str, int] = defaultdict(int)
    for each in counted:
        if each.kind == RANGE:
            totals[each.place] += each.n
    return {place for place, n in totals.items() if n > MOST_OF_A_WAVE * n_responses}


def copies_by_day(data: WaveAnswers) -> NDArray[np.int64]:
    """Count for each response how many of its day have the same answers."""
    found = np.zeros(len(data.answers), dtype=np.int64)
    for rows in _groups(data.day):
        found[rows] = copies(data.answers[rows], data.asked)
    return found


def _of_answers(data: WaveAnswers, rule: Mapping[str, Any], best: Mask, kind: str) -> Iterator[Found]:
    """Look at the hours of each office, or of its tablets; at its days where only days are kept."""
    here = np.flatnonzero(data.at_kiosk == (kind == TABLET))
    for rows in (here[each] for each in _groups(data.unit[here])):
        periods = [rows[each] for each in _groups(data.period[rows])]
        counts = np.array([len(each) for each in periods])
        for at, own in enumerate(periods):
            usual = float(np.median(np.delete(counts, at))) if len(counts) > 1 else 0.0
            if not _is_burst(len(own), usual, rule):
                continue
            same = copies(data.answers[own], data.asked)
            alike = best[own] | (same >= max(FEWEST_ANSWERS, same.max() / 2))
            excludes = bool(alike.sum() >= ALIKE_SHARE * len(own))
            # Of an office that answered within one hour nothing is usual, at a tablet many are.
            if excludes or (usual and kind == OFFICE):
                place, began = str(data.unit[own[0]]), str(data.period[own[0]])
                n_alike = int(alike.sum())
                yield Found(
                    kind, place, began, len(own), n_alike, usual, excludes, own[alike & excludes], own
                )


def _of_counters(
    data: WaveAnswers,
    counted: Sequence[Counted],
    rule: Mapping[str, Any],
    best: Mask,
    same: NDArray[np.int64],
    *,
    is_public: bool,
) -> Iterator[Found]:
    by_day: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_link = np.flatnonzero(~data.at_kiosk)
    for rows in (by_link[each] for each in _groups(data.unit[by_link])):
        days, counts = np.unique(data.day[rows], return_counts=True)
        by_day[OFFICE, str(data.unit[rows[0]])] = dict(zip(days.tolist(), counts.tolist(), strict=True))
    for each in counted:
        if each.kind != OFFICE:
            by_day[each.kind, each.place][each.began[:10]] += each.n
    too_large = dominating(counted, len(data.answers)) if is_public else set()
    for each in counted:
        if each.kind == OFFICE and not data.is_anonymous:
            continue  # its answers keep their own hours
        others = [n for day, n in by_day[each.kind, each.place].items() if day != each.began[:10]]
        usual = float(np.median(others)) / WAKING_HOURS if others else 0.0
        n_alike = min(max(each.n_best, each.n_same), each.n)
        if not _stands_out(each, n_alike, usual, rule):
            continue
        excludes = n_alike >= ALIKE_SHARE * each.n and not (each.kind == RANGE and each.place in too_large)
        inside = (data.day if data.is_anonymous else data.period) == (
            each.began[:10] if data.is_anonymous else each.began
        )
        inside &= data.at_kiosk == (each.kind == TABLET)
        if "/" not in each.place:  # no range of addresses
            inside &= data.unit == each.place
        alike = best if each.n_best >= ALIKE_SHARE * each.n else same >= max(FEWEST_ANSWERS, each.n_same / 2)
        rows = np.flatnonzero(inside & alike & excludes)
        nobody = np.empty(0, dtype=np.intp)
        yield Found(each.kind, each.place, each.began, each.n, n_alike, usual, excludes, rows, nobody)


def _stands_out(each: Counted, n_alike: int, usual: float, rule: Mapping[str, Any]) -> bool:
    """Tell whether an hour is a burst; at a tablet alike answers are, however many are usual there."""
    if each.kind != TABLET:
        return _is_burst(each.n, usual, rule)
    is_alike = n_alike >= ALIKE_SHARE * each.n
    return _is_burst(each.n, 0.0 if is_alike else usual, rule) and (is_alike or each.n > MOST_AT_A_TABLET)


def _is_burst(n: int, usual: float, rule: Mapping[str, Any]) -> bool:
    return bool(n >= rule["least"] and n > rule["times_usual"] * usual)


def _groups(labels: NDArray[np.str_]) -> list[NDArray[np.intp]]:
    """Give the places of each label."""
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(labels[order][1:] != labels[order][:-1]) + 1
    return np.split(order, ends) if len(order) else []
