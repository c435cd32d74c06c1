"""What a response counts as in the end."""

from enum import StrEnum


class Disposition(StrEnum):
    """What a response counts as, by AAPOR (Standard Definitions, 2023); an open one as if it ended now."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    BREAK_OFF = "break_off"
    BLANK = "blank"
    REFUSED = "refused"
    SCREENED = "screened"
    OVER_QUOTA = "over_quota"
