"""Drafts: begun four ways, listed, shown with their findings, their history, undo, files in and out."""

import json
from copy import deepcopy

import pytest
from sqlalchemy import func, select

from surveys import instruments
from surveys.document import loading
from surveys.editing import drafting, publishing
from surveys.editing.assembling import assembled
from surveys.editing.rewriting import operations_to
from surveys.models import Draft
from tests.surveys.drafts import DOCUMENT, NOW, written
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.noted import entries_but_log_ins
from tests.web.visiting import fields_of


@pytest.fixture
def change(session):
    """Change the draft as somebody else would."""
    sent = iter(range(1, 10_000))

    def make(*operations, who="bob@example.org"):
        draft = drafting.find(session, "small")
        session.refresh(draft)
        wanted = drafting.Change(
            draft.number, who.encode().ljust(16)[:16], next(sent).to_bytes(16), operations
        )
        outcome = drafting.change(session, draft, wanted, staff_name=who, now=NOW)
        session.commit()
        return outcome

    return make


def test_the_list_says_how_to_begin(designer, analyst):
    page = designer.browse("/questionnaires")
    assert len(page.select("section[aria-labelledby=drafts] li a")) == 3
    for link in page.select("section[aria-labelledby=drafts] a[href]"):
        assert designer.browse(link["href"]).select_one("input[name=source][checked]")
    assert not analyst.browse("/questionnaires").select("section[aria-labelledby=drafts] a")


def test_a_draft_begins_with_nothing(designer, session):
    answer = designer.submit("/questionnaires/new", 303, code="pulse", title="Pulse")
    assert answer.location == "/questionnaires/draft/pulse"
    page = designer.browse(answer.location)
    assert "Pulse" in page.h1.get_text()
    assert page.select(".badge-error")
    assert "Pulse" in designer.browse("/questionnaires").select_one(".cards").get_text()
    entry = session.scalars(entries_but_log_ins).one()
    assert (entry.action, entry.target) == ("draft.begin", "draft:pulse")


@pytest.mark.parametrize("form", ["full", "short"])
def test_a_draft_of_what_is_built_in_is_equal_to_it(designer, form):
    source = f"instrument:utility_csi/{form}"
    answer = designer.submit("/questionnaires/new", 303, source=source, code="ours")
    wanted = instruments.load("utility_csi", form).dump()
    found = document_of(designer, answer.location)
    origin = found.pop("origin")
    assert (origin["source"], origin["code"]) == (source, wanted["code"])
    assert written(found) == written(wanted | {"code": "ours"})


def test_a_draft_of_a_version_is_its_next(designer, session):
    publishing.publish(session, loading.load(DOCUMENT), "somebody", NOW)
    session.commit()
    answer = designer.submit("/questionnaires/new", 303, source="version:small/1")
    assert "begun from version 1" in designer.browse(answer.location).get_text()
    assert written(document_of(designer)) == written(loading.load(DOCUMENT).dump())
    assert session.scalars(select(Draft)).one().base_version.number == 1
    again = designer.submit("/questionnaires/new", 422, source="version:small/1")
    assert "There is a draft of small already" in again.text
    new = designer.submit("/questionnaires/new", 422, code="small", title="New")
    assert "There is a draft of small already" in new.text


def test_a_file_comes_in_and_goes_out_half_finished_or_not(designer):
    half = deepcopy(DOCUMENT)
    half["sections"][0]["questions"][1]["text"] = {"zh": "一"}
    half["sections"].append({"code": "EMPTY", "title": {"zh": "空"}})
    assert begin(designer, half).location == DRAFT
    assert written(document_of(designer)) == written(half)
    page = designer.browse(DRAFT)
    assert "node-empty" not in page.get_text()
    assert page.select(".badge-error")
    assert "EMPTY" in page.select_one(".editor-tree").get_text()


def test_a_file_of_the_first_format_is_a_draft_of_the_second(designer):
    old = deepcopy(DOCUMENT) | {"format": "manyi/1"}
    old["sections"][1]["show_if"] = "MET == 1 and S1 <= 4"
    old["sections"][1]["questions"].append(
        {"code": "MORE", "type": "short_text", "text": {"zh": "更", "en": "More"}, "show_if": "answered(WHY)"}
    )
    page = designer.browse(begin(designer, old).location)
    assert "now sees an answer that it did not see: answered(WHY)" in page.get_text()
    found = document_of(designer)
    assert (found["format"], found["sections"][1]["show_if"]) == ("manyi/2", "MET == 'hot' and S1 <= 4")


BAD = [
    b"",
    b"{",
    b"[]",
    b'"x"',
    "中文".encode("gb18030"),
    b'{"format": "manyi/3", "code": "a"}',
    b'{"format": "manyi/2"}',
    b'{"format": "manyi/2", "code": "a b"}',
    b'{"format": "manyi/2", "code": ["a"]}',
    b'{"format": "manyi/2", "code": "a", "sections": 7}',
    b'{"format": "manyi/2", "code": "a", "title": {"zh": "\\u0000"}}',
    b"[" * 200_000,
]


def test_half_a_character_in_a_file_is_found_and_harms_nothing(designer):
    begin(designer, b'{"format": "manyi/2", "code": "a", "title": {"zh": "\\ud800", "en": "A"}}')
    assert designer.browse("/questionnaires/draft/a").select(".badge-error")


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_questionnaire_is_refused_in_words(designer, session, text):
    answer = begin(designer, text, 422)
    assert "error" in answer.text
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "instrument:nothing/full"},
        {"source": "version:small/9"},
        {"source": ""},
        {"code": "", "title": "A"},
        {"code": "a b", "title": "A"},
        {"code": "é", "title": "A"},
        {"code": "x" * 33, "title": "A"},
        {"code": "pulse", "title": ""},
        {"code": "pulse", "title": "x" * 1_000_000},
        {"code": "pulse", "title": "a\nb"},
        {"source": "file"},
    ],
)
def test_what_begins_nothing_is_said_at_its_field(designer, session, fields):
    answer = designer.submit("/questionnaires/new", 422, **fields)
    assert "Please check your entries" in answer.text
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_analysts_read_and_designers_write(designer, analyst, viewer):
    begin(designer)
    assert not analyst.browse(DRAFT).select("main form[method=post]")
    analyst.browse(f"{DRAFT}/history")
    analyst.send(f"{DRAFT}/undo", 403)
    viewer.browse(DRAFT, 403)
    assert designer.client.post(f"{DRAFT}/undo").status_code == 400


def test_the_history_tells_changes_in_words_and_undo_is_personal(designer, change, session):
    begin(designer)
    nodes = drafting.nodes_of(session, drafting.find(session, "small"))
    s1 = next(each for each in nodes if each.code == "S1")
    a = next(each for each in nodes if each.code == "A")
    before = written(document_of(designer))
    change({"op": "set", "id": s1.id, "field": "text/en", "value": "First"}, who="designer@example.org")
    change({"op": "drop", "id": a.id})
    text = " ".join(designer.browse(f"{DRAFT}/history").get_text(" ", strip=True).split())
    assert "One → First" in text
    assert "Removed: Section A" in text
    assert "bob@example.org" in text
    then = [
        designer.client.get(f"{DRAFT}/document.json?at={number}").json for number in (0, 1, 2, "x", "9" * 30)
    ]
    assert written(then[0]) == before
    assert then[1]["sections"][0]["questions"][1]["text"]["en"] == "First"
    assert [len(each["sections"]) for each in then] == [2, 2, 1, 1, 1]
    designer.submit(f"{DRAFT}/history", 303, which="undo")
    assert "One" not in json.dumps(document_of(designer)), "the section of bob's is still away"
    page = designer.browse(f"{DRAFT}/history")
    theirs = next(form for form in page.select(".history form") if "bob" in form.get_text())
    sent = fields_of(theirs) | {"which": theirs.button["value"]}
    for _ in range(2):  # a double click
        assert designer.client.post(f"{DRAFT}/undo", data=sent).status_code == 303
    assert written(document_of(designer)) == before
    assert "takes back change 2 of bob" in designer.browse(f"{DRAFT}/history").get_text()
    page = designer.submit(f"{DRAFT}/history", 303, which="undo")
    designer.submit(f"{DRAFT}/history", 303, which="redo")
    assert written(document_of(designer)) == before


def test_what_somebody_changed_since_is_not_taken_back(designer, change, session):
    begin(designer)
    nodes = drafting.nodes_of(session, drafting.find(session, "small"))
    s1 = next(each for each in nodes if each.code == "S1")
    change({"op": "set", "id": s1.id, "field": "text/en", "value": "Mine"}, who="designer@example.org")
    change({"op": "set", "id": s1.id, "field": "text/en", "value": "Theirs"})
    designer.submit(DRAFT, 303, which="undo")
    assert "bob@example.org has changed the same" in designer.browse(DRAFT).get_text()
    assert document_of(designer)["sections"][0]["questions"][1]["text"]["en"] == "Theirs"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"which": "999"}, 404),
        ({"which": "²"}, 303),
        ({"which": "x" * 10_000}, 303),
        ({"tab": "zz"}, 303),
        ({"mark": "", "which": "1"}, 400),
        ({"base": "-1", "which": "1"}, 400),
        ({"base": "9" * 30, "which": "1"}, 400),
    ],
)
def test_forms_of_undo_may_hold_anything(designer, change, fields, status):
    begin(designer)
    change({"op": "set", "id": 1, "field": "title/en", "value": "Other"})
    designer.submit(f"{DRAFT}/history", status, **fields)


def test_addresses_of_drafts_that_are_none(designer):
    for path in ("nothing", "utility_csi", "a%00b", "x" * 500, "nothing/history", "nothing/document.json"):
        designer.browse(f"/questionnaires/draft/{path}", 404)
    begin(designer)
    for page in ("0", "-1", "9" * 30, "²", "x"):
        designer.browse(f"{DRAFT}/history?page={page}")


def test_a_document_over_a_draft_is_one_change(designer, session):
    begin(designer)
    draft = drafting.find(session, "small")
    wanted = deepcopy(DOCUMENT)
    wanted["sections"].reverse()
    wanted["sections"][1]["questions"][0]["code"] = "USED"
    operations = operations_to(drafting.nodes_of(session, draft), wanted)
    drafting.change(
        session,
        draft,
        drafting.Change(0, b"t" * 16, b"c" * 16, operations),
        staff_name="ann",
        now=NOW,
    )
    assert written(assembled(drafting.nodes_of(session, draft))) == written(wanted)
