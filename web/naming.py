"""What a questionnaire's parts are called on pages of staff: by their texts, short, in one language."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

from surveys import words
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import fill, in_language, piped_names, plain_text
from surveys.logic.tree import ACCOUNT, Expression, Value, WayOut
from surveys.logic.writing import to_sentence

# How much of a text names its part, in columns: a Chinese character takes two.
LONGEST: Final = 56


@lru_cache(maxsize=4096)  # a list of parts is written after every change, and most are called as before
def shortened(text: str, most: int = LONGEST) -> str:
    """Give a text on one line, cut where it is longer than so many columns."""
    line, width = " ".join(text.split()), 0
    if 2 * len(line) <= most:
        return line  # whatever it is written in
    for place, sign in enumerate(line):
        width += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if width > most:
            return line[:place].rstrip() + "…"
    return line


class Naming:
    """Names of questions, rows, options and answers, as `writing.Names` asks for them."""

    def __init__(self, document: Questionnaire, language: str) -> None:
        self.document, self.language = document, language
        self._holes = piped_names(document, {}, {}, language)

    def words(self, text: Mapping[str, str]) -> str:
        """Give a text without tags, its holes filled with what stands there when nothing is known."""
        return plain_text(fill(in_language(text, self.language), self._holes))

    def part(self, code: str) -> str:
        """Give the short text of a question or row, its code where it has none."""
        part = self.document.by_code.get(code)
        return shortened(self.words(part.text)) or code if part is not None else code

    def answer(self, name: str) -> str:
        """Name an answer in a sentence."""
        if name.startswith(ACCOUNT):
            key = name.removeprefix(ACCOUNT)
            said = words.find("account", key, self.language) or key
            return words.say("conditions", "account", self.language, q=said)
        code, _, side = name.partition(".")
        quoted = f"“{self.part(code)}”"
        return words.say("conditions", side, self.language, q=quoted) if side else quoted

    def option(self, name: str, code: str) -> str:
        """Name an option, or a word of the customer file."""
        return f"“{self.option_text(name, code)}”"

    def option_text(self, name: str, code: str) -> str:
        """Give the text of an option, or of a word of the customer file; its code where it has none."""
        if name.startswith(ACCOUNT):
            return words.find("account", f"{name.removeprefix(ACCOUNT)}.{code}", self.language) or code
        return self._options.get((name.partition(".")[0], code), code)

    def sentence(self, expression: Expression) -> str:
        """Say a condition with the texts of what it looks at."""
        return to_sentence(expression, self.language, self)

    def value(self, name: str, value: Value) -> str:
        """Say what somebody answered; empty where there is no answer."""
        match value:
            case None:
                return ""
            case WayOut():
                return words.say("ways_out", value.value, self.language)
            case tuple():
                return ", ".join(self.option(name, code) for code in value)
            case str():
                return self.option(name, value)
            case date():
                return value.isoformat()
        return f"{value:g}"

    @cached_property
    def _options(self) -> dict[tuple[str, str], str]:
        return {
            (question.code, option.code): shortened(self.words(option.text)) or option.code
            for question in self.document.questions()
            for option in question.offered()
        }
