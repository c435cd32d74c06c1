"""The languages of the program, found by looking: each is a folder with a `words.json`.

What is imported first decides: the site and the command line speak the same languages.
"""

import os
from pathlib import Path

from surveys import words

FOLDER = Path(__file__).parent / "translations"


def use(more: Path | None = None) -> None:
    """Speak the program's languages, and those of one more folder.

    Raises
    ------
    ValueError
        That folder holds no language, or one that cannot be read.
    """
    if more is not None and not any(more.glob("*/words.json")):
        raise ValueError(f"{more} holds no language: a folder such as fr with a words.json")
    words.use(FOLDER, *((more,) if more is not None else ()))


def _of_environment() -> Path | None:
    """Give the folder that the environment names; what cannot be used is refused where settings are read."""
    given = os.environ.get("MANYI_TRANSLATIONS", "")
    return Path(given).expanduser().resolve() if given else None


try:
    use(_of_environment())
except ValueError:
    use()
