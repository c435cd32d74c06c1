"""The page of a questionnaire's logic: conditions with texts instead of codes, uses, answers tried."""

import copy

import pytest

from surveys import instruments
from surveys.asking.router import Router
from surveys.document import loading
from surveys.document.conditions import conditions_of
from surveys.document.questionnaire import Questionnaire
from surveys.editing import drafting, publishing
from surveys.trial import keeping, trial
from tests.surveys.drafts import DOCUMENT as DRAFTED
from tests.surveys.worlds import NOW, document, text
from tests.web.drafts import DRAFT, begin, document_of

FULL = "/questionnaires/instrument/utility_csi/full/logic"


def flat(node) -> str:
    return " ".join(node.get_text(" ", strip=True).split())


def item(page, code: str) -> str:
    """What the page says of a question where the tried answers lead."""
    found = [each for each in page.select("#result ~ .tree li") if each.find("code", string=code)]
    assert found, code
    return flat(found[0])


def test_every_condition_stands_there_in_words_with_texts(designer):
    page = designer.browse(f"{FULL}?lang=en")
    placed = list(conditions_of(instruments.load("utility_csi")))
    assert len(page.select("tbody tr")) == len(placed) > 15
    row = next(each for each in page.select("tbody tr") if each.find("code", string="E2"))
    sentence = flat(row.select_one(".condition"))
    assert "E1" not in sentence
    asked = instruments.load("utility_csi").by_code["E1"].text["en"]
    assert sentence.startswith(f"Asked only if “{asked[:20]}")
    assert sentence.endswith("is above 0.")
    chinese = flat(designer.browse(f"{FULL}?lang=zh").select_one("table"))
    assert "没有" not in chinese.split("依据")[0]
    assert "大于0" in chinese
    assert "is above" not in chinese


def test_uses_are_told_with_a_link_to_the_condition(designer):
    page = designer.browse(f"{FULL}?lang=en")
    block = next(each for each in page.select("details") if each.summary.find("code", string="E1"))
    link = block.select_one("a[href^='#condition-']")
    assert page.select_one(link["href"]).find("code", string="E2")


def test_answers_that_are_tried_say_why(designer):
    page = designer.browse(f"{FULL}?lang=en&S1=yes&S2=yes&S3=yes&S4=no&E1=3&E4=hotline&try=1")
    assert "is above 0" in item(page, "E2")
    assert " asked holds" in item(page, "E2")
    assert ": 3" in item(page, "E2")
    assert " asked holds" in item(page, "PQV6")
    assert "not asked does not hold" in item(page, "PQV8")
    assert "The interview ends here:" not in flat(page)
    none = designer.browse(f"{FULL}?lang=en&S1=yes&S2=yes&S3=yes&S4=no&E1=0&try=1")
    assert "not asked does not hold" in item(none, "E2")
    assert page.select_one("#try-1") is not None


def test_a_stop_is_told_and_nothing_is_asked_after_it(designer):
    page = designer.browse(f"{FULL}?lang=en&S1=no&try=1")
    text_of_page = flat(page)
    assert "The interview ends here:" in text_of_page
    assert (
        text_of_page.count("the interview has ended before")
        == len(instruments.load("utility_csi").sections) - 1
    )


def test_the_customer_file_answers_instead_of_its_question(designer):
    page = designer.browse(
        f"{FULL}?lang=en&S1=yes&S2=yes&S3=yes&S4=no&account.customer_class=industrial&try=1"
    )
    assert "the customer file answers it" in item(page, "CATEGORY")
    assert page.select_one("select[name='account.customer_class'] option[selected]")["value"] == "industrial"


@pytest.mark.parametrize(
    "sent",
    [
        "E1=minus",
        "E1=99999999999999999999",
        "S1=yes&S1=no",
        "S1=seven",
        "E4=hotline&E4=none",
        "E4=%3Cscript%3E",
        "C1={{7*7}}",
    ],
)
def test_what_cannot_be_an_answer_is_told_at_its_field_and_counts_for_nothing(designer, sent):
    page = designer.browse(f"{FULL}?lang=en&{sent}&try=1")
    name = sent.split("=", maxsplit=1)[0]
    wrong = page.select(".field-wrong")
    assert len(wrong) == 1
    assert wrong[0].select_one(f"[name='{name}']")
    assert flat(wrong[0].select_one(".error"))
    assert "Answers that cannot be given" in flat(page)
    assert "not asked does not hold" in item(page, "E2") or "ended" in flat(page)


@pytest.mark.parametrize(
    "sent",
    ["account.customer_class=nobody", "account.tier=%00", "today=yesterday", "nothing=1", "S1=" + "9" * 3000],
)
def test_no_address_breaks_the_page(designer, sent):
    designer.browse(f"{FULL}?{sent}&try=1")


def test_a_word_that_the_file_does_not_know_is_refused(designer):
    page = designer.browse(f"{FULL}?lang=en&account.customer_class=nobody&try=1")
    assert page.select_one(".field-wrong select[name='account.customer_class']")


def test_types_of_the_second_format_are_tried_too(designer, session):
    days = {"type": "date", "code": "DAY", "text": text("Which day?")}
    why = {
        "type": "long_text", "code": "OLD", "text": text("Why so long ago?"),
        "show_if": "DAY < today(-30) and account.tier == 'key'",
    }  # fmt: skip
    made = document(format="manyi/2")
    made["sections"][1]["questions"] += [days, why]
    publishing.publish(session, loading.load(made), "somebody", NOW)
    session.commit()
    path = "/questionnaires/version/small/1/logic"
    page = designer.browse(f"{path}?DAY=2026-01-01&today=2026-06-01&account.tier=key&try=1&lang=en")
    assert " asked holds" in item(page, "OLD")
    assert "30 days before today" in item(page, "OLD")
    late = designer.browse(f"{path}?DAY=2026-05-30&today=2026-06-01&account.tier=key&try=1")
    assert "not asked does not hold" in item(late, "OLD")
    assert designer.browse(f"{path}?DAY=soon&today=never&try=1").select(".field-wrong [name=today]")


def test_a_questionnaire_without_conditions_says_so(designer, session):
    publishing.publish(session, loading.load(document()), "somebody", NOW)
    session.commit()
    page = designer.browse("/questionnaires/version/small/1/logic")
    assert "everybody is asked everything" in flat(page)
    assert not page.select("form.try-form")


def test_only_those_who_may_see_questionnaires_see_it(viewer, analyst, stranger):
    viewer.browse(FULL, 403)
    analyst.browse(FULL)
    assert stranger.client.get(FULL).status_code == 302
    analyst.browse("/questionnaires/version/nothing/1/logic", 404)


def test_a_draft_has_the_page_too_and_says_for_how_many_of_its_trial_each_condition_holds(designer, session):
    drafted = copy.deepcopy(DRAFTED)
    drafted["sections"][1]["questions"][0]["valid_if"] = "S1 > 1"
    begin(designer, drafted)
    path = f"{DRAFT}/logic?lang=en"
    before = flat(designer.browse(path))
    assert "A trial tells for how many people" in before
    assert "Its answer is accepted only if “One” is above 1." in before
    draft = drafting.find(session, "small")
    tried = loading.load(document_of(designer))
    made = trial.run(Router(tried), NOW.date(), people=40)
    assert set(made.holds) == set(conditions_of(tried))
    for placed, number in made.holds.items():
        assert 0 < number < 40, placed
    stored, _ = keeping.ask(
        session, "draft/small", tried, change=draft.number, day=NOW.date(), staff_name="x", now=NOW
    )
    stored.result, stored.state = made.plain() | {"estimation": None}, "done"
    session.commit()
    page = designer.browse(path)
    [section] = [each for each in page.select("tbody tr") if "Asked only if" in each.get_text()]
    number = next(n for placed, n in made.holds.items() if placed.place == "B")
    assert f"holds for {number} of 40" in flat(section)
    part = drafting.nodes_of(session, draft)
    b = next(node.id for node in part if node.code == "B")
    form = designer.browse(f"{DRAFT}/{b}/condition/show_if")
    assert f"it holds for {number} of 40 people" in flat(form)
    designer.submit(f"{DRAFT}/{b}", 303, form="#part", **{"v:show_if": "S1 <= 5"})
    changed = flat(designer.browse(path))
    assert "written since" in changed
    assert "1 change was made since this trial" in changed


def test_what_nobody_of_the_trial_came_to_is_named(designer, session):
    drafted = copy.deepcopy(DRAFTED)
    drafted["sections"][1]["show_if"] = "S1 > 10"
    begin(designer, drafted)
    tried = Questionnaire.model_validate(document_of(designer))
    made = trial.run(Router(tried), NOW.date(), people=10)
    stored, _ = keeping.ask(session, "draft/small", tried, day=NOW.date(), staff_name="x", now=NOW)
    stored.result, stored.state = made.plain() | {"estimation": None}, "done"
    session.commit()
    page = designer.browse(f"{DRAFT}/logic?lang=en")
    assert "holds for 0 of 10 never reached" in flat(page.select_one("tbody tr"))


def test_a_page_of_a_draft_is_seen_under_answers(designer):
    begin(designer)
    path = f"{DRAFT}/preview/B"
    form = designer.browse(f"{path}/answers").select_one("form.try-form")
    assert {each["name"] for each in form.select("[name]")} >= {"MET", "S1"}
    asked = f"{path}?MET=hot&S1=3&try=1"
    page = designer.browse(asked)
    assert "Why Hotline?" in flat(page), "a text takes the answer"
    assert page.form["action"] == asked
    gone = designer.browse(f"{path}?MET=none&S1=3&try=1")
    assert "nobody comes to this page" in flat(gone)
    assert "Why" not in flat(gone.form)
    first = designer.browse(f"{DRAFT}/preview/A?MET=none&S1=3&try=1")
    assert first.select_one("input[name=S1][value='3']").has_attr("checked")
    step = designer.client.post(f"{DRAFT}/preview/A?MET=hot&S1=3&try=1", data={"go": "next"})
    assert step.location == asked
    end = designer.client.post(f"{DRAFT}/preview/A?MET=none&S1=3&try=1", data={"go": "next"})
    assert end.location == DRAFT, "under these answers nothing follows"
    led = designer.browse(f"{DRAFT}/logic?MET=hot&S1=3&try=1&lang=en")
    assert led.select_one(f"a[href^='{path}?MET=hot']")
    designer.browse(f"{DRAFT}/preview/NOWHERE/answers", 404)
    for odd in ("MET=%00&try=1", "S1=99&try=1", "try=1&today=never", "MET=" + "x" * 3000 + "&try=1"):
        designer.browse(f"{path}?{odd}")
        designer.browse(f"{path}/answers?{odd}")


def test_a_draft_of_which_nothing_can_be_asked_says_so(designer):
    begin(designer, {"format": "manyi/2", "code": "small", "title": {"en": "Small"}})
    assert "There is nothing to show yet" in flat(designer.browse(f"{DRAFT}/logic"))
