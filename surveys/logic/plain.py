"""Conditions as plain lists, for pages and other JSON; `static/js/conditions.js` evaluates them."""

from datetime import date
from typing import Any

from surveys.logic.tree import (
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
)

Plain = list[Any]


def plain_tree(expression: Expression) -> Plain:
    """Give a condition as a list that begins with its word or relation."""
    match expression:
        case Junction(word=word, parts=parts):
            return [word, *map(plain_tree, parts)]
        case Not(part=part):
            return ["not", plain_tree(part)]
        case State(word=word, reference=reference):
            return [word, reference.name]
        case Among(word=word, reference=reference, options=options):
            return [word, reference.name, [*options]]
        case Comparison(left=left, relation=relation, right=right):
            listed = [_term(item) for item in right] if isinstance(right, tuple) else _term(right)
            return [relation, _term(left), listed]


def _term(term: Term) -> Any:
    match term:
        case Reference(name=name):
            return ["answer", name]
        case Count(reference=reference, options=options):
            return ["count", reference.name, [*options]]
        case Rank(reference=reference, option=option):
            return ["rank", reference.name, option]
        case Today(days=days):
            return ["today", days]
        case date():
            return ["day", term.isoformat()]
    return term
