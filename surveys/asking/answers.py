"""What one respondent has said so far; made once a request and handed on whole."""

from collections.abc import Mapping
from typing import NamedTuple

from surveys.logic.tree import Value
from surveys.questions.reading import PageAnswers


class Answers(NamedTuple):
    """`values`: slot → stored number, reserved ones too. `texts`: field → own words. `account`: name → what
    the customer file says of the respondent, for routing and piping.
    """

    values: Mapping[str, int] = {}
    texts: Mapping[str, str] = {}
    account: Mapping[str, Value] = {}

    def saying(self, page: PageAnswers) -> "Answers":
        """Give the answers as they are once a page's are among them."""
        return Answers({**self.values, **page.values}, {**self.texts, **page.texts}, self.account)
