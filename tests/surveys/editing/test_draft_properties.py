"""Drafts as a whole: changes of disjoint fields commute, and the log stays small."""

import random

import pytest
from sqlalchemy import func, select

from surveys.models import DraftChange
from tests.surveys.drafts import Desk, words, written

FIELDS = ("text/zh", "text/en", "hint/zh", "hint/en", "show_if")


@pytest.mark.parametrize("seed", range(2))
def test_changes_of_disjoint_fields_commute(session, seed):
    chance = random.Random(seed)
    one, other = Desk(session), Desk(session, code="other")
    parts = [node.id for node in one.nodes() if node.kind == "question"]
    places = chance.sample([(part, field) for part in parts for field in FIELDS], 12)
    changes = [
        {
            "op": "set",
            "id": part,
            "field": field,
            "value": "MET == 'hot'" if field == "show_if" else f"T{number}",
        }
        for number, (part, field) in enumerate(places)
    ]
    people = [f"person{number % 3}" for number in range(len(changes))]
    for desk, order in ((one, range(12)), (other, chance.sample(range(12), 12))):
        for number in order:
            assert desk.do(changes[number], who=people[number], base=0).number
    assert one.document() == other.document()


def test_the_log_stays_small(session):
    """10,000 changes take below 4 MB: 360 bytes each, and a tenth for the database's own pages."""
    desk, chance = Desk(session), random.Random(4)
    questions = [node for node in desk.nodes() if node.kind == "question"]
    for number in range(45):
        node = chance.choice(questions)
        if number % 9:
            desk.do(
                words(node, "en", f"How content are you with number {number}?"), who=f"person{number % 3}"
            )
        else:
            fields = {
                "code": f"N{number}",
                "type": "rating",
                "text/zh": "供电怎么样？",
                "text/en": "And the supply?",
            }
            add = {"op": "add", "kind": "question", "parent": node.parent, "place": "k", "fields": fields}
            desk.do(add, who=f"person{number % 3}")
    columns = [func.length(each) for each in (DraftChange.staff_name, DraftChange.tab, DraftChange.client)]
    texts = session.execute(select(DraftChange.operations, *columns)).all()
    size = sum(len(written(each[0]).encode()) + sum(each[1:]) + 60 for each in texts) / len(texts)
    assert size < 360
