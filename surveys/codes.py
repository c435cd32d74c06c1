"""How one coded answer is stored: an int16, the lowest four of which say why there is no answer."""

from typing import Final

NOT_ASKED: Final = -32768


SKIPPED: Final = -32767


DONT_KNOW: Final = -32766


NOT_APPLICABLE: Final = -32765


RESERVED: Final = frozenset({NOT_ASKED, SKIPPED, DONT_KNOW, NOT_APPLICABLE})


LOWEST_ANSWER: Final = -32764


HIGHEST_ANSWER: Final = 32767


# What a form sends for the two reserved answers that a respondent can choose.
DONT_KNOW_FIELD: Final = "dk"


NOT_APPLICABLE_FIELD: Final = "na"
