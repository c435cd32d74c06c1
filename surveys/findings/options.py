"""Options of choices: told apart, and those that deny the others stand alone."""

import re
from collections.abc import Iterator
from typing import Final

from surveys.document.checking import for_nothing
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Asked, Subject
from surveys.findings.texts import shown

# What an option says that goes with no other one: none of these, I do not know, I would rather not say.
DENYING: Final = re.compile(
    r"^\W*(none( of (the|these|those|them)\b.*| (used|contacted|met|at all))?|nothing( of .*)?"
    r"|neither( of .*)?|no(ne)? of the above|not any of .*"
    r"|(i )?(have not|haven.?t|did not|didn.?t|never) (used?|contact(ed)?) any\b.*"
    r"|no contact( .*)?|not applicable|(i )?(don.?t|do not|can.?t|cannot) (know|remember|say)\b.*|not sure"
    r"|(i )?(prefer not|would rather not|refuse|decline) to (say|answer)|no answer"
    r"|(以上|上述|这些|前述)?(都|皆|均|全)(没有|没|不是|无|未|不)\w{0,6}|无|没有|无以上\w{0,4}|以上(皆|均|都)?(无|非)"
    r"|(没有|没|未|从未|从没|未曾)(使?用|接触|联系|办理|经历)过?(任何|上述|以上|这些)?(服务|渠道)?"
    r"|不知道|不清楚|说不清楚?|不记得|记不清楚?|不便回答|不愿回答|不想回答|拒绝回答|不适用)\W*$",
    re.IGNORECASE,
)

MOVING: Final = 2  # so many at least change places


def find(subject: Subject) -> Iterator[Finding]:
    """Find options that read alike, and marks of exclusion that lack or say nothing."""
    for place, code in for_nothing(subject.document):
        yield error("for-nothing", place, code=code)
    for group in subject.document.groups():
        if len(group) == 1 and group[0].shuffle is not None:
            yield warning("order-nothing", group[0].code, "alone")
    for asked in subject.questions:
        yield from _alike(asked, subject.document.languages)
        yield from _ordered(asked)
        yield from _taken(subject, asked)
        for option in asked.question.offered():
            place = f"{asked.place}.{option.code}"
            if asked.question.nature.has_exclusive:
                texts = [shown(option.wording.get(each, "")[:200]) for each in subject.document.languages]
                if not option.exclusive and any(map(DENYING.match, texts)):
                    yield warning("option-exclusive", place)
            elif option.exclusive:
                yield warning("option-exclusive", place, "single")


def _ordered(asked: Asked) -> Iterator[Finding]:
    """Find marks of order that say nothing: of what keeps its place anyhow, or where nothing can change."""
    parts = (*asked.question.subquestions(), *asked.question.offered())
    fixed = [part.code for part in parts if part.fixed]
    if not asked.question.is_shuffled:
        for code in fixed:
            yield warning("order-nothing", f"{asked.place}.{code}", "fixed")
    elif len(parts) - len(fixed) < MOVING:
        yield warning("order-nothing", asked.place)


def _taken(subject: Subject, asked: Asked) -> Iterator[Finding]:
    """Find that rows or options are taken from a question of which none stands for an option."""
    whence = asked.question.whence
    parts = (*asked.question.subquestions(), *asked.question.offered())
    if whence is not None and not any(part.for_ is not None for part in parts):
        if whence.question not in subject.parts and not subject.is_left_out(whence.question):
            yield error("logic-unknown", asked.place, code=whence.question)
        else:
            yield warning("for-nothing", asked.place, "none", code=whence.question)


def _alike(asked: Asked, languages: tuple[str, ...]) -> Iterator[Finding]:
    for language in dict.fromkeys(languages):
        seen: set[str] = set()
        for option in asked.question.offered():
            text = shown(option.wording.get(language, "")[:2000])
            if text and text.casefold() in seen:
                place = f"{asked.place}.{option.code}"
                yield error("option-twice", place, language=language, text=text)
            seen.add(text.casefold())
