"""Texts in every language: there, translated, and only in languages that the questionnaire has."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Final

import nh3
from babel import Locale

from surveys.findings.finding import Finding, error, quoted, warning
from surveys.findings.subject import Subject

LONGEST: Final = 20_000
TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD: Final = re.compile(r"[^\W\d_]{2,}")
# Nothing is seen where only these stand.
UNSEEN: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff\u3164\u115f\u1160\u2800]+")


@lru_cache(maxsize=8192)  # a draft is judged after every change, and most texts are those of before
def shown(text: str) -> str:
    """Give what respondents see of a text, without its tags."""
    return UNSEEN.sub(" ", unescape(nh3.clean(text, tags=set()))).strip()


def by_language(
    at: str, known: tuple[str, ...], judge: Callable[[str, str], Finding | None]
) -> Iterator[Finding]:
    """Judge a text in each language, given its language and the place; once where all are alike in it.

    `judge` makes the finding at the place that it is given; in each language that the questionnaire has.
    """
    languages = list(dict.fromkeys(known))
    found = [language for language in languages if judge(language, at) is not None]
    if found == languages and len(languages) > 0:
        whole = judge(languages[0], at)
        if whole is not None:
            yield whole
        return
    for language in found:
        single = judge(language, f"{at}.{quoted(language)}")
        if single is not None:
            yield single


def find(subject: Subject) -> Iterator[Finding]:
    """Find texts that are missing, copied, too long or in another language, and languages that are none."""
    languages = subject.document.languages
    yield from _unknown_languages(languages)
    for written in subject.texts:
        yield from _of_text(written.place, tuple(written.texts.items()), languages)


@lru_cache(maxsize=8192)  # a draft is judged after every change, and most texts are those of before
def _of_text(at: str, by: tuple[tuple[str, str], ...], languages: tuple[str, ...]) -> tuple[Finding, ...]:
    texts = dict(by)

    def missing(language: str, place: str) -> Finding | None:
        text = texts.get(language, "")
        if len(text) > LONGEST or shown(text):
            return None
        return error("text-missing", place, language=language)

    def long(language: str, place: str) -> Finding | None:
        length = len(texts.get(language, ""))
        return error("text-long", place, length=length, limit=LONGEST) if length > LONGEST else None

    others = (
        warning("text-language", f"{at}.{quoted(language)}", language=language)
        for language in texts
        if language not in languages
    )
    return (
        *by_language(at, languages, missing),
        *by_language(at, languages, long),
        *_copied(at, texts, languages),
        *others,
    )


def is_language(code: str) -> bool:
    """Tell whether this is the code of a language, such as ug, bo or pt-BR."""
    return bool(TAG.fullmatch(code)) and code.partition("-")[0].lower() in Locale("en").languages


def _unknown_languages(languages: tuple[str, ...]) -> Iterator[Finding]:
    for language in languages:
        if not is_language(language):
            yield error("language-unknown", "languages", language=language)


def _copied(at: str, texts: Mapping[str, str], languages: tuple[str, ...]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for language in dict.fromkeys(languages):
        text = texts.get(language, "")
        plain = shown(text) if len(text) <= LONGEST else ""
        if plain in seen and (HAN.search(plain) or len(WORD.findall(plain)) >= 2):
            yield warning("text-untranslated", f"{at}.{language}", language=language, other=seen[plain])
        seen.setdefault(plain, language)
