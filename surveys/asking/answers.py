"""What one respondent has said so far; made once a request and handed on whole."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from surveys.logic.tree import ACCOUNT, TODAY, Value
from surveys.questions.reading import PageAnswers


class Answers(NamedTuple):
    """`values`: slot → stored number, reserved ones too. `texts`: field → own words. `account`: name → what
    the customer file says of the respondent, for routing and piping. `today`: the day as conditions
    see it. `seed`: what random orders and lots come from.
    """

    values: Mapping[str, int] = {}
    texts: Mapping[str, str] = {}
    account: Mapping[str, Value] = {}
    today: date | None = None
    seed: int = 0

    def saying(self, page: PageAnswers) -> "Answers":
        """Give the answers as they are once a page's are among them."""
        return self._replace(values={**self.values, **page.values}, texts={**self.texts, **page.texts})

    def before_any(self) -> dict[str, Value]:
        """Give what conditions know before any question: the customer file, and the day."""
        known: dict[str, Value] = {f"{ACCOUNT}{name}": value or None for name, value in self.account.items()}
        return known | {TODAY: self.today}
