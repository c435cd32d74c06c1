"""Whether what is scored measures what it says: enough questions, one scale, one direction, asked of all."""

import re
from collections.abc import Iterator
from typing import Final

from surveys.document.indicators import ConstructNode
from surveys.findings.finding import Finding, error, warning
from surveys.findings.subject import Asked, Subject
from surveys.findings.texts import shown
from surveys.questions.base import Question
from surveys.questions.parts import Row, Text

# Words at the end of a scale that say which way it runs; what denies a good word comes first.
BAD: Final = re.compile(
    r"不|差|坏|糟|劣|低|难|慢|少|从未|从来没|反对"
    r"|\b(not|un\w+|dis\w+|in(adequate|convenient|efficient)|very (poor|bad|low|slow)"
    r"|poor|bad|worst?|terrible|awful|low|never|slow|hard|difficult|weak|false|no)\b",
    re.IGNORECASE,
)
GOOD: Final = re.compile(
    r"好|优|佳|满意|同意|高|容易|快|赞成|可能|重要|清楚|方便|可靠"
    r"|\b(good|best|excellent|great|satisfied|agree|high|always|easy|fast|quick|strong|likely|important|true|yes|perfect)\b",
    re.IGNORECASE,
)


def find(subject: Subject) -> Iterator[Finding]:
    """Find constructs that cannot be trusted, and scored questions that are answered at random."""
    system = subject.document.indicators
    if system is None:
        return
    for construct in system.constructs:
        yield from _of_construct(subject, construct, is_index=construct.id == system.index)
    for asked in subject.questions:
        rows = asked.question.subquestions()
        codes = {asked.question.code, *(row.code for row in rows)} & subject.scored
        if not codes:
            continue
        if not _is_anchored(subject, asked):
            yield warning("scale-anchors", asked.place)
        parts: list[Question | Row] = [row for row in rows if row.code in codes] or [asked.question]
        outs = [any(getattr(each, out, False) for out in ("dont_know", "not_applicable")) for each in parts]
        if asked.question.required is True and not all(outs):
            yield warning("rating-no-way-out", asked.place)


def _of_construct(subject: Subject, construct: ConstructNode, *, is_index: bool) -> Iterator[Finding]:
    place = f"indicators.{construct.id}"
    codes = [code for code in dict.fromkeys(construct.indicators) if code in subject.where]
    if any(map(subject.is_left_out, construct.indicators)):
        return
    if len(set(construct.indicators)) == 1:
        yield warning("construct-small", place)
        if is_index:
            yield warning("index-block", place)
    scales = subject.document.scales
    ends = dict.fromkeys(
        f"{scales[scale].low}–{scales[scale].high}"
        for code in codes
        if (scale := subject.where[code].question.scale_code()) in scales
    )
    if len(ends) > 1:
        yield warning("scale-mixed", place, scales=", ".join(ends))
    ways = {way for code in codes if (way := _direction(subject, subject.where[code]))}
    if len(ways) > 1:
        yield warning("scale-direction", place)
    elif ways == {-1} and construct.valence == 1:
        yield warning("scale-direction", place, "turned")
    if is_index:
        for at in dict.fromkeys(at for code in codes for at in _conditional(subject, code)):
            yield error("index-conditional", at, index=construct.id)


def _conditional(subject: Subject, code: str) -> Iterator[str]:
    """Give the places of the conditions under which a question is asked."""
    asked = subject.where[code]
    if asked.section.show_if is not None:
        yield asked.section.code
    if asked.question.show_if is not None:
        yield asked.place
    row = subject.parts[code]
    if isinstance(row, Row) and row.conditions:
        yield f"{asked.place}.{code}"


def _anchors(subject: Subject, asked: Asked) -> tuple[Text, ...]:
    """Give the texts of the ends of its scale, of both or of none."""
    named = asked.question.scale_code()
    ends = asked.question.ends(subject.document.scales) if named in subject.document.scales else None
    if ends is None:
        return ()
    points = (ends.labels.get(int(ends.low)), ends.labels.get(int(ends.high)))
    return ends.anchors or tuple(text for text in points if text is not None and all(points))


def _is_anchored(subject: Subject, asked: Asked) -> bool:
    """Tell whether the ends are named: by the scale, or by the question in every language, as in 1 (poor)."""
    scale = subject.document.scales.get(asked.question.scale_code() or "")
    if scale is None or any(_anchors(subject, asked)):
        return True
    ends = [
        re.compile(rf"(?<!\d){end}\s*[(（=:：为是]|(?<!\d){end} (means|is)\b|\d[^\d]+ {end} \w")
        for end in (scale.low, scale.high)
    ]
    texts = [
        shown(f"{asked.question.text.get(each, '')} {asked.question.hint.get(each, '')}"[:4000])
        for each in subject.document.languages
    ]
    return all(end.search(text) for end in ends for text in texts)


def _direction(subject: Subject, asked: Asked) -> int:
    """Give 1 where the high end is the good one, -1 where it is the bad one, 0 where words do not tell."""
    anchors = _anchors(subject, asked)
    if len(anchors) != 2:
        return 0
    for language in subject.document.languages:
        low, high = (_worth(shown(anchor.get(language, "")[:200])) for anchor in anchors)
        if low * high < 0:
            return high
    return 0


def _worth(text: str) -> int:
    if BAD.search(text):
        return -1
    return 1 if GOOD.search(text) else 0
