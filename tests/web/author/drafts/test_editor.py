"""The editor without JavaScript: every part has its form, each gesture is one change, nobody's is lost."""

import json

import pytest
from bs4 import BeautifulSoup

from surveys import instruments
from surveys.editing import drafting
from tests.surveys.drafts import DOCUMENT, written
from tests.surveys.every_type import DOCUMENT as EVERY
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.visiting import check_page, fields_of

HEADERS = {"Accept-Language": "en"}
ADD_QUESTION = "form[action$='/add']:has([value=question])"


@pytest.mark.parametrize("document", [DOCUMENT, EVERY, instruments.load("utility_csi", "short").dump()])
def test_every_part_has_a_form_and_saving_it_untouched_changes_nothing(designer, session, document):
    draft = begin(designer, document).location
    before = written(document_of(designer, draft))
    found = list(drafting.nodes_of(session, drafting.find(session, document["code"])))
    seen = set()
    for node in found:
        names = tuple(sorted(path.partition("/")[0] for path in node.fields))
        shape = node.kind, node.fields.get("type"), names
        if shape in seen:
            continue
        seen.add(shape)
        page = designer.browse(f"{draft}/{node.id}")
        form = page.select_one("#part")
        assert form, node
        answer = designer.client.post(form["action"], data=fields_of(form), headers=HEADERS)
        assert answer.status_code == 303, node
        assert written(document_of(designer, draft)) == before, node
    assert drafting.find(session, document["code"]).number == 0


def test_a_form_sets_what_differs_as_one_change(designer, nodes):
    begin(designer)
    s1 = nodes()["S1"]
    path = f"{DRAFT}/{s1.id}"
    sent = {
        "v:text/en": "First",
        "v:hint/zh": "提示",
        "v:required": "soft",
        "v:dont_know": None,
        "v:show_if": "MET == 'hot'",
        "v:labels/5/en": "Half",
    }
    designer.submit(path, 303, form="#part", **sent)
    question = document_of(designer)["sections"][0]["questions"][1]
    assert question["text"] == {"zh": "一", "en": "First"}
    assert (question["hint"], question["required"], question["dont_know"]) == ({"zh": "提示"}, "soft", False)
    assert (question["show_if"], question["labels"]) == ("MET == 'hot'", {"5": {"en": "Half"}})
    page = designer.browse(path)
    assert "Hotline" in page.select_one(".condition").get_text(), "in words, with the option's text"
    designer.submit(path, 303, form="#undo", which="undo")
    assert written(document_of(designer)) == written(DOCUMENT)


def test_parts_are_added_moved_doubled_removed_and_brought_back(designer, nodes):
    begin(designer)
    a = nodes()["A"]
    added = designer.submit(f"{DRAFT}/{a.id}", 303, form=ADD_QUESTION, type="multiple")
    new = int(added.location.rsplit("/", 1)[1])
    question = document_of(designer)["sections"][0]["questions"][-1]
    assert (question["type"], question["code"]) == ("multiple", "Q1")
    form = f"form[action='{DRAFT}/{new}/move']"
    designer.submit(f"{DRAFT}/{a.id}", 303, form=form, to="up")
    codes = [each["code"] for each in document_of(designer)["sections"][0]["questions"]]
    assert codes == ["MET", "S1", "Q1", "S2"]
    designer.submit(f"{DRAFT}/{new}", 303, form=form, to=str(nodes()["B"].id))
    assert [each["code"] for each in document_of(designer)["sections"][1]["questions"]] == ["WHY", "Q1"]
    lines = "热线\tHotline\n营业厅\tHall\n\n其他"
    designer.submit(f"{DRAFT}/{new}", 303, form="form[action$='/paste']", lines=lines)
    options = document_of(designer)["sections"][1]["questions"][1]["options"]
    assert [(each["value"], each["text"]) for each in options] == [
        (1, {"zh": "热线", "en": "Hotline"}), (2, {"zh": "营业厅", "en": "Hall"}), (3, {"zh": "其他"}),
    ]  # fmt: skip
    assert len({each["code"] for each in options}) == 3
    crossed = "热线\tHotline\nHall\t营业厅"
    refused = designer.submit(f"{DRAFT}/{new}", 422, form="form[action$='/paste']", lines=crossed)
    assert "line 2 stand in another order of languages" in refused.text
    assert "in this order: 中文, English." in refused.text
    hint = BeautifulSoup(refused.text, "html.parser").select_one("details[open] .hint").get_text()
    assert hint.endswith("as copied from a table: 中文, English"), "the same names as in the refusal"
    kept = BeautifulSoup(refused.text, "html.parser").select_one("details[open] textarea[name=lines]")
    assert kept.get_text().strip() == crossed
    designer.submit(f"{DRAFT}/{new}", 303, form="form[action$='/double']")
    codes = [each["code"] for each in document_of(designer)["sections"][1]["questions"]]
    assert codes == ["WHY", "Q1", "Q2"]
    before = written(document_of(designer))
    designer.submit(f"{DRAFT}/{new}/drop", 303, how="keep")
    assert [each["code"] for each in document_of(designer)["sections"][1]["questions"]] == ["WHY", "Q2"]
    designer.browse(f"{DRAFT}/{new}", 404)
    marks = fields_of(designer.browse(DRAFT).select_one("#undo"))
    assert designer.client.post(f"{DRAFT}/{new}/restore", data=marks).status_code == 303
    assert written(document_of(designer)) == before


def test_a_copy_of_a_section_names_its_own_parts(designer, nodes):
    begin(designer)
    designer.submit(f"{DRAFT}/{nodes()['A'].id}", 303, form="form[action$='/double']")
    document = document_of(designer)
    copy = document["sections"][1]
    assert [each["code"] for each in copy["questions"]] == ["MET1", "S3", "S4"]
    assert document["sections"][2]["show_if"] == "MET != 'none' and S1 <= 4", "what stood outside stays"


def test_removing_what_is_used_lists_the_uses_and_takes_it_out(designer, nodes):
    begin(designer)
    s1 = nodes()["S1"]
    page = designer.browse(f"{DRAFT}/{s1.id}/drop")
    text = page.select_one("main").get_text(" ", strip=True)
    assert "“Used?” is not “None” and “One” is at most 4" in text
    assert "goes with it" in text
    assert designer.submit(f"{DRAFT}/{s1.id}/drop", 422, how="").status_code == 422
    designer.submit(f"{DRAFT}/{s1.id}/drop", 303, how="repair")
    document = document_of(designer)
    assert document["sections"][1]["show_if"] == "MET != 'none'"
    assert document["indicators"]["constructs"][0]["dimensions"][0]["indicators"] == ["S2"]
    assert "#n" not in json.dumps(document)
    designer.submit(DRAFT, 303, form="#undo", which="undo")
    assert written(document_of(designer)) == written(DOCUMENT)


def test_two_people_on_one_field_decide_and_elsewhere_both_stand(designer, administrator, nodes):
    begin(designer)
    path = f"{DRAFT}/{nodes()['S1'].id}"
    old = fields_of(administrator.browse(path).select_one("#part"))
    designer.submit(path, 303, form="#part", **{"v:text/en": "Theirs"})
    both = administrator.client.post(path, data=old | {"v:text/zh": "新"}, headers=HEADERS)
    assert both.status_code == 303, "another language is another field"
    clash = administrator.client.post(
        path, data=old | {"v:text/en": "Mine", "v:hint/en": "Hint"}, headers=HEADERS
    )
    assert clash.status_code == 409
    page = check_page(clash)
    assert "designer@example.org" in page.get_text()
    assert "Theirs" in page.get_text()
    assert page.select_one("textarea").get_text().strip() == "Mine"
    text = document_of(designer)["sections"][0]["questions"][1]["text"]
    assert text == {"zh": "新", "en": "Theirs"}, "nothing of the change was made"
    form = page.select_one("main form[method=post]")
    sent = fields_of(form) | {"v:text/en": "Both"}
    again = administrator.client.post(form["action"], data=sent, headers=HEADERS)
    assert again.status_code == 303
    question = document_of(designer)["sections"][0]["questions"][1]
    assert (question["text"], question["hint"]) == ({"zh": "新", "en": "Both"}, {"en": "Hint"})


def test_a_double_click_adds_once_and_ones_own_other_window_is_named(designer, nodes):
    begin(designer)
    a = nodes()["A"]
    form = designer.browse(f"{DRAFT}/{a.id}").select_one(ADD_QUESTION)
    sent = fields_of(form)
    one, two = (designer.client.post(form["action"], data=sent) for _ in range(2))
    assert one.location == two.location
    assert len(document_of(designer)["sections"][0]["questions"]) == 4
    path = f"{DRAFT}/{nodes()['S1'].id}"
    left, right = (fields_of(designer.browse(path).select_one("#part")) for _ in range(2))
    assert designer.client.post(path, data=left | {"v:text/en": "Left"}).status_code == 303
    clash = designer.client.post(path, data=right | {"v:text/en": "Right"}, headers=HEADERS)
    assert "You, in another window" in clash.text
    back = designer.client.post(path, data=left | {"v:text/en": "Left again"})
    assert back.status_code == 303, "a window follows its own changes"


def test_what_was_removed_in_the_meantime_is_told(designer, administrator, nodes):
    begin(designer)
    s2 = nodes()["S2"]
    path = f"{DRAFT}/{s2.id}"
    old = fields_of(administrator.browse(path).select_one("#part"))
    designer.submit(f"{path}/drop", 303, how="repair")
    assert administrator.client.post(path, data=old | {"v:text/en": "Late"}).status_code == 404


def test_findings_stand_at_their_parts_and_one_click_mends(designer, nodes):
    broken = json.loads(json.dumps(DOCUMENT))
    broken["sections"][0]["questions"][0]["options"][1]["value"] = 1
    broken["sections"].append({"code": "C", "title": {"zh": "丙", "en": "C"}})
    begin(designer, broken)
    page = designer.browse(f"{DRAFT}/findings")
    assert page.select("a[href]")
    said = [button.get_text() for button in page.select("main li button")]
    assert "Give free values" in said
    assert "Remove the empty part" in said
    for _ in said:
        page = designer.browse(f"{DRAFT}/findings")
        form = page.select_one("main li form")
        if form is None:
            break
        sent = fields_of(form) | {"which": form.button["value"]}
        for _again in range(2):
            assert designer.client.post(form["action"], data=sent).status_code == 303
    document = document_of(designer)
    assert [each["value"] for each in document["sections"][0]["questions"][0]["options"]] == [1, 2]
    assert [each["code"] for each in document["sections"]] == ["A", "B"]
    tree = designer.browse(f"{DRAFT}/{nodes()['A'].id}")
    assert tree.select(".editor-tree")


def test_a_search_finds_texts_codes_and_conditions(designer, nodes):
    begin(designer)
    for wanted, code in (("Because", None), ("Why", "WHY"), ("MET != ", "B"), ("热线", "hot"), ("s1", "S1")):
        page = designer.browse(f"{DRAFT}/search?q={wanted}")
        links = [link["href"] for link in page.select(".findings a")]
        assert (f"{DRAFT}/{nodes()[code].id}" in links) if code else not links, wanted
    designer.browse(f"{DRAFT}/search?q={'x' * 500}", 413)
    designer.browse(f"{DRAFT}/search?q=%00%ff")


def test_the_preview_shows_the_draft_in_a_frame_of_ours_alone(designer, nodes):
    broken = json.loads(json.dumps(DOCUMENT))
    broken["sections"][0]["questions"][1]["scale"] = "nothing"
    begin(designer, broken)
    answer = designer.client.get(f"{DRAFT}/preview/A?lang=en")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Set-Cookie" not in answer.headers, "the author's pages stay in their language"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    page = check_page(answer)
    assert page.select("#q-MET")
    assert page.select("#q-S2")
    assert not page.select("#q-S1"), "a question that cannot be asked yet is left out"
    step = designer.client.post(f"{DRAFT}/preview/A", data={"go": "next"})
    assert step.location == f"{DRAFT}/preview/B"
    designer.browse(f"{DRAFT}/preview/NOWHERE", 404)
    assert "frame-src 'self'" in designer.client.get(DRAFT).headers["Content-Security-Policy"]
    assert designer.client.get(f"{DRAFT}/history").headers["X-Frame-Options"] == "DENY"
    begin(designer, {"format": "manyi/2", "code": "blank", "title": {"en": "Blank"}})
    assert "nothing to show yet" in designer.browse("/questionnaires/draft/blank/preview/A").get_text()


def test_what_is_typed_in_one_go_is_one_step(designer, nodes):
    begin(designer)
    path = f"{DRAFT}/{nodes()['S1'].id}"
    form = fields_of(designer.browse(path).select_one("#part"))
    for number, typed in enumerate(("F", "Fi", "First")):
        more = {"v:text/en": typed, "gesture": "a" * 32, "base": str(number)}
        assert designer.client.post(path, data=form | more).status_code == 303
    assert len(designer.browse(f"{DRAFT}/history").select(".history > li")) == 1
    designer.submit(DRAFT, 303, form="#undo", which="undo")
    assert written(document_of(designer)) == written(DOCUMENT)


def test_a_part_that_is_moved_to_where_it_stands_stays_and_is_told(designer, nodes):
    begin(designer)
    last = f"{DRAFT}/{nodes()['S2'].id}"
    before = document_of(designer)
    designer.submit(last, 303, form="[aria-labelledby=whole] form[action$='/move']", to="down")
    assert "It stands there already." in designer.browse(last).select_one(".notices").get_text()
    assert document_of(designer) == before


def test_a_step_is_past_the_part_that_was_seen_beside(designer, nodes):
    """A step may wait for a line: others have moved or removed parts when it comes."""
    begin(designer)
    at = {code: f"{DRAFT}/{nodes()[code].id}" for code in ("A", "MET", "S1", "S2")}

    def seen(part, page):
        return fields_of(designer.browse(at[page]).select_one(f"form[action='{at[part]}/move']"))

    def codes():
        return [each["code"] for each in document_of(designer)["sections"][0]["questions"]]

    def sent(part, form, to):
        return designer.client.post(f"{at[part]}/move", data=form | {"to": to}, headers=HEADERS)

    assert codes() == ["MET", "S1", "S2"]
    waits = seen("MET", "A")
    assert sent("S2", seen("S2", "S2"), "up").status_code == 303
    assert codes() == ["MET", "S2", "S1"]
    assert sent("MET", waits, "down").status_code == 303
    assert codes() == ["S2", "S1", "MET"], "behind S1, as it was seen"
    waits = seen("MET", "MET")
    assert sent("S1", seen("S1", "S1"), str(nodes()["B"].id)).status_code == 303
    for form in (waits, waits | {"mark": "b" * 32, "above": "x"}):
        answer = sent("MET", form, "up")
        assert answer.status_code == 422
        assert "What stood beside it was moved or removed meanwhile." in answer.text
    assert codes() == ["S2", "MET"]


def test_ways_to_group_are_named_in_the_language_of_the_page(designer, nodes):
    begin(designer, DOCUMENT)
    system = next(each.id for each in nodes().values() if each.kind == "system")
    for language, said in (("zh", "按客户类别"), ("en", "By customer class")):
        text = designer.browse(f"{DRAFT}/{system}?lang={language}").select_one("#part").get_text()
        assert said in text
        assert "customer_class" not in text
