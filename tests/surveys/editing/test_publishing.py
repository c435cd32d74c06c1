"""What is published has no error in it; its warnings, way and reason stay with the version."""

import pytest

from surveys.document import loading
from surveys.editing import publishing
from surveys.findings.finding import error
from tests.surveys.worlds import NOW, document, text


def test_all_errors_are_named_and_nothing_is_published(session):
    plain = document(title=text("<b></b>"), scales={"ten": {"low": 1, "high": 40}})

    def refused_by_the_model(subject):
        yield error("model-index", "indicators.SAT", code=subject.document.code)

    with pytest.raises(publishing.FaultyError) as caught:
        publishing.publish(session, loading.load(plain), "Ann", NOW, more=refused_by_the_model)
    assert [(each.code, each.place) for each in caught.value.errors] == [
        ("scale-too-long", "scales.ten"),
        ("text-missing", "title"),
        ("model-index", "indicators.SAT"),
    ]
    assert len(caught.value.text("zh").splitlines()) == 4
    session.rollback()
    assert publishing.latest_version(session, "small") is None


def test_warnings_way_and_reason_stay_with_the_version(session):
    plain = document(title=text("Small survey"))
    plain["sections"][1]["questions"][1]["text"] = {"zh": "为什么？", "en": "What is quick and polite?"}
    made = publishing.publish(
        session, loading.load(plain), "operator", NOW, way="command line", reason="restored"
    )
    assert (made.way, made.reason) == ("command line", "restored")
    assert {"code": "wording-double", "place": "after.WHY", "reason": None} in made.accepted


def test_the_same_document_again_is_asked_for_nothing(session):
    first = publishing.publish(session, loading.load(document()), "Ann", NOW)
    again = publishing.publish(session, loading.load(document()), "Bob", NOW, way="command line", reason="x")
    assert (again.id, again.published_by, again.way) == (first.id, "Ann", "page")
