"""What an answer is to a condition: one option, several, a number, or nothing that could be asked about."""

from typing import Literal

from surveys.questions.base import Question, Row
from surveys.questions.choice import ChoiceQuestion
from surveys.questions.multiple import Multiple
from surveys.questions.number import Number
from surveys.questions.ranking import Ranking
from surveys.questions.rating import Rating

Kind = Literal["one", "several", "number", "nothing", "other"]


def kind_of(part: Question | Row) -> Kind:
    """Tell what conditions see of a question or row; of a type from elsewhere nothing more is known."""
    if part.decoder() is None:
        return "nothing"
    if isinstance(part, ChoiceQuestion):
        return "one"
    if isinstance(part, Multiple | Ranking):
        return "several"
    return "number" if isinstance(part, Row | Rating | Number) else "other"


def known_codes(part: Question) -> str:
    """List a question's options."""
    return ", ".join(option.code for option in part.offered()) or "–"
