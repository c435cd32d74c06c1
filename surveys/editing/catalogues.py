"""The texts of a draft in two languages as a PO catalogue, which translators' tools read."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, write_po

from surveys.editing.translating import Entry, Text
from surveys.errors import Because, Problem, Reason, SurveyError

LONGEST = 200  # characters of the line that names the language


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
        catalogue = _Sent(charset="utf-8")
        PoFileParser(catalogue, abort_invalid=True).parse(io.BytesIO(file))
    except (PoFileError, ValueError, AttributeError, IndexError, TypeError, LookupError) as error:
        raise _refusal(Reason.CATALOGUE_NONE, fault=error) from None
    if (named := catalogue.locale_identifier) and named != _local(target):
        raise _refusal(Reason.CATALOGUE_LANGUAGE, name=named)
    for message in catalogue:
        if message.id and isinstance(message.id, str) and isinstance(message.string, str):
            yield Entry(message.context or "", message.id, message.string)


class _Sent(Catalog):  # type: ignore[misc,unused-ignore]
    """A catalogue that somebody sends: its head says the language, and what comes twice is as it came first.

    What else a head asks for costs what it asks: 150 bytes that want a billion plural forms took all memory,
    a media type of many parts minutes. So do places of a text that comes again and again.
    """

    def __setitem__(self, id: Any, message: Message) -> None:  # noqa: A002  the name is Babel's
        """Take a message."""
        if id == "":
            lines = str(message.string).splitlines()
            named = [line for line in lines if line.lower().startswith("language:")]
            message.string = "".join(f"{line[:LONGEST]}\n" for line in named[:1])
        elif self.get(id, message.context) is not None:
            return
        super().__setitem__(id, message)


def _local(language: str) -> str | None:
    """Give a language as catalogues name it; None where nobody knows it."""
    try:
        return str(Locale.parse(language, sep="-"))
    except (ValueError, UnknownLocaleError):
        return None


def _refusal(reason: Reason, **about: object) -> SurveyError:
    return SurveyError(Problem.TRANSLATION_FILE, reason=Because(reason, **about))
