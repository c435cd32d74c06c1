"""Control characters, which would tell a terminal to do something, written out; ends of lines stay."""

import re
from typing import Final

CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def spelled(text: str) -> str:
    """Write control characters out: a text may hold what somebody sent, or what stands in a file."""
    return CONTROLS.sub(lambda sign: ascii(sign[0])[1:-1], text)
