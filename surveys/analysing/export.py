"""A wave as a file has it: columns with what they mean, and a row of text a response."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from surveys import words
from surveys.analysing.beside import orders, shuffled_in, with_written
from surveys.analysing.matrix import load_beside, load_matrix, load_packed
from surveys.analysing.offered import accounts_of, offers, varying_in
from surveys.codes import LOWEST_ANSWER, REASONS, WRITTEN, are_written
from surveys.collecting.packing import layout_of
from surveys.document.wording import column_text
from surveys.editing.publishing import load_document, router_of
from surveys.models import Wave
from surveys.questions.pieces import Column

# What a file tells of each respondent before the answers, where anything is known.
SEGMENTS: Final = ("county", "unit", "customer_class", "tier", "account_type", "area")


class WaveTable(NamedTuple):
    """Complete responses of a wave, a row each.

    `segments` holds (n,) text by name, only names of which something is known. `columns` say what the answer
    columns are, and `reserved` (p,) which of them, ratings, tell not asked, not applicable and don't know
    apart from answers.
    `answers` is (n, p) text: a number or a day, or empty where nothing was answered; of own words, 1.
    `orders` holds by name the codes of rows, options or sections in the order in which each respondent saw
    them; `offered` those of the options that each was offered, of questions where not everybody was offered
    all.
    """

    segments: dict[str, NDArray[np.str_]]
    columns: tuple[Column, ...]
    reserved: NDArray[np.bool_]
    answers: NDArray[np.str_]
    orders: dict[str, list[str]]
    offered: dict[str, list[str]]

    @property
    def header(self) -> list[str]:
        """The names of all columns."""
        return [*self.segments, *(column.code for column in self.columns), *self.orders, *self.offered]

    def rows(self) -> Iterator[list[str]]:
        """Give the rows, cells in the header's order."""
        for row, answers in enumerate(self.answers.tolist()):
            shown = (codes[row] for codes in (*self.orders.values(), *self.offered.values()))
            yield [*(str(column[row]) for column in self.segments.values()), *answers, *shown]

    def codebook(self, languages: Sequence[str]) -> Iterator[list[str]]:
        """Say what each answer column asks and what its values mean: code, value or empty, each language."""
        yield ["code", "value", *languages]
        for column, has_reserved in zip(self.columns, self.reserved, strict=True):
            asked = [
                " – ".join(column_text(text, column, language) for text in column.texts)
                for language in languages
            ]
            yield [column.code, "", *asked]
            meanings: dict[int, Mapping[str, str] | str] = dict(column.values)
            if has_reserved:
                meanings |= {number: REASONS[stored] for stored, number in WRITTEN.items()}
            for value, text in sorted(meanings.items()):
                yield [
                    column.code,
                    str(value),
                    *(column_text(text, column, language) for language in languages),
                ]
        for sentence, names in (("order", self.orders), ("offered", self.offered)):
            for name in names:
                yield [name, "", *(words.say("ways_out", sentence, language) for language in languages)]


def wave_table(session: Session, wave: Wave, *, include_excluded: bool = False) -> WaveTable:
    """Read the complete responses of a wave for a file; of a pilot too, because it is looked at most.

    In ratings not asked, not applicable and don't know are written as `codes.WRITTEN` says, but empty where
    an answer itself can be as high.
    """
    document = load_document(wave.version)
    columns = {
        column.code: column
        for question in document.questions()
        for column in question.columns(document.scales)
    }
    codes = layout_of(session, wave.version_id, check=True).codes
    highest = {slot.code: slot.high for slot in document.slots}
    packed = load_packed(session, wave, include_excluded=include_excluded)
    labels = load_matrix(
        session, wave, codes[:1], include_pilot=True, include_excluded=include_excluded
    ).segments
    named = {name: labels[name].texts() for name in SEGMENTS}
    reserved = np.array([columns[code].is_rated and are_written(highest[code]) for code in codes])
    written = {code: place for place, code in enumerate(codes) if columns[code].is_written}
    shuffled = shuffled_in(document)
    router = router_of(wave.version.content_hash, lambda: document)
    varying = varying_in(router)
    needed = written or shuffled or varying
    beside = load_beside(session, wave, packed.response_ids.tolist()) if needed else []
    accounts = accounts_of(session, packed.segment_ids) if varying else []
    offered = offers(router, varying, codes, packed.answers, beside, accounts) if varying else {}
    return WaveTable(
        {name: named[name] for name in SEGMENTS if (named[name] != "").any()},
        tuple(columns[code] for code in codes),
        reserved,
        with_written(as_text(packed.answers, reserved), packed.answers, written, beside),
        {
            each.name: orders(each, beside, codes, packed.answers, offered.get(each.parent))
            for each in shuffled
        },
        {each.name: list(map(" ".join, offered[each.item.code])) for each in varying},
    )


def as_text(answers: NDArray[np.int16], reserved: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Write stored answers (n, p) as text; `reserved` (p,) as in `WaveTable`."""
    texts = np.where(answers >= LOWEST_ANSWER, answers.astype(np.str_), "")
    for stored, number in WRITTEN.items():
        texts[(answers == stored) & reserved] = str(number)
    return texts
