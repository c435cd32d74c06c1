"""A caution, its place, and the remedy as a user carries it out."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Said = Iterable[Any]


def plainly(cautions: Said) -> dict[str, Mapping[str, Any]]:
    """Give cautions by code as documents write them, whichever way a call gives them."""
    written = (each if isinstance(each, Mapping) else each.plain() for each in cautions)
    return {each["code"]: each for each in written}


def works(code: str, before: Callable[[], Said], *after: Callable[[], Said]) -> None:
    """The caution is there and names its place; each way of the remedy ends it, none comes in its stead."""
    found = plainly(before())
    assert code in found, sorted(found)
    place = found[code]["about"]
    assert place
    assert all(place), place
    for remedied in after:
        left = plainly(remedied()).keys()
        assert left <= found.keys() - {code}, sorted(left)
