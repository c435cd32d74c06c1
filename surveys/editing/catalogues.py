"""The texts of a draft in two languages as a PO catalogue, which translators' tools read."""

import io
from collections.abc import Iterable, Iterator

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from surveys.editing.translating import Entry, Text
from surveys.errors import Because, Problem, Reason, SurveyError


def written(texts: Iterable[Text], target: str) -> bytes:
    """Write the texts as a catalogue: a message a text, named by its context."""
    catalogue = Catalog(locale=_local(target), charset="utf-8", fuzzy=False)
    for text in texts:
        catalogue.add(text.source, text.target, context=text.context, auto_comments=[text.node.code])
    file = io.BytesIO()
    write_po(file, catalogue, width=0, omit_header=False)
    return file.getvalue()


def read(file: bytes, target: str) -> Iterator[Entry]:
    """Read the translations of a catalogue.

    Raises
    ------
    SurveyError
        TRANSLATION_FILE: this is no PO catalogue in UTF-8, or one of another language.
    """
    try:
        catalogue = read_po(io.BytesIO(file), charset="utf-8", abort_invalid=True)
    except (PoFileError, ValueError, AttributeError, IndexError, TypeError, LookupError) as error:
        raise _refusal(Reason.CATALOGUE_NONE, fault=error) from None
    if (named := catalogue.locale_identifier) and named != _local(target):
        raise _refusal(Reason.CATALOGUE_LANGUAGE, name=named)
    for message in catalogue:
        if message.id and isinstance(message.id, str) and isinstance(message.string, str):
            yield Entry(message.context or "", message.id, message.string)


def _local(language: str) -> str | None:
    """Give a language as catalogues name it; None where nobody knows it."""
    try:
        return str(Locale.parse(language, sep="-"))
    except (ValueError, UnknownLocaleError):
        return None


def _refusal(reason: Reason, **about: object) -> SurveyError:
    return SurveyError(Problem.TRANSLATION_FILE, reason=Because(reason, **about))
