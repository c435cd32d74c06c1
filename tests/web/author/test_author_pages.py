"""Questionnaires: the list, one questionnaire, its preview, its file, publishing."""

import json

import pytest
from sqlalchemy import func, select

from surveys import instruments
from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Draft, Version, Wave
from surveys.proving.proof import prove
from tests.surveys.drafts import DOCUMENT
from tests.surveys.worlds import NOW, document
from tests.web.answering import make_wave
from tests.web.drafts import DRAFT, begin
from tests.web.noted import entries_but_log_ins

FULL = "/questionnaires/instrument/utility_csi/full"
SHORT = "/questionnaires/instrument/utility_csi/short"


def test_designers_land_on_the_questionnaires(designer):
    assert designer.client.get("/home").location == "/questionnaires"
    page = designer.browse("/questionnaires")
    assert page.select_one(".site-nav [aria-current=page]").get_text() == "Questionnaires"
    assert "Nothing is published yet" in page.get_text()
    assert len(page.select(".card-item a[href*='from=instrument:']")) == sum(
        len(instruments.forms(name)) for name in instruments.names()
    )


def test_an_instrument_goes_by_its_draft_through_review(designer, administrator, session):
    """No page publishes what is built in at once: only the operator's command goes past review."""
    assert not designer.browse(FULL).select("form[action$='/publish']")
    designer.send(f"{FULL}/publish", 404)
    link = designer.browse(SHORT).select_one("a[href*='from=instrument:']")["href"]
    begun = designer.submit(link, 303)
    assert begun.location == "/questionnaires/draft/utility_csi_short"
    assert designer.browse(SHORT).select(f"a[href='{begun.location}']"), "it has a draft, which is offered"
    review = f"{begun.location}/review"
    page = designer.browse(review)
    reasons = page.select("input[name=warning]")
    assert len(page.select(".field-check .badge-good")) == len(reasons), "what is built in brings its reasons"
    designer.submit(review, 303, form="form[action$='/submit']")
    administrator.submit(review, 303, form="form[action$='/decide']", decision="approve")
    published = designer.submit(review, 303, form="form[action$='/publish']")
    assert published.location == "/questionnaires/version/utility_csi_short/1"
    version = session.scalars(select(Version)).one()
    assert version.content_hash == instruments.load("utility_csi", "short").content_hash
    assert (version.way, version.approved_by) == ("page", "administrator@example.org")
    assert prove(session).findings == ()
    assert "Published as version 1" in designer.browse(SHORT).get_text()


def test_the_page_tells_the_tree_the_questions_and_the_conditions(designer, session):
    publishing.publish(session, instruments.load("utility_csi"), "somebody", NOW)
    session.commit()
    page = designer.browse("/questionnaires/version/utility_csi/1?lang=en")
    text = " ".join(page.get_text(" ", strip=True).split())
    system = instruments.load("utility_csi").indicators
    for construct, dimension in system.dimensions():
        assert construct.name["en"] in text
        assert dimension.name["en"] in text
        for code in dimension.indicators:
            assert page.find("code", string=code), code
    assert instruments.load("utility_csi").content_hash in text
    conditions = [" ".join(each.get_text(" ").split()) for each in page.select(".condition")]
    assert [each for each in conditions if each.startswith("Asked only if “") and " is above 0." in each]
    assert [each for each in conditions if each.startswith("If “") and each.endswith(":")]
    codes = {f" {code} " for code in instruments.load("utility_csi").by_code}
    assert not [each for each in conditions if any(code in each for code in codes)], "by texts, not codes"
    assert "{utility}" not in text
    assert "your electricity company" in text
    assert "中文, English" in text
    chinese = designer.browse("/questionnaires/version/utility_csi/1?lang=zh").get_text()
    assert system.constructs[0].name["zh"] in chinese
    assert "”大于0" in chinese
    assert f"{system.name['zh']}。其下依次为" in chinese


def test_quotas_are_told_in_the_words_of_questions_and_options(designer, session):
    quota = {"code": "HOMES", "when": "MET == 'hot'", "text": {"zh": "够了", "en": "Enough"}}
    small = {name: value for name, value in DOCUMENT.items() if name not in {"indicators", "quality"}}
    publishing.publish(session, loading.load(small | {"quotas": [quota]}), "somebody", NOW)
    session.commit()
    for language, said in (("en", "“Used?” is “Hotline”"), ("zh", "“用过？”是“热线”。")):
        page = designer.browse(f"/questionnaires/version/small/1?lang={language}")
        assert said in page.select_one("[aria-labelledby=quotas]").get_text()


def test_waves_of_a_version_are_listed(designer, session):
    version = publishing.publish(session, loading.load(document()), "somebody", NOW)
    waves.create_wave(session, version, code="W7", title="Seventh", now=NOW)
    session.commit()
    page = designer.browse("/questionnaires/version/small/1")
    assert page.select_one("a[href='/waves/W7']").get_text() == "Seventh"
    assert "has no indicator system" in page.get_text()
    assert "Waves that ask it: 1" in designer.browse("/questionnaires").get_text()


def test_a_document_comes_back_as_it_was(designer):
    response = designer.client.get(f"{FULL}/document.json")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == 'attachment; filename="utility_csi-full.json"'
    loaded = loading.load(json.loads(response.text))
    assert loaded.content_hash == instruments.load("utility_csi").content_hash


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_preview_walks_through_every_section_and_saves_nothing(designer, session, language):
    sections = [section.code for section in instruments.load("utility_csi").sections]
    path = f"{FULL}/preview/{sections[0]}"
    designer.browse(f"{path}?lang={language}")
    for section in sections:
        assert path == f"{FULL}/preview/{section}"
        page = designer.browse(path)
        assert page.html["lang"] == {"zh": "zh-CN", "en": "en"}[language]
        assert page.select_one(".notice a")["href"] == FULL
        assert page.select_one("button.next").get_text() in {"zh": "下一页", "en": "Next"}[language] or (
            section == sections[-1]
        )
        assert "{" not in page.select_one("main").get_text()
        assert page.select_one("form")["action"] == path
        # The page posts as it stands, without a mark: a respondents' form has none of staff.
        response = designer.client.post(path, data={"go": "next"})
        assert response.status_code == 303
        path = response.location
    assert path == FULL
    assert session.scalars(entries_but_log_ins).all() == []


def test_the_preview_shows_questions_that_only_some_are_asked(designer):
    page = designer.browse(f"{FULL}/preview/EXPERIENCE?lang=en")
    assert page.select_one("#q-E2")
    assert not page.select_one("#q-E2").has_attr("hidden")
    assert designer.client.post(f"{FULL}/preview/EXPERIENCE", data={"go": "back"}).location.endswith(
        "/CUSTOMER"
    )
    switched = designer.client.post(f"{FULL}/preview/EXPERIENCE", data={"go": "lang:zh"})
    assert switched.location.endswith("/EXPERIENCE")
    assert "manyi_lang=zh" in switched.headers["Set-Cookie"]
    first = designer.client.post(f"{FULL}/preview/SCREEN", data={"go": "back"})
    assert first.location.endswith("/SCREEN")


@pytest.mark.parametrize(
    "path",
    [
        "/questionnaires/version/utility_csi/1",
        "/questionnaires/version/utility_csi/full",
        "/questionnaires/version/utility_csi/99999999999999999999999",
        "/questionnaires/version/utility_csi/²",
        "/questionnaires/version/a%00b/1",
        "/questionnaires/instrument/utility_csi/1",
        "/questionnaires/instrument/..%2f..%2fetc/full",
        "/questionnaires/instrument/nothing/full",
        "/questionnaires/draft/utility_csi/full",
        f"{FULL}/preview/NOWHERE",
        "/questionnaires/instrument/nothing/full/document.json",
    ],
)
def test_unknown_questionnaires_are_not_found(designer, path):
    designer.browse(path, 404)


def test_wrong_posts_are_refused(designer, analyst, session):
    assert designer.client.post(f"{FULL}/preview/NOWHERE", data={"go": "next"}).status_code == 404
    assert not analyst.browse("/questionnaires").select("a[href*='/questionnaires/new']")
    designer.browse("/questionnaires/new?from=instrument:nothing/full")
    assert session.scalar(select(func.count()).select_from(Version)) == 0


def test_a_version_says_that_nobody_reviewed_it(designer, session):
    plain = document()
    plain["sections"][1]["questions"][1]["text"] = {"zh": "为什么？", "en": "What is quick and polite?"}
    publishing.publish(
        session, loading.load(plain), "operator", NOW, way="command line", reason="after <b>a move</b>"
    )
    session.commit()
    page = designer.browse("/questionnaires/version/small/1").decode()
    assert "Published from the command line without review: after &lt;b&gt;a move" in page
    assert "<code>after.WHY</code> wording-double" in page


def test_texts_of_authors_stay_texts(designer, session):
    """Tags and braces in a document reach no page as markup, in the list, the tree or the preview."""
    wild = '<script>alert(1)</script><b>"Bold"</b> & {nobody} 100% of it'
    made = document(title={"en": wild, "zh": wild})
    made["sections"][0]["title"] = {"en": wild, "zh": wild}
    made["sections"][1]["questions"][0]["options"][0]["text"] = {
        "en": "Hall <img src=x onerror=alert(1)>",
        "zh": "x",
    }
    made["pipes"] = {"nobody": {"fallback": {"en": "<i>someone</i>", "zh": "某人"}}}
    version = publishing.publish(session, loading.load(made), "<u>somebody</u>", NOW)
    waves.create_wave(session, version, code="W1", title={"en": wild, "zh": wild}, now=NOW)
    session.commit()
    for path in (
        "/questionnaires",
        "/questionnaires/version/small/1",
        "/questionnaires/version/small/1/preview/supply",
        "/questionnaires/version/small/1/preview/after",
        "/waves",
        "/waves/W1",
        "/waves/new",
    ):
        response = designer.client.get(path, headers={"Accept-Language": "en"})
        assert response.status_code == 200
        for mark in ("<script>alert", "<img src=x", "<u>somebody", "<i>someone"):
            assert mark not in response.text, path


def test_the_list_is_narrowed_to_words_a_state_and_mine(designer, analyst, session):
    begin(designer)

    def cards(query, who=designer):
        return [
            each.get_text(strip=True) for each in who.browse(f"/questionnaires?{query}").select(".cards h3")
        ]

    assert cards("q=SMALL") == cards("q=小") == ["Small"]
    assert cards("q=acsi")[0] == "American model (ACSI) · Full form"
    assert "Small" in cards("mine=1")
    assert "Small" not in cards("mine=1", analyst)
    assert "Small" not in cards("state=submitted")
    session.scalars(select(Draft)).one().state = "submitted"
    session.commit()
    page = designer.browse("/questionnaires?q=small&state=submitted")
    assert page.select_one(".cards .tag").get_text() == "submitted"
    assert page.select_one(".cards a[href$='/small/review']")
    nothing = designer.browse("/questionnaires?q=nowhere&lang=zh").get_text()
    assert "没有这样的草稿" in nothing
    everything = cards("")
    for query in ("state=gone", "q=%20", "mine=", "x=1", "q=%00"):
        assert cards(query) == everything
    assert not cards(f"q={'x' * 5000}")


def test_versions_of_one_title_are_told_apart_wherever_one_is_chosen(designer, session):
    for code in ("one", "other"):
        plain = instruments.load("utility_csi", "short").dump() | {"code": code}
        version = publishing.publish(session, loading.load(plain), "test", NOW)
    make_wave(session, version, title={"zh": "一", "en": "One"}, code="2026Q1")
    wave = session.scalars(select(Wave.code)).one()
    day = "version 1 of"
    for path in ("/questionnaires/new", "/waves/new"):
        page = designer.browse(path).get_text(" ")
        assert day in page
        assert f"asked in {wave} · other" in " ".join(page.split()), path
        assert "not asked yet · one" in " ".join(page.split()), path
    assert f"last {wave}" in designer.browse("/questionnaires").get_text()
    begin(designer, DOCUMENT)
    bring = " ".join(designer.browse(f"{DRAFT}/bring").get_text(" ").split())
    assert f"asked in {wave} · other" in bring
    assert "not asked yet" in designer.browse("/questionnaires/compare/one").select_one("#newer").get_text()
