"""A condition as a form without JavaScript: rows, groups and text are one tree, and nothing is lost."""

import copy

import pytest

from tests.surveys.drafts import DOCUMENT
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.visiting import check_page, fields_of

HEADERS = {"Accept-Language": "en"}


def asked(kind, code, **more):
    return {"type": kind, "code": code, "text": {"zh": code, "en": f"Text of {code}"}} | more


def options(*codes):
    return [{"code": each, "value": value, "text": {"zh": each, "en": f"Option {each}"}}
            for value, each in enumerate(codes, start=1)]  # fmt: skip


@pytest.fixture
def rich():
    """The small draft with a question of every kind before WHY."""
    made = copy.deepcopy(DOCUMENT)
    made["sections"][0]["questions"] += [
        asked("multiple", "MANY", options=options("a", "b", "c")),
        asked("ranking", "FIRST", most=3, options=options("x", "y", "z")),
        asked("number", "OUT", low=0, high=99),
        asked("date", "DAY"),
        asked("short_text", "TOWN"),
    ]  # fmt: skip
    return made


def at(nodes, code="B", field="show_if"):
    return f"{DRAFT}/{nodes()[code].id}/condition/{field}"


def pressed(designer, path, page, doing, status=200, form=".condition-form", **fields):
    """Press a button of the form, without JavaScript."""
    data = fields_of(page.select_one(form)) | fields | {"do": doing}
    data = {name: value for name, value in data.items() if value is not None}
    response = designer.client.post(path, data=data, headers=HEADERS)
    assert response.status_code == status, response.text[-2000:]
    return check_page(response) if response.mimetype == "text/html" and status != 303 else response


def condition_of(designer, section=1):
    return document_of(designer)["sections"][section].get("show_if")


def test_the_condition_of_a_section_is_built_row_by_row(designer, nodes, rich):
    del rich["sections"][1]["show_if"]
    begin(designer, rich)
    path = at(nodes)
    page = designer.browse(path)
    what = page.select_one("[name='c.0:what']")
    assert "“One” S1" in what.get_text()
    assert "the account’s" in what.get_text()
    assert "Why" not in what.get_text(), "what comes later is not offered"
    page = pressed(designer, path, page, "show", **{"c.0:what": "MET"})
    assert not page.select(".error"), "what is not filled in yet is no fault"
    page = pressed(designer, path, page, "show", **{"c.0:how": "=="})
    assert [each.get_text() for each in page.select("[name='c.0:value'] option")][1:] == ["Hotline", "None"]
    page = pressed(designer, path, page, "add c", **{"c.0:value": "hot"})
    assert page.select_one("#text").get_text().strip() == "MET == 'hot'"
    assert page.select_one("[autofocus]")["name"] == "c.1:what", "one goes on in the new row"
    page = pressed(designer, path, page, "in c.1")
    page = pressed(designer, path, page, "show", **{"c.1:word": "any", "c.1.0:what": "MANY"})
    page = pressed(designer, path, page, "show", **{"c.1.0:how": "any"})
    page = pressed(designer, path, page, "add c.1", **{"c.1.0:value": ["a", "c"]})
    page = pressed(designer, path, page, "show", **{"c.1.1:what": "rank FIRST"})
    page = pressed(designer, path, page, "show", **{"c.1.1:of": "y", "c.1.1:how": "<="})
    page = pressed(designer, path, page, "show", **{"c.1.1:value": "２"})
    said = page.select_one(".condition-said").get_text(" ", strip=True)
    assert "“Used?” is “Hotline”" in said
    assert "“Option y”" in said
    assert pressed(designer, path, page, "save", 303).location.endswith(f"/{nodes()['B'].id}")
    assert condition_of(designer) == "MET == 'hot' and (any(MANY, ['a', 'c']) or rank(FIRST, 'y') <= 2)"


def test_rows_are_moved_taken_out_and_removed(designer, nodes, rich):
    rich["sections"][1]["show_if"] = "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"
    begin(designer, rich)
    path = at(nodes)
    for doing, expected in (
        ("up c.1", "(S1 > 2 or S1 > 3) and S1 > 1 and S1 > 4"),
        ("down c.0", "(S1 > 2 or S1 > 3) and S1 > 1 and S1 > 4"),
        ("out c.1.0", "S1 > 1 and S1 > 3 and S1 > 2 and S1 > 4"),
        ("in c.2", "S1 > 1 and (S1 > 2 or S1 > 3 or S1 > 4)"),
        ("drop c.1", "S1 > 1 and S1 > 4"),
        ("drop c.1.1", "S1 > 1 and S1 > 2 and S1 > 4"),
        ("drop c.9", "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"),
        ("up c.0", "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"),
        ("out c.0", "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"),
        ("in x", "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"),
        ("", "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4"),
    ):
        page = pressed(designer, path, designer.browse(path), doing)
        assert page.select_one("#text").get_text().strip() == expected, doing
    assert condition_of(designer) == "S1 > 1 and (S1 > 2 or S1 > 3) and S1 > 4", "only saving saves"


def test_the_text_becomes_the_form_and_is_saved(designer, nodes, rich):
    begin(designer, rich)
    path = at(nodes)
    page = designer.browse(path)
    text = "not S1 == 3 and TOWN in ['Lin', 'Ling'] and DAY < today(-7) and OUT in [1, 2.5] and S1 < S2"
    page = pressed(designer, path, page, "read", form="form:has(#text)", text=text)
    fields = fields_of(page.select_one(".condition-form"))
    assert fields["c.0:word"] == "none"
    assert fields["c.1:value"] == "Lin\nLing"
    assert (fields["c.2:how"], fields["c.2:value"]) == ("< today", "-7")
    assert (fields["c.3:value"], fields["c.4:value"]) == ("1, 2.5", "S2")
    pressed(designer, path, page, "save", 303)
    assert condition_of(designer) == text
    page = designer.browse(path)
    wrong = pressed(designer, path, page, "read", 422, form="form:has(#text)", text="S1 >")
    assert "S1 &gt;" in str(wrong.select_one("#text"))
    assert wrong.select_one("#text-error")
    pressed(designer, path, page, "save-text", 303, form="form:has(#text)", text="S1 > 9")
    assert condition_of(designer) == "S1 > 9"
    pressed(designer, path, designer.browse(path), "save-text", 303, form="form:has(#text)", text="")
    assert condition_of(designer) is None


def test_what_no_row_holds_is_shown_as_text_with_the_reason_and_with_what_is_wrong(designer, nodes, rich):
    rich["sections"][1]["show_if"] = "S1 > 2 and WHY == 'later' and MANY == 'a'"
    begin(designer, rich)
    path = at(nodes)
    page = designer.browse(path)
    rows = page.select(".condition-row")
    assert "cannot be chosen here" in rows[1].get_text()
    assert "asked here or later" in rows[1].select_one(".error").get_text()
    assert "any(MANY" in rows[2].select_one(".error").get_text()
    pressed(designer, path, page, "save", 303)
    assert condition_of(designer) == "S1 > 2 and WHY == 'later' and MANY == 'a'", "nothing is lost"
    page = pressed(designer, path, page, "show", **{"c.2:text": "any(MANY, ['a'])"})
    assert page.select_one("[name='c.2:how'] option[selected]")["value"] == "any"


FAULTS = [
    ("OUT > 1", {"c.0:value": ""}, "Write a number"),
    ("OUT > 1", {"c.0:value": "many"}, "Write a number"),
    ("OUT > 1", {"c.0:value": "1e999"}, "Write a number"),
    ("OUT > 1", {"c.0:how": "any"}, "Choose how"),
    ("OUT > 1", {"c.0:how": None}, "Choose how"),
    ("OUT > 1", {"c.0:what": "not"}, "Choose what"),
    ("OUT > 1", {"c.0:what": "WHY"}, "Choose what"),
    ("OUT > 1", {"c.0:what": "count MET"}, "Choose what"),
    ("OUT > 1", {"c.0:what": "rank FIRST"}, "Choose an option"),
    ("OUT in [1]", {"c.0:value": ", ,"}, "commas"),
    ("OUT in [1]", {"c.0:value": "1, x"}, "commas"),
    ("OUT > S1", {"c.0:value": "TOWN"}, "Choose an answer"),
    ("MET == 'hot'", {"c.0:value": "gone"}, "Choose an option"),
    ("any(MANY, ['a'])", {"c.0:value": None}, "Tick at least one"),
    ("any(MANY, ['a'])", {"c.0:value": ["a", "gone"]}, "Choose an option"),
    ("count(MANY, ['a']) > 0", {"c.0:of": ["gone"]}, "Choose an option"),
    ("DAY > today(1)", {"c.0:value": "1.5"}, "whole number of days"),
    ("DAY > today(1)", {"c.0:value": "99999"}, "whole number of days"),
    ("DAY > date('2026-01-01')", {"c.0:value": "2026-02-30"}, "Give a day"),
    ("TOWN == 'x'", {"c.0:value": "a\u202eb"}, "cannot be seen"),
    ("TOWN == 'x'", {"c.0:value": "a\u200bb"}, "cannot be seen"),
    ("account.tier == 'key'", {"c.0:value": "gold"}, "Choose an option"),
    ("WHY == 'x'", {"c.0:text": "(" * 10_000}, "cannot be read"),
    ("WHY == 'x'", {"c.0:text": "not == 1"}, "cannot be read"),
    ("WHY == 'x'", {"c.0:text": "S1 > 1 or " * 300}, "cannot be read"),
]


def test_a_fault_stands_at_its_row_and_nothing_is_saved(designer, nodes, rich):
    begin(designer, rich)
    before, path = document_of(designer), at(nodes)
    marks = designer.browse(path)
    for text, fields, said in FAULTS:
        page = pressed(designer, path, marks, "read", form="form:has(#text)", text=text)
        page = pressed(designer, path, page, "save", 422, **fields)
        assert said in page.select_one(".condition-row .error").get_text(), fields
        assert page.select_one("[aria-invalid=true]") or said.startswith("Tick"), fields
        assert page.select_one(".error-summary a[href='#c-0']")
    assert document_of(designer) == before


ANYTHING = [
    ({"do": "save", **{f"c.{n}:what": "S1" for n in range(400)}}, 413),
    ({"do": "show", "c" + ".0" * 13 + ":what": "S1"}, 200),
    ({"do": "show", "c.0.0.0:what": "S1"}, 200),
    ({"do": "show", "c.0:what": "x" * 100_000}, 200),
    ({"do": "show", "c:word": "some", "c.0:kept": "(" * 5000}, 200),
    ({"do": "in c" + ".0" * 5000}, 200),
    ({"do": "add c.99999"}, 200),
    ({"do": "read", "text": "not " * 10_000 + "S1 > 1"}, 422),
    ({"do": "read", "text": "account == not"}, 422),
    ({"do": "save-text", "text": "(" * 60 + "S1 > 1" + ")" * 60}, 422),
    ({"do": "save-text", "text": "S1 > 1 or " * 300}, 422),
    ({"do": "save", "base": "-1"}, 400),
]


def test_a_form_may_hold_anything(designer, nodes, rich):
    begin(designer, rich)
    path = at(nodes)
    marks = fields_of(designer.browse(path).select_one("form:has(#text)"))
    for fields, status in ANYTHING:
        answer = designer.client.post(path, data=marks | fields, headers=HEADERS)
        assert answer.status_code == status, answer.text[-1000:]
    assert condition_of(designer) == DOCUMENT["sections"][1]["show_if"]


def test_every_place_of_a_condition_has_its_form(designer, nodes, rich):
    rich["sections"][0]["questions"][0]["options"][0]["show_if"] = "account.tier == 'key'"
    rich["sections"][1]["stops"] = [{"code": "END", "when": "S1 < 2", "text": {"zh": "谢", "en": "Thanks"}}]
    rich["quotas"] = [{"code": "Q", "when": "S1 < 2", "text": {"zh": "谢", "en": "Thanks"}}]
    begin(designer, rich)
    found = nodes()
    for code, field in (("B", "show_if"), ("S1", "show_if"), ("S1", "valid_if"), ("hot", "show_if"),
                        ("END", "when"), ("Q", "when"), ("contradiction", "when")):  # fmt: skip
        part = designer.browse(f"{DRAFT}/{found[code].id}")
        link = part.select_one(f"a[href$='/condition/{field}']")
        assert link is not None, code
        page = designer.browse(link["href"])
        offered = {each.get("value") for each in page.select("[name='c.0:what'] option")}
        assert "today()" in offered
        assert ("S1" in offered) == (code not in {"hot", "S1"} or field == "valid_if"), code
    designer.browse(f"{DRAFT}/{found['B'].id}/condition/title", 404)
    designer.browse(f"{DRAFT}/{found['B'].id}/condition/when", 404)
    designer.browse(f"{DRAFT}/99999/condition/show_if", 404)


def test_two_who_change_one_condition_decide(designer, administrator, nodes, rich):
    begin(designer, rich)
    path = at(nodes)
    old = administrator.browse(path)
    pressed(designer, path, designer.browse(path), "save", 303, **{"c.1:value": "5"})
    clash = pressed(administrator, path, old, "save", 409, **{"c.1:value": "6"})
    assert "S1 <= 5" in clash.get_text()
    assert "S1 <= 6" in clash.select_one("textarea").get_text()
    same = pressed(designer, path, designer.browse(path), "save", 303)
    assert same.location.endswith(str(nodes()["B"].id))


def test_only_designers_change_conditions(analyst, viewer, designer, nodes):
    begin(designer)
    path = at(nodes)
    analyst.browse(path, 403)
    viewer.browse(path, 403)
    assert not analyst.browse(path.partition("/condition")[0]).select("a[href*='/condition/']")


def test_words_and_codes_stand_there_in_both_languages(designer, nodes, rich):
    begin(designer, rich)
    path = at(nodes)
    chinese = designer.browse(f"{path}?lang=zh")
    assert "以下全部成立" in chinese.get_text()
    assert "热线" in chinese.get_text()
