"""A run's document as it leaves the house: with the digits that are printed, whoever asks for it.

Of two editions with every digit, one person more between them is found to the last digit, and so is what both
withhold. Who may read the answers themselves has every digit by the commands.
"""

from collections.abc import Mapping
from typing import Any, Final

from web.digits import POINTS, SHARES, Grid

FRACTIONS: Final = Grid(0.01, 0.05)
SCALE: Final = Grid(0.01, 0.1)  # scale points
RELATIONS: Final = Grid(0.001, 0.01)  # loadings, paths, weights, and what else is no level of answers

OF_KEY: Final = {
    "mean": SCALE,
    "sd": SCALE,
    "points": POINTS,
    "points_answered": POINTS,
    "with": POINTS,
    "without": POINTS,
}
# What `value` is a value of, by the name of what it stands in.
OF_SECTION: Final = {"segments": FRACTIONS, "shares": FRACTIONS, "top": FRACTIONS, "bottom": FRACTIONS}
BESIDE: Final = ("se", "ci")
FIGURES: Final = ("points", "value", "difference")


def as_printed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Round every number of a document; what few people answered coarsely, with all that stands under it."""
    return _mapping(document, POINTS, is_few=False)


def _mapping(node: Mapping[str, Any], values: Grid, *, is_few: bool) -> dict[str, Any]:
    """Round what stands in a mapping, of which a `value` has the grid `values`."""
    index = node.get("index")
    is_few = is_few or "indicative" in {node.get("state"), isinstance(index, Mapping) and index.get("state")}
    if "value" in node and "shares" in node:  # a net promoter score beside its parts
        values = SHARES
    elif "value" in node and "top" in node:  # a mean beside its boxes
        values = SCALE
    grids = OF_KEY | {"value": values, "difference": values}
    own = next((grids[name] for name in FIGURES if isinstance(node.get(name), float)), RELATIONS)
    grids |= dict.fromkeys(BESIDE, own)
    return {
        key: _any(each, grids.get(key, RELATIONS), OF_SECTION.get(key, values), is_few=is_few)
        for key, each in node.items()
    }


def _any(each: Any, grid: Grid, inside: Grid, *, is_few: bool) -> Any:
    """Round a number, or those of a list, to its grid; a mapping by what stands in it."""
    if isinstance(each, Mapping):
        return _mapping(each, inside, is_few=is_few)
    if isinstance(each, list):
        return [_any(one, grid, inside, is_few=is_few) for one in each]
    if isinstance(each, float):
        step = grid.coarse if is_few else grid.fine
        return round(round(each / step) * step, 9)
    return each
