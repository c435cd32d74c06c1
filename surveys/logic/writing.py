"""Conditions: one expression tree, read from text, checked, evaluated, printed as a sentence.

The text is a small subset of Python's expressions: comparisons of an answer with a constant, `in`, `and`,
`or`, `not`, `answered(CODE)`. `account.NAME` is what the customer file knows. A missing answer:
every comparison with it is false (also `!=` and `not in`), and `not` of that is true.
"""

from surveys import words
from surveys.logic.tree import Answered, Comparison, Expression, Junction, Not, Reference


def to_text(expression: Expression, *, inside: bool = False) -> str:
    """Write the condition so that `parse` gives the same tree back."""
    match expression:
        case Junction(word=word, parts=parts):
            text = f" {word} ".join(to_text(part, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return f"not ({to_text(part)})"
        case Answered(reference=reference):
            return f"answered({_name(reference)})"
        case Comparison(reference=reference, relation=relation, constant=constant):
            if relation.endswith("list"):
                items = constant if isinstance(constant, tuple) else (constant,)
                return f"{_name(reference)} {relation[:-5]} [{', '.join(map(repr, items))}]"
            if relation in {"in", "not in"}:
                return f"{constant!r} {relation} {_name(reference)}"
            return f"{_name(reference)} {relation} {constant!r}"


def _name(reference: Reference) -> str:
    return f"account.{reference.name}" if reference.account else reference.name


def to_sentence(expression: Expression, language: str, *, inside: bool = False) -> str:
    """Say the condition in words for quality staff."""

    def said(key: str, **holes: str) -> str:
        return words.say("conditions", key, language, **holes)

    def named(reference: Reference) -> str:
        return said("account", q=reference.name) if reference.account else reference.name

    match expression:
        case Junction(word=word, parts=parts):
            text = said(word).join(to_sentence(part, language, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return said("not", p=to_sentence(part, language))
        case Answered(reference=reference):
            return said("answered", q=named(reference))
        case Comparison(reference=reference, relation=relation, constant=constant):
            shown = ", ".join(map(str, constant)) if isinstance(constant, tuple) else str(constant)
            return said(relation, q=named(reference), c=shown)
