"""From nothing to a published questionnaire: by mouse, without scripts, by keyboard alone."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.models import StoredQuestionnaire, Version
from tests.journeys.conftest import PASSWORD
from tests.journeys.hands import Keyboard, Mouse, NoScripts
from tests.journeys.looking import accessible

pytestmark = pytest.mark.journey
QUALITY = "供电稳定\tSupply is steady\n停电前通知\tOutages are announced\n恢复供电快\tSupply is soon back"
SATISFACTION = "总体满意\tContent overall\n符合期望\tAs expected\n接近理想\tClose to ideal"


class Builder:
    """Somebody who makes a questionnaire in a browser."""

    def __init__(self, desk, browser, hand, code):
        self.desk, self.code = desk, code
        self.context = browser.new_context(locale="en", java_script_enabled=hand.has_scripts)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.hand = hand(self.page)

    def log_in(self, name):
        self.page.goto(f"{self.desk.address}/login?lang=en")
        self.page.fill("[name=email]", f"{name}@example.org")
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_selector(".site-nav")

    def at(self, path=""):
        self.page.goto(f"{self.desk.address}/questionnaires/draft/{self.code}{path}")

    @property
    def here(self):
        """The open part's number, as its address ends."""
        return int(self.page.url.rpartition("/")[2])

    def open(self, number):
        self.at(f"/{number}")

    def add(self, kind, type_="", **fields):
        """Add a part below the open one, and write its fields; give its number."""
        form = f"form[action$='/add']:has([name=kind][value={kind}])"
        if type_:
            self.hand.choose(self.page.locator(f"{form} select"), type_)
        self.hand.go(f"{form} button")
        if fields:
            self.hand.fields(**fields)
        return self.here

    def paste(self, kind, lines, type_=""):
        form = f"form[action$='/paste']:has([name=kind][value={kind}])"
        self.hand.press(f"details:has({form}) > summary")
        self.hand.type(self.page.locator(f"{form} textarea"), lines)
        if type_:
            self.hand.choose(self.page.locator(f"{form} select"), type_)
        self.hand.go(f"{form} button")

    def below(self):
        """The numbers of the parts below the open one."""
        return [int(each.get_attribute("data-node")) for each in self.page.locator("ol.below > li").all()]

    def document(self):
        answer = self.context.request.get(
            f"{self.desk.address}/questionnaires/draft/{self.code}/document.json"
        )
        return json.loads(answer.body())


def built(build):
    """Make twelve questions with a condition, a quota, a pipe and a last option that keeps its place."""
    build.log_in("ann")
    build.page.goto(f"{build.desk.address}/questionnaires/new")
    build.hand.write("[name=code]", build.code)
    build.hand.write("[name=title]", "Supply")
    build.hand.go("main button[type=submit]")
    if build.hand.has_scripts:
        accessible(build.page)  # empty
    build.hand.fields(title__zh="供电", thanks__zh="谢谢！", thanks__en="Thank you!")
    root = build.here if build.page.url[-1].isdigit() else 1
    ends = {
        "anchors__0__zh": "差",
        "anchors__0__en": "Poor",
        "anchors__1__zh": "好",
        "anchors__1__en": "Good",
    }
    build.open(root)
    build.add("scale", low="1", high="10", **ends)
    build.open(root)
    first = build.add("section", title__zh="您", title__en="You")
    build.add("question", "single", text__zh="您是", text__en="You are")
    build.paste("option", "居民\tA household\n企业\tA business")
    build.open(first)
    met = build.add(
        "question", "single", text__zh="最近用过哪种服务？", text__en="Which service did you use last?"
    )
    build.paste("option", "热线\tThe hotline\n营业厅\tThe hall\n手机应用\tThe app\n其他\tAnother one")
    build.open(met)
    build.hand.fields(order="random")
    build.open(build.below()[-1])
    build.hand.fields(fixed=True)
    build.open(root)
    build.add("section", title__zh="评分", title__en="Ratings")
    build.paste("question", f"{QUALITY}\n{SATISFACTION}\n会推荐\tWould recommend", "rating")
    build.open(root)
    build.add("section", title__zh="原因", title__en="Reasons", show_if="Q6 <= 4")
    build.add("question", "long_text", text__zh="{name1}哪里不好？", text__en="What was wrong with {name1}?")
    build.open(root)
    last = build.add("section", title__zh="最后", title__en="At last")
    build.add("question", "number", text__zh="去年停电几次？", text__en="How many outages last year?")
    build.open(last)
    build.add("question", "long_text", text__zh="还有什么要说？", text__en="Anything else?")
    build.open(root)
    build.add("pipe", question="Q2", fallback__zh="服务", fallback__en="the service")
    build.open(root)
    build.add("quota", when="Q1 == 'o1'", text__zh="名额已满", text__en="There are enough of you")
    return root


def measured(build, root):
    """Add two constructs of three questions each, and the path between them."""
    build.open(root)
    system = build.add("system", name__zh="满意度指数", name__en="Satisfaction index")
    for code, zh, en, asked in (("QUAL", "质量", "Quality", "345"), ("SAT", "满意", "Satisfaction", "678")):
        build.open(system)
        build.add("construct", code=code, name__zh=zh, name__en=en)
        dimension = build.add("dimension", name__zh=zh, name__en=en)
        for number in asked:
            build.open(dimension)
            build.add("member", of=f"Q{number}")
    for _ in range(2):  # one of them by mistake
        build.open(system)
        build.add("path", source="QUAL", target="SAT")
    build.open(system)
    build.hand.fields(index="SAT")


def mended_and_published(build):
    """See what is found, mend it, try it, have another person approve it, publish it."""
    build.at("/findings")
    if build.hand.has_scripts:
        accessible(build.page)
    build.hand.go("main li button:has-text('Remove the second path')")
    assert build.page.locator("main li .badge-error").count() == 0, build.page.inner_text("main")
    build.at("/trial")
    build.hand.go("main form.panel button[type=submit]")
    build.at("/review")
    boxes = build.page.locator("[name=warning]")
    for number in range(boxes.count()):
        build.hand.tick(boxes.nth(number))
    if boxes.count():
        build.hand.type(build.page.locator("#reason"), "Seen and wanted so")
        build.hand.go("form[action$='/review/reasons'] button")
    build.hand.go("button:has-text('Submit for review')")
    assert not build.page.locator("button[value=approve]").count(), "nobody approves their own"
    build.context.clear_cookies()
    build.log_in("cy")
    build.at("/review")
    if build.hand.has_scripts:
        accessible(build.page)
    build.hand.go("button[value=approve]")
    build.hand.go("form[action$='/publish'] button, button:text-is('Publish')")


def stored(desk, code):
    with Session(create_engine(desk.database)) as session:
        query = select(Version).join(StoredQuestionnaire).where(StoredQuestionnaire.code == code)
        return session.scalars(query).one().document


@pytest.mark.parametrize("hand", [NoScripts, Mouse, Keyboard])
def test_a_questionnaire_is_made_from_nothing_and_published(desk, browser, hand):
    build = Builder(desk, browser, hand, hand.__name__.lower())
    root = built(build)
    measured(build, root)
    mended_and_published(build)
    document = stored(desk, build.code)
    questions = [each for section in document["sections"] for each in section["questions"]]
    assert [each["code"] for each in questions] == [f"Q{number}" for number in range(1, 13)]
    assert all(set(each["text"]) == {"zh", "en"} for each in questions)
    assert (questions[1]["order"], questions[1]["options"][-1]["fixed"]) == ("random", True)
    assert document["sections"][2]["show_if"] == "Q6 <= 4"
    assert document["pipes"]["name1"]["question"] == "Q2"
    assert document["quotas"][0]["when"] == "Q1 == 'o1'"
    constructs = {
        each["id"]: each["dimensions"][0]["indicators"] for each in document["indicators"]["constructs"]
    }
    assert constructs == {"QUAL": ["Q3", "Q4", "Q5"], "SAT": ["Q6", "Q7", "Q8"]}
    assert document["indicators"]["paths"] == [["QUAL", "SAT"]]
    build.context.close()
