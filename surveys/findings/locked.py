"""Standard blocks: whoever changes the questions of one that is locked says why."""

from collections.abc import Iterator, Mapping

from surveys.document.questionnaire import Questionnaire
from surveys.findings.finding import Finding, warning
from surveys.questions.pieces import Rated


def changed_blocks(older: Questionnaire, newer: Questionnaire) -> Iterator[Finding]:
    """Find the locked blocks of a version that the next one leaves out, or asks otherwise."""
    if older.indicators is None:
        return
    before, after = _asked(older), _asked(newer)
    now = {each.id: each for each in newer.indicators.constructs} if newer.indicators is not None else {}
    for construct in older.indicators.constructs:
        place = f"indicators.{construct.id}"
        if not construct.locked:
            continue
        if construct.id not in now:
            yield warning("block-locked", "indicators", "gone", code=construct.id)
            continue
        codes = construct.indicators
        if now[construct.id].indicators != codes:
            yield warning("block-locked", place, "questions", code=construct.id)
        reworded = [code for code in codes if code in after and after[code] != before.get(code)]
        if reworded:
            asked = [after[code] for code in reworded]  # a reason holds for what is asked now
            yield warning(
                "block-locked", place, code=construct.id, questions=", ".join(reworded), asked=asked
            )


def _asked(document: Questionnaire) -> Mapping[str, Rated]:
    """Give everything that is read of each rated question; not what its version says of its series."""
    return {
        rated.code: rated._replace(lineage=1)
        for question in document.questions()
        for rated in question.rated(document.scales)
    }
