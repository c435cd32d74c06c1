"""What answers are to conditions: their types, what each can be asked, and tests that cannot be meant."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from surveys.errors import Because, Problem, Reason
from surveys.logic.tree import (
    ACCOUNT,
    Among,
    Comparison,
    Count,
    Expression,
    Rank,
    Reference,
    State,
    Term,
    Test,
    Today,
    leaves,
    looked_at,
    terms,
)
from surveys.logic.writing import term_text, to_text

Kind = Literal["choice", "several", "ranking", "number", "rating", "day", "words"]

_ORDERS: Final = frozenset({"<", "<=", ">", ">="})
_REMEDY: Final[dict[str, Reason]] = {
    "choice": Reason.TYPE_CHOICE,
    "several": Reason.TYPE_SEVERAL,
    "ranking": Reason.TYPE_SEVERAL,
    "number": Reason.TYPE_NUMBER,
    "rating": Reason.TYPE_NUMBER,
    "day": Reason.TYPE_DAY,
    "words": Reason.TYPE_WORDS,
    "account": Reason.TYPE_WORDS,
}


@dataclass(frozen=True)
class Type:
    """The type of an answer; `options` gives the values of its options by their codes."""

    kind: Kind
    options: Mapping[str, int] | None = None


class Fault(NamedTuple):
    """One fault of a condition: what it is and what it is about, all but the place."""

    problem: Problem
    context: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What a condition may look at.

    Attributes
    ----------
    answers
        Name → type, of every answer that conditions of the document can ask about.
    valueless
        Name → why it has no value in a condition: questions of which nothing can be asked.
    is_first
        Whether the document is of the first format, where an option's value stands for it and `in` asks about
        one choice too.
    account
        What the customer file knows: name → its values, where they are known.
    """

    answers: Mapping[str, Type]
    valueless: Mapping[str, Reason]
    is_first: bool
    account: Mapping[str, tuple[str, ...]]


def faults(expression: Expression, known: Known) -> Iterator[Fault]:
    """Give everything in a condition that cannot be asked: unknown names too, later ones not."""
    for test in leaves(expression):
        missing = [each for term in terms(test) if (each := _missing(term, known)) is not None]
        yield from missing
        if not missing:
            yield from _judged(test, known)


def _missing(term: Term, known: Known) -> Fault | None:
    reference = looked_at(term)
    if reference is None:
        return None
    name = reference.name
    if reference.is_account:
        if name.removeprefix(ACCOUNT) in known.account:
            return None
        return Fault(
            Problem.ACCOUNT_UNKNOWN, {"code": name.removeprefix(ACCOUNT), "known": ", ".join(known.account)}
        )
    if name in known.answers:
        return None
    if name in known.valueless:
        return Fault(Problem.LOGIC_TYPE, {"part": name, "reason": Because(known.valueless[name], code=name)})
    return Fault(Problem.LOGIC_UNKNOWN, {"code": name})


def _judged(test: Test, known: Known) -> Iterator[Fault]:
    def wrong(reference: Reference, reason: Reason | None = None, **more: object) -> Fault:
        kind = _kind(reference, known)
        because = Because(reason or _REMEDY[kind], code=reference.name, **more)
        return Fault(Problem.LOGIC_TYPE, {"part": to_text(test), "reason": because})

    match test:
        case State(word="answered"):
            return
        case State(reference=reference):
            if _kind(reference, known) != "rating":
                yield wrong(reference, Reason.TYPE_NO_WAY_OUT)
        case Among(reference=reference, options=options):
            yield from _chosen(reference, options, known, wrong)
        case Comparison(left=left, relation=relation, right=right):
            for term in terms(test):
                if isinstance(term, Count):
                    yield from _chosen(term.reference, term.options, known, wrong)
                elif isinstance(term, Rank):
                    if _kind(term.reference, known) != "ranking":
                        yield wrong(term.reference, Reason.TYPE_NO_RANKING)
                    else:
                        yield from _offered(term.reference, (term.option,), known)
            if relation in {"in", "not in"} and isinstance(left, Reference):
                yield from _included(left, right, known, wrong)
            else:
                for item in right if isinstance(right, tuple) else (right,):
                    yield from _compared(left, relation, item, known, wrong)


Wrong = Callable[..., Fault]


def _kind(term: Term, known: Known) -> str:
    match term:
        case Reference(name=name):
            return "account" if term.is_account else known.answers[name].kind
        case Count() | Rank():
            return "number"
        case Today() | date():
            return "day"
        case str():
            return "word"
    return "number"


def _offered(reference: Reference, constants: tuple[Any, ...], known: Known) -> Iterator[Fault]:
    options = known.answers[reference.name].options or {}
    for constant in constants:
        if constant not in options and not (known.is_first and constant in options.values()):
            context = {"code": reference.name, "option": constant, "known": ", ".join(options)}
            yield Fault(Problem.LOGIC_OPTION, context)


def _chosen(reference: Reference, options: tuple[str, ...], known: Known, wrong: Wrong) -> Iterator[Fault]:
    if _kind(reference, known) not in {"several", "ranking"}:
        yield wrong(reference)
    else:
        yield from _offered(reference, options, known)


def _included(left: Reference, right: Any, known: Known, wrong: Wrong) -> Iterator[Fault]:
    kind = _kind(left, known)
    if (kind in {"several", "ranking"} and isinstance(right, str)) or (kind == "choice" and known.is_first):
        yield from _offered(left, (right,), known)
    else:
        yield wrong(left)


def _compared(left: Term, relation: str, right: Term, known: Known, wrong: Wrong) -> Iterator[Fault]:
    kinds = (_kind(left, known), _kind(right, known))
    named = next((each for each in (left, right) if isinstance(each, Reference)), None)
    if named is None:  # counts, ranks and days among themselves
        if {"rating": "number"}.get(kinds[0], kinds[0]) != kinds[1]:
            reason = Because(_REMEDY[kinds[0]], code=term_text(left))
            part = to_text(Comparison(left, relation, right))
            yield Fault(Problem.LOGIC_TYPE, {"part": part, "reason": reason})
        return
    for answer, other, kind in ((left, right, kinds[1]), (right, left, kinds[0])):
        if isinstance(answer, Reference):
            fault = _against(answer, relation, other, kind, known, wrong)
            if fault is not None:
                yield fault
                return


def _against(
    answer: Reference, relation: str, other: Term, kind: str, known: Known, wrong: Wrong
) -> Fault | None:
    """Judge one answer against what stands on the other side."""
    own = _kind(answer, known)
    constant = not isinstance(other, Reference | Count | Rank | Today)
    match own:
        case "choice":
            if constant and (kind == "word" or (known.is_first and kind == "number")):
                return next(_offered(answer, (other,), known), None)
            if not isinstance(other, Reference) or kind != "choice" or relation in _ORDERS:
                return wrong(answer)
            mine, theirs = (set(known.answers[each.name].options or ()) for each in (answer, other))
            return None if mine == theirs else wrong(answer, Reason.TYPE_OTHER_OPTIONS, other=other.name)
        case "number" | "rating":
            return None if kind in {"number", "rating"} else wrong(answer)
        case "day":
            return None if kind == "day" else wrong(answer)
        case "words" | "account":
            if kind not in {"word", "words", "account"} or relation in _ORDERS:
                return wrong(answer)
            values = known.account.get(answer.name.removeprefix(ACCOUNT), ()) if own == "account" else ()
            if values and kind == "word" and other not in values:
                context = {"code": answer.name, "value": other, "known": ", ".join(values)}
                return Fault(Problem.ACCOUNT_VALUE, context)
            return None
    return wrong(answer)
