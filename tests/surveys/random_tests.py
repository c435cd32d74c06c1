"""Random tests of the second format's language, each with its meaning in plain Python."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

Known = Mapping[str, Any]
TODAY = date(2026, 3, 4)


class Condition(NamedTuple):
    """A condition as a document writes it, and its meaning; a question without an answer is None.

    `CODE.out` is the way out that a rating took, `CODE.text` the words beside an option.
    """

    text: str
    holds: Callable[[Known], bool]


def has(code: str, then: Callable[[Any], bool]) -> Callable[[Known], bool]:
    """Tell something of an answer that is there."""
    return lambda known: known[code] is not None and then(known[code])


def both(one: str, other: str, then: Callable[[Any, Any], bool]) -> Callable[[Known], bool]:
    """Tell something of two answers that are there."""
    return lambda known: (
        known[one] is not None and known[other] is not None and then(known[one], known[other])
    )


def typed(random: Random, question: Mapping[str, Any], before: list[dict[str, Any]]) -> Condition:
    """Make a test that the first format cannot write."""
    code, kind = question["code"], question["type"]
    like = [each["code"] for each in before if each["type"] == kind and each is not question] or [code]
    other = random.choice(like)
    found = [Condition(f"answered({code})", lambda known: known[code] is not None)]
    if kind == "single":
        found += [
            Condition(f"{code} == {other}", both(code, other, lambda a, b: a == b)),
            Condition(f"{code} != {other}", both(code, other, lambda a, b: a != b)),
            Condition(f"{code} < 'c'", has(code, lambda a: a != "c")),
            Condition(f"{code}.text == 'own'", lambda known: known[f"{code}.text"] == "own"),
        ]
    elif kind == "multiple":
        found += [
            Condition(f"any({code}, ['a', 'b'])", has(code, lambda a: bool({*a} & {"a", "b"}))),
            Condition(f"all({code}, ['a', 'b'])", has(code, lambda a: {*a} >= {"a", "b"})),
            Condition(f"none({code}, ['c'])", has(code, lambda a: "c" not in a)),
            Condition(f"count({code}) >= 2", has(code, lambda a: len(a) > 1)),
            Condition(f"count({code}, ['a']) == 0", has(code, lambda a: "a" not in a)),
            Condition(f"answered({code}.text)", lambda known: known[f"{code}.text"] is not None),
        ]
    elif kind == "ranking":
        found += [
            Condition(f"rank({code}, 'a') == 1", has(code, lambda a: a[0] == "a")),
            Condition(f"rank({code}, 'a') != 1", has(code, lambda a: "a" in a[1:])),
            Condition(
                f"rank({code}, 'a') < rank({code}, 'b')",
                has(code, lambda a: {*a} >= {"a", "b"} and a.index("a") < a.index("b")),
            ),
        ]
    elif kind == "date":
        found += [
            Condition(f"{code} < date('2026-03-03')", has(code, lambda a: a < date(2026, 3, 3))),
            Condition(f"{code} >= today(-1)", has(code, lambda a: a >= TODAY - timedelta(1))),
            Condition(f"{code} != {other}", both(code, other, lambda a, b: a != b)),
        ]
    elif kind == "short_text":
        found += [
            Condition(f"{code} == 'words'", has(code, lambda a: a == "words")),
            Condition(f"{code} not in ['words']", has(code, lambda a: a != "words")),
        ]
    elif kind in {"number", "rating"}:
        numbers = [each["code"] for each in before if each["type"] in {"number", "rating"}]
        other = random.choice(numbers)
        found += [
            Condition(f"{code} > {other}", both(code, other, lambda a, b: a > b)),
            Condition(f"{code} in [1, 2]", has(code, lambda a: a in {1, 2})),
        ]
        if kind == "rating":
            found.append(Condition(f"dont_know({code})", lambda known: known[f"{code}.out"] == "dk"))
    return random.choice(found)
