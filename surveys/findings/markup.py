"""What stands in texts besides words: control characters, and tags that respondents never see."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Final

from surveys.document.wording import RICH_TAGS
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject
from surveys.findings.texts import LONGEST, by_language
from surveys.signs import CONTROL

_PLAIN: Final = "|".join(sorted(RICH_TAGS - {"a"}, key=len, reverse=True))
ALLOWED: Final = re.compile(
    rf"</?(?:{_PLAIN})\s*/?>|</a\s*>|<a\s+href=(?:\"(?:https?:|mailto:)[^\"<>]*\"|'(?:https?:|mailto:)[^'<>]*')\s*>",
    re.IGNORECASE,
)
LIKE_A_TAG: Final = re.compile(r"<[A-Za-z/!?][^<>]{0,40}")


def find(subject: Subject) -> Iterator[Finding]:
    """Find control characters and tags that are taken out before anybody reads them."""
    languages = subject.document.languages
    for written in subject.texts:
        yield from _of_text(written.place, tuple(written.texts.items()), languages)


@lru_cache(maxsize=8192)  # a draft is judged after every change, and most texts are those of before
def _of_text(at: str, by: tuple[tuple[str, str], ...], languages: tuple[str, ...]) -> tuple[Finding, ...]:
    texts = {language: text for language, text in by if len(text) <= LONGEST}
    return (
        *by_language(at, languages, partial(_control, texts)),
        *by_language(at, languages, partial(_tags, texts)),
    )


def _control(texts: Mapping[str, str], language: str, place: str) -> Finding | None:
    found = CONTROL.search(texts.get(language, ""))
    if found is None:
        return None
    name = unicodedata.name(found[0], "")
    return error("text-control", place, character=f"U+{ord(found[0]):04X} {name}".strip())


def _tags(texts: Mapping[str, str], language: str, place: str) -> Finding | None:
    found = LIKE_A_TAG.search(ALLOWED.sub("", texts.get(language, "")))
    if found is None:
        return None
    return warning("text-markup", place, tag=found[0], known=", ".join(sorted(RICH_TAGS)))
