"""What an anonymous link may say of its customer: only what at least ten links of its batch share."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

FEWEST: Final = 10


class Cell(NamedTuple):
    """What is known of a customer, as a segment has it; empty where it says nothing."""

    unit: str = ""
    customer_class: str = ""
    tier: str = ""
    account_type: str = ""
    area: str = ""


# From what is missed least. A unit gives way to the one above it before a tier does: that takes the office
# from a few, and not the tier from everybody in it.
ORDER: Final = ("account_type", "area", "unit", "tier", "unit", "unit", "customer_class", "unit", "")


def coarsen(cells: Sequence[Cell], above: Mapping[str, str]) -> list[Cell]:
    """Take detail away until ten or more have every combination that is left, as little as may be.

    Who are too few give detail up step by step, and where even all of them together are too few, the next
    smallest combination beside theirs joins them. Of fewer than ten in all nothing is left.

    Parameters
    ----------
    cells
        One a link, in its order.
    above
        Code of a unit → code of the one above it; the top is missing.
    """
    sizes = Counter(cells)
    kept = {cell: cell for cell in sizes}  # as given → as it is kept
    wider = dict(kept)  # as given → with all that was given up so far
    for step in ORDER:
        wider = {cell: _without(coarse, step, above) for cell, coarse in wider.items()}
        n: Counter[Cell] = Counter()
        for cell, coarse in kept.items():
            n[coarse] += sizes[cell]
        if min(n.values(), default=FEWEST) >= FEWEST:
            break
        beside: dict[Cell, set[Cell]] = defaultdict(set)
        for cell, target in wider.items():
            beside[target].add(kept[cell])
        moved = {cell: target for target, near in beside.items() for cell in _joined(near, n)}
        kept = {cell: moved.get(coarse, coarse) for cell, coarse in kept.items()}
    return [kept[cell] for cell in cells]


def _joined(near: Iterable[Cell], n: Mapping[Cell, int]) -> Iterator[Cell]:
    """Give the combinations that are too small, and of the others beside them as many as they need."""
    together = 0
    for cell in sorted(near, key=lambda each: (n[each], each)):
        if n[cell] >= FEWEST and (together == 0 or together >= FEWEST):
            return
        together += n[cell]
        yield cell


def _without(cell: Cell, what: str, above: Mapping[str, str]) -> Cell:
    if not what:
        return Cell()
    return cell._replace(**{what: above.get(cell.unit, cell.unit) if what == "unit" else ""})
