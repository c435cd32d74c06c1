"""Conditions: about questions that come before, asking what such an answer can say."""

from collections.abc import Iterator, Mapping
from typing import Final

from surveys.document.conditions import ACCOUNT
from surveys.errors import Problem
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Conditioned, Subject
from surveys.logic import types
from surveys.logic.tree import references

CODES: Final[Mapping[Problem, str]] = {
    Problem.LOGIC_UNKNOWN: "logic-unknown",
    Problem.LOGIC_TYPE: "logic-type",
    Problem.LOGIC_OPTION: "logic-option",
    Problem.ACCOUNT_UNKNOWN: "account-unknown",
    Problem.ACCOUNT_VALUE: "account-value",
}


def find(subject: Subject) -> Iterator[Finding]:
    """Find conditions that cannot mean what they say."""
    for condition in subject.conditions:
        yield from faults(subject, condition)
    for asked in subject.questions:
        name = asked.question.account
        if name is not None and name not in ACCOUNT:
            yield error("account-unknown", asked.place, code=name, known=", ".join(ACCOUNT))
        elif name is not None and ACCOUNT[name]:
            for option in asked.question.offered():
                if option.code not in ACCOUNT[name]:
                    about = {"code": name, "value": option.code, "known": ", ".join(ACCOUNT[name])}
                    yield warning("account-value", f"{asked.place}.{option.code}", **about)


def faults(subject: Subject, condition: Conditioned) -> tuple[Finding, ...]:
    """Give what is wrong with each test of a condition, looked for once."""
    found = subject.faults.get(id(condition))
    if found is None:
        found = subject.faults[id(condition)] = tuple(_faults(subject, condition))
    return found


def _faults(subject: Subject, condition: Conditioned) -> Iterator[Finding]:
    for name in dict.fromkeys(each.name for each in references(condition.expression)):
        asked = subject.where.get(name.partition(".")[0])
        if asked is not None and (
            asked.number >= condition.before or subject.is_beside(asked.page, condition.page)
        ):
            yield error("logic-forward", condition.chosen_at or condition.place, code=name)
    for fault in types.faults(condition.expression, subject.known):
        if fault.problem is not Problem.LOGIC_UNKNOWN or not subject.is_left_out(fault.context["code"]):
            is_option = fault.problem is Problem.LOGIC_OPTION
            place = condition.place if is_option else condition.chosen_at or condition.place
            yield error(CODES[fault.problem], place, **fault.context)
