"""Conditions: readable, about questions that come before, compared with what such an answer can be."""

from collections.abc import Iterator, Mapping
from typing import Final

from surveys.findings.answers import kind_of, known_codes
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import DEEPEST, Conditioned, Subject
from surveys.logic.tree import Answered, Comparison, leaves
from surveys.models.organisation import CustomerClass, Tier
from surveys.questions.base import Question

# What the customer file can say, and which values where they are known.
ACCOUNT: Final[Mapping[str, frozenset[str]]] = {
    "unit": frozenset(),
    "customer_class": frozenset(CustomerClass),
    "tier": frozenset(Tier),
    "account_type": frozenset(),
    "area": frozenset(),
}
EQUAL: Final = frozenset({"==", "!=", "in list", "not in list", "in", "not in"})


def find(subject: Subject) -> Iterator[Finding]:
    """Find conditions that cannot mean what they say."""
    for place in subject.unreadable:
        yield error("logic-unreadable", place, "deep", limit=DEEPEST)
    for condition in subject.conditions:
        yield from faults(subject, condition)
    for asked in subject.questions:
        name = asked.question.account
        if name is not None and name not in ACCOUNT:
            yield error("account-unknown", asked.place, name=name, known=", ".join(ACCOUNT))
        elif name is not None and ACCOUNT[name]:
            for option in asked.question.offered():
                if option.code not in ACCOUNT[name]:
                    place = f"{asked.place}.{option.code}"
                    yield warning(
                        "account-value",
                        place,
                        name=name,
                        value=option.code,
                        known=", ".join(sorted(ACCOUNT[name])),
                    )


def faults(subject: Subject, condition: Conditioned) -> Iterator[Finding]:
    """Give what is wrong with each test of a condition."""
    for leaf in leaves(condition.expression):
        name = leaf.reference.name
        if leaf.reference.account:
            yield from _of_account(leaf, condition.place)
        elif name not in subject.where:
            if not subject.is_left_out(name):
                yield error("logic-unknown", condition.place, code=name)
        elif subject.where[name].number >= condition.before:
            yield error("logic-forward", condition.place, code=name)
        else:
            yield from of_type(subject, leaf, condition.place)


def constants_of(leaf: Comparison | Answered) -> tuple[float | int | str, ...]:
    """Give what an answer is compared with."""
    if isinstance(leaf, Answered):
        return ()
    return leaf.constant if isinstance(leaf.constant, tuple) else (leaf.constant,)


def _of_account(leaf: Comparison | Answered, place: str) -> Iterator[Finding]:
    name = leaf.reference.name
    if name not in ACCOUNT:
        yield error("account-unknown", place, name=name, known=", ".join(ACCOUNT))
        return
    for constant in constants_of(leaf):
        if ACCOUNT[name] and constant not in ACCOUNT[name]:
            known = ", ".join(sorted(ACCOUNT[name]))
            yield error("account-value", place, name=name, value=constant, known=known)


def of_type(subject: Subject, leaf: Comparison | Answered, place: str) -> Iterator[Finding]:
    """Give what a test asks of an answer that such an answer cannot say."""
    name = leaf.reference.name
    part = subject.parts[name]
    kind = kind_of(part)
    if kind == "nothing":
        yield error("logic-type", place, "nothing", code=name)
    if kind in {"nothing", "other"} or isinstance(leaf, Answered):
        return
    constants, relation = constants_of(leaf), leaf.relation
    if kind == "several" and relation not in {"in", "not in"}:
        yield error("logic-type", place, "several", code=name, written=_instead(name, relation, constants))
    elif kind == "number" and relation in {"in", "not in"}:
        yield error("logic-type", place, "single", code=name)
    elif kind == "number" and any(isinstance(each, str) for each in constants):
        yield error("logic-type", place, code=name)
    if isinstance(part, Question) and kind in {"one", "several"}:
        yield from _options(part, leaf, kind, place)


def _options(part: Question, leaf: Comparison, kind: str, place: str) -> Iterator[Finding]:
    codes = {option.code for option in part.offered()}
    values = {option.value for option in part.offered()}
    for constant in constants_of(leaf):
        if isinstance(constant, str):
            is_known = constant in codes
        else:
            is_known = kind == "one" and (constant in values or leaf.relation not in EQUAL)
        if not is_known:
            yield error("logic-option", place, code=part.code, option=constant, known=known_codes(part))


def _instead(name: str, relation: str, constants: tuple[float | int | str, ...]) -> str:
    is_not = relation.startswith(("not", "!"))
    tests = [f"{constant!r} {'not in' if is_not else 'in'} {name}" for constant in constants]
    return (" and " if is_not else " or ").join(tests)
