"""Weights of the tree: of constructs, of dimensions within them, of questions within these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from csi_model.arrays import F64
from csi_model.errors import Caution, SpecificationError
from csi_model.specify import ModelSpec
from csi_model.specify.document import parse
from csi_model.tree.pairwise import priorities

EQUAL, EXPERT, EFFECTS = "equal", "expert", "effects"

# The node of judgements on the constructs themselves.
TOP = "constructs"


class Branch(NamedTuple):
    """A dimension of a construct; a construct without dimensions is one branch of its own name."""

    construct: int
    name: str
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class TreeWeights:
    """Weights of one tree; each level sums to 1 under its node.

    Attributes
    ----------
    kind : {"equal", "expert", "effects"}
    constructs : (n_constructs,), 0 for those that are not of the tree
    dimensions : mapping of branch to its weight within its construct
    indicators : (n_indicators,), within its dimension; 0 off the tree
    consistency : mapping of judged node to its consistency ratio (expert only)
    cautions : tuple of Caution
    """

    kind: str
    constructs: F64
    dimensions: Mapping[str, float]
    indicators: F64
    consistency: Mapping[str, float]
    cautions: tuple[Caution, ...] = ()

    def shares(self, spec: ModelSpec) -> F64:
        """Give the weight of each question in the whole, (n_indicators,), summing to 1."""
        found = np.zeros(len(spec.indicator_ids))
        for branch in branches(spec, self.constructs > 0):
            weight = self.constructs[branch.construct] * self.dimensions[branch.name]
            found[branch.rows] = weight * self.indicators[branch.rows]
        return found


def members(spec: ModelSpec) -> tuple[NDArray[np.bool_], tuple[Caution, ...]]:
    """Say which constructs are of the tree, (n_constructs,): those flagged, else all that have questions."""
    flagged = np.array([construct.tree for construct in spec.constructs])
    if flagged.any():
        return flagged, ()
    with_questions = np.array([bool(construct.indicators) for construct in spec.constructs])
    names = tuple(np.array(spec.construct_ids)[with_questions].tolist())
    message = f"The model flags no construct for the tree score; it is made of all: {', '.join(names)}."
    return with_questions, (Caution("tree-unflagged", message, about=names),)


def branches(spec: ModelSpec, of: NDArray[np.bool_]) -> Iterator[Branch]:
    """Give the dimensions of some constructs."""
    row = {code: number for number, code in enumerate(spec.indicator_ids)}
    for place, construct in enumerate(spec.constructs):
        if of[place]:
            for name, codes in [(node.id, node.indicators) for node in construct.dimensions] or [
                (construct.id, construct.indicators)
            ]:
                yield Branch(place, name, np.array([row[code] for code in codes]))


def equal(spec: ModelSpec) -> TreeWeights:
    """Weigh alike what stands under one node."""
    return _judged(spec, EQUAL, {})


def by_experts(spec: ModelSpec, judgements: Any) -> TreeWeights:
    """Weigh by pairwise judgements; what stands under a node that nobody judged weighs alike.

    Parameters
    ----------
    judgements : mapping
        Node → ``{nodes: [names], experts: [matrix, …]}``. The node ``constructs`` judges those of the tree; a
        construct judges its dimensions (its questions, where it has none), a dimension its questions.

    Raises
    ------
    SpecificationError
        An unknown node, other names than stand under it, judgements that `pairwise.priorities` refuses.
    """
    if not isinstance(judgements, Mapping) or not judgements:
        raise _refusal(
            "The judgements must hold a node each.", "Begin with constructs: {nodes: …, experts: …}."
        )
    return _judged(spec, EXPERT, judgements)


def by_effects(spec: ModelSpec, points_per_point: F64, shares: F64) -> TreeWeights:
    r"""Weigh constructs by their total effects on the index, questions by their outer weights.

    Parameters
    ----------
    points_per_point : (1, n_constructs, n_constructs), `[:, target, source]`
    shares : (n_indicators,), weight of each question in its construct, summing to 1 there

    Raises
    ------
    SpecificationError
        No construct of the tree raises the index.

    Notes
    -----
    :math:`v_j \propto \max(\pm T_{index, j}, 0)`, minus where more of the construct is worse (it enters as
    100 less its points). The index is no cause of itself and is left out.
    """
    _, cautions = members(spec)
    raised, against = raising(spec, points_per_point)[0], raising(spec, -points_per_point)[0]
    if raised.sum() <= 0:
        raise _refusal("No construct of the tree raises the index.", "Choose equal weights, or add paths.")
    if against.any():
        names = tuple(np.array(spec.construct_ids)[against > 0].tolist())
        message = f"Against the direction of the tree, so without weight in it: {', '.join(names)}."
        cautions = (*cautions, Caution("tree-negative", message, about=names))
    dimensions, within = {}, np.zeros(len(shares))
    for branch in branches(spec, raised > 0):
        whole = float(shares[branch.rows].sum())
        dimensions[branch.name] = whole
        within[branch.rows] = shares[branch.rows] / whole if whole else 1 / len(branch.rows)
    return TreeWeights(EFFECTS, raised / raised.sum(), dimensions, within, {}, cautions)


def raising(spec: ModelSpec, points_per_point: F64) -> F64:
    """Give what constructs of the tree add to the index, (n_batch, n_constructs): 0 for all others."""
    own, _ = members(spec)
    index = spec.place[spec.index]
    counted = own & (np.arange(len(own)) != index)
    effect = np.nan_to_num(points_per_point[:, index, :] * _turn(spec))  # an interaction has none
    return np.asarray(np.where(counted, np.maximum(effect, 0.0), 0.0))


def tree_points(spec: ModelSpec, shares: F64, indicators: F64) -> F64:
    """Roll questions' points (…, n_indicators) up by shares of the same shape, or of one for all."""
    turn = _turn(spec)[spec.home]
    return np.asarray((shares * np.where(turn > 0, indicators, 100.0 - indicators)).sum(axis=-1))


def slope(spec: ModelSpec, shares: F64) -> F64:
    """Give what one more point of each question does to the tree score, (n_indicators,)."""
    return np.asarray(shares * _turn(spec)[spec.home])


def read_judgements(text: str) -> Any:
    """Read experts' judgements from YAML, for `by_experts`; a syntax error names its line."""
    return (
        parse(text, "The file of judgements") or {}
    )  # of an empty file, too, `by_experts` says what is missing


def _turn(spec: ModelSpec) -> F64:
    return np.array([construct.valence for construct in spec.constructs], dtype=float)


def _judged(spec: ModelSpec, kind: str, judgements: Mapping[str, Any]) -> TreeWeights:
    own, cautions = members(spec)
    limbs = list(branches(spec, own))
    nodes = _nodes(spec, own, limbs)
    if strange := [str(name) for name in judgements if name not in nodes]:
        raise _refusal(
            f"Judgements of {strange[0]}, which is no node of the tree.", f"Nodes: {', '.join(nodes)}."
        )
    found = {name: _weigh(name, under, judgements.get(name)) for name, under in nodes.items()}
    constructs, within = np.zeros(len(own)), np.zeros(len(spec.indicator_ids))
    constructs[own] = list(found[TOP].weights.values())
    dimensions = {}
    for branch in limbs:
        construct = spec.constructs[branch.construct]
        dimensions[branch.name] = found[construct.id].weights[branch.name] if construct.dimensions else 1.0
        within[branch.rows] = list(found[branch.name].weights.values())
    ratios = {name: found[name].ratio for name in judgements}
    return TreeWeights(kind, constructs, dimensions, within, ratios, cautions)


def _nodes(spec: ModelSpec, own: NDArray[np.bool_], limbs: list[Branch]) -> dict[str, tuple[str, ...]]:
    """Give each node that can be judged with the names that stand under it, in the model's order."""
    within = [c for c, is_in in zip(spec.constructs, own, strict=True) if is_in]
    named = [(TOP, tuple(construct.id for construct in within))]
    named += [(c.id, tuple(node.id for node in c.dimensions)) for c in within if c.dimensions]
    named += [(limb.name, tuple(spec.indicator_ids[row] for row in limb.rows)) for limb in limbs]
    nodes = dict(named)
    if len(nodes) < len(named):
        twice = next(name for name in nodes if [each for each, _ in named].count(name) > 1)
        raise _refusal(
            f"{twice} names two nodes of the tree.", "Give the construct or the dimension another id."
        )
    return nodes


class _Weighed(NamedTuple):
    weights: dict[str, float]
    ratio: float


def _weigh(node: str, under: tuple[str, ...], judged: Any) -> _Weighed:
    if judged is None:
        return _Weighed(dict.fromkeys(under, 1 / len(under)), 0.0)
    if not isinstance(judged, Mapping) or set(judged) != {"nodes", "experts"}:
        raise _refusal(
            f"{node} must hold nodes and experts.", "Write nodes: [A, B] and experts: [[[1, 3], [1/3, 1]]]."
        )
    nodes = judged["nodes"]
    if not isinstance(nodes, list | tuple) or sorted(map(str, nodes)) != sorted(under):
        raise _refusal(
            f"{node} judges other things than stand under it.", f"Judge all of {', '.join(under)}, each once."
        )
    if not isinstance(judged["experts"], list | tuple):
        raise _refusal(f"{node}: experts must be a list of matrices.", "Write experts: [[[1, 3], [1/3, 1]]].")
    made = priorities(tuple(map(str, nodes)), judged["experts"], node)
    by_name = dict(zip(map(str, nodes), made.weights.tolist(), strict=True))
    return _Weighed({name: by_name[name] for name in under}, made.consistency_ratio)


def _refusal(message: str, remedy: str) -> SpecificationError:
    return SpecificationError(message, code="tree", remedy=remedy)
