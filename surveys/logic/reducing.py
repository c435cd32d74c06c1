"""Conditions reduced to what is still open: what is known of other answers is put in.

A page carries its conditions so, and the browser decides them as its own answers change: nothing of another
page goes with them.
"""

from collections.abc import Container
from dataclasses import replace

from surveys.logic.holding import Known, evaluate, value_of
from surveys.logic.tree import Comparison, Expression, Junction, Not, Term, Test, looked_at, references

_HAS_VALUE = "not in list"  # of an empty list: true of every value


def reduced(expression: Expression, known: Known, is_open: Container[str]) -> Expression | bool:
    """Give what is left to decide, or how it is decided: `known` answers count unless they are open."""
    match expression:
        case Junction(word=word, parts=parts):
            left: list[Expression] = []
            for part in parts:
                found = reduced(part, known, is_open)
                if not isinstance(found, bool):
                    left.append(found)
                elif found == (word == "or"):
                    return found
            if not left:
                return word == "and"
            return Junction(word, tuple(left)) if len(left) > 1 else left[0]
        case Not(part=part):
            found = reduced(part, known, is_open)
            return not found if isinstance(found, bool) else Not(found)
    if not any(reference.name in is_open for reference in references(expression)):
        return evaluate(expression, known)
    return _compared(expression, known, is_open) if isinstance(expression, Comparison) else expression


def _compared(test: Comparison, known: Known, is_open: Container[str]) -> Test | bool:
    def put(term: Term) -> Term | tuple[str, ...] | None:
        reference = looked_at(term)
        return term if reference is not None and reference.name in is_open else value_of(term, known)

    left = put(test.left)
    if left is None:
        return False
    if isinstance(test.right, tuple):
        if isinstance(left, tuple):
            return test.relation == "not in list"
        items = [put(item) for item in test.right]
        kept = tuple(item for item in items if item is not None and not isinstance(item, tuple))
        return replace(test, left=left, right=kept)
    right = put(test.right)
    if right is None:
        return False
    # Several choices are like nothing else; one of the two is open, and no list yet.
    if isinstance(left, tuple):
        return not isinstance(right, tuple) and test.relation == "!=" and Comparison(right, _HAS_VALUE, ())
    if isinstance(right, tuple):
        return test.relation == "!=" and Comparison(left, _HAS_VALUE, ())
    return Comparison(left, test.relation, right)
