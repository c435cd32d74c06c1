"""Whether a condition holds for one respondent.

Two values, no third: an answer without a value makes every test of it false, also `!=`, `not in`, `none` and
`count(…) == 0`; `not` of that is true. The browser's evaluator (`web/static/js/conditions.js`) says the same.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from surveys.logic.tree import (
    TODAY,
    Among,
    Comparison,
    Count,
    Expression,
    Junction,
    Not,
    Rank,
    Reference,
    State,
    Term,
    Today,
    Value,
    WayOut,
)

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# Name of an answer → what it says; `account.` and a name → the customer file's word; `today()` → the day.
Known = Mapping[str, Value]


def evaluate(expression: Expression, known: Known) -> bool:
    """Tell whether the condition holds for what is known."""
    match expression:
        case Junction(word="and", parts=parts):
            return all(evaluate(part, known) for part in parts)
        case Junction(parts=parts):
            return any(evaluate(part, known) for part in parts)
        case Not(part=part):
            return not evaluate(part, known)
        case State(word="answered", reference=reference):
            return value_of(reference, known) is not None
        case State(word=word, reference=reference):
            return known.get(reference.name) is WayOut(word)
        case Among(word=word, reference=reference, options=options):
            chosen = value_of(reference, known)
            if not isinstance(chosen, tuple):
                return False
            found = [option in chosen for option in options]
            return all(found) if word == "all" else any(found) == (word == "any")
        case Comparison(left=left, relation=relation, right=right):
            value = value_of(left, known)
            if value is None:
                return False
            if isinstance(right, tuple):
                return _is_one_of(value, [value_of(item, known) for item in right]) == (relation == "in list")
            other = value_of(right, known)
            return other is not None and _holds(value, relation, other)


def value_of(term: Term, known: Known) -> float | int | str | date | tuple[str, ...] | None:
    """Give the value of a term; None where there is none."""
    match term:
        case Reference(name=name):
            found = known.get(name)
            return None if isinstance(found, WayOut) else found
        case Today(days=days):
            today = known.get(TODAY)
            try:
                return today + timedelta(days) if isinstance(today, date) else None
            except OverflowError:
                return None
        case Count(reference=reference, options=options):
            chosen = value_of(reference, known)
            if not isinstance(chosen, tuple):
                return None
            return sum(option in options for option in chosen) if options else len(chosen)
        case Rank(reference=reference, option=option):
            chosen = value_of(reference, known)
            return chosen.index(option) + 1 if isinstance(chosen, tuple) and option in chosen else None
    return term


def _kind(value: object) -> type:
    return float if isinstance(value, int | float) else type(value)


def _is_one_of(value: object, items: list[Any]) -> bool:
    if isinstance(value, tuple):
        return False
    return any(item is not None and _kind(item) is _kind(value) and item == value for item in items)


def _holds(value: Any, relation: str, other: Any) -> bool:
    if relation in {"in", "not in"}:
        found = other in value if isinstance(value, tuple) else _is_one_of(value, [other])
        return found == (relation == "in")
    if _kind(value) is not _kind(other) or isinstance(value, tuple):
        return relation == "!="
    return ORDER[relation](value, other)
