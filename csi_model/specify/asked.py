"""What MODEL.yaml says of numbers in columns: why there is no answer, and what options stand for."""

from __future__ import annotations

from typing import Any

from csi_model.specify.elements import Stated, identifier, refuse

STATES = ("not_asked", "skipped", "dont_know", "not_applicable")


def state_codes(value: Any) -> tuple[tuple[int, str], ...]:
    """Read why a number is no answer: 97 not asked, say."""
    if not isinstance(value, dict):
        raise refuse("state_codes must hold keys and values.", "shape", "Write state_codes: {97: not_asked}.")
    for number, state in value.items():
        if not isinstance(number, int) or isinstance(number, bool):
            raise refuse(f"state_codes holds {number!r}.", "missing-code", "Write numbers such as 97.")
        if state not in STATES:
            raise refuse(
                f"state_codes: {number} is {state!r}.", "missing-code", f"Choose {', '.join(STATES)}."
            )
    return tuple(value.items())


def stated(value: Any) -> tuple[Stated, ...]:
    """Read what the options of questions on what matters most stand for."""
    if not isinstance(value, dict):
        raise refuse("stated must hold keys and values.", "shape", "Write stated: {IMP: {1: QUAL, 2: VAL}}.")
    found = []
    for code, options in value.items():
        numbers = list(options) if isinstance(options, dict) else []
        if not numbers or not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
            raise refuse(
                f"stated: {code} must say what each option's number stands for.",
                "shape",
                "Write stated: {IMP: {1: QUAL, 2: VAL}}.",
            )
        named = [(number, identifier(name, f"stated: {code}")) for number, name in options.items()]
        if len({name for _, name in named}) < len(named):
            raise refuse(f"stated: {code} names an option twice.", "duplicate", "Keep one of them.")
        found.append(Stated(identifier(code, "stated"), tuple(named)))
    return tuple(found)
