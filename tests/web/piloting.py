"""A draft of two pages, and twenty people who try it."""

import copy

from sqlalchemy import select

from surveys.models import Wave
from tests.surveys.drafts import DOCUMENT
from tests.web.answering import Respondent
from tests.web.drafts import DRAFT, begin

PILOT = f"{DRAFT}/pilot"
TRIED = copy.deepcopy(DOCUMENT)
TRIED["sections"][0]["questions"].append(
    {"code": "S3", "type": "rating", "scale": "s10", "text": {"zh": "三", "en": "Three"}}
)
TRIED["indicators"] |= {
    "constructs": [
        {"id": "SAT", "name": {"zh": "满意", "en": "Satisfaction"},
         "dimensions": [{"id": "D2", "name": {"zh": "二", "en": "E"}, "indicators": ["S3"]}]},
        {"id": "QUAL", "name": {"zh": "质量", "en": "Quality"},
         "dimensions": [{"id": "D1", "name": {"zh": "维", "en": "D"}, "indicators": ["S1", "S2"]}]},
    ],
    "paths": [["QUAL", "SAT"]],
}  # fmt: skip
# Twenty people: what they chose, in the order in which they came. None is left blank.
FIRST = [1 + 7 * number % 10 for number in range(20)]
SECOND = [str(min(10, max(1, value + number % 3 - 1))) for number, value in enumerate(FIRST)]
SECOND[18], SECOND[19] = "dk", ""
LEAVERS = (0, 6)  # do not send the second page


def freeze(designer, session):
    """Begin the draft and freeze it as its first pilot; gives the wave."""
    begin(designer, TRIED)
    designer.submit(PILOT, 303)
    session.rollback()
    return session.scalars(select(Wave)).one()


def person(app, wave, language="en"):
    return Respondent(app, f"/s/{wave.public_key}", language)


def answer(app, wave, number):
    one = person(app, wave)
    one.open()
    said = {
        "MET": "none" if number % 2 else "hot",
        "S1": str(FIRST[number]),
        "S3": "6",
        "_s": str(30 + number),
    }
    if SECOND[number]:
        said["S2"] = SECOND[number]
    if number % 5 == 0:
        said["_c__S1"] = f"One of what? <b>{number}"
    page = one.send(**{name if name != "_c__S1" else "_c.S1": text for name, text in said.items()})
    if one.section == "B":
        if number in LEAVERS:
            return page
        page = one.send(WHY="slow", _s="12")
    assert one.section == "done"
    return page
