"""Cautions of a run in the page's language: the engine gives codes and values, the languages have sentences.

English is the engine's own; another language has a sentence for every code under `cautions` and
`caution_remedies` of its words, and under `notes` one for each section of a run that could not be made.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from surveys import words
from web.i18n import choose


class Told(NamedTuple):
    """One caution: what is so and what to do, its code, and the language that it is told in."""

    text: str
    code: str
    language: str


def told(result: Mapping[str, Any]) -> list[Told]:
    """Tell the cautions and notes of a run."""
    language = choose()
    cautions = [_caution(each, language) for each in _each(result.get("cautions"))]
    return cautions + [_note(each, language) for each in _each(result.get("notes"))]


def _each(given: Iterable[Mapping[str, Any]] | None) -> Iterable[Mapping[str, Any]]:
    return given or ()


def _caution(given: Mapping[str, Any], language: str) -> Told:
    said, remedy = (_own(part, given["code"], language) for part in ("cautions", "caution_remedies"))
    if said is None or remedy is None:
        return _as_given(given)
    about = ", ".join(given.get("about", ()))
    parts = (said, f"({about})" if about else "", remedy, f"[{given['edit']}]" if "edit" in given else "")
    return Told(" ".join(filter(None, parts)), given["code"], language)


def _note(given: Mapping[str, Any], language: str) -> Told:
    """Tell that a section is missing; the code begins with its name, and a hyphen."""
    said = _own("notes", given["code"].partition("-")[0], language)
    return _as_given(given) if said is None else Told(said, given["code"], language)


def _own(part: str, key: str, language: str) -> str | None:
    """Give a language's own sentence: English ones are the engine's."""
    return None if language == words.FALLBACK else words.find(part, key, language)


def _as_given(given: Mapping[str, Any]) -> Told:
    return Told(f"{given['message']} {given.get('remedy', '')}".strip(), given["code"], words.FALLBACK)
