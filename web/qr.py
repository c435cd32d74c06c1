"""A link as a QR code, drawn inside a page."""

from typing import Final

import segno

QUIET: Final = 4  # modules of white around a code


def svg_path(text: str) -> tuple[int, str]:
    """Give the side of a code with its white border, and the path of its dark modules.

    Raises
    ------
    ValueError
        The text is too long for any code.
    """
    try:
        found = segno.make_qr(text, error="m")
    except segno.DataOverflowError as error:
        raise ValueError(f"{len(text)} signs do not fit into a QR code.") from error
    dark = (
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(found.matrix, QUIET)
        for column, module in enumerate(line, QUIET)
        if module
    )
    return len(found.matrix) + 2 * QUIET, "".join(dark)
