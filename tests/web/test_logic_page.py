"""The page of a questionnaire's logic: conditions with texts instead of codes, uses, answers tried."""

import pytest

from surveys import instruments
from surveys.document import loading
from surveys.document.conditions import conditions_of
from surveys.editing import publishing
from tests.surveys.worlds import NOW, document, text

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
