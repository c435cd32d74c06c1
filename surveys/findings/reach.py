"""Whether conditions can hold, whether they decide anything, and whether somebody comes to the end."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from surveys.findings.finding import Finding, error, warning
from surveys.findings.logic import faults
from surveys.findings.subject import Conditioned, Subject
from surveys.findings.ways import Paths, TooManyError, Ways
from surveys.logic.tree import State, leaves, references


def find(subject: Subject) -> Iterator[Finding]:
    """Find conditions that never or always hold, sections nobody reaches, and ends that nobody passes."""
    sound = sound_conditions(subject)
    paths = Paths(subject, sound)
    for condition in sound:
        verdict = _verdict(paths, condition)
        if verdict == "dead-end":
            paths.disregard(condition)
        if verdict == "logic-always":
            yield warning(verdict, condition.place)
        elif verdict:
            yield error(verdict, condition.place)
        if verdict == "logic-never" and condition.kind == "section":
            yield error("section-unreachable", condition.place)
        if verdict == "logic-never" and condition.kind == "option":
            yield error("option-unreachable", condition.place)


# Verdicts kept: a draft is judged after every change, and most conditions stand as before.
KEPT: Final = 20_000
_VERDICTS: Final[dict[int, str]] = {}


def _verdict(paths: Paths, condition: Conditioned) -> str:
    """Give the code of what is wrong with a condition; empty where nothing is or can be told."""
    state = paths.state_of(condition)
    found = _VERDICTS.get(state)
    if found is None:
        found = ""
        with suppress(TooManyError):
            is_end = condition.kind == "stop" and _ends_all(paths, condition)
            found = "dead-end" if is_end else _judged(paths, condition)
        if len(_VERDICTS) > KEPT:
            _VERDICTS.clear()
        _VERDICTS[state] = found
    return found


def sound_conditions(subject: Subject) -> list[Conditioned]:
    """Give the conditions that ask only what can be asked."""
    return [each for each in subject.conditions if not faults(subject, each)]


def _judged(paths: Paths, condition: Conditioned) -> str:
    around = _around(paths, condition)
    if not paths.can_be(around):
        return ""  # nobody comes here: that is said where it begins
    if not paths.can_be(paths.both(around, paths.of(condition.expression))):
        return "logic-never"
    if condition.kind in {"stop", "quota"}:
        return ""
    if any(isinstance(each, State) for each in leaves(condition.expression)):
        fails = paths.both(around, paths.of(condition.expression, holds=False))
        return "" if paths.can_be(fails) else "logic-always"
    names = {each.name for each in references(condition.expression) if not each.is_account}
    if not names <= paths.answers.keys():
        return ""
    filled = paths.both(around, [{name: paths.answers[name].values for name in names}])
    fails = paths.both(filled, paths.of(condition.expression, holds=False))
    if names and paths.can_be(filled, due=names) and not paths.can_be(fails, due=names):
        return "logic-always"
    return ""


def _around(paths: Paths, condition: Conditioned) -> Ways:
    """Give the ways on which a condition is looked at."""
    if condition.kind in {"section", "quota"}:
        return paths.alive(condition.page)
    upto = condition.place if condition.kind == "stop" else None
    outer = map(paths.of, condition.outer)
    return paths.both(paths.alive(condition.page, upto), paths.page(condition.page), *outer)


def _ends_all(paths: Paths, stop: Conditioned) -> bool:
    """Tell whether nobody passes a stop, if all that it asks about is answered where it is asked."""
    due = {each.name for each in references(stop.expression)}
    before = paths.alive(stop.page, stop.place)
    goes_on = (*paths.of(stop.expression, holds=False), *paths.page(stop.page, asked=False))
    return paths.can_be(before) and not paths.can_be(paths.both(before, goes_on), due=due)
