"""Blocks that staff share: put in, taken with their origin, renamed, withdrawn and brought back."""

from copy import deepcopy

import pytest

from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.drafts import DOCUMENT, NOW
from tests.web.conftest import PASSWORD
from tests.web.drafts import DRAFT, begin, document_of
from tests.web.noted import entries_but_log_ins
from tests.web.visiting import Visitor
from web.accounts.staff import add_staff
from web.extensions import db

PUT = f"{DRAFT}/library/put"
SHELF = "/questionnaires/library"
ONE = f"{SHELF}/1"
OTHER = "/questionnaires/draft/other"
BARE = {"format": "manyi/2", "code": "other", "languages": ["zh", "en"], "title": {"zh": "另", "en": "O"}}


@pytest.fixture
def colleague(app):
    """A second designer."""
    with app.app_context():
        add_staff(db.session, email="colleague@example.org", roles=["designer"], password=PASSWORD)
        db.session.commit()
    visitor = Visitor(app)
    visitor.log_in("colleague@example.org", PASSWORD)
    return visitor


def boxes_of(page):
    """What can be ticked, by its code."""
    labels = {
        each["value"]: page.select_one(f"label[for={each['id']}] code") for each in page.select("[name=part]")
    }
    return {label.get_text(): value for value, label in labels.items() if label is not None}


def part_of(designer, code):
    """The number of a part of the draft by its code."""
    return boxes_of(designer.browse(PUT))[code]


def words_of(page):
    return " ".join(page.get_text(" ", strip=True).split())


def test_a_section_becomes_a_block_that_others_take_and_is_known_for_it(designer, colleague, session):
    assert "Nobody has put a block here yet" in words_of(designer.browse(SHELF))
    begin(designer)
    assert "这里还没有题组" in words_of(designer.browse(f"{SHELF}?lang=zh"))
    designer.browse(f"{SHELF}?lang=en")
    section = part_of(designer, "B")
    seen = words_of(designer.browse(f"{PUT}?part={section}"))
    assert "Name in texts" in seen, "what it needs comes along"
    assert "MET != 'none' and S1 <= 4" in seen, "what refers outside is named, and stays"
    designer.submit(f"{PUT}?part={section}", 303, name=" Why? ", about="For whoever is unhappy.")
    entry = session.scalars(entries_but_log_ins).all()[-1]
    assert (entry.action, entry.target, entry.detail["source"]) == ("library.put", "block:1", "draft:small/0")

    begin(colleague, BARE)
    shelf = colleague.browse(f"{OTHER}/library")
    assert "For whoever is unhappy." in words_of(shelf)
    link = shelf.select_one("[aria-labelledby=own] a[href*='/bring']")["href"]
    colleague.submit(link, 303)
    taken = document_of(colleague, OTHER)["sections"]
    assert [each["code"] for each in taken] == ["B"]
    assert taken[0]["origin"]["source"] == "block:1/1"
    assert "show_if" not in taken[0]
    assert taken[0]["questions"][0]["text"] == DOCUMENT["sections"][1]["questions"][0]["text"]
    told = colleague.browse(colleague.browse(OTHER).select_one("#trees a[href*='/draft/other/']")["href"])
    assert "block “Why?” of the library" in words_of(told.select_one("#origin"))
    assert "Draft of other" in words_of(designer.browse(ONE).select_one("[aria-labelledby=used]"))
    designer.send(
        f"{OTHER}/2", 303, base="1", tab="0" * 32, mark="0" * 32, **{"v:origin/source": "draft:x/1"}
    )
    assert document_of(colleague, OTHER)["sections"][0]["origin"]["source"] == "block:1/1", "it is no field"


def test_a_construct_and_single_questions_are_what_a_block_gives_again(designer, colleague):
    begin(designer)
    found = [part_of(designer, name) for name in ("SAT", "MET")]
    designer.submit(f"{PUT}?part={found[0]}&part={found[1]}", 303, name="Satisfaction", about="")
    begin(colleague, BARE)
    link = colleague.browse(f"{OTHER}/library").select_one("[aria-labelledby=own] a[href*='/bring']")["href"]
    assert link.count("part=") == 2, "not the section that was made to hold its questions"
    colleague.submit(link, 303)
    taken = document_of(colleague, OTHER)
    assert taken["indicators"]["index"] == "SAT"
    asked = {each["code"]: each for section in taken["sections"] for each in section["questions"]}
    assert {*asked} == {"MET", "S1", "S2"}
    assert {each["origin"]["source"] for each in asked.values()} == {"block:1/1"}
    colleague.submit(link, 303)
    again = words_of(colleague.browse(link))
    assert "The code is taken here" in again
    assert "Construct SAT →" in again


def test_whose_block_it_is_renames_withdraws_and_takes_back(
    designer, colleague, administrator, analyst, session
):
    begin(designer)
    begin(colleague, BARE)
    section = part_of(designer, "A")
    designer.submit(f"{PUT}?part={section}", 303, name="Begin", about="")
    assert "Only designer@example.org" in words_of(colleague.browse(ONE))
    for doing in ("rename", "withdraw", "restore", "undo"):
        colleague.send(f"{ONE}/{doing}", 403, seen="1", name="Mine now")
        analyst.send(f"{ONE}/{doing}", 403, seen="1")
    designer.submit(ONE, 303, form="form[action$='/rename']", name="Beginning", about="First page")
    stale = designer.send(f"{ONE}/withdraw", 422, seen="1")
    assert "has changed the block since" in stale.text
    link = colleague.browse(f"{OTHER}/library").select_one("[aria-labelledby=own] a[href*='/bring']")["href"]
    administrator.submit(ONE, 303, form="form[action$='/withdraw']")
    assert not colleague.browse(f"{OTHER}/library").select("[aria-labelledby=own] a[href*='/bring']")
    gone = colleague.client.get(link, headers={"Accept-Language": "en"}, follow_redirects=True)
    assert "Beginning was taken off the shelf by administrator@example.org" in gone.text
    assert "Taken off the shelf" in words_of(colleague.browse(SHELF))
    designer.submit(ONE, 303, form="form[action$='/undo']")
    colleague.browse(link)
    designer.submit(ONE, 303, form="form[action$='/withdraw']")
    designer.submit(ONE, 303, form="form[action$='/restore']")
    done = [each.action for each in session.scalars(entries_but_log_ins) if each.target == "block:1"]
    assert done == [
        f"library.{each}" for each in ("put", "rename", "withdraw", "undo", "withdraw", "restore")
    ]
    page = designer.browse(ONE)
    assert page.select_one("h1").get_text(strip=True) == "Beginning"
    assert len(page.select("[aria-labelledby=acts] li")) == 6


def test_other_parts_in_a_block_leave_copies_as_they_are_and_are_told_there(designer, colleague):
    begin(designer)
    begin(colleague, BARE)
    question = part_of(designer, "S1")
    designer.submit(f"{PUT}?part={question}", 303, name="One", about="")
    link = colleague.browse(f"{OTHER}/library").select_one("[aria-labelledby=own] a[href*='/bring']")["href"]
    part = colleague.submit(link, 303).location
    assert not colleague.browse(f"{OTHER}/3").select("#origin .tag"), part
    designer.submit(f"{DRAFT}/{question}", 303, form="#part", **{"v:text/en": "Uno"})
    colleague_page = colleague.browse(PUT + f"?part={question}")
    assert not colleague_page.select("#instead"), "a block of somebody else is not filled anew"
    colleague.submit(f"{PUT}?part={question}", 422, name="X", instead="1/1")
    designer.submit(f"{PUT}?part={question}", 303, instead="1/1")
    asked = next(
        each for each in range(2, 9) if colleague.client.get(f"{OTHER}/{each}").text.find('id="origin"') > 0
    )
    told = colleague.browse(f"{OTHER}/{asked}").select_one("#origin")
    assert "a newer text exists" in words_of(told)
    assert document_of(colleague, OTHER)["sections"][0]["questions"][0]["text"]["en"] == "One"
    designer.submit(ONE, 303, form="form[action$='/undo']")
    assert "a newer text" not in words_of(colleague.browse(f"{OTHER}/{asked}").select_one("#origin"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Give the block a name"),
        ({"name": "x" * 121}, "Give the block a name"),
        ({"name": "a\tb"}, "Give the block a name"),
        ({"name": "two\nlines"}, "Give the block a name"),
        ({"name": "a\u202eb"}, "Give the block a name"),
        ({"name": "x", "about": "a\u2066b"}, "Say what the block is for"),
        ({"name": "x", "about": "y" * 1001}, "Say what the block is for"),
        ({"name": "x", "instead": "9/9"}, "has changed the block"),
        ({"name": "x", "part": []}, "Choose at least one"),
    ],
)
def test_what_is_no_block_is_refused_with_words(designer, fields, said):
    begin(designer)
    section = part_of(designer, "A")
    refused = designer.submit(f"{PUT}?part={section}", 422, **fields)
    assert said in refused.text
    assert "Nobody has put a block here" in words_of(designer.browse(SHELF))


@pytest.mark.parametrize("place", ["library/put", "bring?source=instrument:utility_csi/full"])
def test_going_on_without_a_tick_is_told(designer, place):
    begin(designer)
    path = f"{DRAFT}/{place}"
    form = designer.browse(path).select_one("main form[method=get]")
    assert form.select_one("button[name=go]")
    told = designer.browse(f"{path}{'&' if '?' in path else '?'}go=on", 422)
    assert "Choose at least one" in words_of(told.main)
    assert told.select_one("main form[method=get] input[name=part]"), "the ticks are still there"
    assert "Choose at least one" not in words_of(designer.browse(path).main)


def test_what_is_nowhere_is_not_found(designer, analyst, viewer):
    begin(designer)
    for path in (
        f"{PUT}?part=99999",
        f"{PUT}?part=x",
        f"{PUT}?part=1",
        "/questionnaires/draft/none/library/put",
    ):
        designer.browse(path, 404)
    for path in (ONE, f"{SHELF}/0", f"{SHELF}/{'9' * 40}", f"{SHELF}/x"):
        designer.browse(path, 404)
    designer.send(f"{ONE}/rename", 404, seen="1")
    designer.submit(f"{PUT}?part={part_of(designer, 'A')}", 303, name="x", about="")
    designer.send(f"{ONE}/rename", 400, seen="x")
    designer.send(f"{ONE}/destroy", 404, seen="1")
    for sent in ("block:1", "block:1/9", "block:9/1", "block:x/1", "block:1/1/1"):
        designer.browse(f"{DRAFT}/bring?source={sent}", 404)
    analyst.browse(ONE)
    analyst.browse(PUT, 403)
    viewer.browse(SHELF, 403)


def test_paths_come_with_the_constructs_at_their_ends(designer):
    begin(designer, BARE)
    source = "instrument:acsi/full"
    boxes = boxes_of(designer.browse(f"{OTHER}/bring?source={source}"))
    both = f"{OTHER}/bring?source={source}&part={boxes['EXP']}&part={boxes['SAT']}"
    assert "Stays behind: an end of it is not here" in words_of(designer.browse(both))
    designer.submit(both, 303)
    found = document_of(designer, OTHER)["indicators"]
    assert found["paths"] == [["EXP", "SAT"]]
    assert found["index"] == "SAT", "the index of the source, not the first construct"
    designer.submit(f"{OTHER}/bring?source={source}&part={boxes['PQ']}", 303)
    paths = document_of(designer, OTHER)["indicators"]["paths"]
    assert sorted(paths) == [["EXP", "PQ"], ["EXP", "SAT"], ["PQ", "SAT"]]


def test_languages_that_differ_are_told_before_anything_is_copied(designer):
    other = deepcopy(DOCUMENT)
    other["languages"].append("de")
    other["sections"][0]["questions"][1]["text"]["de"] = "Eins"
    begin(designer, other)
    begin(designer, BARE | {"languages": ["zh", "en", "fr"]})
    box = boxes_of(designer.browse(f"{OTHER}/bring?source=draft:small"))["S1"]
    said = words_of(designer.browse(f"{OTHER}/bring?source=draft:small&part={box}"))
    assert "français: 3 texts have to be translated here" in said
    assert "Deutsch: 1 text stays behind" in said


def test_another_questionnaire_and_its_versions_say_what_they_were_copied_from(designer, session):
    designer.submit("/questionnaires/new", 303, source="instrument:acsi/full", code="ours", title="")
    assert document_of(designer, "/questionnaires/draft/ours")["origin"]["source"] == "instrument:acsi/full"
    assert "Built in: " in words_of(designer.browse("/questionnaires/draft/ours").select_one("#origin"))
    copied = deepcopy(DOCUMENT)
    copied["sections"][0]["origin"] = {"source": "draft:lost/7", "code": "A", "day": "2026-01-02"}
    publishing.publish(session, loading.load(copied), "somebody", NOW)
    session.commit()
    page = designer.browse("/questionnaires/version/small/1")
    assert "draft of lost, change 7: A" in words_of(page.select_one("[aria-labelledby=facts]"))
