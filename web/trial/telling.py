"""What came of a trial, with the parts of the questionnaire by their texts."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from web.naming import Naming, shortened


class Reached(NamedTuple):
    """A part and how many came to it; `share` of all people, 0 to 1."""

    kind: str
    place: str
    name: str
    people: int
    share: float


class Told(NamedTuple):
    """Pages in order, what is not for everybody, what nobody came to, and pages that held people."""

    pages: tuple[Reached, ...]
    others: tuple[Reached, ...]
    never: tuple[Reached, ...]
    held: tuple[Reached, ...]


def told(result: Mapping[str, Any], naming: Naming) -> Told:
    """Name everything of a trial's result."""
    people = result["people"]

    def reached(kind: str, place: str, number: int) -> Reached:
        return Reached(kind, place, _name(kind, place, naming), number, number / people)

    counts = result["reached"].items()
    never = {each["place"]: each["kind"] for each in result["never"]}
    return Told(
        tuple(reached("page", place, number) for place, number in counts if "." not in place),
        tuple(reached(_kind(place), place, number) for place, number in counts if "." in place),
        tuple(reached(kind, place, 0) for place, kind in never.items()),
        tuple(reached("page", place, number) for place, number in result["stuck"].items()),
    )


def _kind(place: str) -> str:
    first, second, *rest = place.split(".")
    if first == "quotas":
        return "quota"
    return "stop" if second == "stops" else "option" if rest else "question"


def _name(kind: str, place: str, naming: Naming) -> str:
    first, *rest = place.split(".")
    document = naming.document
    texts: Iterator[Mapping[str, str]]
    match kind:
        case "page":
            texts = (each.title for each in document.sections if each.code == first)
        case "quota":
            texts = (each.text for each in document.quotas if each.code == rest[0])
        case "stop":
            texts = (stop.text for each in document.sections if each.code == first for stop in each.stops
                     if stop.code == rest[-1])  # fmt: skip
        case "option":
            return f"{naming.part(rest[0])} · {naming.option(rest[0], rest[1])}"
        case _:
            return naming.part(rest[0])
    return next((shortened(naming.words(text)) for text in texts), place)
