"""The one decision on what may be printed: few answers, what could be found from others, what was held."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from csi_model.answers.labels import Labels
from csi_model.arrays import F64, I64, Mask
from csi_model.disclosure.closing import Closing
from csi_model.disclosure.crossing import Crossing
from csi_model.disclosure.scopes import BETWEEN, scopes_of
from csi_model.inference.figures import FEW, HELD, INDICATIVE, SHOWN, STATES
from csi_model.options import FLOOR
from csi_model.options import INDICATIVE as MARKED
from csi_model.specify import ModelSpec

KINDS = ("constructs", "dimensions", "indicators")
UNIT, PART = "unit", "part"
Cell = tuple[str, str, str]  # a group (the whole has an empty name), one of `KINDS`, the node's id


@dataclass(frozen=True)
class Decision:
    """What may be said of each figure of each group.

    Attributes
    ----------
    names : tuple of str
        Groups, the whole first.
    nodes : tuple of (kind, id)
        Constructs, dimensions and questions.
    n : ndarray of shape (n_groups, n_nodes)
        Answers behind each; of a construct or dimension who answered any of its questions.
    state : ndarray of shape (n_groups, n_nodes)
        Places in `STATES`.
    floor, indicative : int
        What it was decided by.
    """

    names: tuple[str, ...]
    nodes: tuple[tuple[str, str], ...]
    n: I64
    state: NDArray[np.int8]
    floor: int = FLOOR
    indicative: int = MARKED

    @cached_property
    def cells(self) -> dict[Cell, tuple[str, int]]:
        """The state of every figure, and how many answers are behind it."""
        return {
            (name, *node): (STATES[state], n)
            for name, states, counts in zip(self.names, self.state.tolist(), self.n.tolist(), strict=True)
            for node, state, n in zip(self.nodes, states, counts, strict=True)
        }


def decide(
    spec: ModelSpec,
    answered: Mask,
    labels: Mapping[str, Labels],
    *,
    weightings: Sequence[F64] = (),
    before: Collection[Cell] = (),
) -> Decision:
    """Decide once for all readers what may be printed of the figures of a run.

    Parameters
    ----------
    answered : ndarray of shape (n_respondents, p)
        Who answered which question of `spec`.
    labels : mapping of the kind of group to labels
    weightings : sequence of arrays of shape (p,)
        Shares of the questions in their constructs by which points of constructs are or were printed.
    before : collection of (group, kind, id)
        What an earlier edition of the same answers held, or what has no figure.

    Notes
    -----
    A figure of fewer than `FLOOR` answers is *few*, one of fewer than `MARKED` *indicative*. *Held* is
    besides: a dimension with a question that is not printed; of groups of one kind within another so many
    that what is left of it belongs to two at least and to `FLOOR` answers; whatever else gives a figure of
    few answers less than four points of room (`room`); and all of a group whose index is not printed.
    """
    columns = [np.flatnonzero(block) for block in spec.block_mask.T]
    inner = [
        np.array([spec.indicator_ids.index(code) for code in node.indicators]) for _, node in spec.dimensions
    ]
    scopes = scopes_of(answered, labels, [*columns, *inner])
    n_constructs = len(columns)
    # Behind an interaction stand all: it has no points.
    some = np.where(spec.scored, scopes.any_of[:, :n_constructs], scopes.n[:, None])
    nested = [at for at, construct in enumerate(spec.constructs) if construct.components]
    closing = Closing(scopes._replace(any_of=some), columns, np.array([*weightings]), FLOOR, nested)
    question = {code: at for at, code in enumerate(spec.indicator_ids)}
    place = {name: at for at, name in enumerate(scopes.names)}
    for group, kind, node in before:
        if group in place and kind == "constructs" and node in spec.place:
            closing.constructs[place[group], spec.place[node]] = True
        elif group in place and kind == "indicators" and node in question:
            closing.questions[place[group], question[node]] = True
    closing.close(spec.place[spec.index], Crossing(scopes, answered, labels))
    dimensions = np.column_stack(
        [closing.questions[:, own].any(axis=1) for own in inner]
        or [np.zeros((len(scopes.names), 0), dtype=bool)]
    )
    n = np.column_stack([some, scopes.any_of[:, n_constructs:], scopes.answered])
    held = np.column_stack([closing.constructs, dimensions, closing.questions])
    state = _states(n, held, FLOOR, MARKED)
    ids = (spec.construct_ids, [node.id for _, node in spec.dimensions], spec.indicator_ids)
    nodes = tuple((kind, each) for kind, own in zip(KINDS, ids, strict=True) for each in own)
    return Decision(scopes.names, nodes, n, state, FLOOR, MARKED)


def decide_parts(
    answered: Mask, units: Labels, parts: Labels, *, floor: int = FLOOR, indicative: int = MARKED
) -> NDArray[np.int8]:
    """Decide whether figures of parts that are made of units may be printed beside those of units and all.

    Parameters
    ----------
    answered : ndarray of shape (n_respondents, n_figures)
        Who is behind which figure.
    units : Labels
        Their figures are printed as `decide` lets them be.
    parts : Labels
        Blank for who is in none of them.

    Returns
    -------
    ndarray of shape (n_figures,)
        Places in `STATES` that hold for all parts together: *few* where one of them is of few answers, *held*
        where they would give away a unit that is not printed, or those who are in no part.
    """
    alone = _means(answered, {UNIT: units}, floor)
    both = _means(answered, {UNIT: units, PART: parts}, floor, before=alone)
    n = np.array([answered[rows].sum(axis=0) for rows in parts.rows().values()]).min(axis=0)
    # The units' figures are out: what would have to be held of them is held of the parts instead.
    tells = np.any([held & ~alone.get(name, False) for name, held in both.items()], axis=0)
    return _states(n, tells, floor, indicative)


def _states(n: I64, held: Mask, floor: int, indicative: int) -> NDArray[np.int8]:
    """Give the place in `STATES` of figures of `n` answers."""
    state = np.where(n < floor, FEW, np.where(held, HELD, np.where(n < indicative, INDICATIVE, SHOWN)))
    return state.astype(np.int8)


def printed_of(kinds: Sequence[Labels], floor: int) -> Mask:
    """Give whose means are printed beside one another, all and the groups of each kind: (n_printed, n)."""
    n = len(kinds[0].number)
    labels = {str(place): own for place, own in enumerate(kinds)}
    held = _means(np.ones((n, 1), dtype=bool), labels, floor)
    rows = {
        f"{kind}{BETWEEN}{name}": own for kind, each in labels.items() for name, own in each.rows().items()
    }
    found = [
        np.isin(np.arange(n), rows.get(name, np.arange(n))) for name, is_held in held.items() if not is_held
    ]
    return np.array(found, dtype=bool).reshape(-1, n)


def _means(
    answered: Mask, labels: Mapping[str, Labels], floor: int, before: Mapping[str, Mask] | None = None
) -> dict[str, Mask]:
    """Give which figures of each group are held where every figure is a mean by itself."""
    columns = [np.array([at]) for at in range(answered.shape[1])]
    scopes = scopes_of(answered, labels, columns)
    closing = Closing(scopes, columns, np.zeros((0, len(columns))), floor)
    for place, name in enumerate(scopes.names):
        closing.constructs[place] |= (before or {}).get(name, False)
        closing.questions[place] |= (before or {}).get(name, False)
    closing.close(None, Crossing(scopes, answered, labels))
    held = closing.constructs | closing.questions
    return dict(zip(scopes.names, held, strict=True))
