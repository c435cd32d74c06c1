"""One finding: a code, how grave it is, where it is, and what to do; its sentences are the languages' own.

They stand in `words.json` under `findings` and `remedies`, by code; a code that is found in several ways has
`code.variant` beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from surveys import words

Severity = Literal["error", "warning"]

# How much of an author's own writing a sentence quotes.
QUOTED: Final = 80
# How much of one of our own sentences with an author's writing in it.
MOST: Final = 600


def quoted(value: object, most: int = QUOTED) -> str:
    """Give an author's writing so that any screen can show it: short, on one line, marks made visible."""
    text = str(value)
    return _visible(text[:most] + ("…" if len(text) > most else ""))


def _visible(text: str) -> str:
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found. An error stands in the way of publishing; a warning is for somebody to judge."""

    code: str
    severity: Severity
    place: str
    about: Mapping[str, object] = field(default_factory=dict)
    variant: str = ""

    def message(self, language: str = words.FALLBACK) -> str:
        """Say what is so."""
        return self._say("findings", language)

    def remedy(self, language: str = words.FALLBACK) -> str:
        """Say what to do about it."""
        return self._say("remedies", language)

    def line(self, language: str = words.FALLBACK) -> str:
        """Say in one line how grave it is, where it is, what is so and what to do."""
        said = f"{self.message(language)} {self.remedy(language)}"
        return f"{self.severity}: {self.place or '–'}: {self.code}: {said}"

    def plain(self, language: str = words.FALLBACK) -> dict[str, str]:
        """Give it as files and pages hold it."""
        return {
            "code": self.code,
            "severity": self.severity,
            "place": self.place,
            "message": self.message(language),
            "remedy": self.remedy(language),
        }

    def _say(self, part: str, language: str) -> str:
        own = f"{self.code}.{self.variant}"
        key = own if words.find(part, own, language) is not None else self.code
        holes = {
            name: quoted(value.text(language), MOST) if hasattr(value, "text") else quoted(value)
            for name, value in self.about.items()
        }
        return words.say(part, key, language, **holes)


def error(code: str, place: str, variant: str = "", /, **about: object) -> Finding:
    """Make a finding that stands in the way of publishing."""
    return Finding(code, "error", _visible(place), about, variant)


def warning(code: str, place: str, variant: str = "", /, **about: object) -> Finding:
    """Make a finding for somebody to judge."""
    return Finding(code, "warning", _visible(place), about, variant)
