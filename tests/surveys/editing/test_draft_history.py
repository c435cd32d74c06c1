"""Drafts: each person's own undo, gestures, and the log that gives every state again."""

import random

import pytest

from surveys.editing import drafting, history
from surveys.editing.assembling import assembled
from surveys.editing.nodes import KINDS, ROOT
from surveys.editing.order import between
from surveys.errors import SurveyError
from tests.surveys.drafts import NOW, Desk, words, written


class Person:
    def __init__(self, desk, name):
        self.desk, self.name = desk, name

    def take(self, which):
        desk = self.desk
        step = which(history.steps_of(desk.session, desk.draft), self.name)
        if step is None:
            return None
        return history.take_back(
            desk.session,
            desk.draft,
            step,
            base=desk.draft.number,
            tab=self.name.encode().ljust(16),
            client=desk.client(),
            staff_name=self.name,
            now=NOW,
        )

    def undo(self):
        return self.take(history.undoable)

    def redo(self):
        return self.take(history.redoable)


def test_undo_is_each_persons_own(session):
    desk = Desk(session)
    ann, bob = Person(desk, "ann"), Person(desk, "bob")
    s1, s2 = desk.find("question", "S1"), desk.find("question", "S2")
    states = [desk.document()]
    desk.do(words(s1, "en", "First"))
    desk.do(words(s2, "en", "Second"), who="bob")
    states.append(desk.document())
    desk.do({"op": "drop", "id": s2.id})
    ann.undo()
    assert desk.document() == states[1]
    ann.undo()
    assert '"First"' not in desk.document()
    assert '"Second"' in desk.document()
    assert ann.undo() is None
    bob.undo()
    assert desk.document() == states[0]
    ann.redo()
    bob.redo()
    assert desk.document() == states[1], "others' edits clear nobody's redo"
    desk.do(words(s1, "zh", "新"))
    assert ann.redo() is None, "after something new there is nothing to do again"


def test_undo_says_who_changed_it_since(session):
    desk = Desk(session)
    s1 = desk.find("question", "S1")
    desk.do(words(s1, "en", "Mine"))
    desk.do(words(s1, "en", "Theirs"), who="bob")
    with pytest.raises(SurveyError) as refused:
        Person(desk, "ann").undo()
    assert refused.value.context == {"name": "bob", "number": 2}


def test_one_gesture_is_one_step(session):
    desk = Desk(session)
    s1, before = desk.find("question", "S1"), desk.document()
    for typed in ("F", "Fi", "First"):
        desk.do(words(s1, "en", typed), gesture="typing")
    after = desk.document()
    assert len(history.steps_of(session, desk.draft)) == 1
    Person(desk, "ann").undo()
    assert desk.document() == before
    Person(desk, "ann").redo()
    assert desk.document() == after


def random_operation(chance, nodes):
    node = chance.choice([each for each in nodes if each.id != ROOT])
    match chance.choice(["set", "set", "set", "move", "drop", "restore", "add"]):
        case "set":
            return {"op": "set", "id": node.id, "field": "code", "value": f"C{chance.randrange(9)}"}
        case "move":
            parents = [each for each in nodes if each.kind == KINDS[node.kind].parent]
            place = between(chance.choice("1a"), "z")
            return {"op": "move", "id": node.id, "parent": chance.choice(parents).id, "place": place}
        case "add":
            fields = (
                {"code": f"N{chance.randrange(99)}"} if node.kind not in {"member", "check", "path"} else {}
            )
            kind = {"op": "add", "kind": node.kind, "parent": node.parent, "place": node.place}
            return kind | {"fields": fields}
        case word:
            return {"op": word, "id": node.id}


@pytest.mark.parametrize("seed", range(6))
def test_snapshot_and_log_give_the_document_and_undo_gives_back_its_bytes(session, seed, monkeypatch):
    monkeypatch.setattr(drafting, "SNAPSHOT_EVERY", 20)
    chance, desk = random.Random(seed), Desk(session)
    states = {0: desk.document()}
    people = {name: Person(desk, name) for name in ("ann", "bob", "cy")}
    for _ in range(60):
        who = chance.choice(list(people))
        before = desk.document()
        try:
            outcome = desk.do(random_operation(chance, desk.nodes()), who=who)
        except SurveyError:  # nodes such as members have no code
            assert desk.document() == before
            continue
        if outcome.number in states:
            continue  # nothing was different
        states[outcome.number] = desk.document()
        if chance.random() < 0.4:
            taken = people[who].undo()
            states[taken.number] = desk.document()
            assert states[taken.number] == before
    for number, document in states.items():
        assert written(assembled(drafting.nodes_at(session, desk.draft, number))) == document
