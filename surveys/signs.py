"""Signs that no text of a person needs, and that turn round or hide what stands beside them."""

import re
from typing import Final

# Controls other than the ends of lines and tabs, directions that override, half characters, none at all.
CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
