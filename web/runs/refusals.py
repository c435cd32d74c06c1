"""Why a run has no result, in the page's language: stored as codes and signs, told when a page opens.

English is the engine's own sentence. Another language has, under `refusals` of its words, one for a code or
else one for the kind of error.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

import csi_model
from surveys import words
from surveys.analysing import runs
from surveys.errors import SurveyError
from surveys.models import Analysis
from web.i18n import choose
from web.runs.cautions import Told

SIGN = re.compile(r"[A-Za-z]\w*")
NAMING = {"id", "indicators", "components", "product"}  # keys of a specification whose values are codes


def record(session: Session, run: Analysis, error: csi_model.ModelError | SurveyError) -> None:
    """End a run with why it has no result: the engine's sentence, and what other languages tell it by."""
    refusal = _plain(error, {*run.wave_codes, *_codes(run.specification)})
    runs.fail(session, run, message=str(error), now=datetime.now(UTC), refusal=refusal)


def _codes(given: Any, *, is_code: bool = False) -> Iterator[str]:
    """Give the names in a specification: of constructs and questions."""
    if isinstance(given, dict):
        for key, value in given.items():
            yield from _codes(value, is_code=key in NAMING)
    elif isinstance(given, list):
        for value in given:
            yield from _codes(value, is_code=is_code)
    elif is_code:
        yield str(given)


def _plain(error: csi_model.ModelError | SurveyError, known: set[str]) -> dict[str, Any]:
    if isinstance(error, SurveyError):
        return {"code": error.code, "texts": {code: error.text(code) for code in words.spoken()}}
    about = [sign for sign in dict.fromkeys(SIGN.findall(error.message)) if sign in known]
    return error.plain() | {"kind": type(error).__name__, "about": about}


def told(run: Analysis) -> Told | None:
    """Tell why a run was refused; None where it was not, or was stored before refusals had codes."""
    given, language = run.refusal, choose()
    if given is None:
        return None
    if "texts" in given:
        spoken = language if language in given["texts"] else words.FALLBACK
        return Told(given["texts"][spoken], given["code"], spoken)
    if language != words.FALLBACK:
        for key in (given["code"], given["kind"]):
            said = words.find("refusals", key, language)
            if said is not None:
                about = f" ({', '.join(given['about'])})" if given["about"] else ""
                return Told(f"{said}{about}", given["code"], language)
    return Told(f"{given['message']} {given['remedy']}".strip(), given["code"], words.FALLBACK)
