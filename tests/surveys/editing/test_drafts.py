"""Drafts: nodes and documents, the five operations, what two people may do at once, undo and history."""

from copy import deepcopy

import pytest

from surveys import instruments
from surveys.editing import drafting
from surveys.editing.assembling import assembled, disassembled
from surveys.editing.nodes import ROOT
from surveys.editing.order import between, spread
from surveys.errors import SurveyError
from tests.surveys.drafts import DOCUMENT, NOW, Desk, words, written


@pytest.mark.parametrize("form", ["full", "short"])
def test_nodes_of_a_document_give_the_same_document(form):
    document = instruments.load("utility_csi", form).dump()
    assert written(assembled(disassembled(document))) == written(document)
    assert written(assembled(disassembled(DOCUMENT))) == written(DOCUMENT)


def test_the_instrument_is_made_by_operations_alone(session):
    wanted = instruments.load("utility_csi").dump()
    desk = Desk(session, {"format": "manyi/1", "code": "utility_csi"}, "utility_csi")
    ids = {ROOT: ROOT}
    for node in disassembled(wanted):
        if node.id == ROOT:
            desk.do(
                *(
                    {"op": "set", "id": ROOT, "field": path, "value": value}
                    for path, value in node.fields.items()
                )
            )
        else:
            own = {
                path.replace("#n", "#n9") if "#n" in path else path: value
                for path, value in node.fields.items()
            }
            later = {path for path, value in own.items() if path == "locked" or "#n" in f"{path}{value}"}
            add = {
                "op": "add",
                "id": 10**6 + node.id,
                "kind": node.kind,
                "parent": ids[node.parent],
                "place": node.place,
                "fields": {path: value for path, value in own.items() if path not in later},
            }
            done = desk.do(add)
            ids[node.id] = done.ids[10**6 + node.id]
    codes = {node.id: node for node in disassembled(wanted)}
    for node in codes.values():  # what names other parts comes when they are there, written with codes
        for path, value in node.fields.items():
            if "#n" in f"{path}{value}":
                desk.do({"op": "set", "id": ids[node.id], "field": path, "value": value})
    for node in codes.values():  # and a standard block is locked when it is whole
        if "locked" in node.fields:
            desk.do({"op": "set", "id": ids[node.id], "field": "locked", "value": True})
    assert desk.document() == written(wanted)


def test_references_follow_what_is_renamed(session):
    desk = Desk(session)
    met, hot, s1 = desk.find("question", "MET"), desk.find("option", "none"), desk.find("question", "S1")
    desk.do(
        {"op": "set", "id": met.id, "field": "code", "value": "USED"},
        {"op": "set", "id": hot.id, "field": "code", "value": "never"},
        {"op": "set", "id": s1.id, "field": "code", "value": "FIRST"},
    )
    document = assembled(desk.nodes())
    assert document["sections"][1]["show_if"] == "USED != 'never' and FIRST <= 4"
    assert document["pipes"]["way"] == DOCUMENT["pipes"]["way"] | {"question": "USED", "not_for": ["never"]}
    assert document["indicators"]["constructs"][0]["dimensions"][0]["indicators"] == ["FIRST", "S2"]
    assert document["quality"]["contradiction"] == ["FIRST >= 9 and S2 <= 2"]


def test_what_was_dropped_is_named_by_its_id_until_it_is_restored(session):
    desk = Desk(session)
    before, s1 = desk.document(), desk.find("question", "S1")
    desk.do({"op": "drop", "id": s1.id})
    assert assembled(desk.nodes())["sections"][1]["show_if"] == f"MET != 'none' and #n{s1.id} <= 4"
    desk.do({"op": "restore", "id": s1.id})
    assert desk.document() == before


def test_two_people_in_different_places_both_stand(session):
    desk = Desk(session)
    s1, section = desk.find("question", "S1"), desk.find("section", "B")
    changes = {
        "ann": words(s1, "zh", "其一"),
        "bob": words(s1, "en", "First"),
        "cy": {"op": "move", "id": section.id, "parent": ROOT, "place": "01"},
    }
    for who, operation in changes.items():
        assert desk.do(operation, who=who, base=0).number
    one = desk.document()
    other = Desk(session, code="other")
    for who in reversed(changes):
        assert other.do(changes[who], who=who, base=0).number
    assert other.document() == one


def test_one_field_twice_is_a_conflict_and_nothing_of_the_change_is_done(session):
    desk = Desk(session)
    s1, s2 = desk.find("question", "S1"), desk.find("question", "S2")
    desk.do(words(s1, "en", "Theirs"), who="bob")
    before = desk.document()
    outcome = desk.do(words(s2, "en", "Else"), words(s1, "en", "Mine"), who="ann", base=0)
    (conflict,) = outcome.conflicts
    assert outcome.number is None
    assert desk.document() == before
    assert (conflict.theirs, conflict.mine, conflict.staff_name, conflict.number) == (
        "Theirs",
        "Mine",
        "bob",
        1,
    )
    assert desk.do(words(s1, "en", "Theirs"), who="ann", base=0).conflicts == (), "both want the same"
    assert desk.do(words(s1, "en", "Mine"), who="ann", tab="other", base=1).number == 2


def test_ones_own_other_window_is_a_conflict_like_anybodys(session):
    desk = Desk(session)
    s1 = desk.find("question", "S1")
    desk.do(words(s1, "en", "Uno"), tab="left")
    assert desk.do(words(s1, "en", "Two"), tab="right", base=0).conflicts
    assert desk.do(words(s1, "en", "Three"), tab="left", base=0).number == 2


def test_dropping_what_another_has_just_changed_asks(session):
    desk = Desk(session)
    section, why = desk.find("section", "B"), desk.find("question", "WHY")
    desk.do(words(why, "en", "Because?"), who="bob")
    assert desk.do({"op": "drop", "id": section.id}, base=0).conflicts[0].node == why.id
    desk.do({"op": "drop", "id": section.id})
    assert desk.do(words(why, "en", "So?"), who="bob", base=1).conflicts[0].staff_name == "ann"


def test_sent_twice_is_applied_once(session):
    desk = Desk(session)
    section = desk.find("section", "A")
    add = {
        "op": "add",
        "id": 9999,
        "kind": "question",
        "parent": section.id,
        "place": "z",
        "fields": {"code": "NEW"},
    }
    first = desk.do(add, client=b"x" * 16)
    again = desk.do(add, client=b"x" * 16)
    assert (first.number, again.number) == (1, 1)
    assert desk.document().count('"NEW"') == 1


def test_two_at_one_place_stand_beside_each_other(session):
    desk = Desk(session)
    section = desk.find("section", "A")
    for who in ("ann", "bob"):
        add = {"op": "add", "kind": "question", "parent": section.id, "place": "k", "fields": {"code": who}}
        assert desk.do(add, who=who, base=0).number
    places = [node.place for node in desk.nodes().children(section.id, "question")]
    assert len(set(places)) == len(places)


WRONG = [
    {"op": "burn", "id": 2},
    {"op": "set", "id": 99999, "field": "code", "value": "A"},
    {"op": "set", "id": "2", "field": "code", "value": "A"},
    {"op": "set", "id": 1, "field": "sections", "value": []},
    {"op": "set", "id": 1, "field": "title/zh/../x", "value": "A"},
    {"op": "set", "id": 1, "field": "title/zh", "value": ["a"]},
    {"op": "set", "id": 1, "field": "title/zh", "value": float("nan")},
    {"op": "set", "id": 1, "field": "title/zh", "value": "a\x00"},
    {"op": "set", "id": 1, "field": "title/zh", "value": "\ud800"},
    {"op": "set", "id": 1, "field": "title/zh", "value": "x" * 20_001},
    {"op": "set", "id": 1, "field": None, "value": "x"},
    {"op": "drop", "id": 1},
    {"op": "move", "id": 2, "parent": 2, "place": "a"},
    {"op": "move", "id": 2, "parent": 1, "place": "…"},
    {"op": "add", "kind": "questionnaire", "parent": 1, "place": "a"},
    {"op": "add", "kind": "row", "parent": 1, "place": "a"},
    {"op": "add", "kind": "section", "parent": 1, "place": "a", "fields": ["code"]},
    {"op": "add", "kind": "section", "parent": 1, "place": "a", "fields": {"show_if": "(" * 60 + "S1 > 1"}},
    {"op": "add", "kind": "section", "parent": 1, "place": "a", "fields": {"show_if": "S1 > 1 or " * 300}},
]


@pytest.mark.parametrize("operation", WRONG, ids=range(len(WRONG)))
def test_what_is_no_operation_is_refused_and_changes_nothing(session, operation):
    desk = Desk(session)
    before = desk.document()
    with pytest.raises(SurveyError):
        desk.do({"op": "set", "id": 1, "field": "title/en", "value": "Changed"}, operation)
    session.expire_all()
    assert (desk.document(), desk.draft.number) == (before, 0)


def test_a_condition_that_is_half_written_is_kept(session):
    desk = Desk(session)
    section = desk.find("section", "B")
    desk.do({"op": "set", "id": section.id, "field": "show_if", "value": "S1 >"})
    assert assembled(desk.nodes())["sections"][1]["show_if"] == "S1 >"


def test_a_new_questionnaire_does_not_take_the_code_of_another(session):
    Desk(session)
    with pytest.raises(SurveyError, match="small"):
        drafting.begin(session, "small", deepcopy(DOCUMENT), staff_name="bob", now=NOW)


def test_places_have_room():
    keys = spread("", "", 300)
    assert keys == sorted(set(keys))
    low, high = keys[0], keys[1]
    for _ in range(60):
        middle = between(low, high)
        assert low < middle < high
        low, high = (middle, high) if len(middle) % 2 else (low, middle)
    last = ""
    for _ in range(1000):
        assert last < (last := between(last, ""))
    assert len(last) < 40
    inside = spread("k", "l", 40)
    assert ["k", *inside, "l"] == sorted({"k", *inside, "l"})
