"""What a type of question is to whoever looks at a questionnaire without answering it."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

QUICK: Final = 5.0  # seconds to answer a rating or a choice, or to pass over a field for own words
SLOW: Final = 12.0  # a number, a ranking, a date


class Nature(NamedTuple):
    """What is true of all questions of a type, or of one of its names.

    `at_most`: how many options can be chosen, where there is a limit. `has_exclusive`: an option can deny the
    others. `is_consent`: who refuses is let go. `is_drawn`: it is drawn by lot, nobody is asked.
    `is_scored`: a rating of it can be part of an index. `seconds`: what an answer takes besides reading, for
    each row where there are rows.
    """

    at_most: int | None = None
    has_exclusive: bool = False
    is_consent: bool = False
    is_drawn: bool = False
    is_scored: bool = True
    seconds: float = QUICK


class Doubt(NamedTuple):
    """What a question finds wrong with itself, by code and variant; its sentences are the languages' own.

    `about` fills the holes of the sentence. What stops a publication is an error, all else a warning.
    """

    code: str
    about: Mapping[str, object]
    variant: str = ""
    is_error: bool = False


def too_many(most: int | None, options: int) -> Iterator[Doubt]:
    """Doubt a limit of choices that is higher than the number of options."""
    if most is not None and most > options:
        yield Doubt("range-empty", {"most": most, "options": options}, "most")


def too_few(least: int | None, most: int) -> Iterator[Doubt]:
    """Find that more must be chosen than can be."""
    if least is not None and least > most:
        yield Doubt("range-empty", {"least": least, "most": most}, "least", is_error=True)
