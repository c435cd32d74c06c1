"""Somebody who has all that is printed, knows how many answered what, and solves for what is not printed.

Knows nothing of how figures are held: unknowns are the means of the smallest cells, people who are alike in
every label and in all editions, by question. What is printed of groups, in any edition, are sums over them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

FLOOR, POINTS, HIDDEN, GUESS = 30, 4.0, 0.5, 20.0
PRINTED = {"shown", "indicative"}
STEPS = {"shown": 0.1, "indicative": 1.0}


class World(NamedTuple):
    """Who answered what, (n, p), of which groups people are, and the constructs' questions and weights."""

    answered: np.ndarray
    labels: dict[str, np.ndarray]
    blocks: Sequence[np.ndarray]
    weightings: Sequence[np.ndarray]


class Edition(NamedTuple):
    """What was decided of the people who counted then, (n,), and the groups that they were of."""

    decision: object
    counted: np.ndarray
    labels: dict[str, np.ndarray]

    def members(self, name):
        kind, _, label = name.partition(":")
        return self.counted & (self.labels[kind] == label) if name else self.counted


class Attacker:
    """Printed sums over cells (people alike × question of one construct); `room` of any other sum."""

    def __init__(self, world, columns, editions):
        self.world, self.columns = world, columns
        seen = [each for edition in editions for each in (edition.counted, *edition.labels.values())]
        table = np.column_stack([np.unique(own, return_inverse=True)[1] for own in seen])
        self.atom = np.unique(table, axis=0, return_inverse=True)[1].ravel()
        self.n_atoms = self.atom.max() + 1
        alike = [world.answered[self.atom == each] for each in range(self.n_atoms)]
        self.n = np.array([own[:, columns].sum(axis=0) for own in alike])
        self.cells = np.flatnonzero(self.n.ravel() > 0)
        self.sums, self.steps = [], []

    def mean(self, who, at):
        """The mean of some people's answers to a question, as a sum over cells."""
        line = np.zeros(self.n.shape)
        answers = who * self.world.answered[:, self.columns[at]]
        line[:, at] = np.bincount(self.atom, weights=answers, minlength=self.n_atoms)
        return (line / max(line.sum(), 1)).ravel()[self.cells]

    def weighted(self, who, weights):
        return sum(weight * self.mean(who, at) for at, weight in enumerate(weights) if weight)

    def room(self, aim):
        if not self.sums:
            return GUESS * np.abs(aim).sum(), GUESS * np.sign(aim)
        inside, steps = csr_array(np.array(self.sums)), np.array(self.steps)
        if steps.any():  # two worlds are printed alike where their figures differ by less than a step
            sides = {"A_ub": vstack([inside, -inside]), "b_ub": np.tile(steps, 2)}
        else:
            sides = {"A_eq": inside, "b_eq": steps}
        found = linprog(-aim, **sides, bounds=(-GUESS, GUESS), method="highs")
        return aim @ found.x, found.x


def found_out(world, editions, ids, *, cells=True, digits=False):
    """Give every figure of fewer than the floor that was printed in no edition and has too little room.

    `cells` are no figures: 29 of 30 people whose mean is printed are known to 0.7 points by that alone. They
    must not be known exactly. With `digits` what is printed is known by its printed digits alone.
    """
    told = []
    for number, columns in enumerate(world.blocks):
        spy = Attacker(world, columns, editions)
        printed = {
            cell for each in editions for cell, (state, _n) in each.decision.cells.items() if state in PRINTED
        }
        aims = {}
        for edition in editions:
            for cell, who, lines, n in _figures(world, spy, edition, number, ids):
                state = edition.decision.cells[cell][0]
                if state in PRINTED:
                    spy.sums += lines
                    spy.steps += [STEPS[state] if digits else 0.0] * len(lines)
                elif 0 < n < FLOOR and cell not in printed and cell[1] != "dimensions":
                    for turn, line in enumerate(lines):
                        if line.any():  # of the questions that somebody there answered
                            aims[(*cell, turn, int(who.sum()))] = line / line.sum()
        for each, at in np.argwhere(cells & (spy.n > 0) & (spy.n < FLOOR)).tolist():
            aims["cell", each, at] = spy.mean(spy.atom == each, at)
        safe = set()
        for key, aim in aims.items():
            if key in safe:
                continue
            wide, move = spy.room(aim)
            least = HIDDEN if key[0] == "cell" else POINTS
            if wide < least - 1e-6:
                told.append((key, round(float(wide), 3)))
            safe |= {other for other, line in aims.items() if abs(line @ move) >= POINTS}
    return told


def _figures(world, spy, edition, number, ids):
    """Give each figure of a construct in an edition: its cell, whose it is, its sums, how many answered."""
    columns = world.blocks[number]
    for name in edition.decision.names:
        who = edition.members(name)
        for at, column in enumerate(columns):
            cell = (name, "indicators", ids["indicators"][column])
            yield cell, who, [spy.mean(who, at)], edition.decision.cells[cell][1]
        parts = {name_: own for name_, own in ids["dimensions"].items() if set(own) <= set(columns.tolist())}
        nodes = [("dimensions", each, own) for each, own in parts.items()]
        for kind, each, own in [*nodes, ("constructs", ids["constructs"][number], columns)]:
            inside = np.isin(columns, own)
            lines = [spy.weighted(who, weights[columns] * inside) for weights in world.weightings]
            yield (name, kind, each), who, lines, edition.decision.cells[name, kind, each][1]
