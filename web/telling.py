"""Cautions and refusals of the engine in a language: it gives codes and signs, the languages have sentences.

English is the engine's own; another language has a sentence for every code under `cautions` and
`caution_remedies` of its words, `refusals` and `refusal_remedies` likewise, and under `notes` one for each
section of a run that could not be made.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import csi_model
from surveys import words
from surveys.errors import SurveyError

CAUTION, REFUSAL = ("cautions", "caution_remedies"), ("refusals", "refusal_remedies")


class Told(NamedTuple):
    """One caution or refusal: what is so and what to do, its code, and the language that it is told in."""

    text: str
    code: str
    language: str


class Refused:
    """A refusal of the engine as part of a sentence, in whichever language that is."""

    def __init__(self, error: csi_model.ModelError) -> None:
        self.error = error

    def text(self, language: str) -> str:
        """Say it in a language."""
        return _tell(self.error.plain(), REFUSAL, language).text


def told(result: Mapping[str, Any], language: str) -> list[Told]:
    """Tell the cautions and notes of a run."""
    cautions = [_tell(each, CAUTION, language) for each in _each(result.get("cautions"))]
    return cautions + [_note(each, language) for each in _each(result.get("notes"))]


def refusal(stored: Mapping[str, Any] | None, message: str, language: str) -> Told:
    """Tell why a run has no result: as it is stored, else (in runs of older releases) by its message."""
    if not stored:
        return Told(message, "", words.FALLBACK)
    if "problem" in stored:
        return Told(SurveyError.read(stored).text(language), stored["problem"], language)
    return _tell(stored, REFUSAL, language)


def _each(given: Iterable[Mapping[str, Any]] | None) -> Iterable[Mapping[str, Any]]:
    return given or ()


def _tell(given: Mapping[str, Any], parts: tuple[str, str], language: str) -> Told:
    said, remedy = (_own(part, given["code"], language) for part in parts)
    if said is None or remedy is None:
        return _as_given(given)
    about = ", ".join(given.get("about", ()))
    edits = [f"[{given[each]}]" for each in ("edit", "instead") if each in given]
    whole = (said, f"({about})" if about else "", remedy, *edits)
    return Told(" ".join(filter(None, whole)), given["code"], language)


def _note(given: Mapping[str, Any], language: str) -> Told:
    """Tell that a section is missing; the code begins with its name, and a hyphen."""
    said = _own("notes", given["code"].partition("-")[0], language)
    return _as_given(given) if said is None else Told(said, given["code"], language)


def _own(part: str, key: str, language: str) -> str | None:
    """Give a language's own sentence: English ones are the engine's."""
    return None if language == words.FALLBACK else words.find(part, key, language)


def _as_given(given: Mapping[str, Any]) -> Told:
    return Told(f"{given['message']} {given.get('remedy', '')}".strip(), given["code"], words.FALLBACK)
