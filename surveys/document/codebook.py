"""The codebook of a questionnaire: every stored answer, what it asks, what its numbers mean, who is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.codes import REASONS
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import column_text
from surveys.logic.reading import parse
from surveys.logic.tree import Junction
from surveys.logic.writing import to_text


def codebook(document: Questionnaire, series: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give every stored answer in packing order as plain values, texts by language.

    `values` are by the stored number; `reserved` numbers stand for an answer that is not there. `asked_if` is
    the condition under which it is asked, empty where everybody is. `series` says of what was asked otherwise
    before whether its answers go on (`same`) or begin anew (`new`), by code; an entry has it empty elsewhere.
    """
    columns = {
        column.code: column
        for question in document.questions()
        for column in question.columns(document.scales)
    }
    placed = dict(_placed(document))
    asked = dict(_asked_if(document))
    types = {question.code: question.type for question in document.questions()}
    sections = {question.code: part.code for part in document.sections for question in part.questions}
    lineages = {code: part.lineage for code, part in document.by_code.items()}
    found = []
    for slot in document.slots:
        column = columns[slot.code]
        construct, dimension = placed.get(slot.code, ("", ""))
        found.append(
            {
                "code": slot.code,
                "section": sections[slot.question],
                "question": slot.question,
                "type": types[slot.question],
                "kind": slot.kind,
                "text": {
                    language: " – ".join(column_text(text, column, language) for text in column.texts)
                    for language in document.languages
                },
                "low": slot.low,
                "high": slot.high,
                "values": {str(value): dict(text) for value, text in sorted(column.values.items())},
                "reserved": {name: stored for stored, name in REASONS.items()},
                "asked_if": asked.get(slot.code) or asked.get(slot.question, ""),
                "construct": construct,
                "dimension": dimension,
                "lineage": lineages.get(slot.code, lineages.get(slot.question, 1)),
                "series": series.get(slot.code, ""),
            }
        )
    return found


def _placed(document: Questionnaire) -> Iterator[tuple[str, tuple[str, str]]]:
    for construct, node in document.indicators.dimensions() if document.indicators is not None else ():
        for code in node.indicators:
            yield code, (construct.id, node.id)


def _asked_if(document: Questionnaire) -> Iterator[tuple[str, str]]:
    for section in document.sections:
        for question in section.questions:
            outer = [each for each in (section.show_if, question.show_if) if each is not None]
            yield question.code, _all_of(outer)
            for row in question.subquestions():
                yield row.code, _all_of([*outer, *row.conditions])


def _all_of(conditions: list[str]) -> str:
    if len(conditions) < 2:
        return "".join(conditions)
    return to_text(Junction("and", tuple(parse(each) for each in conditions)))
