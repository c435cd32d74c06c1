"""A questionnaire of twelve questions, made in a browser by whatever hand."""

import json

from tests.journeys.conftest import PASSWORD
from tests.journeys.looking import accessible

ASKED = "You are\t您是\nWhich service did you use last?\t最近用过哪种服务？"
SERVICES = "The hotline\t热线\nThe hall\t营业厅\nThe app\t手机应用\nAnother one\t其他"
RATED = """Supply is steady\t供电稳定
Outages are announced\t停电前通知
Supply is soon back\t恢复供电快
Content overall\t总体满意
As expected\t符合期望
Close to ideal\t接近理想
Would recommend\t会推荐"""
ENDS = {
    "anchors__0__zh": "差", "anchors__0__en": "Poor", "anchors__1__zh": "好", "anchors__1__en": "Good",
}  # fmt: skip


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
    build.open(root)
    build.add("scale", low="1", high="10", **ENDS)
    build.open(root)
    build.add("section", title__zh="您", title__en="You")
    build.paste("question", ASKED, "single")
    first = build.document()["sections"][0]["questions"][0]
    assert first["text"] == {"en": "You are", "zh": "您是"}, "the columns are the draft's languages, in order"
    one, two = build.below()
    build.open(one)
    build.paste("option", "A household\t居民\nA business\t企业")
    build.open(two)
    build.hand.fields(order="random")
    build.paste("option", SERVICES)
    build.open(build.below()[-1])
    build.hand.fields(fixed=True)
    build.open(root)
    build.add("section", title__zh="评分", title__en="Ratings")
    build.paste("question", RATED, "rating")
    build.open(root)
    build.add("section", title__zh="原因", title__en="Reasons", show_if="Q6 <= 4")
    build.paste("question", "What was wrong with {name1}?\t{name1}哪里不好？", "long_text")
    build.open(root)
    build.add("section", title__zh="最后", title__en="At last")
    build.paste("question", "How many outages last year?\t去年停电几次？", "number")
    build.paste("question", "Anything else?\t还有什么要说？", "long_text")
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
        build.add("dimension", name__zh=zh, name__en=en)
        build.paste("member", "\n".join(f"Q{number}" for number in asked))
    for _ in range(2):  # one of them by mistake
        build.open(system)
        build.add("path", source="QUAL", target="SAT")
    build.open(system)
    build.hand.fields(index="SAT")
