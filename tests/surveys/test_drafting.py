"""Drafts: operations, undo and redo, stale saves."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from surveys.editing import drafting
from surveys.editing.drafting import _apply, _steps
from surveys.errors import SurveyError
from surveys.models import Draft
from tests.surveys.worlds import NOW, document

BY = {"staff_name": "Ann", "now": NOW}


def make_draft(session) -> Draft:
    draft = drafting.create_draft(session, "small", document(), **BY)
    session.commit()
    return draft


def refused(code, call, *arguments, **named):
    with pytest.raises(SurveyError) as caught:
        call(*arguments, **named)
    assert caught.value.code == code


def test_edits_are_undone_and_redone(session):
    draft = make_draft(session)
    documents = [draft.document]
    for words in ("One", "Two"):
        changed = deepcopy(documents[-1])
        changed["title"]["en"] = words
        changed["sections"].append(deepcopy(changed["sections"][0]) | {"code": words})
        drafting.save(session, draft, changed, revision=draft.revision, **BY)
        documents.append(changed)
    session.commit()
    session.expire_all()
    assert (draft.document, draft.revision) == (documents[2], 2)
    drafting.undo(session, draft, revision=2, **BY)
    assert draft.document == documents[1]
    drafting.undo(session, draft, revision=3, **BY)
    assert draft.document == documents[0]
    refused("DRAFT_NOTHING", drafting.undo, session, draft, revision=4, **BY)
    drafting.redo(session, draft, revision=4, **BY)
    assert draft.document == documents[1]
    drafting.save(session, draft, documents[0], revision=5, **BY)
    refused("DRAFT_NOTHING", drafting.redo, session, draft, revision=6, **BY)
    assert [operation.number for operation in draft.operations] == [1, 2]


def test_a_stale_save_is_refused_and_changes_nothing(engine, session):
    draft = make_draft(session)
    with Session(engine) as first, Session(engine) as second:
        one, two = first.get_one(Draft, draft.id), second.get_one(Draft, draft.id)
        drafting.save(first, one, document(title={"en": "Mine", "zh": "我的"}), revision=0, **BY)
        first.commit()
        yours = document(title={"en": "Yours", "zh": "你的"})
        refused("DRAFT_STALE", drafting.save, second, two, yours, revision=0, **BY)
        second.rollback()
    session.expire_all()
    assert (draft.document["title"]["en"], draft.revision) == ("Mine", 1)


def test_an_unchanged_save_is_no_operation(session):
    draft = make_draft(session)
    assert drafting.save(session, draft, document(), revision=0, **BY) == 0
    assert draft.operations == []


def test_a_second_draft_and_unreadable_documents_are_refused(session):
    draft = make_draft(session)
    refused("QUESTIONNAIRE_EXISTS", drafting.create_draft, session, "small", document(), **BY)
    for wrong in ({"a": float("nan")}, {"a": {1, 2}}, {"a": "x" * 4_000_001}):
        refused("DOCUMENT_UNREADABLE", drafting.save, session, draft, wrong, revision=0, **BY)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
documents = st.dictionaries(st.sampled_from("abc"), plain, max_size=3)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(documents, documents)
def test_any_change_can_be_made_and_taken_back(before, after):
    steps = list(_steps(before, after, ()))
    changed = deepcopy(before)
    for forward, _ in steps:
        _apply(changed, forward)
    assert repr(changed) == repr(after) or changed == after
    for _, backward in reversed(steps):
        _apply(changed, backward)
    assert changed == before
