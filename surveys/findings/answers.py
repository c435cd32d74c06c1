"""What an answer is to a condition: one option, several, a number, or nothing that could be asked about."""

from typing import Literal

from surveys.questions.base import Question, Row

Kind = Literal["one", "several", "number", "nothing", "other"]


def kind_of(part: Question | Row) -> Kind:
    """Tell what conditions see of a question, as its type says, or of a row."""
    if part.decoder() is None:
        return "nothing"
    return part.nature.sight if isinstance(part, Question) else "number"


def known_codes(part: Question) -> str:
    """List a question's options."""
    return ", ".join(option.code for option in part.offered()) or "–"
