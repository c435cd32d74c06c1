"""A questionnaire read from JSON: its shape, then everything that it needs beyond that."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from surveys.document.checking import check
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Problem, SurveyError


def load(source: str | bytes | Mapping[str, Any]) -> Questionnaire:
    """Read a document from JSON or plain values; `SurveyError` names the place of the first fault."""
    try:
        found = json.loads(source) if isinstance(source, str | bytes) else source
    except (ValueError, RecursionError) as error:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=error) from None
    try:
        document = Questionnaire.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise SurveyError(Problem.DOCUMENT_INVALID, place=place, reason=first["msg"]) from None
    check(document)
    return document
