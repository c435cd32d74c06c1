"""Conditions written: as text that `reading.parse` reads back, and as a sentence for quality staff."""

from datetime import date
from typing import Final, Protocol

from surveys import words
from surveys.logic.tokens import quoted
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


# How a list of one is said.
SINGLE: Final = {"in list": "==", "not in list": "!="}


class Names(Protocol):
    """How a questionnaire calls what conditions look at."""

    def answer(self, name: str) -> str:
        """Give the words for an answer: a question, a row, a side, or `account.` and a name there."""

    def option(self, name: str, code: str) -> str:
        """Give the words for an option of an answer, or for a word of the customer file."""


def to_sentence(expression: Expression, language: str, called: Names, *, inside: bool = False) -> str:
    """Say the condition in words for quality staff, its parts as the questionnaire calls them."""

    def said(key: str, **holes: object) -> str:
        return words.say("conditions", key, language, **holes)

    def options(reference: Reference, codes: tuple[str, ...]) -> str:
        return ", ".join(called.option(reference.name, code) for code in codes)

    def named(term: Term, beside: Term | None = None) -> str:
        """Say a value; a word is an option of the answer that stands beside it."""
        match term:
            case Reference(name=name):
                return called.answer(name)
            case Today(days=0):
                return said("today")
            case Today(days=days):
                return said("days before" if days < 0 else "days after", c=abs(days))
            case Count(reference=reference, options=chosen):
                q = called.answer(reference.name)
                return said("count of", q=q, c=options(reference, chosen)) if chosen else said("count", q=q)
            case Rank(reference=reference, option=option):
                return said("rank", q=called.answer(reference.name), c=options(reference, (option,)))
            case str() if isinstance(beside, Reference):
                return called.option(beside.name, term)
        return str(term)

    match expression:
        case Junction(word=word, parts=parts):
            text = said(word).join(to_sentence(part, language, called, inside=True) for part in parts)
            return f"({text})" if inside else text
        case Not(part=part):
            return said("not", p=to_sentence(part, language, called))
        case State(word=word, reference=reference):
            return said(word, q=named(reference))
        case Among(word=word, reference=reference, options=codes):
            return said(f"{word} of", q=named(reference), c=options(reference, codes))
        case Comparison(left=left, relation=relation, right=right):
            each = right if isinstance(right, tuple) else (right,)
            shown = ", ".join(named(item, left) for item in each) or said("nothing")
            return said(
                SINGLE.get(relation, relation) if len(each) == 1 else relation, q=named(left), c=shown
            )
