"""Names in braces: what is put there is known, comes from earlier pages, and stands in every language."""

import re
from collections.abc import Iterator
from typing import Final

from surveys.document.conditions import ACCOUNT
from surveys.document.questionnaire import Pipe
from surveys.document.wording import HOLE, SETTINGS
from surveys.findings.answers import known_codes
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Subject, Written
from surveys.findings.texts import LONGEST
from surveys.questions.base import Question

# Kinds of answers that can be said within a sentence.
SAID: Final = frozenset({"choice", "number", "rating", "day", "words"})
# Read by whoever is through or let go, after any page.
LATE: Final = re.compile(r"^thanks$|\.stops\.|^quotas\.")
BRACES: Final = re.compile(r"\{[^{}]{0,80}\}|[{}]")


def find(subject: Subject) -> Iterator[Finding]:
    """Find what is wrong with pipes, and with the texts that hold them."""
    pipes = subject.document.pipes
    for name, pipe in pipes.items():
        yield from _of_pipe(subject, name, pipe)
    known = SETTINGS | set(pipes)
    for written in subject.texts:
        if not any("{" in text or "}" in text for text in written.texts.values()):
            continue
        # A fallback is put in as it is: nothing is filled in there.
        names = frozenset() if written.field == "fallback" else known
        yield from _of_text(subject, written, names)


def _of_pipe(subject: Subject, name: str, pipe: Pipe) -> Iterator[Finding]:
    place = f"pipes.{name}"
    if pipe.question is None:
        yield from _of_account(place, pipe)
        return
    code = pipe.question.partition(".")[0]
    if code not in subject.parts:
        if not subject.is_left_out(code):
            yield error("pipe-unknown", place, "question", code=pipe.question)
        return
    part, answer = subject.parts[code], subject.known.answers.get(pipe.question)
    if answer is None or answer.kind not in (SAID if not subject.document.is_first_format else {"choice"}):
        yield error("pipe-type", place, code=pipe.question)
        return
    if answer.kind == "words":  # any word may be left out
        return
    if not isinstance(part, Question) or answer.kind != "choice":
        for code in pipe.not_for:
            yield error("pipe-option", place, "none", code=pipe.question, option=code)
        return
    offered = {option.code for option in part.offered()}
    for code in pipe.not_for:
        if code not in offered:
            yield error("pipe-option", place, code=pipe.question, option=code, known=known_codes(part))


def _of_account(place: str, pipe: Pipe) -> Iterator[Finding]:
    known = ACCOUNT[pipe.account] if pipe.account is not None else ()
    for value in pipe.not_for if known else ():
        if value not in known:
            yield warning("account-value", place, code=pipe.account, value=value, known=", ".join(known))


def _of_text(subject: Subject, written: Written, known: frozenset[str]) -> Iterator[Finding]:
    languages = [each for each in dict.fromkeys(subject.document.languages) if written.texts.get(each)]
    texts = {language: written.texts[language][: LONGEST + 1] for language in languages}
    holes = {language: set(HOLE.findall(text)) for language, text in texts.items()}
    for name in dict.fromkeys(name for language in languages for name in sorted(holes[language])):
        if name not in known:
            if not subject.is_left_out(name):
                yield error("pipe-unknown", written.node, name=name, known=", ".join(sorted(known)) or "–")
            continue
        there = [language for language in languages if name in holes[language]]
        for language in languages:
            if language not in there:
                about = {"name": name, "there": ", ".join(there), "language": language}
                yield warning("pipe-language", written.node, **about)
        yield from _in_time(subject, written, name)
    for text in texts.values():
        for braces in BRACES.findall(HOLE.sub("", text)):
            inside = braces.strip("{} \t")
            tell = error if inside in known else warning
            yield tell("pipe-unknown", written.node, "braces", found=braces)


def _in_time(subject: Subject, written: Written, name: str) -> Iterator[Finding]:
    pipe = subject.document.pipes.get(name)
    source = (
        subject.where.get(pipe.question.partition(".")[0])
        if pipe is not None and pipe.question is not None
        else None
    )
    if source is None or LATE.search(written.place):
        return
    is_outside = written.place.split(".")[0] in {"title", "intro", "scales", "indicators"}
    if written.place.startswith("scales."):
        return  # shown wherever the scale is: judged by what reads it, which may be late enough
    if is_outside or source.page >= written.page or subject.is_beside(source.page, written.page):
        yield error("pipe-forward", written.node, name=name, code=source.question.code)
