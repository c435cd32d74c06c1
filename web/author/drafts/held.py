"""What a standard block holds of the open part: which fields are read only, and what cannot be done to it."""

from collections.abc import Collection
from typing import NamedTuple

from surveys.editing.locking import INSIDE, TIED, holds_field, locks_of
from surveys.editing.nodes import Node
from web.author.drafts.fields import Field
from web.author.drafts.room import Desk


class Held(NamedTuple):
    """What holds a part: its block, its fields that stay, and the block for which it cannot be removed."""

    by: Node | None
    paths: frozenset[str]
    keeps: Node | None

    def may_have(self, kind: str) -> bool:
        """Tell whether a part of a kind may be added below the open one, or beside it."""
        return self.by is None or kind == "construct" or kind not in INSIDE

    def may_leave(self, node: Node) -> bool:
        """Tell whether the open part, which is `node`, may be moved into another one."""
        return self.by is None or node.kind not in TIED


def held(desk: Desk, node: Node, fields: Collection[Field]) -> Held:
    """Find what holds a part; without any standard block nothing does."""
    locks = locks_of(desk.nodes)
    by = locks.get(node.id)
    stored = ((each.path, desk.names.stored_path(node, each.path)) for each in fields)
    paths = frozenset(path for path, kept in stored if by is not None and holds_field(node, kept))
    keeps = next((locks[each.id] for each in desk.nodes.branch(node) if each.id in locks), None)
    return Held(by, paths, keeps)
