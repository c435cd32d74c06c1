"""Conditions made ready for one document: options stand by their codes, words in one writing of Unicode."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from surveys.logic.holding import ORDER
from surveys.logic.tree import Comparison, Expression, Junction, Not, Reference, Term

# Question → its options' values by code.
Choices = Mapping[str, Mapping[str, int]]

_EQUAL: Final = {"in": "==", "not in": "!="}


def plain_words(text: str) -> str:
    """Give words as they are compared: trimmed, NFC."""
    return unicodedata.normalize("NFC", text).strip()


def bound(expression: Expression, choices: Choices) -> Expression:
    """Give a condition that means the same and compares options by their codes alone."""
    match expression:
        case Junction(parts=parts):
            return replace(expression, parts=tuple(bound(part, choices) for part in parts))
        case Not(part=part):
            return Not(bound(part, choices))
        case Comparison(left=Reference(name=name)) if name in choices:
            return _of_choice(expression, choices[name])
        case Comparison(right=str() as right):
            return replace(expression, right=plain_words(right))
        case Comparison(right=tuple() as right):
            return replace(expression, right=tuple(_plain(item) for item in right))
    return expression


def _plain(term: Term) -> Term:
    return plain_words(term) if isinstance(term, str) else term


def _of_choice(test: Comparison, values: Mapping[str, int]) -> Comparison:
    relation, right = test.relation, test.right
    if isinstance(right, tuple):
        return replace(test, right=tuple(code for item in right for code in _codes(item, values)))
    relation = _EQUAL.get(relation, relation)
    if isinstance(right, str) and relation in {"==", "!="}:
        return replace(test, relation=relation)
    limit: Any = values.get(right) if isinstance(right, str) else right
    if not isinstance(limit, int | float):
        return test if limit is not None else Comparison(test.left, "in list", ())
    compare = ORDER[relation]
    return Comparison(
        test.left, "in list", tuple(code for code, value in values.items() if compare(value, limit))
    )


def _codes(item: Term, values: Mapping[str, int]) -> tuple[Term, ...]:
    if isinstance(item, int | float):
        return tuple(code for code, value in values.items() if value == item)
    return (item,)
