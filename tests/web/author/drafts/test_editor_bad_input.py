"""The editor's forms with anything in them: refused in words and nothing changed, never a fault."""

import pytest

from tests.surveys.drafts import DOCUMENT, written
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.visiting import check_page, fields_of

HEADERS = {"Accept-Language": "en"}


def test_languages_are_as_usual_until_one_is_added_or_taken_away(designer, session):
    document = {name: value for name, value in DOCUMENT.items() if name != "languages"}
    begin(designer, document)
    boxes = designer.browse(DRAFT).select("#part input[name^='v:languages/']")
    assert [box["name"][-2:] for box in boxes if box.has_attr("checked")] == ["zh", "en"]
    designer.submit(DRAFT, 303, form="#part", **{"v:languages/zh": None})
    assert document_of(designer)["languages"] == ["en"]
    designer.submit(DRAFT, 303, form="#part", **{"v:languages/zh": "on"})
    assert sorted(document_of(designer)["languages"]) == ["en", "zh"]


WRONG = [
    ({"v:text/en": "x" * 20_001}, 422),
    ({"v:show_if": "(" * 60 + "S1 > 1" + ")" * 60}, 422),
    ({"v:show_if": "S1 > 1 or " * 300}, 422),
    ({"v:../x": "1"}, 422),
    ({"v:sections": "1"}, 422),
    ({"v:code": "x" * 1_000_000}, 422),
    ({"v:limit": "12"}, 303),
    ({"v:show_if": "S1 >"}, 303),
    ({"v:code": "not"}, 303),
    ({"v:code": ""}, 303),
    ({"v:text/en": "\u202e{7*7}<script>alert(1)</script>"}, 303),
    ({"v:text/en": "a\x00b"}, 303),
    ({"v:type": "nothing"}, 303),
    ({"v:scale": "nothing"}, 303),
    ({"base": "-1"}, 400),
    ({"base": "9" * 9, "v:text/en": "X"}, 303),
    ({"tab": "x"}, 400),
    ({"mark": ""}, 400),
]


@pytest.mark.parametrize(("fields", "status"), WRONG, ids=range(len(WRONG)))
def test_a_form_may_hold_anything(designer, nodes, fields, status):
    begin(designer)
    before = written(document_of(designer))
    path = f"{DRAFT}/{nodes()['S2'].id}"
    answer = designer.submit(path, status, form="#part", **fields)
    page = designer.browse(path)
    for section in ("A", "B"):
        assert designer.client.get(f"{DRAFT}/preview/{section}").status_code in {200, 404}
    assert not page.select("script:not([src])")
    if status != 303:
        assert written(document_of(designer)) == before
    if status == 422:
        assert "Please check your entries" in answer.text
    designer.browse(f"{DRAFT}/findings")


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("99999/move", {"to": "up"}, 404),
        ("1/move", {"to": "x"}, 404),
        ("{S1}/move", {"to": "999999"}, 404),
        ("{S1}/move", {"to": "2"}, 404),
        ("{S1}/move", {"to": "\u00b2"}, 404),
        ("{A}/add", {"kind": "row"}, 404),
        ("{A}/add", {"kind": "questionnaire"}, 404),
        ("{A}/add", {"kind": "question", "type": "nothing"}, 303),
        ("{A}/paste", {"kind": "question", "lines": " \n "}, 422),
        ("{A}/paste", {"kind": "question", "lines": "x\n" * 600}, 422),
        ("{MET}/paste", {"kind": "option", "lines": "x" * 1_000_000}, 422),
        ("{A}/paste", {"kind": "question", "lines": "热线\tHotline\nHall\t营业厅"}, 422),
        ("{A}/paste", {"kind": "question", "lines": "热线\tHotline\tLigne"}, 422),
        ("{A}/paste", {"kind": "scale", "lines": "x"}, 404),
        ("{A}/paste", {"kind": "member", "lines": "S1"}, 404),
        ("{D1}/paste", {"kind": "member", "lines": "x" * 1_000_000}, 422),
        ("1/drop", {"how": "keep"}, 404),
        ("1/double", {}, 404),
        ("99999/restore", {}, 404),
        ("{S1}/restore", {}, 303),
        ("findings", {"which": "nothing"}, 303),
    ],
)
def test_gestures_that_cannot_be_meant_change_nothing(designer, nodes, path, fields, status):
    begin(designer)
    before = written(document_of(designer))
    ids = {code: node.id for code, node in nodes().items()}
    marks = fields_of(designer.browse(DRAFT).select_one("#undo"))
    answer = designer.client.post(f"{DRAFT}/{path.format(**ids)}", data=marks | fields, headers=HEADERS)
    assert answer.status_code == status, answer.text[:500]
    if answer.status_code != 303:
        check_page(answer)
        assert written(document_of(designer)) == before
    unmarked = {name: value for name, value in (marks | fields).items() if name != "csrf_token"}
    assert designer.client.post(f"{DRAFT}/{path.format(**ids)}", data=unmarked).status_code == 400
