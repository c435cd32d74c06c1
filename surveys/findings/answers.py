"""What answers to a question can be, said in a finding."""

from surveys.questions.base import Question


def known_codes(part: Question) -> str:
    """List a question's options."""
    return ", ".join(option.code for option in part.offered()) or "–"
