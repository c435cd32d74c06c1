"""The words of a condition's text, each with what it says."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from surveys.errors import Because, Reason

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name>\#n[0-9]+(?:\.[a-z]+)?|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<word>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    | (?P<sign>==|!=|<=|>=|[-<>=()\[\]{},])
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U00[01][0-9a-fA-F]{5}|.)")
_SPOKEN: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_PLAIN: Final = re.compile(r"[\\'\n]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HIGHEST: Final = 0x10FFFF
EXACT: Final = 2**53


class UnreadableError(ValueError):
    """A part outside the language."""

    def __init__(self, reason: Reason, **context: object) -> None:
        super().__init__(reason.name)
        self.because = Because(reason, **context)


class Token(NamedTuple):
    """A name, number, word in quotes or sign, as it is written; the last one is an empty sign."""

    kind: str
    text: str


def tokens(text: str) -> Iterator[Token]:
    """Cut a text; `UnreadableError` where something stands that no condition has."""
    text, place = text.rstrip(), 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            raise UnreadableError(Reason.CONDITION_SYNTAX)
        yield Token(found.lastgroup, found[found.lastgroup])
        place = found.end()
    yield Token("sign", "")


def number_of(text: str) -> float | int:
    """Give the number that a text writes; browsers know whole numbers only so far."""
    number = float(text)
    if text.isdecimal() and number <= EXACT:
        return int(text)
    if number == float("inf"):
        raise UnreadableError(Reason.CONDITION_CONSTANT, part=text)
    return number


def word_of(text: str) -> str:
    """Give what stands between quotes."""
    return _ESCAPE.sub(_escaped, text[1:-1])


def _escaped(found: re.Match[str]) -> str:
    sign = found[1]
    if len(sign) == 1:
        return _SPOKEN.get(sign, found[0])
    number = int(sign[1:], 16)
    return chr(number) if number <= HIGHEST else found[0]


def quoted(word: str) -> str:
    """Write a word so that `word_of` gives it back."""
    written = _PLAIN.sub(lambda found: "\\n" if found[0] == "\n" else f"\\{found[0]}", word)
    return "'" + "".join(each if each.isprintable() else _numbered(each) for each in written) + "'"


def _numbered(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"


def day_of(text: str) -> date:
    """Give the day that a text writes as 2026-03-31."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UnreadableError(Reason.CONDITION_DAY, part=text)
