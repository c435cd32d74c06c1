"""What differs between two versions of a questionnaire."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One place where two documents differ; the side that lacks the place has None."""

    place: str
    older: Any
    newer: Any


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Difference]:
    """List where two documents differ, in the newer one's order.

    Parts that have a code (sections, questions, rows, options) are compared with the part of the same
    code wherever it stands, so that a moved question shows as moved and not as rewritten.
    """
    return list(_compare("", older, newer))


def _compare(place: str, older: Any, newer: Any) -> Iterator[Difference]:
    if isinstance(older, Mapping) and isinstance(newer, Mapping):
        for key in [*newer, *(key for key in older if key not in newer)]:
            yield from _compare(f"{place}.{key}" if place else str(key), older.get(key), newer.get(key))
    elif _coded(older) and _coded(newer):
        before, after = _by_code(older), _by_code(newer)
        for code in [*after, *(code for code in before if code not in after)]:
            yield from _compare(f"{place}[{code}]", before.get(code), after.get(code))
        kept = [code for code in before if code in after]
        if kept != [code for code in after if code in before]:
            yield Difference(f"{place} (order)", list(before), list(after))
    elif older != newer:
        yield Difference(place, older, newer)


def _coded(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) and ("code" in item or "id" in item) for item in value)
    )


def _by_code(items: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(item.get("code", item.get("id"))): item for item in items}
