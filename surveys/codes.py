"""How one coded answer is stored: an int16, the lowest four of which say why there is no answer.

The one place that knows how a form sends these, how a page names them, and what a file writes for them.
"""

from typing import Final

NOT_ASKED: Final = -32768
SKIPPED: Final = -32767
DONT_KNOW: Final = -32766
NOT_APPLICABLE: Final = -32765
RESERVED: Final = frozenset({NOT_ASKED, SKIPPED, DONT_KNOW, NOT_APPLICABLE})
LOWEST_ANSWER: Final = -32764
HIGHEST_ANSWER: Final = 32767

# The two that a respondent can choose: what a form sends, and the key of its sentence among the ways out.
SENT: Final = {DONT_KNOW: "dk", NOT_APPLICABLE: "na"}
WAYS_OUT: Final = {DONT_KNOW: "dont_know", NOT_APPLICABLE: "not_applicable"}

# What the index calls the reasons.
REASONS: Final = {
    NOT_ASKED: "not_asked",
    SKIPPED: "skipped",
    DONT_KNOW: "dont_know",
    NOT_APPLICABLE: "not_applicable",
}

# What a file writes for them in ratings where no answer is as high; for what was skipped it writes nothing.
WRITTEN: Final = {NOT_ASKED: 97, NOT_APPLICABLE: 98, DONT_KNOW: 99}


def are_written(highest: int) -> bool:
    """Tell whether a file can tell the reserved answers from answers up to the highest one."""
    return highest < min(WRITTEN.values())
