"""Review: submitted without errors, approved by somebody else, published as it was submitted."""

import pytest
from sqlalchemy import select

from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Version
from tests.surveys.drafts import DOCUMENT, NOW, written
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.noted import entries_but_log_ins

REVIEW = f"{DRAFT}/review"
SOUND = {name: value for name, value in DOCUMENT.items() if name != "indicators"}


def form(action):
    return f"form[action$='/{action}']"


def ready(designer):
    """Begin a draft and give a reason for each of its warnings."""
    begin(designer, SOUND)
    page = designer.browse(REVIEW)
    warnings = [box["value"] for box in page.select("input[name=warning]")]
    if warnings:
        designer.submit(REVIEW, 303, form=form("reasons"), warning=warnings, reason="It is a test.")


def flashed(visitor, path=REVIEW):
    return visitor.browse(path).select_one(".notices").get_text(" ", strip=True)


def test_a_draft_goes_through_review_into_a_version(designer, administrator, session):
    ready(designer)
    designer.submit(REVIEW, 303, form=form("submit"))
    designer.submit(DRAFT, 303, form="#part", **{"v:title/en": "Later"})
    page = designer.browse(REVIEW)
    assert "1 change since then is not in it" in page.get_text()
    assert "administrator@example.org" in page.select_one("[aria-labelledby=state]").get_text()
    assert not page.select("button[value=approve]"), "whoever edited it approves nothing"
    review = page.select_one("[name=review]")["value"]
    designer.submit(REVIEW, 303, form=form("decide"), decision="approve")
    assert "does not approve it" in flashed(designer)
    administrator.submit(REVIEW, 303, form=form("decide"), decision="approve")
    again = administrator.submit(REVIEW, 303, form=form("decide"), decision="approve", review=review)
    assert again.location.endswith("/review")
    assert "decided in the meantime" in flashed(administrator)
    done = designer.submit(REVIEW, 303, form=form("publish"))
    assert done.location == "/questionnaires/version/small/1"
    version = session.scalars(select(Version)).one()
    assert (version.submitted_by, version.approved_by, version.change) == (
        "designer@example.org",
        "administrator@example.org",
        0,
    )
    assert written(version.document) == written(publishing.load_document(version).dump())
    assert version.document["title"]["en"] == "Small", "what was changed later is not in it"
    assert document_of(designer)["title"]["en"] == "Later"
    assert all(each["reason"] for each in version.accepted)
    shown = designer.browse(done.location).get_text()
    assert "Approved by" in shown
    assert "It is a test." in shown
    actions = [each.action for each in session.scalars(entries_but_log_ins)]
    assert actions == ["draft.begin", "draft.submit", "draft.approve", "questionnaire.publish"]
    page = designer.browse(REVIEW)
    assert "Small → Later" in " ".join(page.select_one("[aria-labelledby=differences]").get_text(" ").split())
    designer.send(f"{REVIEW}/publish", 303, review=review, base="0", tab="0" * 32, mark="0" * 32)
    assert "decided in the meantime" in flashed(designer)


def test_what_is_not_ready_is_not_submitted(designer, session):
    broken = {name: value for name, value in DOCUMENT.items() if name != "scales"}
    begin(designer, broken)
    designer.submit(REVIEW, 303, form=form("submit"))
    assert "cannot be submitted yet" in flashed(designer)
    assert not designer.browse(REVIEW).select("button[value=withdraw]")


def test_of_two_states_the_one_that_was_seen_is_submitted(designer, administrator, nodes):
    ready(designer)
    page = designer.browse(REVIEW).select_one(form("submit"))
    sent = {field["name"]: field["value"] for field in page.select("input")}
    administrator.submit(f"{DRAFT}/{nodes()['B'].id}", 303, form="#part", **{"v:title/en": "Other"})
    designer.client.post(f"{REVIEW}/submit", data=sent, headers={"Accept-Language": "en"})
    assert "was changed since" in flashed(designer)


def test_a_refusal_needs_a_reason_and_a_reason_falls_with_its_text(designer, administrator, nodes):
    ready(designer)
    designer.submit(REVIEW, 303, form=form("submit"))
    administrator.submit(REVIEW, 303, form=form("decide"), decision="refuse")
    assert "Write why" in flashed(administrator)
    administrator.submit(REVIEW, 303, form=form("decide"), decision="refuse", reason="x" * 1001)
    assert "Use 1000 characters at most." in flashed(administrator)
    administrator.submit(REVIEW, 303, form=form("decide"), decision="refuse", reason="Too short.")
    page = designer.browse(REVIEW)
    assert "Too short." in page.get_text()
    warned = len(page.select("input[name=warning]"))
    assert len(page.select(".field-check .badge-good")) == warned > 0
    node = int(page.select_one("input[name=warning] ~ p a")["href"].rsplit("/", 1)[1])
    kind = next(each for each in nodes().values() if each.id == node)
    field = next(path for path in kind.fields if path.startswith(("text/", "title/", "name/")))
    designer.submit(f"{DRAFT}/{node}", 303, form="#part", **{f"v:{field}": "全新的说法"})
    page = designer.browse(REVIEW)
    assert len(page.select(".field-check .badge-good")) < len(page.select("input[name=warning]"))


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("decide", {"decision": "nothing"}, 400),
        ("decide", {"decision": "approve", "review": "9" * 30}, 303),
        ("decide", {"decision": "approve", "review": "x"}, 303),
        ("publish", {}, 303),
        ("submit", {"base": "x"}, 400),
        ("reasons", {"warning": ["a|b|c"], "reason": "x"}, 303),
        ("reasons", {"reason": "x" * 1_000_000}, 303),
    ],
)
def test_posts_of_review_may_hold_anything(designer, analyst, session, path, fields, status):
    begin(designer)
    sent = {"base": "0", "tab": "0" * 32, "mark": "0" * 32} | fields
    designer.send(f"{REVIEW}/{path}", status, **sent)
    analyst.send(f"{REVIEW}/{path}", 403, **sent)
    assert session.scalars(select(Version)).all() == []
    designer.browse(REVIEW)


def test_what_is_built_in_brings_its_reasons(designer):
    designer.submit("/questionnaires/new", 303, source="instrument:utility_csi/full", code="ours")
    page = designer.browse("/questionnaires/draft/ours/review")
    warned = page.select("input[name=warning]")
    assert len(page.select(".field-check .badge-good")) == len(warned)


def test_a_draft_goes_back_to_a_version_as_one_change(designer, administrator, session):
    publishing.publish(session, loading.load(SOUND), "somebody", NOW)
    session.commit()
    begin(designer, SOUND)
    designer.submit(DRAFT, 303, form="#part", **{"v:title/en": "Other"})
    before = document_of(designer)
    form_ = form("restore")
    designer.submit(REVIEW, 303, form=form_, version="1")
    assert written(document_of(designer)) == written(loading.load(SOUND).dump())
    designer.submit(DRAFT, 303, form="#undo", which="undo")
    assert written(document_of(designer)) == written(before)
    designer.submit(REVIEW, 404, form=form_, version="9")
    designer.submit(REVIEW, 404, form=form_, version="x")
