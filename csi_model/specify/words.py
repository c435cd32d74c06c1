"""The words of a statement: names, modifiers before them, and how a line is cut at its signs."""

from __future__ import annotations

import re
from typing import Any

from csi_model.errors import SpecificationError
from csi_model.specify.elements import identifier, refuse

CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
LABEL = re.compile(r"[^\W\d][\w.]*")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

FUNCTIONS = {
    "efa": "Say which items measure which construct, without efa().",
    "rv": "Leave rv() out: there are no random slopes.",
    "prior": "Leave prior() out: nothing is estimated by Bayes here.",
    "lower": "Leave lower() out, and look whether the estimate keeps to it.",
    "upper": "Leave upper() out, and look whether the estimate keeps to it.",
}
MEANT = {"TRUE", "FALSE", "NULL", "Inf", "NaN", "inf", "nan", "na"}  # values of R or of other tongues
MOST = 1e6  # of a value or a start in size
MODIFIERS = "Write NA, a number, a label, start(0.5), equal('QUAL=~q1'), label('a') or c(a, b) by group."


def read_name(text: str, number: int, line: str) -> str:
    """Give a name, or say why it cannot be one."""
    if "?" in text:
        raise unsupported(number, line, "?", "Write start(0.5)*x for a start value.")
    call = CALL.fullmatch(text)
    if call and call[1] in FUNCTIONS:
        raise unsupported(number, line, f"{call[1]}()", FUNCTIONS[call[1]])
    if NUMBER.fullmatch(text) or not text:
        what = f"{text} stands where a name should" if text else "a name is missing"
        raise unreadable(number, line, what)
    if re.search(r"[()\"'|>?^&]", text):
        raise unreadable(number, line, f"{text!r} is no name")
    return identifier(text, f"line {number}")


def read_modifier(text: str, number: int, line: str) -> dict[str, Any]:
    """Read one modifier into the field of a term that it fills."""
    if "?" in text:
        raise unsupported(number, line, "?", "Write start(0.5)*x for a start value.")
    call = CALL.fullmatch(text)
    if call is None:
        kind, value = _single(text, number, line)
        return {kind: (value,)}
    function, inside = call[1], call[2]
    if function in FUNCTIONS:
        raise unsupported(number, line, f"{function}()", FUNCTIONS[function])
    entries = _entries(inside, number, line)
    if function == "c":
        pairs = [_single(each, number, line) for each in entries]
        kinds = {kind for kind, value in pairs if value is not None}
        if len(kinds) > 1:
            raise unsupported(number, line, f"numbers and labels in one {text}", "Write them in two c().")
        kind = kinds.pop() if kinds else "values"
        if kind == "labels":
            return {kind: tuple("" if value is None else value for _, value in pairs)}
        return {kind: tuple(value for _, value in pairs)}
    if function == "start":
        return {"starts": tuple(_number(each, number, line) for each in entries)}
    if function in {"label", "equal"}:
        words = tuple("" if each == "NA" else _unquoted(each) for each in entries)
        if function == "equal":
            return {"equal": tuple("".join(word.split()) for word in words)}
        for word, entry in zip(words, entries, strict=True):
            if entry != "NA" and not LABEL.fullmatch(word):
                raise unreadable(number, line, f"{word!r} cannot be a label")
        return {"labels": words}
    raise unsupported(number, line, f"{function}()", MODIFIERS)


def _entries(inside: str, number: int, line: str) -> list[str]:
    call = CALL.fullmatch(inside.strip())
    if call and call[1] == "c":
        inside = call[2]
    return split(inside, ",", number, line)


def _single(text: str, number: int, line: str) -> tuple[str, Any]:
    if text == "NA":
        return "values", None
    if NUMBER.fullmatch(text):
        return "values", _sized(text, number, line)
    if not text:
        raise unreadable(number, line, "a modifier is empty")
    if text in MEANT:
        raise unreadable(number, line, f"{text} is neither a number nor a label")
    word = _unquoted(text)
    if LABEL.fullmatch(word):
        return "labels", word
    raise unsupported(number, line, f"arithmetic in a modifier ({text})", MODIFIERS)


def _number(text: str, number: int, line: str) -> float | None:
    if text == "NA":
        return None
    if not NUMBER.fullmatch(text):
        raise unsupported(number, line, f"start({text})", "Give start() a number.")
    return _sized(text, number, line)


def _sized(text: str, number: int, line: str) -> float:
    value = float(text)
    if abs(value) > MOST:
        raise refuse(
            f"Line {number} ({line!r}): {text} is too large for a parameter.",
            "too-large",
            f"Write a number between {-MOST:.0f} and {MOST:.0f}.",
        )
    return value


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def split(text: str, at: str, number: int, line: str) -> list[str]:
    """Cut at a character that stands in no parentheses and no quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
            if depth < 0:
                break
        elif letter == at and not depth:
            if (
                at == "+"
                and re.search(r"\d[eE]$", text[start:place])
                and text[place + 1 : place + 2].isdigit()
            ):
                continue
            parts.append(text[start:place].strip())
            start = place + 1
    if depth or quote:
        raise unreadable(number, line, "a parenthesis or a quotation mark is left open")
    return [*parts, text[start:].strip()]


def unreadable(number: int, line: str, why: str) -> SpecificationError:
    """Refuse a line that is no syntax; the caller raises it."""
    return refuse(
        f"Line {number} ({line!r}) is not lavaan syntax: {why}.",
        "syntax",
        "Each line is: left, one of =~ ~ ~~, then names joined by +; or name := formula, or a == b.",
    )


def unsupported(number: int, line: str, what: str, remedy: str) -> SpecificationError:
    """Refuse what is syntax, but not estimated; the caller raises it."""
    return refuse(
        f"Line {number} ({line!r}) uses {what}, which is not estimated.", "syntax-unsupported", remedy
    )
