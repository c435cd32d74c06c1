"""A document to be stored, without the figures that may not be printed: what is not there cannot be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from csi_model.disclosure.floors import KINDS, Decision
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN, STATES, WITHHELD

Node = Mapping[str, Any]

# What stays of a figure that is not printed: where it belongs, and what is said of the whole model.
KEPT = frozenset({"construct", "dimension", "name", "valence", "weight_share", "product"})
SIDES = ("expected", "perceived", "gap")


def withhold(document: Node, decision: Decision) -> dict[str, Any]:
    """Give a document with the state of each figure and the answers behind it, and without what is withheld.

    A figure that is withheld has a `state` of few or held and no number, nor how many answered. A group
    without index is None. What is made of several figures, gaps, tree score, priorities, has its numbers
    only where all of these have theirs.
    """
    found = {**document, **_part(document, "", decision)}
    found["groups"] = {
        name: None
        if part is None or _is_gone(part, name, decision)
        else {**part, **_part(part, name, decision)}
        for name, part in document["groups"].items()
    }
    gone = {kind: _gone(found, kind) for kind in KINDS}
    if document.get("expectations"):
        found["expectations"] = [
            _tier(each, gone["indicators"], decision) for each in document["expectations"]
        ]
    if document.get("retention"):
        found["retention"] = _retention(document["retention"], decision)
    if document.get("companions"):
        found["companions"] = {
            code: _beside(each, _state_of(each["n"], decision))
            for code, each in document["companions"].items()
        }
    if document.get("priorities"):
        kept = [each for each in document["priorities"] if each["dimension"] not in gone["dimensions"]]
        found["priorities"] = kept or None
    if document.get("tree"):
        found["tree"] = _tree(document, gone, decision)
    if document.get("estimates"):
        found["estimates"] = [
            {**row, "est": None, "std_all": None, "se": None, "z": None, "p": None}
            if row.get("op") == "~1" and row.get("lhs") in gone["indicators"]
            else row
            for row in document["estimates"]
        ]
    return found | {"floors": {"floor": decision.floor, "indicative": decision.indicative}}


def _part(part: Node, name: str, decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = {
        kind: {node: _node(each, (name, kind, node), decision) for node, each in part[kind].items()}
        for kind in KINDS
    }
    index = part["index"]["id"]
    own = found["constructs"][index]
    found["index"] = {"id": index} | {key: own[key] for key in part["index"] if key != "id"}
    return found | {"index": found["index"] | {"state": own["state"]}}


def _node(node: Node, cell: tuple[str, str, str], decision: Decision) -> dict[str, Any]:
    if node["points"] is None or cell not in decision.cells:
        return dict(node)
    state, n = decision.cells[cell]
    if state in WITHHELD:
        return {key: each if key in KEPT else None for key, each in node.items()} | {
            "state": state,
            "n": None,
        }
    return dict(node) | {"state": state, "n": n}


def _is_gone(part: Node, name: str, decision: Decision) -> bool:
    state, _n = decision.cells.get((name, "constructs", part["index"]["id"]), (STATES[FEW], 0))
    return state in WITHHELD


def _gone(document: Node, kind: str) -> set[str]:
    return {name for name, node in document[kind].items() if node.get("state") in WITHHELD}


def _state_of(n: float | None, decision: Decision) -> int:
    if n is None or n < decision.floor:
        return FEW
    return INDICATIVE if n < decision.indicative else SHOWN


def _beside(node: Node, state: int, kept: Iterable[str] = ()) -> dict[str, Any]:
    """Let figures of one number of answers be of one state, or without numbers."""
    if STATES[state] not in WITHHELD:
        return dict(node) | {"state": STATES[state]}
    return {key: each if key in kept else None for key, each in node.items()} | {"state": STATES[state]}


def _tier(tier: Node, gone: set[str], decision: Decision) -> dict[str, Any]:
    state = HELD if gone & set(tier["questions"]) else _state_of(tier["n"], decision)
    found = dict(tier) | {side: _beside(tier[side], state) for side in SIDES} | {"state": STATES[state]}
    return found | {"n": None, "verdict": None} if STATES[state] in WITHHELD else found


def _tree(document: Node, gone: Mapping[str, set[str]], decision: Decision) -> dict[str, Any]:
    """Give the tree score; its weights are others than the index's, so that it needs all its questions."""
    tree = document["tree"]
    inside = {
        code
        for code, node in document["indicators"].items()
        if node["construct"] in tree["weights"] and code in gone["indicators"]
    }
    is_gone = bool(inside or gone["constructs"] & set(tree["weights"]))
    state = HELD if is_gone else _state_of(document["n_used"], decision)
    found = _beside(tree, state, kept={"weights", "groups", "cautions"})
    return found if STATES[state] not in WITHHELD else found | {"weights": _without_points(tree["weights"])}


def _without_points(node: Any) -> Any:
    if not isinstance(node, Mapping):
        return node
    return {key: None if key == "points" else _without_points(each) for key, each in node.items()}


def _retention(section: Node, decision: Decision) -> dict[str, Any] | None:
    """Give shares of all, and the loyalty of segments of enough people, none to be found from the rest."""
    state = _state_of(section["n"], decision)
    if STATES[state] in WITHHELD:
        return None
    segments = {name: _beside(each, state) for name, each in section["segments"].items()}
    loyalty = section["loyalty"]
    if loyalty is not None:
        sizes = {name: section["n"] * (each["value"] or 0.0) for name, each in section["segments"].items()}
        held = _held_of_a_sum(sizes, decision.floor)
        loyalty = {
            name: _beside(each, HELD if name in held else _state_of(sizes[name], decision))
            for name, each in loyalty.items()
        }
    return dict(section) | {"segments": segments, "loyalty": loyalty}


def _held_of_a_sum(sizes: Mapping[str, float], floor: int) -> set[str]:
    """Give the parts of a known whole that are not printed: the few, and more till they hide one another."""
    by_size = sorted(sizes, key=lambda name: sizes[name])
    held = [name for name in by_size if sizes[name] < floor]
    there = [name for name in held if sizes[name] > 0]
    for name in by_size[len(held) :]:
        if not there or (len(there) > 1 and sum(sizes[each] for each in there) >= floor):
            break
        held.append(name)
        there.append(name)
    return set(held)
