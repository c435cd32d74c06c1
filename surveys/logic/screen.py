"""Conditions as a form shows them: groups of rows, each with what is asked, a comparison and values.

Of every tree a screen is made that gives the same tree back. A test that no row can hold stands there as
itself, with the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from surveys.errors import Because, Reason
from surveys.logic.reading import AMONG, STATES
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
    Test,
    Today,
    looked_at,
)
from surveys.logic.types import Known

Word = Literal["all", "any", "none"]
# What values a row has: none, one or several options, numbers or words, a day, days from today, an answer.
Value = Literal["nothing", "option", "options", "number", "numbers", "day", "days", "word", "words", "answer"]
MOST_LEVELS: Final = 4
MOST_ROWS: Final = 40

ANSWER, TODAY = " answer", " today"  # what a relation ends with where its value is no constant
_ORDERS: Final = ("==", "!=", "<", "<=", ">", ">=")
_LISTS: Final = ("in list", "not in list")
_ANSWERS: Final = tuple(f"{each}{ANSWER}" for each in _ORDERS)
_NUMBERS: Final = (*_ORDERS, *_LISTS, *_ANSWERS)
_WORDS: Final = ("==", "!=", *_LISTS, *_ANSWERS[:2])
# Kind of what is asked → its comparisons, in the order in which a form offers them.
HOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "choice": ("==", "!=", *_LISTS, "<", "<=", ">", ">=", *_ANSWERS[:2], "answered"),
    "several": ("in", "not in", *AMONG, "answered"),
    "ranking": ("in", "not in", *AMONG, "answered"),
    "number": (*_NUMBERS, "answered"),
    "rating": (*_NUMBERS, *STATES),
    "place": _NUMBERS,  # how many are chosen, the rank of one
    "day": (*_ORDERS, *(f"{each}{TODAY}" for each in _ORDERS), *_ANSWERS, "answered"),
    "today": (*_ORDERS, *_ANSWERS),
    "words": (*_WORDS, "answered"),
    "account": (*_WORDS, "answered"),
}
# Kind of what is asked → kinds of answers against which it may stand.
_LIKE: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("number", "rating"), "rating": ("number", "rating"), "place": ("number", "rating"),
    "day": ("day",), "today": ("day",), "words": ("words", "account"), "account": ("words", "account"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What is asked (an answer, how many are chosen, a rank, today), how, and with which values."""

    what: Term
    how: str
    values: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Written:
    """A part that stands as text, and why no row holds it."""

    expression: Expression
    why: Because


@dataclass(frozen=True)
class Group:
    """All, any or none of the parts."""

    word: Word
    parts: tuple["Group | Row | Written", ...]


def screen_of(expression: Expression, known: Known) -> Group:
    """Give the screen of a condition; `known` holds the answers that may be chosen at its place."""
    found = _Maker(known).part(expression, 1)
    return found if isinstance(found, Group) else Group("all", (found,))


def expression_of(part: Group | Row | Written) -> Expression | None:
    """Give the condition of a screen; None of a group in which nothing stands."""
    match part:
        case Written(expression=expression):
            return expression
        case Row():
            return _test_of(part)
        case Group(word=word, parts=parts):
            inner = [each for each in map(expression_of, parts) if each is not None]
            if not inner:
                return None
            whole = inner[0] if len(inner) == 1 else Junction("and" if word == "all" else "or", tuple(inner))
            return Not(whole) if word == "none" else whole


class _Maker:
    def __init__(self, known: Known) -> None:
        self.known, self.rows = known, 0

    def part(self, expression: Expression, level: int) -> Group | Row | Written:
        match expression:
            case Junction(word=word, parts=parts):
                group: Word = "all" if word == "and" else "any"
            case Not(part=Junction(word="or", parts=parts)):
                group = "none"
            case Not(part=part):
                group, parts = "none", (part,)
            case test:
                self.rows += 1
                if self.rows > MOST_ROWS:
                    return Written(test, Because(Reason.SCREEN_LONG, limit=MOST_ROWS))
                row = _row_of(test)
                why = _refusal(row, self.known)
                return row if why is None else Written(test, why)
        if level > MOST_LEVELS:
            return Written(expression, Because(Reason.SCREEN_DEEP, limit=MOST_LEVELS))
        return Group(group, tuple(self.part(each, level + 1) for each in parts))


def _row_of(test: Test) -> Row:
    match test:
        case State(word=word, reference=reference):
            return Row(reference, word)
        case Among(word=word, reference=reference, options=options):
            return Row(reference, word, options)
        case Comparison(left=left, relation=relation, right=right):
            if isinstance(right, tuple):
                return Row(left, relation, right)
            end = ANSWER if looked_at(right) is not None else TODAY if isinstance(right, Today) else ""
            return Row(left, f"{relation}{end}", (right,))


def _test_of(row: Row) -> Test:
    what, how, values = row.what, row.how, row.values
    if how in STATES and isinstance(what, Reference):
        return State(how, what)
    if how in AMONG and isinstance(what, Reference):
        return Among(how, what, tuple(map(str, values)))
    if how in _LISTS:
        return Comparison(what, how, values)
    return Comparison(what, how.removesuffix(ANSWER).removesuffix(TODAY), values[0])


def kind_of(what: Term, known: Known) -> str:
    """Give the kind of what is asked, as `HOWS` has it; empty where it cannot be chosen."""
    match what:
        case Count(reference=Reference(name=name)):
            return "place" if _options_kind(name, known) else ""
        case Rank(reference=Reference(name=name)):
            return "place" if _options_kind(name, known) == "ranking" else ""
        case Today(days=0):
            return "today"
        case Reference(name=name) if what.is_account:
            return "account" if name.removeprefix(ACCOUNT) in known.account else ""
        case Reference(name=name) if name in known.answers:
            return known.answers[name].kind
    return ""


def _options_kind(name: str, known: Known) -> str:
    found = known.answers.get(name)
    return found.kind if found is not None and found.kind in {"several", "ranking"} else ""


def options_of(name: str, known: Known) -> tuple[str, ...]:
    """Give the codes of an answer's options, or the words of the customer file where they are known."""
    if name.startswith(ACCOUNT):
        return known.account.get(name.removeprefix(ACCOUNT), ())
    found = known.answers.get(name)
    return tuple(found.options or ()) if found is not None else ()


def value_of(what: Term, how: str, known: Known) -> Value:
    """Tell what values stand on the other side of a comparison."""
    kind = kind_of(what, known)
    if how in STATES:
        return "nothing"
    if how.endswith(ANSWER):
        return "answer"
    if how.endswith(TODAY):
        return "days"
    is_list = how in _LISTS or how in AMONG
    if isinstance(what, Reference) and options_of(what.name, known):
        return "options" if is_list else "option"
    if kind in {"words", "account"}:
        return "words" if is_list else "word"
    if kind in {"day", "today"}:
        return "day"
    return "numbers" if is_list else "number"


def answers_beside(what: Term, known: Known) -> tuple[str, ...]:
    """Give the names of the answers against which something may stand."""
    kind = kind_of(what, known)
    own = what.name if isinstance(what, Reference) else ""
    found: list[str] = []
    for name, each in known.answers.items():
        if kind == "choice":
            is_like = each.kind == "choice" and {*(each.options or ())} == {*options_of(own, known)}
        else:
            is_like = each.kind in _LIKE.get(kind, ())
        if is_like and name != own:
            found.append(name)
    if "account" in _LIKE.get(kind, ()):
        found += [f"{ACCOUNT}{name}" for name in known.account if f"{ACCOUNT}{name}" != own]
    return tuple(found)


def is_line(word: str) -> bool:
    """Tell whether a field of one line gives words back as they are."""
    return bool(word.strip()) and word.isprintable()


def _refusal(row: Row, known: Known) -> Because | None:
    """Tell why no row of a form holds a test; None where one does."""
    kind = kind_of(row.what, known)
    if not kind:
        reference = looked_at(row.what)
        name = reference.name if reference is not None else "today()"
        return Because(Reason.SCREEN_ANSWER, code=name)
    if row.how not in HOWS[kind]:
        return Because(Reason.SCREEN_COMPARISON)
    inner = row.what.options if isinstance(row.what, Count) else ()
    if isinstance(row.what, Rank):
        inner = (row.what.option,)
    reference = looked_at(row.what)
    if reference is not None and not set(inner) <= {*options_of(reference.name, known)}:
        return Because(Reason.SCREEN_VALUE)
    value = value_of(row.what, row.how, known)
    fits = all(_fits(each, value, row.what, known) for each in row.values)
    return None if fits and (row.values or value == "nothing") else Because(Reason.SCREEN_VALUE)


def _fits(term: Term, value: Value, what: Term, known: Known) -> bool:
    match value:
        case "option" | "options":
            return isinstance(what, Reference) and term in options_of(what.name, known)
        case "number" | "numbers":
            return isinstance(term, int | float)
        case "day":
            return isinstance(term, date)
        case "days":
            return isinstance(term, Today)
        case "word" | "words":
            return isinstance(term, str) and is_line(term)
        case "answer":
            return isinstance(term, Reference) and term.name in answers_beside(what, known)
    return False
