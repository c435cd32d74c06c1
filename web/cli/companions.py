"""The figures beside the index that `manyi figures` offers: how each is made of columns, and told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import csi_model
from web.cli import analysis
from web.cli.table import aligned, span

How = dict[str, Any]  # weights, clusters and level, as every figure takes them
Made = tuple[dict[str, Any], tuple[csi_model.Caution, ...]]
Cell = dict[str, Any]
Line = tuple[
    str, Cell, str
]  # what it is, a figure as plain values, its form: points, share, scale or percent

FORMS = {"points": "{:.1f}", "share": "{:.1%}", "scale": "{:.2f}", "percent": "{:.1f} %"}


class Given(NamedTuple):
    """The answers to the columns of a figure, on their scale and in points from 0 to 100."""

    answers: NDArray[np.float64]
    points: NDArray[np.float64]


@dataclass(frozen=True)
class Ask:
    """A figure that was asked for: the columns it needs, their scale, how it is made of their answers."""

    kind: str
    name: str
    columns: tuple[str, ...]
    scale: tuple[int, int]
    make: Callable[[Given, int, How], Made]


def net_promoter(column: str) -> Ask:
    """Ask for the net promoter score."""

    def make(given: Given, _seed: int, how: How) -> Made:
        return csi_model.net_promoter(given.answers[:, 0], **how).plain(), ()

    return Ask("nps", column, (column,), (0, 10), make)


def boxes(column: str, scale: tuple[int, int], n_boxes: int) -> Ask:
    """Ask for top and bottom boxes and the mean."""
    low, high = scale

    def make(given: Given, _seed: int, how: How) -> Made:
        found = csi_model.boxes(given.answers[:, 0], low=low, high=high, n_boxes=n_boxes, **how)
        return {"scale": [low, high], "n_boxes": n_boxes} | found.plain(), ()

    return Ask("boxes", column, (column,), scale, make)


def kano(offered: str, without: str) -> Ask:
    """Ask for the class of a service."""

    def make(given: Given, seed: int, how: How) -> Made:
        found = csi_model.classify_service(given.answers[:, 0], given.answers[:, 1], seed, **how)
        return {"without": without} | found.plain(), found.cautions

    return Ask("kano", offered, (offered, without), (1, 5), make)


def price(steps: dict[float, str], scale: tuple[int, int]) -> Ask:
    """Ask for the tolerance of a price that rises by these percentages."""
    increases = np.array(sorted(steps))

    def make(given: Given, _seed: int, how: How) -> Made:
        found = csi_model.price_tolerance(increases, given.points / 100, **how)
        return found.plain(), found.cautions

    return Ask("price", "price", tuple(steps[each] for each in increases.tolist()), scale, make)


def facets(parts: dict[str, list[str]], scale: tuple[int, int]) -> Ask:
    """Ask for the score of facets and of all together."""
    names = tuple(name for own in parts.values() for name in own)
    labels = [facet for facet, own in parts.items() for _ in own]

    def make(given: Given, _seed: int, how: How) -> Made:
        found = csi_model.facet_scores(given.points, labels, **how).plain()
        return found | {"items": dict(zip(names, found["items"], strict=True))}, ()

    return Ask("facets", "facets", names, scale, make)


def summary(document: dict[str, Any]) -> str:
    """Say the figures for people: a table a figure, the groups under the whole."""
    parts = {"": document["figures"]} | document["groups"]
    head = ("", "value", f"{document['level']:.0%} interval", "answers")
    lines = [f"{document['n_respondents']} respondents"]
    for kind, own in document["figures"].items():
        for name in own:
            told = {
                group: list(_LINES[kind](name, found[kind][name]))
                for group, found in parts.items()
                if found[kind][name] is not None
            }
            if told:
                lines += ["", *aligned([head, *_rows(told, parts, kind, name)])]
            if kind == "kano":
                lines += [_class(group or name, parts[group][kind][name]) for group in told]
    return "\n".join([*lines, "", *caution_lines(document["cautions"])]).rstrip()


def _rows(
    told: dict[str, list[Line]], parts: dict[str, Any], kind: str, name: str
) -> list[tuple[str, str, str, str]]:
    rows = []
    for place in range(len(next(iter(told.values())))):
        for group, each in told.items():
            title, cell, form = each[place]
            label = f"  {group}" if group else title
            rows.append((label, *_said(cell, FORMS[form]), str(parts[group][kind][name]["n"])))
    return rows


def _said(cell: Cell, form: str) -> tuple[str, str]:
    value = cell["value"]
    return "–" if value is None else form.format(value), span(cell, form)


def _class(name: str, found: dict[str, Any]) -> str:
    lead = "clear of the next" if found["clear"] else "not clear of the next"
    return f"  {name}: {found['category']}, {lead}; so in {found['support']:.0%} of resamples"


def caution_lines(cautions: list[dict[str, str]]) -> list[str]:
    """Say cautions, each with the figure and the group that it is of; some are of the file."""
    of = [", ".join(each[key] for key in ("figure", "group") if key in each) for each in cautions]
    plain_ones = analysis.caution_lines(cautions)
    return [f"{name}: {line}" if name else line for name, line in zip(of, plain_ones, strict=True)]


def _net_promoter_lines(name: str, found: dict[str, Any]) -> Iterator[Line]:
    yield f"{name}: net promoter score", found["score"], "points"
    for kind, share in found["shares"].items():
        yield f"{name}: {kind}", share, "share"


def _boxes_lines(name: str, found: dict[str, Any]) -> Iterator[Line]:
    (low, high), n = found["scale"], found["n_boxes"] - 1
    yield f"{name}: top boxes {high - n}–{high}" if n else f"{name}: top box {high}", found["top"], "share"
    yield (
        f"{name}: bottom boxes {low}–{low + n}" if n else f"{name}: bottom box {low}",
        found["bottom"],
        "share",
    )
    yield f"{name}: mean", found["mean"], "scale"


def _kano_lines(name: str, found: dict[str, Any]) -> Iterator[Line]:
    for category, share in found["shares"].items():
        yield f"{name}: {category}", share, "share"
    yield f"{name}: better with it", found["better"], "scale"
    yield f"{name}: worse without", found["worse"], "scale"


def _price_lines(_name: str, found: dict[str, Any]) -> Iterator[Line]:
    for step in found["steps"]:
        yield f"stay at +{step['increase']:g} %", step | {"value": step["share"]}, "share"
    yield "half have left at", found["tolerated"], "percent"
    yield "tolerance (0–100)", found["points"], "points"


def _facets_lines(_name: str, found: dict[str, Any]) -> Iterator[Line]:
    yield "facets together", _pointed(found["total"]), "points"
    for facet, own in found["facets"].items():
        yield f"{facet} (weight {own['weight_share']:.0%})", _pointed(own), "points"


def _pointed(cell: Cell) -> Cell:
    return cell | {"value": cell["points"]}


_LINES: dict[str, Callable[[str, dict[str, Any]], Iterator[Line]]] = {
    "nps": _net_promoter_lines,
    "boxes": _boxes_lines,
    "kano": _kano_lines,
    "price": _price_lines,
    "facets": _facets_lines,
}
