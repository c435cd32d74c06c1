"""What a badly worded question looks like, in a file a language; a language without one is not judged.

`[length]` tells what is counted and how much is too long. Each other table is a kind of fault: whatever
`drop` matches is harmless and taken out first, then `find` looks for the fault. `<name>` stands for a list of
`[words]`.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

HARMLESS: Final = "\u00a0¤\u00a0"
KINDS: Final[tuple[str, ...]] = ("double", "leading", "negation", "absolute", "jargon")


class Kind(NamedTuple):
    """One kind of fault: what is harmless, and what is the fault."""

    drop: re.Pattern[str] | None
    find: re.Pattern[str]

    def found(self, text: str) -> str:
        """Give the words of the first fault in a text; empty without one."""
        left = self.drop.sub(HARMLESS, text) if self.drop is not None else text
        fault = self.find.search(left)
        return fault[0].replace(HARMLESS, "…").strip() if fault is not None else ""


class Phrases(NamedTuple):
    """The kinds of one language, and how long a question may be: in words, or in characters."""

    kinds: Mapping[str, Kind]
    counted: re.Pattern[str]
    most: int


@cache
def of_language(code: str) -> Phrases | None:
    """Give what is known of a language or, where that is not known, of the language that it is a form of."""
    for name in dict.fromkeys((code, code.partition("-")[0])):
        files = [each for each in resources.files(__name__).iterdir() if each.name == f"{name}.toml"]
        if files:
            return _read(tomllib.loads(files[0].read_text(encoding="utf-8")))
    return None


def _read(plain: dict[str, Any]) -> Phrases:
    words = {name: "|".join(text.split()) for name, text in plain["words"].items()}

    def pattern(kind: str, part: str) -> re.Pattern[str] | None:
        written = "|".join(f"(?:{each})" for each in plain[kind].get(part, ()))
        for name, listed in words.items():
            written = written.replace(f"<{name}>", f"(?:{listed.replace('_', ' ')})")
        return re.compile(written, re.IGNORECASE) if written else None

    kinds = {
        kind: Kind(pattern(kind, "drop"), find)
        for kind in KINDS
        if kind in plain and (find := pattern(kind, "find")) is not None
    }
    return Phrases(kinds, re.compile(plain["length"]["counted"]), plain["length"]["most"])
