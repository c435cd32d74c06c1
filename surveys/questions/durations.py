"""Lengths of time as people write them: 1.5, 半小时, 1小时30分, 90 min."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

# Minutes of each word that stands for a length of time, in the languages of the site's own questionnaires.
MINUTES: Final = {
    **dict.fromkeys(("分", "分钟", "m", "min", "mins", "minute", "minutes"), Decimal(1)),
    **dict.fromkeys(("小时", "钟头", "h", "hr", "hrs", "hour", "hours"), Decimal(60)),
    **dict.fromkeys(("天", "日", "d", "day", "days"), Decimal(1440)),
}
NUMERALS: Final = {sign: Decimal(n) for n, sign in enumerate("零一二三四五六七八九十")} | {"两": Decimal(2)}
HALF: Final = Decimal("0.5")
_WORDS: Final = "|".join(sorted(MINUTES, key=len, reverse=True))
_PART: Final = re.compile(
    rf"(?P<n>[0-9]{{1,10}}(?:[.,][0-9]{{1,6}})?|[{''.join(NUMERALS)}])?个?(?P<half>半)?个?(?P<word>{_WORDS})(?P<more>半)?"
)
_CLOCK: Final = re.compile(r"(?P<hours>[0-9]{1,5})(?:h|小时|:|：)(?P<minutes>[0-5]?[0-9])分?")
_ENGLISH: Final = (("halfanhour", "0.5h"), ("anhourandahalf", "1.5h"), ("anhour", "1h"))


def written(text: str, unit: Mapping[str, str]) -> Decimal | None:
    """Read a length of time in the unit of a question; None if it is none, or the unit is no time.

    `unit` are the words of the question's unit by language; of two parts the larger comes first.
    """
    one = next((MINUTES[word] for each in unit.values() if (word := each.strip().lower()) in MINUTES), None)
    minutes = None if one is None else _minutes(re.sub(r"\s+", "", text).lower())
    return None if one is None or minutes is None else minutes / one


def _minutes(text: str) -> Decimal | None:
    if (clock := _CLOCK.fullmatch(text)) is not None:
        return Decimal(clock["hours"]) * 60 + Decimal(clock["minutes"])
    for said, short in _ENGLISH:
        text = text.replace(said, short)
    total, at, last = Decimal(0), 0, None
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or not (part["n"] or part["half"]):
            return None
        one = MINUTES[part["word"]]
        if last is not None and one >= last:
            return None
        number = _number(part["n"]) + (HALF if part["half"] or part["more"] else 0)
        total, at, last = total + number * one, part.end(), one
    return total if last is not None else None


def _number(text: str | None) -> Decimal:
    if not text:
        return Decimal(0)
    return NUMERALS[text] if text in NUMERALS else Decimal(text.replace(",", "."))
