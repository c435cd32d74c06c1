"""What conditions and pipes see of an answer."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from surveys.codes import NOT_ASKED, RESERVED, WAYS_OUT
from surveys.logic.binding import plain_words
from surveys.logic.tree import Value, WayOut
from surveys.logic.types import Type

# Slots with their numbers, and fields with their own words, as they stand → the answer as conditions see it.
Decoder = Callable[[Mapping[str, int], Mapping[str, str]], Value]


class Answer(NamedTuple):
    """What conditions can ask about: its name there, its type, and how it is seen.

    `since` is the first format of documents whose conditions see it; in those before it has no value.
    """

    name: str
    type: Type
    decode: Decoder
    since: int = 1


def stored_number(code: str) -> Decoder:
    """See the stored number; nothing where it was not answered, a way out where one was taken."""

    def decode(values: Mapping[str, int], _texts: Mapping[str, str]) -> Value:
        value = values.get(code, NOT_ASKED)
        if value not in RESERVED:
            return value
        return WayOut(WAYS_OUT[value]) if value in WAYS_OUT else None

    return decode


def written_words(field: str) -> Decoder:
    """See own words as they are compared; nothing where none were written."""
    return lambda _values, texts: plain_words(texts.get(field, "")) or None
