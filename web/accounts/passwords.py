"""Which passwords are refused: the most used ones, names of this place, repetitions; decorated or not."""

import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from flask_babel import gettext as _
from flask_security import PasswordUtil

SHORTEST: Final = 10
FEWEST_SIGNS: Final = 5
LIST: Final = Path(__file__).with_name("common_passwords.txt")
# What stands on every page of the site, and so is tried first.
NAMES: Final = ("manyi", "满意", "survey", "satisfaction")


@cache
def common() -> frozenset[str]:
    """Give the most used passwords."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def is_common(password: str, *names: str) -> bool:
    """Tell whether a password is among the first that are tried.

    Parameters
    ----------
    password
        In clear.
    names
        The person's name and address; their parts are words that are tried too.
    """
    text = unicodedata.normalize("NFKC", password).casefold().strip()
    own = {part for name in (*NAMES, *names) for part in _parts(name)}
    if text in common() or text in own or len(set(text)) < FEWEST_SIGNS or _runs_on(text):
        return True
    # Digits and signs at the ends add little: password123!, 2026manyi.
    stem = text.strip("0123456789 !?.,-_#$%&*+@")
    if stem in common() or stem in own:
        return True
    return any(text == text[:length] * (len(text) // length) for length in range(1, len(text) // 2 + 1))


def _parts(name: str) -> set[str]:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return {folded, *(part for part in folded.replace("@", " ").replace(".", " ").split() if len(part) > 3)}


def _runs_on(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1


class Passwords(PasswordUtil):
    """Flask-Security's rules, and ours, wherever a person chooses a password."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Give what is wrong with a password, and the form in which it is hashed."""
        wrong, normal = super().validate(password, is_register, **kwargs)
        user = kwargs.get("user")
        names = (user.email, user.name) if user is not None else ()
        if not wrong and is_common(normal, *names):
            wrong = [
                _("This password is among the first that are tried. Choose one that nobody would guess.")
            ]
        return wrong, normal
