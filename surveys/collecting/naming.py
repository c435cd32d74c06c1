"""Which unit a respondent means: its code, or its name as people write it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Unit

# What people add or leave out: blanks and marks; then what every office is called; then the kinds of places.
MARKS: Final = re.compile(r"[\W_]+")
KIND: Final = re.compile(
    r"(供电(服务)?(中心|公司|分公司|局|站|所)?|营业(厅|所|站)|(power supply )?(office|station|company)|所)$"
)
PLACES: Final = re.compile(r"[区县市镇乡]|街道| (district|county|city|town)\b")


def keys_of(name: str) -> tuple[str, str, str]:
    """Give a name in three ways, each looser than the one before, for comparing."""
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    short = KIND.sub("", plain).strip()
    return MARKS.sub("", plain), MARKS.sub("", short), MARKS.sub("", PLACES.sub("", short))


def meant(typed: str, units: Iterable[tuple[str, Mapping[str, str]]]) -> str | None:
    """Give the code of the one unit whose name in any language is meant; None where none or several are.

    Parameters
    ----------
    units
        Code and name by language of every unit.
    """
    wanted = keys_of(typed)
    found: list[set[str]] = [set(), set(), set()]
    for code, names in units:
        for name in names.values():
            for place, (mine, theirs) in enumerate(zip(wanted, keys_of(name), strict=True)):
                if mine and mine == theirs:
                    found[place].add(code)
    return next((next(iter(codes)) for codes in found if len(codes) == 1), None)


def find_unit_code(session: Session, typed: str) -> str | None:
    """Give the code of the unit that a respondent names by code or name."""
    code = session.scalar(select(Unit.code).where(Unit.code == typed))
    return code or meant(
        typed, ((row.code, row.name) for row in session.execute(select(Unit.code, Unit.name)))
    )
