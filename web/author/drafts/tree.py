"""The two trees of a draft: its form by sections, and its indicators by constructs."""

from typing import NamedTuple

from surveys.editing.nodes import Node
from web.author.drafts.room import Desk
from web.author.drafts.wording import name_of


class Branch(NamedTuple):
    """One part of a tree; `worst` is the gravest finding of it and all below."""

    node: Node
    name: str
    worst: str
    is_open: bool
    below: tuple["Branch", ...]


def form(desk: Desk, here: Node | None = None) -> tuple[Branch, ...]:
    """Give the sections with what stands in them; rows and options of what is open alone."""
    return _below(desk, desk.nodes.root, ("section",), _chain(desk, here))


def indicators(desk: Desk, here: Node | None = None) -> tuple[Branch, ...]:
    """Give the constructs with their dimensions and questions."""
    found = desk.nodes.children(desk.nodes.root.id, "system")
    return _below(desk, found[0], ("construct",), _chain(desk, here)) if found else ()


def beside(desk: Desk) -> tuple[Branch, ...]:
    """Give what stands beside both trees: scales, names in texts, quotas, rules."""
    return _below(desk, desk.nodes.root, ("system", "scale", "pipe", "quota", "rule"), frozenset())


def _chain(desk: Desk, here: Node | None) -> frozenset[int]:
    return frozenset(each.id for each in desk.nodes.chain(here)) if here is not None else frozenset()


# What a tree shows below each kind; what stands below a question only where it is open.
BELOW = {
    "section": ("question", "stop"),
    "question": ("row", "option"),
    "construct": ("dimension", "check"),
    "dimension": ("member",),
}


def _below(desk: Desk, node: Node, kinds: tuple[str, ...], chain: frozenset[int]) -> tuple[Branch, ...]:
    found = []
    for child in desk.nodes.children(node.id):
        if child.kind not in kinds:
            continue
        is_open = child.id in chain
        inside = BELOW.get(child.kind, ())
        below = _below(desk, child, inside, chain) if child.kind != "question" or is_open else ()
        worst = desk.judged.worst.get(child.id, "")
        found.append(Branch(child, name_of(desk, child), worst, is_open, below))
    return tuple(found)
