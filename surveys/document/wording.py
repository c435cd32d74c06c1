"""Texts as respondents see them: language fallback, piping, sanitised rich text."""

import re
from collections.abc import Mapping
from html import escape

import nh3

from surveys.document.questionnaire import Questionnaire
from surveys.logic import tree
from surveys.questions.base import Question

HOLE = re.compile(r"\{(\w+)\}")
SETTINGS = frozenset({"utility", "unit"})
RICH_TAGS = {"b", "strong", "i", "em", "br", "p", "ul", "ol", "li", "a"}


def in_language(text: Mapping[str, str], language: str) -> str:
    """Give the text in a language, else in English, else in whichever there is."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


def language_of(document: Questionnaire, wanted: str) -> str:
    """Give the language to speak: the wanted one where the questionnaire has it, else its first."""
    return wanted if wanted in document.languages else document.languages[0]


def sanitise(text: str) -> str:
    """Keep a few harmless tags of authors' rich text; everything else is dropped or escaped."""
    return nh3.clean(
        text, tags=RICH_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"}
    )


def fill(text: str, names: Mapping[str, str], *, quote: bool = False) -> str:
    """Put names in the holes of a text; an unknown hole stays. `quote` escapes the names for HTML."""

    def put(found: re.Match[str]) -> str:
        name = names.get(found[1], found[0])
        return escape(name) if quote else name

    return HOLE.sub(put, text)


def piped_names(
    document: Questionnaire,
    answers: Mapping[str, tree.Value],
    settings: Mapping[str, Mapping[str, str]],
    language: str,
) -> dict[str, str]:
    """Give what each hole is filled with: the chosen option's text, a setting, or the fallback.

    Parameters
    ----------
    answers
        As conditions see them (`Way.seen`).
    settings
        Name → text by language, such as the utility's name; wins over a pipe's fallback.
    """
    names: dict[str, str] = {}
    for name, pipe in document.pipes.items():
        question = document.by_code.get(pipe.question) if pipe.question else None
        chosen = answers.get(pipe.question) if pipe.question else None
        text = pipe.fallback
        if isinstance(question, Question) and isinstance(chosen, str):
            if chosen not in pipe.not_for:
                text = next((each.wording for each in question.offered() if each.code == chosen), text)
        elif name in settings:
            text = dict(settings[name])
        names[name] = in_language(text, language)
    return names
