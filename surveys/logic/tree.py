"""Conditions as a tree: comparisons, what is answered, and their joining."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Choice(NamedTuple):
    """A chosen option: compared with text by its code, with a number by its value."""

    code: str
    value: int


Value = float | int | str | Choice | frozenset[str] | None


@dataclass(frozen=True)
class Reference:
    """An answer (`name` is a question's code) or, with `account`, a value of the customer file."""

    name: str
    account: bool = False


@dataclass(frozen=True)
class Comparison:
    """An answer against one constant; `in` holds the constant left in Python's writing when `reverse`."""

    reference: Reference
    relation: str
    constant: float | int | str | tuple[float | int | str, ...]


@dataclass(frozen=True)
class Answered:
    """Whether the question has a real answer."""

    reference: Reference


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Expression"


@dataclass(frozen=True)
class Junction:
    """All (`and`) or any (`or`) of the parts."""

    word: str
    parts: tuple["Expression", ...]


Expression = Comparison | Answered | Not | Junction


def leaves(expression: Expression) -> Iterator[Comparison | Answered]:
    """Give every part that looks at an answer."""
    match expression:
        case Not(part=part):
            yield from leaves(part)
        case Junction(parts=parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield expression


def references(expression: Expression) -> Iterator[Reference]:
    """Give every answer that the expression looks at."""
    return (leaf.reference for leaf in leaves(expression))
