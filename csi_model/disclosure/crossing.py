"""Groups of one kind cut through those of another: what all kinds of groups together would tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_array, kron, vstack

from csi_model.answers.labels import Labels
from csi_model.arrays import F64, I64, Mask
from csi_model.disclosure.room import ENOUGH, room
from csi_model.disclosure.scopes import BETWEEN, Scopes

# Cells, people alike in every kind of group, that one program solves for in seconds. Kinds with so many
# groups that there would be more are left out: groups this fine hardly ever make up one of another kind.
MOST = 2_000
# Points that such a cell moves at least. It is no figure: 29 of 30 people whose mean is printed are known to
# 0.7 points by that mean alone.
NOT_EXACT = 0.5


class Crossing:
    """The smallest cells of the kinds of groups, and which of them every group is made of."""

    def __init__(self, scopes: Scopes, answered: Mask, labels: Mapping[str, Labels]) -> None:
        number, n_cells = np.zeros(len(answered), dtype=np.int64), 1
        kinds = []
        for kind in sorted(labels, key=lambda each: len(labels[each].names)):
            place = labels[kind].number + 1
            finer = np.unique(number * (int(place.max()) + 1) + place, return_inverse=True)[1].ravel()
            if finer.max() >= MOST:
                break
            number, n_cells = finer, int(finer.max()) + 1
            kinds.append(kind)
        self.n = np.zeros((n_cells, answered.shape[1]), dtype=np.int64)
        np.add.at(self.n, number, answered)
        self.scopes = scopes
        self.inside = np.zeros((len(scopes.names), n_cells), dtype=bool)
        self.inside[0] = True
        first = np.unique(number, return_index=True)[1]
        for kind in kinds:
            own = labels[kind]
            for cell, at in enumerate(own.number[first].tolist()):
                if at >= 0:
                    self.inside[scopes.names.index(f"{kind}{BETWEEN}{own.names[at]}"), cell] = True

    def near(self, scope: int) -> I64:
        """Give the groups that have people in common with a group or cell, the whole left out."""
        if scope >= len(self.inside):
            shared = self.inside[:, scope - len(self.inside)].copy()
        else:
            shared = (self.inside & self.inside[scope]).any(axis=1)
        shared[0] = False
        return np.flatnonzero(shared)

    def tight(
        self,
        questions: Mask,
        constructs: Mask,
        weightings: F64,
        columns: I64,
        floor: int,
        safe: set[tuple[int, int]],
    ) -> tuple[int, int] | None:
        """Give a group and a question (or −1) of few answers without enough room, if there is one.

        Cells are numbered after the groups.

        Parameters
        ----------
        questions, constructs : ndarray of shape (n_scopes, p), (n_scopes,)
            Whether the groups' questions, and the construct of these `columns`, are held.
        safe : set
            What was seen to move, filled up: what else is held takes no room away.
        """
        known = np.flatnonzero(self.inside.any(axis=1))
        means = [self._means(column) for column in columns.tolist()]
        aims: dict[tuple[int, int], F64] = {}
        for scope in known.tolist():
            few = self.scopes.answered[scope, columns] < floor
            for place in np.flatnonzero(few & (self.scopes.answered[scope, columns] > 0)).tolist():
                aims[scope, place] = self._spread(means[place][scope], place, len(columns))
        for cell, place in np.argwhere((self.n[:, columns] > 0) & (self.n[:, columns] < floor)).tolist():
            line = np.zeros(len(self.n))
            line[cell] = 1.0
            aims[len(self.inside) + cell, place] = self._spread(line, place, len(columns))
        rows = [
            (number, self._weighted(means, shares)) for number, shares in enumerate(weightings[:, columns])
        ]
        for number, table in rows:
            for scope in known[constructs[known]].tolist():
                own = self.scopes.answered[scope, columns]
                known_share = weightings[number, columns][own > 0].sum()
                if 0 < own.max() < floor and known_share > 0:
                    aims[scope, -1 - number] = table[[scope]].toarray()[0] / known_share
        wanted = {key: aim for key, aim in aims.items() if key not in safe}
        if not wanted:
            return None
        sums = vstack(
            [
                *(
                    self._alone(means[at][known[~questions[known, column]]], at, len(columns))
                    for at, column in enumerate(columns.tolist())
                ),
                *(table[known[~constructs[known]]] for _number, table in rows),
            ]
        )
        for key, aim in wanted.items():
            if key in safe:
                continue
            wide, move = room(sums, aim)
            if wide < self._least(key[0]):
                return key[0], int(columns[key[1]]) if key[1] >= 0 else -1
            safe |= {other for other, line in aims.items() if abs(line @ move) >= self._least(other[0])}
        return None

    def _least(self, scope: int) -> float:
        return NOT_EXACT if scope >= len(self.inside) else ENOUGH

    def _means(self, column: int) -> F64:
        """Give each group's mean of a question as a sum over cells, (n_scopes, n_cells)."""
        own = self.inside * self.n[:, column]
        return np.asarray(own / np.maximum(own.sum(axis=1, keepdims=True), 1))

    @staticmethod
    def _spread(line: F64, place: int, size: int) -> F64:
        found = np.zeros((len(line), size))
        found[:, place] = line
        return found.ravel()

    @staticmethod
    def _alone(table: F64, place: int, size: int) -> csr_array:
        return csr_array(kron(csr_array(table), csr_array(np.eye(1, size, place))))

    def _weighted(self, means: list[F64], shares: F64) -> csr_array:
        """Give each group's points of the construct as a sum over cells and questions."""
        parts = [self._alone(each, at, len(shares)) * float(shares[at]) for at, each in enumerate(means)]
        found = parts[0]
        for part in parts[1:]:
            found = found + part
        return csr_array(found)
