"""What an answer is to a condition: one option, several, a number, a day, words, or nothing to ask about."""

from surveys.logic.types import Kind
from surveys.questions.base import Question
from surveys.questions.parts import Row


def kind_of(part: Question | Row) -> Kind | None:
    """Tell what conditions see of a question or row; None where nothing can be asked of it as a whole."""
    return next((answer.type.kind for answer in part.answers() if answer.name == part.code), None)


def known_codes(part: Question) -> str:
    """List a question's options."""
    return ", ".join(option.code for option in part.offered()) or "–"
