"""Conditions written: as text that `reading.parse` reads back, and as a sentence for quality staff."""

from datetime import date

from surveys import words
from surveys.logic.tokens import quoted
from surveys.logic.tree import (
    ACCOUNT,
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


def to_text(expression: Expression, *, inside: bool = False) -> str:
    """Write the condition in the one way in which `parse` gives the same tree back."""
    match expression:
        case Junction(word=word, parts=parts):
            text = f" {word} ".join(to_text(part, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return f"not {to_text(part, inside=True)}"
        case State(word=word, reference=reference):
            return f"{word}({reference.name})"
        case Among(word=word, reference=reference, options=options):
            return f"{word}({reference.name}, {_list(options)})"
        case Comparison(left=left, relation=relation, right=right):
            if isinstance(right, tuple):
                return f"{term_text(left)} {relation.removesuffix(' list')} {_list(right)}"
            if relation in {"in", "not in"}:
                return f"{term_text(right)} {relation} {term_text(left)}"
            return f"{term_text(left)} {relation} {term_text(right)}"


def _list(terms: tuple[Term, ...]) -> str:
    return f"[{', '.join(map(term_text, terms))}]"


def term_text(term: Term) -> str:
    """Write a value as conditions do."""
    match term:
        case Reference(name=name):
            return name
        case Today(days=days):
            return f"today({days or ''})"
        case Count(reference=reference, options=options):
            return f"count({reference.name}, {_list(options)})" if options else f"count({reference.name})"
        case Rank(reference=reference, option=option):
            return f"rank({reference.name}, {quoted(option)})"
        case date():
            return f"date('{term.isoformat()}')"
        case str():
            return quoted(term)
    return repr(term)


def to_sentence(expression: Expression, language: str, *, inside: bool = False) -> str:
    """Say the condition in words for quality staff."""

    def said(key: str, **holes: object) -> str:
        return words.say("conditions", key, language, **holes)

    def named(term: Term) -> str:
        match term:
            case Reference(name=name):
                return said("account", q=name.removeprefix(ACCOUNT)) if term.is_account else name
            case Today(days=0):
                return said("today")
            case Today(days=days):
                return said("days before" if days < 0 else "days after", c=abs(days))
            case Count(reference=reference, options=options):
                listed = ", ".join(options)
                return (
                    said("count of", q=reference.name, c=listed)
                    if options
                    else said("count", q=reference.name)
                )
            case Rank(reference=reference, option=option):
                return said("rank", q=reference.name, c=option)
        return str(term)

    match expression:
        case Junction(word=word, parts=parts):
            text = said(word).join(to_sentence(part, language, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return said("not", p=to_sentence(part, language))
        case State(word=word, reference=reference):
            return said(word, q=named(reference))
        case Among(word=word, reference=reference, options=options):
            return said(f"{word} of", q=named(reference), c=", ".join(options))
        case Comparison(left=left, relation=relation, right=right):
            shown = ", ".join(map(named, right)) if isinstance(right, tuple) else named(right)
            return said(relation, q=named(left), c=shown)
