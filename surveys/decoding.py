"""Stored answers as conditions and pipes see them: choices by name, marks and ranks as sets."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from surveys import logic
from surveys.answers import (
    NOT_ASKED,
    RESERVED,
)
from surveys.questionnaire import (
    ChoiceQuestion,
    DateQuestion,
    Grid,
    Kano,
    Multiple,
    OpenText,
    Questionnaire,
    Ranking,
    Statement,
)

Decoder = Callable[[Mapping[str, int]], logic.Value]


def decoders_of(document: Questionnaire) -> Iterator[tuple[str, Decoder]]:
    """Give a decoder for every question that a condition or a pipe of the document names."""
    used = {
        reference.name
        for text in _conditions(document)
        for reference in logic.references(logic.parse(text))
        if not reference.account
    } | {pipe.question for pipe in document.pipes.values() if pipe.question}
    for code, question in document.by_code.items():
        if code not in used:
            continue
        match question:
            case ChoiceQuestion(options=options):
                yield (
                    code,
                    _decode_choice(
                        code, {option.value: logic.Choice(option.code, option.value) for option in options}
                    ),
                )
            case Multiple(options=options):
                yield code, _decode_marks({f"{code}.{option.code}": option.code for option in options})
            case Ranking(options=options, most=most):
                names = {option.value: option.code for option in options}
                yield code, _decode_ranks([f"{code}.{place}" for place in range(1, most + 1)], names)
            case Grid() | Statement() | OpenText() | DateQuestion() | Kano():
                continue
            case _:
                yield code, _decode_plain(code)


def _conditions(document: Questionnaire) -> Iterator[str]:
    for section in document.sections:
        yield from (stop.when for stop in section.stops)
        for part in (section, *section.questions):
            if part.show_if is not None:
                yield part.show_if
            for row in getattr(part, "rows", ()):
                if row.show_if is not None:
                    yield row.show_if


def _decode_choice(code: str, choices: Mapping[int, logic.Choice]) -> Decoder:
    return lambda known: choices.get(known.get(code, NOT_ASKED))


def _decode_marks(slots: Mapping[str, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        found = {option: known.get(slot, NOT_ASKED) for slot, option in slots.items()}
        if all(value in RESERVED for value in found.values()):
            return None
        return frozenset(option for option, value in found.items() if value == 1)

    return decode


def _decode_ranks(slots: Sequence[str], names: Mapping[int, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        chosen = frozenset(names[known[slot]] for slot in slots if known.get(slot) in names)
        return chosen or None

    return decode


def _decode_plain(code: str) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        value = known.get(code, NOT_ASKED)
        return None if value in RESERVED else value

    return decode
