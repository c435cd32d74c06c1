"""How long a questionnaire takes: one reckoning for all who tell it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from pydantic import BaseModel

from surveys.document.checking import texts_of
from surveys.document.questionnaire import Questionnaire, Section
from surveys.questions.base import Question

CHARACTERS: Final = 400 / 60  # read a second
WORDS: Final = 200 / 60
_HAN: Final = re.compile(r"[\u3400-\u9fff]")

Seconds = tuple[float, ...]  # of reading, by language


class Reckoning:
    """Seconds of reading and answering by part of a questionnaire."""

    def __init__(self, document: Questionnaire) -> None:
        self._languages = document.languages
        # What is read on a page whatever is asked there; each question with what is read around its rows.
        self._pages = {section.code: self._of_page(section) for section in document.sections}
        self._questions = {
            section.code: [self._of_question(question) for question in section.questions]
            for section in document.sections
        }

    def minutes(self, shown: Mapping[str, Collection[str]] | None = None) -> float:
        """Reckon the minutes of somebody who is asked this (page → codes), in the slower language.

        Without it, of somebody who is asked everything.
        """
        reading, answering = [0.0] * len(self._languages), 0.0
        for page, own in self._pages.items():
            asked = None if shown is None else shown.get(page)
            if shown is not None and asked is None:
                continue
            _add(reading, own)
            for code, around, seconds, rows in self._questions[page]:
                parts = [row for name, row in rows.items() if asked is None or name in asked]
                if parts or (not rows and (asked is None or code in asked)):
                    _add(reading, around)
                    answering += seconds * max(len(parts), 1)
                    for part in parts:
                        _add(reading, part)
        return (max(reading) + answering) / 60

    def _of_page(self, section: Section) -> Seconds:
        return self._read(section.model_copy(update={"questions": ()}))

    def _of_question(self, question: Question) -> tuple[str, Seconds, float, dict[str, Seconds]]:
        rows = {row.code: self._read(row) for row in question.subquestions()}
        whole = self._read(question)
        around = tuple(all_ - sum(each) for all_, *each in zip(whole, *rows.values(), strict=True))
        return question.code, around, question.nature.seconds, rows

    def _read(self, part: BaseModel) -> Seconds:
        texts = [text for _, text in texts_of(part, "")]
        return tuple(sum(_reading(text.get(each, "") for text in texts)) for each in self._languages)


def minutes(document: Questionnaire) -> float:
    """Reckon the minutes of somebody who is asked everything, in the language that takes longest to read."""
    return Reckoning(document).minutes()


def _add(total: list[float], more: Seconds) -> None:
    for place, seconds in enumerate(more):
        total[place] += seconds


def _reading(texts: Iterable[str]) -> Iterator[float]:
    yield from map(_seconds, texts)


@lru_cache(maxsize=8192)  # a draft is judged after every change, and most texts are those of before
def _seconds(text: str) -> float:
    return len(text) / CHARACTERS if _HAN.search(text) else len(text.split()) / WORDS
