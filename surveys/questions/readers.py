"""What a submitted page says: its fields read one by one into answers, or refused with the reason."""

from surveys.document.questionnaire import Questionnaire
from surveys.questions import AnyQuestion
from surveys.questions.choice import ChoiceQuestion, _choice
from surveys.questions.date import DateQuestion, _day
from surveys.questions.grid import Grid
from surveys.questions.kano import Kano
from surveys.questions.multiple import Multiple, _marks
from surveys.questions.number import Number, _number
from surveys.questions.open_text import OpenText
from surveys.questions.ranking import Ranking, _ranks
from surveys.questions.reading import Reader, _in_turn, _open, one_of, rating_values, text_fields
from surveys.questions.statement import Statement


def reader_of(document: Questionnaire, question: AnyQuestion) -> tuple[Reader, tuple[str, ...]]:
    """Give what reads a question's fields, and the names of the fields."""
    code = question.code
    match question:
        case ChoiceQuestion():
            return _choice(question)
        case Multiple():
            return _marks(question), (code, *text_fields(question.code, question.options))
        case Ranking():
            return _ranks(question), tuple(f"{code}.{place}" for place in range(1, question.most + 1))
        case Number():
            return _number(question), (code,)
        case OpenText():
            return _open(code, question.limit, required=question.required), (code,)
        case DateQuestion():
            return _day(code, required=question.required), (code,)
        case Kano():
            allowed = {str(option.value): option.value for option in question.options}
            sides = [
                one_of(f"{code}.{side}", allowed, required=question.required) for side in ("with", "without")
            ]
            return _in_turn(sides), (f"{code}.with", f"{code}.without")
        case Statement():
            return _in_turn(()), ()
        case Grid():
            raise AssertionError("grids are read row by row")
        case _:
            scale = document.scales[question.scale]
            allowed = rating_values(
                scale.low, scale.high, dont_know=question.dont_know, not_applicable=question.not_applicable
            )
            return one_of(code, allowed, required=question.required), (code,)
