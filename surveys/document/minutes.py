"""How long a questionnaire takes: one reckoning for all who tell it."""

import re
from collections.abc import Iterable
from typing import Final

from surveys.document.checking import texts_of
from surveys.document.questionnaire import Questionnaire
from surveys.questions.base import Question

CHARACTERS: Final = 400 / 60  # read a second
WORDS: Final = 200 / 60
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


def minutes(document: Questionnaire) -> float:
    """Reckon the minutes of somebody who is asked everything, in the language that takes longest to read."""
    texts = [text for section in document.sections for _, text in texts_of(section, section.code)]
    reading = max(_reading(text.get(language, "") for text in texts) for language in document.languages)
    return (reading + sum(map(_answering, document.questions()))) / 60


def _reading(texts: Iterable[str]) -> float:
    return sum(len(text) / CHARACTERS if _HAN.search(text) else len(text.split()) / WORDS for text in texts)


def _answering(question: Question) -> float:
    return question.nature.seconds * max(len(question.subquestions()), 1)
