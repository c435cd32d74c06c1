"""Texts as respondents see them: language fallback, piping, sanitised rich text."""

import re
from collections.abc import Mapping
from datetime import date
from html import unescape

import nh3

from surveys import words
from surveys.document.questionnaire import Questionnaire
from surveys.logic import tree
from surveys.questions.base import Question
from surveys.questions.pieces import Column

HOLE = re.compile(r"\{(\w+)\}")
SETTINGS = frozenset({"utility", "unit"})
RICH_TAGS = {"b", "strong", "i", "em", "br", "p", "ul", "ol", "li", "a"}
ENDS_LINE = re.compile(r"<(?:br|/p|/li)\b[^>]*>", re.IGNORECASE)


def in_language(text: Mapping[str, str], language: str) -> str:
    """Give the text in a language, else in English, else in whichever there is."""
    return text.get(language) or text.get(words.FALLBACK) or next(iter(text.values()), "")


def column_text(text: Mapping[str, str] | str, column: Column, language: str) -> str:
    """Give a text of a column in a language; one that the program itself says is told by its key."""
    if isinstance(text, str):
        return words.say("ways_out", text, language, place=column.place)
    return in_language(text, language)


def language_of(document: Questionnaire, wanted: str) -> str:
    """Give the language to speak: the wanted one where the questionnaire has it, else its first."""
    return wanted if wanted in document.languages else document.languages[0]


def sanitise(text: str) -> str:
    """Keep a few harmless tags of authors' rich text; everything else is dropped or escaped."""
    return nh3.clean(
        text, tags=RICH_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"}
    )


def plain_text(text: str) -> str:
    """Give what is read of authors' rich text, for places that hold text only; it is no HTML and not escaped.

    What is no tag stays: of *1 < 2 and 3 > 2* every sign.
    """
    if "<" not in text and "&" not in text:
        return text
    return unescape(nh3.clean(ENDS_LINE.sub(" ", text), tags=set())).strip()


def fill(text: str, names: Mapping[str, str]) -> str:
    """Put names in the holes of a text; an unknown hole stays."""
    return HOLE.sub(lambda found: names.get(found[1], found[0]), text)


def piped_names(
    document: Questionnaire,
    answers: Mapping[str, tree.Value],
    settings: Mapping[str, Mapping[str, str]],
    language: str,
    units: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, str]:
    """Give what each hole is filled with: an answer, what the customer file says, a setting, or the fallback.

    Parameters
    ----------
    answers
        As conditions see them (`Way.seen`), the customer file's among them.
    settings
        Name → text by language, such as the utility's name; wins over a pipe's fallback.
    units
        Code of a unit → its name by language, for a pipe of the customer's unit.
    """
    names: dict[str, str] = {}
    for name, pipe in document.pipes.items():
        text: str | None = None
        value: tree.Value = None
        if pipe.question is not None:
            value = answers.get(pipe.question)
            if value not in pipe.not_for:
                text = _answered(document, pipe.question, value, language)
        elif pipe.account is not None:
            value = answers.get(f"{tree.ACCOUNT}{pipe.account}")
            if isinstance(value, str) and value not in pipe.not_for:
                text = _filed(pipe.account, value, units or {}, language)
        if value is None and name in settings:
            text = in_language(settings[name], language)
        names[name] = in_language(pipe.fallback, language) if text is None else text
    return names


def _answered(document: Questionnaire, name: str, value: tree.Value, language: str) -> str | None:
    """Say an answer within a sentence; None where it cannot be said so."""
    question = document.by_code.get(name.partition(".")[0])
    kind = next((each.type.kind for each in document.answers() if each.name == name), None)
    match value:
        case str() if kind == "choice" and isinstance(question, Question):
            texts = (option.wording for option in question.offered() if option.code == value)
            return next((in_language(each, language) for each in texts), None)
        case str() if kind == "words":
            return value
        case date():
            month = words.say("pipes", f"month.{value.month}", language)
            return words.say("pipes", "day", language, year=value.year, month=month, day=value.day)
        case int() | float() if not document.is_first_format:
            return str(value)
    return None


def _filed(name: str, value: str, units: Mapping[str, Mapping[str, str]], language: str) -> str:
    if name == "unit":
        return in_language(units[value], language) if value in units else value
    return words.find("pipes", f"{name}.{value}", language) or value
