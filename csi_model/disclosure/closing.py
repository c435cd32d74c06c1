"""Holding figures until nothing of few answers is left that the printed ones would give away."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from csi_model.arrays import F64, I64, Mask
from csi_model.disclosure.crossing import Crossing
from csi_model.disclosure.room import ENOUGH, OTHERS, room
from csi_model.disclosure.scopes import Scopes, Table

REST = -1  # who is in no group of a table


class Closing:
    """Which questions, (n_scopes, p), and constructs, (n_scopes, n_constructs), are not printed.

    Parameters
    ----------
    columns : sequence of arrays
        The questions of each construct.
    weightings : ndarray of shape (n, p)
        Shares of the questions in their constructs.
    nested : sequence of int
        Constructs that are made of others' questions: held wherever one of these is.
    """

    def __init__(
        self, scopes: Scopes, columns: Sequence[I64], weightings: F64, floor: int, nested: Sequence[int] = ()
    ) -> None:
        self.scopes, self.columns, self.floor, self.nested = scopes, columns, floor, nested
        self.weightings = weightings.reshape(-1, scopes.answered.shape[1])
        self.questions: Mask = scopes.answered < floor
        self.constructs: Mask = scopes.any_of < floor

    def close(self, index: int | None, crossing: Crossing) -> None:
        """Hold until every table is in order; a group that has no `index` printed has no figure."""
        tables = sorted(self.scopes.tables, key=lambda table: -self.scopes.n[table.parent])
        while True:
            before = self.questions.sum() + self.constructs.sum()
            for construct in self.nested:
                self.constructs[:, construct] |= self.questions[:, self.columns[construct]].any(axis=1)
            if index is not None:
                gone = self.constructs[:, index]
                self.questions[gone], self.constructs[gone] = True, True
            for table in tables:
                self._complete(table)
                for construct, columns in enumerate(self.columns):
                    self._give_room(table, construct, columns)
            for construct, columns in enumerate(self.columns):
                self._uncross(crossing, construct, columns)
            if before == self.questions.sum() + self.constructs.sum():
                return

    def _complete(self, table: Table) -> None:
        """Let what is left of a printed sum belong to two at least, and to enough people."""
        for n, held in (
            (self.scopes.answered, self.questions),
            (self.scopes.any_of, self.constructs),
        ):
            held[table.members] |= held[table.parent]
            for column in np.flatnonzero(~held[table.parent]):
                own = n[table.members, column]
                rest = max(int(n[table.parent, column] - own.sum()), 0)
                while not self._hides(own[held[table.members, column]], rest):
                    shown = table.members[~held[table.members, column]]
                    if not shown.size:
                        held[table.parent, column] = True
                        break
                    # The smallest by people, not by answers: the same partner for all questions.
                    held[shown[np.argmin(self.scopes.n[shown])], column] = True

    def _hides(self, held: I64, rest: int) -> bool:
        """Tell whether the held members of a printed sum, and those in no member, hide one another."""
        own = np.append(held, rest)
        own = own[own > 0]
        if own.size == 1:
            return not held.any() and rest >= self.floor
        few, together = own[own < self.floor], own.sum()
        moves = (OTHERS * (together - few) >= ENOUGH * few).all()
        return not few.size or bool(together >= self.floor and moves)

    def _give_room(self, table: Table, construct: int, columns: I64) -> None:
        """Hold besides what else would tell, from the weighted sums of questions that constructs are."""
        safe: set[tuple[int, int]] = set()
        while (system := _System.of(self, table, construct, columns)) is not None:
            tight = system.tight(safe)
            if tight is None:
                return
            self._hold_beside(table.members, table.parent, construct, columns, *tight)

    def _uncross(self, crossing: Crossing, construct: int, columns: I64) -> None:
        """Hold besides what groups of other kinds would tell."""
        safe: set[tuple[int, int]] = set()
        # With the whole held, all its groups are: `_complete` sees to it.
        while columns.size and not (self.constructs[0, construct] and self.questions[0, columns].all()):
            held = self.constructs[:, construct]
            tight = crossing.tight(self.questions, held, self.weightings, columns, self.floor, safe)
            if tight is None:
                return
            scope, column = tight
            own = [table.members for table in self.scopes.tables if scope in table.members]
            members = np.unique(np.concatenate([*own, crossing.near(scope)]))
            is_group = scope < len(self.scopes.names)
            self._hold_beside(members, 0, construct, columns, scope if is_group else REST, column)

    def _hold_beside(
        self, members: I64, parent: int, construct: int, columns: I64, scope: int, column: int
    ) -> None:
        """Hold the smallest printed figure in the row or column of one that is too tight."""
        n = self.scopes.answered
        near = [(scope, int(each)) for each in columns if scope >= 0 and not self.questions[scope, each]]
        if column >= 0:
            near += [(int(each), column) for each in members if not self.questions[each, column]]
        if near:
            self.questions[min(near, key=lambda cell: (n[cell], cell))] = True
            return
        rows = [int(each) for each in members if not self.constructs[each, construct]]
        if scope >= 0 and not self.constructs[scope, construct]:
            self.constructs[scope, construct] = True
        elif rows:
            self.constructs[min(rows, key=lambda row: (self.scopes.n[row], row)), construct] = True
        else:
            self.constructs[parent, construct] = True
            self.questions[parent, columns] = True


class _System:
    """The held cells of one construct in one table, and the sums over them that are printed."""

    def __init__(self, closing: Closing, table: Table, construct: int, columns: I64) -> None:
        scopes, parent = closing.scopes, table.parent
        own = scopes.answered[np.ix_(table.members, columns)]
        rest = np.maximum(scopes.answered[parent, columns] - own.sum(axis=0), 0)
        n = np.vstack([own, rest])
        held = np.vstack([closing.questions[np.ix_(table.members, columns)], np.ones(len(columns), bool)])
        self.held = held & (n > 0)
        self.n, self.floor = n, closing.floor
        self.members = [*table.members.tolist(), REST]
        self.columns = columns.tolist()
        self.shares = closing.weightings[:, columns]
        self.row_is_shown = ~closing.constructs[table.members, construct]
        self.row_is_few = scopes.any_of[table.members, construct] < closing.floor
        self.parent_row = not closing.constructs[parent, construct]
        self.parent_column = ~closing.questions[parent, columns]
        self.parent_n = scopes.answered[parent, columns]

    @classmethod
    def of(cls, closing: Closing, table: Table, construct: int, columns: I64) -> _System | None:
        """Give the system; None where no row of it says anything of held cells, and columns hide them."""
        made = cls(closing, table, construct, columns)
        rows_tell = bool((made.held[:-1].any(axis=1) & made.row_is_shown).any())
        above_tells = made.parent_row and not made.parent_column.all()
        return made if len(made.shares) and (rows_tell or above_tells) else None

    def tight(self, safe: set[tuple[int, int]]) -> tuple[int, int] | None:
        """Give a figure of few answers without enough room as (scope, question or −1), if there is one.

        `safe` are those that were seen to move: what else is held takes no room away.
        """
        cells: list[tuple[int, int]] = [(row, column) for row, column in np.argwhere(self.held).tolist()]
        place = {cell: at for at, cell in enumerate(cells)}
        sums = self._sums(cells, place)
        aims: dict[tuple[int, int], F64] = {}
        for (row, column), at in place.items():
            if self.n[row, column] < self.floor:
                aims[row, column] = np.eye(1, len(cells), at)[0]
        for row in np.flatnonzero(~self.row_is_shown & self.row_is_few).tolist():
            for number, shares in enumerate(self.shares):
                aim = np.zeros(len(cells))
                for column in np.flatnonzero(self.held[row]).tolist():
                    aim[place[row, column]] = shares[column]
                if aim.any():  # of the questions that somebody answered
                    aims[row, -1 - number] = aim / shares[self.n[row] > 0].sum()
        for (row, column), aim in aims.items():
            if (row, column) in safe:
                continue
            wide, move = room(sums, aim)
            if wide < ENOUGH:
                return self.members[row], self.columns[column] if column >= 0 else -1
            safe |= {key for key, other in aims.items() if abs(other @ move) >= ENOUGH}
        return None

    def _sums(self, cells: Sequence[tuple[int, int]], place: dict[tuple[int, int], int]) -> F64:
        found = []
        for column in np.flatnonzero(self.parent_column & self.held.any(axis=0)).tolist():
            line = np.zeros(len(cells))
            for row in np.flatnonzero(self.held[:, column]).tolist():
                line[place[row, column]] = self.n[row, column]
            found.append(line)
        for shares in self.shares:
            for row in np.flatnonzero(self.row_is_shown & self.held[:-1].any(axis=1)).tolist():
                line = np.zeros(len(cells))
                for column in np.flatnonzero(self.held[row]).tolist():
                    line[place[row, column]] = shares[column]
                found.append(line)
            if self.parent_row and not self.parent_column.all():
                line = np.zeros(len(cells))
                for row, column in cells:
                    if not self.parent_column[column] and self.parent_n[column]:
                        line[place[row, column]] = (
                            shares[column] * self.n[row, column] / self.parent_n[column]
                        )
                found.append(line)
        # Equations of one scale: numbers of answers stand beside shares.
        lines = np.array(found).reshape(len(found), len(cells))
        return np.asarray(lines / np.maximum(np.abs(lines).max(axis=1, keepdims=True), 1e-12))
