"""Questions that are worded anew: nobody publishes them before it is said whether their answers go on."""

from copy import deepcopy

import pytest
from sqlalchemy import select

from csi_model.series.breaks import find_breaks
from surveys.document import loading
from surveys.editing import publishing, series
from surveys.models import SeriesDecision, Version
from tests.surveys.drafts import DOCUMENT, NOW
from tests.web.drafts import DRAFT, document_of
from web.runs import asked
from web.runs.asked import Asked

REVIEW, FINDINGS = f"{DRAFT}/review", f"{DRAFT}/findings"
FORM = "form[action$='/series']"
SOUND = {name: value for name, value in DOCUMENT.items() if name != "indicators"}


@pytest.fixture
def parts(designer, session, nodes):
    """Publish the small questionnaire and begin a draft from it; give its parts."""
    publishing.publish(session, loading.load(SOUND), "somebody", NOW)
    session.commit()
    designer.submit("/questionnaires/new", 303, source="version:small/1")
    return nodes()


def reword(designer, part, **texts):
    fields = {f"v:text/{language}": text for language, text in texts.items()}
    designer.submit(f"{DRAFT}/{part.id}", 303, form="#part", **fields)


def undecided(designer):
    """Give the places of what is not decided, as the list of findings names them."""
    found = designer.browse(FINDINGS).select("ul.findings > li")
    return [each.select_one("code").get_text() for each in found if each.select_one(FORM)]


def choices(designer):
    return designer.browse(REVIEW).select(f"{FORM} select")


def rated(plain, code):
    questions = (each for section in plain["sections"] for each in section["questions"])
    return next(each for each in questions if each["code"] == code)


def published(session, designer, administrator):
    page = designer.browse(REVIEW)
    warnings = [box["value"] for box in page.select("input[name=warning]")]
    if warnings:
        designer.submit(
            REVIEW, 303, form="form[action$='/reasons']", warning=warnings, reason="It is a test."
        )
    designer.submit(REVIEW, 303, form="form[action$='/submit']")
    administrator.submit(REVIEW, 303, form="form[action$='/decide']", decision="approve")
    designer.submit(REVIEW, 303, form="form[action$='/publish']")
    return session.scalars(select(Version).order_by(Version.id.desc())).first()


def test_a_reworded_question_is_decided_about_before_it_is_published(designer, administrator, session, parts):
    reword(designer, parts["S1"], en="Overall, how content are you?")
    reword(designer, parts["S2"], en="How close to ideal?")
    reword(designer, parts["WHY"], en="Why, then, {way}?")
    assert undecided(designer) == ["A.S1", "A.S2"], "what is no rating has no series"
    designer.submit(REVIEW, 303, form="form[action$='/submit']")
    assert "cannot be submitted yet" in designer.browse(REVIEW).select_one(".notices").get_text()
    assert "not decided yet" in designer.browse("/questionnaires/compare/small").get_text()
    assert designer.browse(f"{DRAFT}/pilot").select("form[action$='/pilot'] button"), "no series there"
    asked_about = designer.browse(REVIEW).select_one("[aria-labelledby=series]")
    assert [each.get_text() for each in asked_about.select("del")] == ["One", "Two"], (
        "what stayed is left out"
    )
    one, two = choices(designer)
    designer.submit(REVIEW, 303, form=FORM, **{one["name"]: "same", two["name"]: "new"})
    assert undecided(designer) == []
    assert "says designer@example.org" in designer.browse(REVIEW).get_text()
    plain = document_of(designer)
    assert "lineage" not in rated(plain, "S1")
    assert rated(plain, "S2")["lineage"] == 2
    compared = " ".join(designer.browse("/questionnaires/compare/small").stripped_strings)
    assert "are not compared: S2" in compared
    assert "one series all the same: S1" in compared
    version = published(session, designer, administrator)
    assert version.series == {"S1": "same", "S2": "new"}
    first = session.scalars(select(Version).where(Version.number == 1)).one()
    waves = [("W1", first, ("S1", "S2")), ("W2", version, ("S1", "S2"))]
    forms = asked.forms([(code, Asked(asked.wordings(each)), items) for code, each, items in waves])
    assert [each.what for each in find_breaks(forms)] == [("S2",)]
    shown = " ".join(designer.browse("/questionnaires/version/small/2").stripped_strings)
    assert "the same series S1" in shown
    assert "a new series S2" in shown
    book = designer.client.get("/questionnaires/version/small/2/codebook.json").get_json()["answers"]
    assert {each["code"]: each["series"] for each in book if each["series"]} == version.series
    assert (
        "asked anew, a new series" in designer.browse("/questionnaires/version/small/2/codebook").get_text()
    )
    assert choices(designer) == [], "against the newest version nothing is worded anew"


def test_a_decision_holds_for_exactly_these_words_and_can_be_changed(designer, session, parts):
    reword(designer, parts["S1"], en="Overall, how content are you?")
    (field,) = choices(designer)
    designer.submit(FINDINGS, 303, form=FORM, **{field["name"]: "same"})
    assert undecided(designer) == []
    reword(designer, parts["S1"], en="Overall, how happy are you?")
    assert undecided(designer) == ["A.S1"]
    designer.send(f"{DRAFT}/series", 303, base="0", tab="0" * 32, mark="0" * 32, **{field["name"]: "new"})
    assert undecided(designer) == ["A.S1"], "words that nobody has before them are not decided about"
    (field,) = choices(designer)
    designer.submit(REVIEW, 303, form=FORM, **{field["name"]: "new"})
    assert rated(document_of(designer), "S1")["lineage"] == 2
    designer.submit(DRAFT, 303, form="#undo", which="undo")
    assert undecided(designer) == ["A.S1"], "a new series is a change that can be taken back"
    designer.submit(REVIEW, 303, form=FORM, **{field["name"]: "new"})
    designer.submit(REVIEW, 303, form=FORM, **{field["name"]: "same"})
    assert "lineage" not in rated(document_of(designer), "S1")
    assert undecided(designer) == []
    assert len(session.scalars(select(SeriesDecision)).all()) == 2
    reword(designer, parts["S1"], en="One")
    assert choices(designer) == []


def test_signs_alone_are_proposed_as_the_same_and_another_scale_is_never(designer, parts):
    reword(designer, parts["S1"], en="One?!")
    assert "punctuation alone" in designer.browse(FINDINGS).get_text()
    (field,) = choices(designer)
    assert field.select_one("[selected]")["value"] == "same"
    reword(designer, parts["S2"], en="Two or so", zh="二（大约，粗略）？")
    shown = designer.browse(REVIEW).select_one("[aria-labelledby=series]").get_text()
    assert "二（大约，粗略）？" in shown, "signs are shown as they are written"
    _, field = choices(designer)
    assert field.select_one("[selected]")["value"] == ""
    designer.submit(f"{DRAFT}/{parts['s10'].id}", 303, form="#part", **{"v:high": "7"})
    assert choices(designer) == []
    told = designer.browse(REVIEW).select_one("[aria-labelledby=differences] .notice").get_text()
    assert "not compared" in told


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 303), ({"series:x": "same"}, 303), ({"base": "x"}, 400), ({"tab": ""}, 400)],
)
def test_posts_about_series_may_hold_anything(designer, analyst, session, parts, sent, status):
    reword(designer, parts["S1"], en="Otherwise")
    marks = {"base": "0", "tab": "0" * 32, "mark": "0" * 32} | sent
    designer.send(f"{DRAFT}/series", status, **marks)
    analyst.send(f"{DRAFT}/series", 403, **marks)
    (field,) = choices(designer)
    designer.send(f"{DRAFT}/series", 303, **marks | {"base": "0", "tab": "0" * 32, field["name"]: "else"})
    assert undecided(designer) == ["A.S1"]
    assert session.scalars(select(SeriesDecision)).all() == []


def test_what_is_published_past_review_is_asked_too(session):
    publishing.publish(session, loading.load(SOUND), "somebody", NOW)
    plain = deepcopy(SOUND)
    rated(plain, "S1")["text"]["en"] = "Otherwise"
    with pytest.raises(publishing.FaultyError) as refused:
        publishing.publish(session, loading.load(plain), "somebody", NOW)
    assert [(each.code, each.place) for each in refused.value.errors] == [(series.UNDECIDED, "A.S1")]
    rated(plain, "S1")["lineage"] = 2
    second = publishing.publish(session, loading.load(plain), "somebody", NOW)
    assert second.series == {"S1": "new"}
    # A question that a version left out is held to the version that asked it last.
    without = deepcopy(plain)
    without["sections"][0]["questions"] = [
        each for each in plain["sections"][0]["questions"] if each["code"] != "S1"
    ]
    without["sections"][1]["show_if"] = "MET != 'none'"
    without["quality"] = {}
    publishing.publish(session, loading.load(without), "somebody", NOW)
    rated(plain, "S1")["text"]["en"] = "Once more otherwise"
    with pytest.raises(publishing.FaultyError) as refused:
        publishing.publish(session, loading.load(plain), "somebody", NOW)
    assert refused.value.errors[0].about == {"code": "S1", "version": 2}
