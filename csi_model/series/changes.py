"""How all that finished runs have stored moved over waves: points with the weights of the base, and drift."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from csi_model.arrays import Mask
from csi_model.inference.figures import FEW, INDICATIVE, PARTS, SHOWN, WITHHELD, Figure
from csi_model.inference.making import from_normal
from csi_model.inference.plain import plain
from csi_model.options import Options
from csi_model.series.breaks import Break, find_breaks
from csi_model.series.drift import Course, drift, independent
from csi_model.series.items import made_of
from csi_model.series.wave import Form

Document = Mapping[str, Any]
# Questions of each wave → their form in each: the wording that all waves have, scale and modes.
Forms = Callable[[Sequence[Sequence[str]]], Sequence[Form]]

# What stands beside the constructs; a node is named with its kind: `gap:basic`.
GAP, COMPANION = "gap", "companion"


def changes_document(
    documents: Mapping[str, Document],
    forms: Forms,
    options: Options | None = None,
    *,
    opened: Mapping[str, date] | None = None,
) -> dict[str, Any]:
    """Follow the figures of finished runs over waves, as plain values.

    Parameters
    ----------
    documents : mapping of wave code to document
        In order of time; of any release, as they were stored.
    forms : callable
        Gives what each wave asked of the questions named for it.
    opened : mapping of wave code to date, optional
        When each wave went into the field (`drift.drift`).

    Returns
    -------
    dict
        ``index``, the construct that is it; ``breaks`` of each figure, with the waves whose change may cross
        it (`steps`); ``shares`` of questions by wave and construct. For each of ``parts`` (the whole has an
        empty name): ``points`` of each construct by wave, with the weights that the whole had in the first
        wave that asked the same questions for it, of ``dimensions`` by the same weights, and ``moves``, what
        `drift.drift` says of constructs and, for the whole, gaps of expectations and companions.
        ``weights`` says ``own`` where a run is too old to tell its questions: then points of all constructs
        but the index are those of each wave's own weights.
    """
    options = options or Options()
    codes, found = tuple(documents), list(documents.values())
    index = found[-1]["index"]["id"]
    constructs = list(dict.fromkeys([index, *(code for each in found for code in each["constructs"])]))
    beside = _beside(found)
    asked = {name: [_questions(each, name, index) for each in found] for name in [*constructs, *beside]}
    breaks = {name: find_breaks(forms(own)) for name, own in asked.items()}
    crossed = {name: _crossed(codes, own) for name, own in breaks.items()}
    frozen = {name: _frozen(asked[name], found, name, index) for name in constructs}
    is_told = all(each.get("items") for each in found)
    within = [
        _dimensions(each, {name: frozen[name][at] for name in constructs}) if is_told else {}
        for at, each in enumerate(found)
    ]
    parts = {}
    for part in dict.fromkeys(["", *(group for each in found for group in each["groups"])]):
        own = [each["groups"].get(part) if part else each for each in found]
        points = {
            name: _points(own, frozen[name], ("constructs", name), index, options)
            if is_told or name == index
            else _own(own, name, options.level)
            for name in constructs
        }
        figures = points | ({} if part else {name: _stored(found, name, options.level) for name in beside})
        courses: dict[str, Course] = {
            name: independent(figure, crossed[name]) for name, figure in figures.items()
        }
        inner = {
            name: _points(
                own, [shares.get(name, {}) for shares in within], ("dimensions", name), index, options
            )
            for name in dict.fromkeys(name for shares in within for name in shares)
        }
        parts[part] = {
            "points": _by_wave(points, codes),
            "dimensions": _by_wave(inner, codes),
            "moves": drift(courses, codes, opened or {}, options),
        }
    return {
        "level": options.level,
        "index": index,
        "weights": "base" if is_told else "own",
        "shares": {
            code: {name: dict(frozen[name][at]) for name in constructs} for at, code in enumerate(codes)
        },
        "waves": list(codes),
        "breaks": {name: _plain_breaks(own, codes) for name, own in breaks.items()},
        "parts": parts,
    }


def _beside(found: Sequence[Document]) -> dict[str, None]:
    """Name what stands beside the constructs in any wave: gaps by tier, companions by question."""
    gaps = [f"{GAP}:{each['tier']}" for document in found for each in document.get("expectations") or ()]
    others = [f"{COMPANION}:{code}" for document in found for code in document.get("companions") or {}]
    return dict.fromkeys([*gaps, *others])


def _questions(document: Document, name: str, index: str) -> tuple[str, ...]:
    """Give the questions that a wave asked for a figure, in the order of their codes."""
    kind, _, what = name.partition(":")
    if kind == COMPANION and what:
        return (what,) if what in (document.get("companions") or {}) else ()
    if kind == GAP and what:
        own = [
            each.get("questions", ()) for each in document.get("expectations") or () if each["tier"] == what
        ]
        return tuple(sorted(own[0])) if own else ()
    if items := document.get("items"):
        return tuple(sorted(items["shares"].get(name, ())))
    if name == index and document.get("series"):
        return tuple(sorted(document["series"]["codes"]))
    nodes = document.get("indicators", {})
    return tuple(sorted(code for code, node in nodes.items() if node["construct"] == name))


def _frozen(
    asked: Sequence[tuple[str, ...]], documents: Sequence[Document], name: str, index: str
) -> list[Mapping[str, float]]:
    """Give each wave the question shares of the first that asked the same questions for a construct."""
    shares: dict[tuple[str, ...], Mapping[str, float]] = {}
    for questions, each in zip(asked, documents, strict=True):
        if own := _shares(each, name, index):
            shares.setdefault(questions, own)
    return [shares.get(questions, {}) for questions in asked]


def _shares(document: Document, name: str, index: str) -> Mapping[str, float]:
    if items := document.get("items"):
        own: Mapping[str, float] = items["shares"].get(name, {})
        return own
    old = document.get("series") if name == index else None
    return dict(zip(old["codes"], old["shares"], strict=True)) if old else {}


def _points(
    own: Sequence[Document | None],
    frozen: Sequence[Mapping[str, float]],
    node: tuple[str, str],
    index: str,
    options: Options,
) -> Figure:
    """Give points with frozen weights by wave; nothing where a group is too small, or had other questions.

    What a wave's run withheld is withheld.
    """
    kind, name = node
    points, errors, n = (np.full(len(own), np.nan) for _ in range(3))
    few = np.zeros(len(own), bool)
    for at, (each, shares) in enumerate(zip(own, frozen, strict=True)):
        items = each and (each.get("items") or (each.get("series") if name == index else None))
        stored = ((each or {}).get(kind) or {}).get(name, {})
        few[at] = stored.get("state") in WITHHELD
        if not each or not items or few[at] or not shares or not set(shares) <= set(items["codes"]):
            continue
        weights = np.array([shares.get(code, 0.0) for code in items["codes"]])
        points[at], errors[at] = made_of(np.array(items["means"]), np.array(items["covariance"]), weights)
        n[at] = each["n_used"] if stored.get("n") is None else stored["n"]
    found = from_normal(points, errors, level=options.level)
    seen = np.where(found.state != SHOWN, found.state, np.where(n < options.indicative, INDICATIVE, SHOWN))
    return replace(found, n=n, state=np.where(few, FEW, seen).astype(np.int8))


def _dimensions(document: Document, shares: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Give the questions of each dimension with their weights in it, by the shares of its construct."""
    found: dict[str, dict[str, float]] = {}
    for code, node in document["indicators"].items():
        share = shares.get(node["construct"], {}).get(code, 0.0)
        if node["dimension"] is not None:
            found.setdefault(node["dimension"], {})[code] = share
    whole = {name: sum(own.values()) for name, own in found.items()}
    return {
        name: {code: share / whole[name] for code, share in own.items()}
        for name, own in found.items()
        if whole[name] > 0
    }


def _by_wave(figures: Mapping[str, Figure], codes: tuple[str, ...]) -> dict[str, Any]:
    return {name: replace(figure, axes=(codes,)).plain("points", PARTS) for name, figure in figures.items()}


def _own(own: Sequence[Document | None], name: str, level: float) -> Figure:
    """Read the points of a construct wave by wave, each with its own weights."""
    cells = [
        {"n": each["n_used"]} | node if each and (node := each["constructs"].get(name)) else None
        for each in own
    ]
    return Figure.read(cells, key="points", level=level)


def _stored(found: Sequence[Document], name: str, level: float) -> Figure:
    """Read a gap of expectations or a companion wave by wave."""
    kind, _, what = name.partition(":")
    cells: list[Any] = []
    for document in found:
        if kind == COMPANION:
            cells.append((document.get("companions") or {}).get(what))
            continue
        tiers = {each["tier"]: each for each in document.get("expectations") or ()}
        cells.append(tiers[what]["gap"] | {"n": tiers[what]["n"]} if what in tiers else None)
    return Figure.read(cells, key="value", level=level)


def _crossed(codes: Sequence[str], breaks: Iterable[Break]) -> Mask:
    """Tell of each wave but the first whether the change into it may cross a break."""
    steps = {step for each in breaks for step in each.steps(codes)}
    return np.array([code in steps for code in codes[1:]], bool)


def _plain_breaks(breaks: Sequence[Break], codes: Sequence[str]) -> list[dict[str, Any]]:
    return [plain(each._asdict() | {"steps": each.steps(codes)}) for each in breaks]
