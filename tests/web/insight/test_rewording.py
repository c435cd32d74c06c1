"""Questions worded anew break a series where leaders look; widths of signs and added languages do not."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from csi_model.series.breaks import find_breaks
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Response, Wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.newer import estimate_again
from web.insight import results
from web.runs import asked
from web.runs.asked import Asked, Wording


def reword(session, code: str) -> None:
    """Publish a version whose question `code` asks something else, as if the second wave had asked it."""
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    document = json.loads(json.dumps(wave.version.document))
    rows = [
        row for part in document["sections"] for each in part["questions"] for row in each.get("rows", ())
    ]
    (row,) = [row for row in rows if row["code"] == code]
    row["text"] = {language: f"{words} (!)" for language, words in row["text"].items()}
    row["lineage"] = 2
    wave.version = publishing.publish(session, loading.load(document), "test", NOW)
    # Another title, so that no page that is kept from another test is shown.
    wave.title = {"en": f"Reworded {code}", "zh": f"改写 {code}"}
    estimate_again(session, wave.code)


def test_the_dashboard_shows_where_a_question_of_the_index_was_reworded(viewer, session):
    items = list(results.series_of(session).last.result["items"]["shares"]["SAT"])
    assert not viewer.browse("/insight/").select(".breaks")
    reword(session, items[0])
    page = viewer.browse("/insight/")
    headline = page.select_one(".headline")
    assert "Not comparable with 2026 Q2" in headline.get_text()
    assert not headline.select(".rise, .fall")
    (sentence,) = page.select("#waves ~ .breaks li")
    assert (
        sentence.get_text() == f"Between 2026 Q2 and Reworded {items[0]} questions were reworded: {items[0]}."
    )
    chart = page.select_one("#waves").parent
    assert "not comparable with the wave before" in chart.select("tbody th")[-1].get_text()
    (shape,) = json.loads(chart.select_one(".chart")["data-figure"])["layout"]["shapes"]
    assert shape["x0"] == 0.5
    construct = viewer.browse(f"/insight/{SECOND}/constructs/SAT")
    assert "Not comparable" in construct.select_one(".headline").get_text()
    assert construct.select(".breaks li")
    other = viewer.browse(f"/insight/{SECOND}/constructs/PQV")
    assert not other.select(".breaks")
    chinese = viewer.browse("/insight/?lang=zh")
    assert "题目改写" in chinese.select_one(".breaks").get_text()
    assert "不可比" in chinese.select_one(".headline").get_text()


def test_wordings_and_modes_come_from_the_version_and_the_answers(session):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    known = asked.wordings(wave.version)
    codes = [slot["code"] for slot in wave.version.slots if slot["kind"] == "rating"]
    assert set(known) == set(codes)
    assert all(set(each.texts) == {"zh", "en"} and all(each.texts.values()) for each in known.values())
    assert asked.mode_shares(session, wave) == {"web": 1.0}
    ids = session.scalars(select(Response.id).where(Response.wave_id == wave.id)).all()
    session.execute(update(Response).where(Response.id.in_(ids[: len(ids) // 2])).values(mode="phone"))
    shares = asked.mode_shares(session, wave)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["phone"] == pytest.approx(0.5, abs=0.03)


def forms_of(*waves):
    """Give the forms of the index in waves W1, W2 …"""
    return asked.forms([(f"W{place}", each, ("A",)) for place, each in enumerate(waves, start=1)])


def test_a_language_that_was_added_is_no_rewording():
    english = Wording({"en": "Satisfied?"}, (1.0, 10.0))
    both = Wording({"en": "Satisfied?", "zh": "满意？"}, (1.0, 10.0))
    chinese = Wording({"zh": "满意？"}, (1.0, 10.0))
    assert find_breaks(forms_of(Asked({"A": english}), Asked({"A": both}))) == ()
    (found,) = find_breaks(forms_of(Asked({"A": english}), Asked({"A": chinese})))
    assert found.kind == "wording"


def test_signs_of_another_width_are_no_rewording(session):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    known = asked.wordings(wave.version)
    document = json.loads(
        json.dumps(wave.version.document, ensure_ascii=False).replace("，", ",").replace("？", "?")
    )
    half = publishing.publish(session, loading.load(document), "test", NOW)
    assert half.document != wave.version.document
    assert asked.wordings(half) == known


def test_two_versions_of_the_second_format_say_themselves_what_is_one_series():
    first, reworded = (Wording({"en": said}, (1.0, 10.0), 1) for said in ("Satisfied?", "How satisfied?"))
    assert find_breaks(forms_of(Asked({"A": first}), Asked({"A": reworded}))) == ()
    anew = replace(first, lineage=2)
    (found,) = find_breaks(forms_of(Asked({"A": first}), Asked({"A": anew})))
    assert (found.kind, found.what) == ("wording", ("A",))
    # Another scale is another series, whatever is said.
    wider = replace(first, scale=(0.0, 10.0))
    assert {each.kind for each in find_breaks(forms_of(Asked({"A": first}), Asked({"A": wider})))} == {
        "wording",
        "scale",
    }


def test_a_version_of_the_first_format_is_compared_by_its_texts():
    old = Wording({"en": "Satisfied?"}, (1.0, 10.0))
    same, other = (Wording({"en": said}, (1.0, 10.0), 3) for said in ("Satisfied?", "Content?"))
    assert find_breaks(forms_of(Asked({"A": old}), Asked({"A": same}))) == ()
    assert len(find_breaks(forms_of(Asked({"A": old}), Asked({"A": other})))) == 1
    assert find_breaks(forms_of(Asked({"A": old}), Asked({"A": same}), Asked({"A": other}))) == ()
