"""A questionnaire read from JSON: its shape, then everything that it needs beyond that."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from surveys.document.checking import check
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Because, Problem, Reason, SurveyError


def load(source: str | bytes | Mapping[str, Any], *, published: bool = False) -> Questionnaire:
    """Read a document from JSON or plain values.

    Parameters
    ----------
    published
        It is a stored version: it was published before conditions had types, or was checked then, so it is
        asked as it stands.

    Raises
    ------
    SurveyError
        DOCUMENT_UNREADABLE: this is no JSON. DOCUMENT_INVALID: a part has not the shape of its kind, and
        where. Any other problem of a document: what `checking.check` found.
    """
    try:
        found = json.loads(source) if isinstance(source, str | bytes) else source
    except (ValueError, RecursionError) as error:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=error) from None
    if not storable(found):
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=Because(Reason.SIGN))
    try:
        document = Questionnaire.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or Because(Reason.TOP)
        # What our own validators refuse is told in the language of the reader, as all else.
        cause = first.get("ctx", {}).get("error")
        reason = cause if isinstance(cause, SurveyError) else first["msg"]
        raise SurveyError(Problem.DOCUMENT_INVALID, place=place, reason=reason) from None
    check(document, typed=not published)
    return document


def storable(plain: Any) -> bool:
    """Tell whether no text holds NUL or half a character, which no database takes."""
    left = [plain]
    while left:
        part = left.pop()
        if isinstance(part, str):
            if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in part):
                return False
        elif isinstance(part, Mapping):
            left += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            left += part
    return True
