"""What is said about questionnaires and answers, read from a folder: one `XX/words.json` a language.

A file holds the language's own `name`, its `tag` (as in HTML's `lang`), its `locale` (as Babel knows it),
and sentences by part and key: `problems` and `reasons` (refusals), `conditions` (their parts in words),
`ways_out` (what a question offers besides its answers), `types` (names of question types), `findings` and
`remedies` (what is wrong in a questionnaire, and what to do), `fields` and `field_parts` (what parts hold),
`proof` (what was changed unseen). Nothing is said here itself: whoever runs the program gives the folder with
`use`. Without one, keys and what they are about stand alone.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

# Of a site without a setting, and first in a questionnaire that lists none: stored ones leave theirs out.
DEFAULT: Final = "zh"
# Where a language lacks a sentence, or the language is not known.
FALLBACK: Final = "en"


class Language(NamedTuple):
    """One language: its own name, how pages and calendars call it, and its sentences by part and key."""

    name: str
    tag: str
    locale: str
    parts: Mapping[str, Mapping[str, str]]


_SPOKEN: dict[str, Language] = {}


def use(*folders: Path) -> Mapping[str, Language]:
    """Read every language of the folders and speak these from now on; give them by code, English last.

    A language is a folder with a `words.json`. One that stands in several speaks the sentences of all, the
    last folder's where they differ: what joins brings its own sentences in the languages that there are.

    Raises
    ------
    ValueError
        A file is no JSON of sentences by part and key, or no folder has the language's name, tag or locale.
    """
    found: dict[str, Language] = {}
    for file in (each for folder in folders for each in sorted(folder.glob("*/words.json"))):
        found[file.parent.name] = _read(file, found.get(file.parent.name))
    _SPOKEN.clear()
    _SPOKEN.update(sorted(found.items(), key=lambda item: item[0] == FALLBACK))
    return dict(_SPOKEN)


def spoken() -> Mapping[str, Language]:
    """Give the languages that are spoken now, by code."""
    return _SPOKEN


def in_all(text: str) -> dict[str, str]:
    """Give a text that is the same in every language, as texts by language are kept."""
    return dict.fromkeys(_SPOKEN or (FALLBACK,), text)


def _read(file: Path, known: Language | None) -> Language:
    """Read a file; what it does not say of a language that is known already stays."""
    try:
        plain: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        head = {} if known is None else {"name": known.name, "tag": known.tag, "locale": known.locale}
        head |= {each: plain.pop(each) for each in ("name", "tag", "locale") if each in plain}
        parts = {} if known is None else dict(known.parts)
        for part, sentences in plain.items():
            parts[part] = {**parts.get(part, {}), **sentences}
        return Language(head["name"], head["tag"], head["locale"], parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} cannot be read as the words of a language: {error!r}") from error


def find(part: str, key: str, language: str) -> str | None:
    """Give a sentence with its holes, in the language or else in English; None where neither has it."""
    for code in (language, FALLBACK):
        spoken = _SPOKEN.get(code)
        if spoken is not None and key in spoken.parts.get(part, {}):
            return spoken.parts[part][key]
    return None


def say(part: str, key: str, language: str, /, **holes: object) -> str:
    """Give a sentence with its holes filled; without any words, the key and what would fill the holes."""
    found = find(part, key, language)
    if found is None:
        about = ", ".join(f"{name}={value}" for name, value in holes.items())
        return f"{key} ({about})" if about else key
    return found.format(**holes)
