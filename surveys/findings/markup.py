"""What stands in texts besides words: control characters, and tags that respondents never see."""

import re
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import Final

from surveys.document.wording import RICH_TAGS
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject, Written
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
    for written in subject.texts:
        yield from by_language(written, subject, partial(_control, written))
        yield from by_language(written, subject, partial(_tags, written))


def _text(written: Written, language: str) -> str:
    text = written.texts.get(language, "")
    return text if len(text) <= LONGEST else ""


def _control(written: Written, language: str, place: str) -> Finding | None:
    found = CONTROL.search(_text(written, language))
    if found is None:
        return None
    name = unicodedata.name(found[0], "")
    return error("text-control", place, character=f"U+{ord(found[0]):04X} {name}".strip())


def _tags(written: Written, language: str, place: str) -> Finding | None:
    found = LIKE_A_TAG.search(ALLOWED.sub("", _text(written, language)))
    if found is None:
        return None
    return warning("text-markup", place, tag=found[0], known=", ".join(sorted(RICH_TAGS)))
