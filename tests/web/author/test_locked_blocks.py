"""Standard blocks stay as they are until somebody makes them ordinary ones, with a reason in the trail."""

import pytest
from sqlalchemy import select

from surveys import instruments
from surveys.editing import drafting, publishing
from surveys.models import Draft
from tests.surveys.drafts import NOW
from tests.web.drafts import document_of
from tests.web.noted import entries_but_log_ins
from web.author.model import findings_of_model

ACSI = "/questionnaires/draft/acsi"
MARKS = {"base": "0", "tab": "0" * 32, "mark": "0" * 32}


@pytest.fixture
def parts(designer, session):
    """Begin a draft of standard blocks, and give its parts."""
    designer.submit("/questionnaires/new", 303, source="instrument:acsi/full")
    draft = session.scalars(select(Draft)).one()
    return drafting.nodes_of(session, draft)


def first(parts, kind):
    return next(
        each for each in parts if each.kind == kind and (kind != "construct" or each.fields["locked"])
    )


def asked(parts, construct):
    """The first question or row of a construct."""
    member = next(each for each in parts.branch(construct) if each.kind == "member")
    return parts.by_id[int(member.fields["of"].removeprefix("#n"))]


def test_a_standard_block_refuses_and_an_ordinary_one_does_not(designer, parts, session):
    construct = first(parts, "construct")
    part = asked(parts, construct)
    before = document_of(designer, ACSI)
    path = f"{ACSI}/{part.id}"
    assert "standard block" in designer.browse(path).select_one("#editor .notice").get_text()
    refused = designer.submit(path, 422, form="#part", **{"v:text/en": "Otherwise?"})
    assert "which is locked" in refused.text
    designer.submit(f"{path}/drop", 422, how="keep")
    above = parts.by_id[part.parent]
    designer.submit(f"{ACSI}/{above.id}/drop", 422, how="keep")
    dimension = next(each for each in parts.branch(construct) if each.kind == "dimension")
    designer.send(f"{ACSI}/{dimension.id}/add", 422, kind="member", **MARKS)
    assert document_of(designer, ACSI) == before
    block = f"{ACSI}/{construct.id}"
    assert not designer.browse(block).select("[name='v:locked'], [name='c:locked']")
    assert "Write why" in designer.submit(block, 422, form="form[action$='/unlock']", reason=" ").text
    designer.submit(block, 303, form="form[action$='/unlock']", reason="Nobody here buys at a shop.")
    entry = session.scalars(entries_but_log_ins).all()[-1]
    assert (entry.action, entry.detail["construct"], entry.detail["reason"]) == (
        "draft.unlock",
        construct.code,
        "Nobody here buys at a shop.",
    )
    designer.submit(path, 303, form="#part", **{"v:text/en": "Otherwise?"})
    for _each in range(2):
        designer.submit(ACSI, 303, form="#undo", which="undo")
    assert document_of(designer, ACSI) == before, "an unlocking is taken back as any change is"
    designer.submit(path, 422, form="#part", **{"v:text/en": "Otherwise?"})


def test_what_is_no_block_is_not_unlocked(designer, analyst, parts):
    question = first(parts, "question")
    marks = MARKS | {"reason": "x"}
    designer.send(f"{ACSI}/{question.id}/unlock", 404, **marks)
    designer.send(f"{ACSI}/99999/unlock", 404, **marks)
    construct = first(parts, "construct")
    analyst.send(f"{ACSI}/{construct.id}/unlock", 403, **marks)
    designer.send(f"{ACSI}/{construct.id}/unlock", 422, **marks | {"reason": "x" * 1001})
    designer.send(f"{ACSI}/{construct.id}/unlock", 400, reason="x")


def test_what_a_block_holds_is_read_only_and_says_why_and_who(designer, analyst, parts):
    construct = first(parts, "construct")
    part = asked(parts, construct)
    page = designer.browse(f"{ACSI}/{part.id}")
    notice = page.select_one("#held").get_text(" ", strip=True)
    assert "Only designers and administrators" in notice
    for path in ("code", "text-en", "text-zh"):
        field = page.select_one(f"#f-{path}")
        assert field.has_attr("readonly")
        assert not field.has_attr("name"), "what cannot be changed is not sent"
        why = page.select_one(f"#{field['aria-describedby']}").get_text()
        assert "Read only" in why
    free = page.select_one("#f-show_if")
    assert not free.has_attr("readonly")
    assert free["name"] == "v:show_if"
    assert not page.select("#whole ~ .actions-row a[href$='/drop']")
    assert "cannot be removed" in page.select_one("[aria-labelledby=whole]").get_text()
    above = designer.browse(f"{ACSI}/{parts.by_id[part.parent].id}")
    assert not above.select("[aria-labelledby=whole] a[href$='/drop']"), "a section with a block in it stays"
    block = designer.browse(f"{ACSI}/{construct.id}")
    assert not block.select("[aria-labelledby=below-dimension] form[action$='/add']")
    assert not block.select(f"form[action$='/{construct.id}/add']")
    dimension = next(each for each in parts.branch(construct) if each.kind == "dimension")
    inner = designer.browse(f"{ACSI}/{dimension.id}")
    assert not inner.select("form[action$='/double']")
    assert not inner.select("#move-to option[value]")
    seen = analyst.browse(f"{ACSI}/{part.id}")
    assert seen.select_one("#f-text-en").has_attr("readonly")
    assert "(read only)" not in seen.select_one("label[for=f-show_if]").get_text()
    assert seen.select_one("#f-show_if").has_attr("readonly"), "who may not edit reads alone"
    assert "只读" in designer.browse(f"{ACSI}/{part.id}?lang=zh").select_one("#held-why").get_text()
    designer.submit(f"{ACSI}/{construct.id}", 303, form="form[action$='/unlock']", reason="Other words here.")
    after = designer.browse(f"{ACSI}/{part.id}")
    assert not after.select("#held, #f-text-en[readonly]")
    assert after.select("[aria-labelledby=whole] a[href$='/drop']")


def test_a_block_that_differs_from_the_published_one_is_told_in_the_editor(designer, session):
    publishing.publish(session, instruments.load("acsi"), "Test", NOW, more=findings_of_model)
    session.commit()
    designer.submit("/questionnaires/new", 303, source="instrument:acsi/full")
    nodes = drafting.nodes_of(session, session.scalars(select(Draft)).one())
    construct = first(nodes, "construct")
    block, part = f"{ACSI}/{construct.id}", f"{ACSI}/{asked(nodes, construct).id}"
    designer.submit(block, 303, form="form[action$='/unlock']", reason="Nobody here buys at a shop.")
    said = f"The locked standard block {construct.code} is asked otherwise"
    assert said not in designer.browse(block).get_text(), "an ordinary block that asks the same is the same"
    designer.submit(part, 303, form="#part", **{"v:text/en": "Otherwise?"})
    assert said in designer.browse(block).select_one("#found-here").get_text()
    assert said in designer.browse(f"{ACSI}/findings").get_text()
    review = designer.browse(f"{ACSI}/review")
    found = f"block-locked|indicators.{construct.code}|"
    (ticked,) = (each["value"] for each in review.select(f"[name=warning][value^='{found}']"))
    designer.submit(f"{ACSI}/review", 303, form="form[action$='/reasons']", warning=ticked, reason="None.")
    assert "None." in designer.browse(f"{ACSI}/review").get_text()
    designer.submit(part, 303, form="#part", **{"v:text/en": "Otherwise again?"})
    assert "None." not in designer.browse(f"{ACSI}/review").get_text(), "a reason holds for what it was given"
    designer.submit(
        part, 303, form="#part", **{"v:text/en": nodes.by_id[int(part.rpartition("/")[2])].fields["text/en"]}
    )
    assert said not in designer.browse(f"{ACSI}/findings").get_text()
