"""Conditions as a tree: tests of answers, and their joining.

A reader (`reading.parse`) makes it, `writing.to_text` writes it so that reading gives the same tree back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum


class WayOut(Enum):
    """What a rating says instead of a point; no value in any comparison."""

    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"


# An answer as conditions see it: a number, an option's code or words, a day, the codes of several options (a
# ranking's in their order), or no value.
Value = float | int | str | date | tuple[str, ...] | WayOut | None

ACCOUNT = "account."
TODAY = "today()"


@dataclass(frozen=True)
class Reference:
    """An answer by its name (CODE, CODE.with, CODE.without, CODE.text), or `account.` and a name there."""

    name: str

    @property
    def is_account(self) -> bool:
        """Whether the customer file gives it."""
        return self.name.startswith(ACCOUNT)


@dataclass(frozen=True)
class Today:
    """The day on which the last page was saved, and days after it."""

    days: int = 0


@dataclass(frozen=True)
class Count:
    """How many options are chosen, of all or of those listed."""

    reference: Reference
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rank:
    """The place of an option in a ranking, 1 for the first."""

    reference: Reference
    option: str


Constant = float | int | str | date
Term = Reference | Count | Rank | Today | float | int | str | date


@dataclass(frozen=True)
class Comparison:
    """A value against another, or against a list.

    `in` tells whether an answer (left) includes a word (right), `in list` whether it is one of a list. The
    left is never a constant: a reader turns `3 < S1` to `S1 > 3`.
    """

    left: Term
    relation: str
    right: Term | tuple[Term, ...]


@dataclass(frozen=True)
class State:
    """Whether an answer is given (`answered`), or is a way out (`dont_know`, `not_applicable`)."""

    word: str
    reference: Reference


@dataclass(frozen=True)
class Among:
    """Whether `any`, `all` or `none` of some options are chosen."""

    word: str
    reference: Reference
    options: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Expression"


@dataclass(frozen=True)
class Junction:
    """All (`and`) or any (`or`) of the parts."""

    word: str
    parts: tuple["Expression", ...]


Test = Comparison | State | Among
Expression = Test | Not | Junction


def leaves(expression: Expression) -> Iterator[Test]:
    """Give every test of the expression."""
    match expression:
        case Not(part=part):
            yield from leaves(part)
        case Junction(parts=parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield expression


def terms(test: Test) -> Iterator[Term]:
    """Give everything that a test looks at, from left to right."""
    if isinstance(test, Comparison):
        yield test.left
        yield from test.right if isinstance(test.right, tuple) else (test.right,)
    else:
        yield test.reference


def looked_at(term: Term) -> Reference | None:
    """Give the answer that a term looks at, if it does."""
    found = term.reference if isinstance(term, Count | Rank) else term
    return found if isinstance(found, Reference) else None


def references(expression: Expression) -> Iterator[Reference]:
    """Give every answer that the expression looks at."""
    for test in leaves(expression):
        for term in terms(test):
            reference = looked_at(term)
            if reference is not None:
                yield reference
