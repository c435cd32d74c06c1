"""How figures moved from each wave to the next: of any figures, and of all that finished runs have stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from csi_model.arrays import F64, Mask
from csi_model.inference.figures import BREAK, INDICATIVE, Figure, figure, from_normal
from csi_model.inference.many import holm
from csi_model.inference.plain import plain
from csi_model.options import Options
from csi_model.series.breaks import Break, find_breaks
from csi_model.series.wave import Form

# What may be said of a change.
UP, DOWN, UNCLEAR, BROKEN, ABSENT = "up", "down", "unclear", "break", "absent"

Documents = Mapping[str, Mapping[str, Any]]
# Questions of each wave → their form in each: the wording that all waves have, scale and modes.
Forms = Callable[[Sequence[Sequence[str]]], Sequence[Form]]


def changes(figures: Figure, broken: Mask | bool = False, options: Options | None = None) -> Figure:
    r"""Give the change of each figure since the wave before.

    Parameters
    ----------
    figures : Figure of shape (n_waves, ...)
        In order of time; waves are independent samples.
    broken : ndarray of shape (n_waves - 1, ...)
        Where what was asked, or how, changed since the wave before: there is no change to give.
    options : Options
        Its level and number of answers below which a figure is indicative.

    Returns
    -------
    Figure of shape (n_waves - 1, ...)
        ``p`` is that of no change, corrected (Holm 1979) for the figures of one wave, which are looked at
        together; ``n`` the smaller of the two.

    Notes
    -----
    .. math:: \mathrm{se}^2 = \mathrm{se}_{t-1}^2 + \mathrm{se}_t^2
    """
    options = options or Options()
    value, error = np.diff(figures.value, axis=0), np.hypot(figures.se[1:], figures.se[:-1])
    there = np.isfinite(value) & np.isfinite(error)
    crossed = np.broadcast_to(np.asarray(broken, bool), value.shape) & there
    kept = from_normal(np.where(there & ~crossed, value, np.nan), error, level=options.level)
    p = np.array([holm(np.ravel(step)) for step in kept.p]).reshape(value.shape)
    n = np.minimum(figures.n[1:], figures.n[:-1])
    axes = (figures.axes[0][1:], *figures.axes[1:]) if figures.axes else ()
    found = figure(kept.value, kept.se, kept.low, kept.high, p, n=n, level=options.level, axes=axes)
    few = np.isfinite(found.value) & (n < options.indicative)
    state = np.where(crossed, BREAK, np.where(few, INDICATIVE, found.state)).astype(np.int8)
    return replace(found, state=state)


def verdict(change: Figure) -> str:
    """Say of one change whether it is more than chance explains, and which way it goes."""
    if change.state == BREAK:
        return BROKEN
    if np.isnan(change.value):
        return ABSENT
    if not change.p < 1 - change.level:
        return UNCLEAR
    return UP if change.value > 0 else DOWN


def changes_document(documents: Documents, forms: Forms, options: Options | None = None) -> dict[str, Any]:
    """Follow the figures of finished runs from wave to wave, as plain values.

    Parameters
    ----------
    documents : mapping of wave code to document
        In order of time; of any release, as they were stored.
    forms : callable
        Gives what each wave asked of the questions named for it.

    Returns
    -------
    dict
        ``breaks`` of the index and of each construct, with the waves whose change may cross it (`steps`).
        For each of ``parts`` (the whole has an empty name): the ``official`` index by wave, its ``changes``,
        and those of the ``constructs``, each with its ``verdict``. The index has the weights of the whole in
        the first wave that asked the same questions for it, so it is tested by itself; the other constructs
        are corrected for their number.
    """
    options = options or Options()
    codes, found = tuple(documents), list(documents.values())
    constructs = list(dict.fromkeys(code for each in found for code in each["constructs"]))
    items = [_items(each) for each in found]
    index_breaks = find_breaks(forms(items))
    breaks = {code: find_breaks(forms([_questions(each, code) for each in found])) for code in constructs}
    index = found[-1]["index"]["id"]
    kinds = [code for code in constructs if code != index], [code for code in constructs if code == index]
    families = [
        (together, np.transpose([_crossed(codes, breaks[code]) for code in together]))
        for together in kinds
        if together
    ]
    parts = {}
    for name in dict.fromkeys(["", *(group for each in found for group in each["groups"])]):
        own = [each["groups"].get(name) if name else each for each in found]
        official = _official(codes, own, _frozen(items, found), options.level)
        moved = [
            changes(_stacked(codes, own, together, options.level), crossed, options)
            for together, crossed in families
        ]
        parts[name] = {
            "official": official.plain("points", whole=True),
            "changes": _told(changes(official, _crossed(codes, index_breaks), options)),
            "constructs": {
                wave: {code: cell for each in moved for code, cell in _told(each.at(step)).items()}
                for step, wave in enumerate(codes[1:])
            },
        }
    return {
        "level": options.level,
        "waves": list(codes),
        "breaks": {
            "index": _plain_breaks(index_breaks, codes),
            "constructs": {code: _plain_breaks(own_breaks, codes) for code, own_breaks in breaks.items()},
        },
        "parts": parts,
    }


def _items(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the questions of a wave's index, in the order of their codes."""
    return tuple(sorted((document.get("series") or {"codes": ()})["codes"]))


def _questions(document: Mapping[str, Any], construct: str) -> list[str]:
    nodes = document.get("indicators", {})
    return sorted(code for code, node in nodes.items() if node["construct"] == construct)


def _frozen(items: Sequence[tuple[str, ...]], documents: Sequence[Mapping[str, Any]]) -> list[F64]:
    """Give each wave the index shares of the first that asked the same questions, ordered by their codes."""
    shares: dict[tuple[str, ...], F64] = {}
    for asked, each in zip(items, documents, strict=True):
        if own := each.get("series"):
            shares.setdefault(asked, np.array(own["shares"])[np.argsort(own["codes"])])
    return [shares.get(asked, np.empty(0)) for asked in items]


def _official(
    codes: tuple[str, ...],
    own: Sequence[Mapping[str, Any] | None],
    shares: Sequence[F64],
    level: float,
) -> Figure:
    """Give the index with frozen weights; nothing where a group is too small, or had other questions."""
    points, errors, n = (np.full(len(codes), np.nan) for _ in range(3))
    for at, (each, weights) in enumerate(zip(own, shares, strict=True)):
        if each is None or not (items := each.get("series")) or len(items["codes"]) != len(weights):
            continue
        order = np.argsort(items["codes"])
        covariance = np.array(items["covariance"])[np.ix_(order, order)]
        points[at] = weights @ np.array(items["means"])[order]
        errors[at] = np.sqrt(max(weights @ covariance @ weights, 0.0))
        n[at] = each["n_used"]
    return replace(from_normal(points, errors, level=level), n=n, axes=(codes,))


def _stacked(
    codes: tuple[str, ...], own: Sequence[Mapping[str, Any] | None], names: Sequence[str], level: float
) -> Figure:
    """Read the points of constructs wave by wave; a part that a wave has not has no figure there."""
    cells = {
        code: {
            name: node | {"n": each["n_used"]} if each and (node := each["constructs"].get(name)) else None
            for name in names
        }
        for code, each in zip(codes, own, strict=True)
    }
    read = Figure.read(cells, key="points", level=level)
    return replace(read, axes=(codes, tuple(names)))


def _crossed(codes: Sequence[str], breaks: Iterable[Break]) -> Mask:
    """Tell of each wave but the first whether the change into it may cross a break."""
    steps = {step for each in breaks for step in each.steps(codes)}
    return np.array([code in steps for code in codes[1:]], bool)


def _told(moved: Figure) -> dict[str, Any]:
    """Give changes along one axis of names as plain values, each with its verdict."""
    return {
        name: moved.at(at).plain(whole=True) | {"verdict": verdict(moved.at(at))}
        for at, name in enumerate(moved.axes[0])
    }


def _plain_breaks(breaks: Sequence[Break], codes: Sequence[str]) -> list[dict[str, Any]]:
    return [plain(each._asdict() | {"steps": each.steps(codes)}) for each in breaks]
