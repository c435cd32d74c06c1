"""A small questionnaire with every kind of trap, and a respondent who answers it through the site."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from bs4 import BeautifulSoup
from sqlalchemy import select

from surveys.collecting import responses, waves
from surveys.collecting.quotas import set_quotas
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Response
from tests.surveys.worlds import text
from tests.web.visiting import check_page

NOW = datetime.now(UTC)
RECEIPT = re.compile(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}")
YES_NO = [{"code": "yes", "value": 1, "text": text("Yes")}, {"code": "no", "value": 0, "text": text("No")}]


def both(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh": chinese}


DOCUMENT = {
    "format": "manyi/1",
    "code": "site",
    "title": both("Supply survey", "供电调查"),
    "scales": {"ten": {"low": 1, "high": 10}},
    "sections": [
        {
            "code": "start",
            "title": both("Start", "开始"),
            "stops": [{"code": "no", "when": "OK == 0", "text": text("No thanks needed")}],
            "questions": [
                {"type": "consent", "code": "OK", "text": text("Take part?"), "options": YES_NO,
                 "required": True},
                {"type": "dropdown", "code": "CLASS", "text": text("Customer"), "account": "customer_class",
                 "options": [
                     {"code": "residential", "value": 1, "text": text("Home")},
                     {"code": "industrial", "value": 2, "text": text("Works")},
                 ]},
            ],
        },
        {
            "code": "rate",
            "title": both("Ratings", "评分"),
            "questions": [
                {"type": "grid", "code": "Q", "text": text("How good is …"), "scale": "ten",
                 "anchors": [text("Very poor"), text("Excellent")],
                 "rows": [{"code": code, "text": text(code)} for code in ("Q1", "Q2", "Q3")]},
                {"type": "multiple", "code": "CH", "text": text("Channels?"), "options": [
                    {"code": "hall", "value": 1, "text": text("Hall")},
                    {"code": "line", "value": 2, "text": text("Line")},
                    {"code": "none", "value": 3, "text": text("None"), "exclusive": True},
                    {"code": "else", "value": 4, "text": text("Other"), "with_text": True},
                ]},
                {"type": "number", "code": "CALLS", "text": text("Calls?"), "show_if": "'line' in CH",
                 "low": 0, "high": 50},
            ],
        },
        {
            "code": "works",
            "title": both("Works only", "仅工厂"),
            "show_if": "CLASS == 'industrial'",
            "questions": [
                {"type": "single", "code": "BIG", "text": text("Big?"), "options": YES_NO},
                {"type": "short_text", "code": "TRADE", "text": text("Trade?")},
            ],
        },
        {
            "code": "words",
            "title": both("Words", "意见"),
            "questions": [
                {"type": "long_text", "code": "WHY", "text": text("Why?"), "limit": 3000},
                {"type": "date", "code": "DAY", "text": text("When?")},
                {"type": "ranking", "code": "TOP", "text": text("Most important"), "most": 2, "options": [
                    {"code": code, "value": place, "text": text(code)}
                    for place, code in enumerate(("price", "safety", "speed"), start=1)
                ]},
            ],
        },
    ],
}  # fmt: skip


def make_wave(session, version=None, *, opened=True, quotas=(), **settings):
    """Publish the questionnaire, unless a version of another is given, and open a wave of it."""
    version = version or publishing.latest_version(session, "site")
    if version is None:
        version = publishing.publish(session, loading.load(DOCUMENT), "Test", NOW)
    named = {"code": "W", "title": "Wave", "now": NOW} | settings
    wave = waves.create_wave(session, version, **named)
    set_quotas(session, wave, quotas)
    if opened:
        waves.open_wave(session, wave, NOW)
    session.commit()
    return wave


def stored(session, wave):
    """Give every response of the wave with its answers by code."""
    session.rollback()
    found = session.scalars(select(Response).where(Response.wave_id == wave.id)).all()
    return [(response, responses.answers_of(session, response).values) for response in found]


class Respondent:
    """A browser that answers; `link` is /s/… or /i/…."""

    def __init__(self, app, link: str, language: str = "en") -> None:
        self.app, self.link, self.language = app, link, language
        self.client = app.test_client()

    def get(self, path: str):
        return self.client.get(path, headers={"Accept-Language": self.language})

    def open(self, path: str | None = None) -> BeautifulSoup:
        """Open the link, or a page of it, and follow to where it leads."""
        response = self.get(self.link if path is None else f"{self.link}/{path}")
        while response.status_code == 303:
            response = self.get(response.location)
        assert response.status_code == 200, (path, response.status_code)
        self.page, self.place = check_page(response), urlsplit(response.request.path).path
        return self.page

    @property
    def section(self) -> str:
        return self.place.rsplit("/", 1)[1]

    @property
    def mark(self) -> str:
        """The mark of the form that was opened last; it tells from which revision that form was made."""
        if (found := self.page.select_one("input[name=_t]")) is not None:
            self.kept = found["value"]
        return self.kept

    def post(self, section: str, fields: dict, **more):
        """Send fields as they are, with the mark of the page that was opened last."""
        data = {"_t": self.mark, "go": "next"} | fields
        return self.client.post(
            f"{self.link}/{section}", data=data, headers={"Accept-Language": self.language}, **more
        )

    def send(self, go: str = "next", **fields) -> BeautifulSoup:
        """Answer the page that is open and go on; gives the page that comes then."""
        response = self.post(self.section, {"go": go} | {k.replace("__", "."): v for k, v in fields.items()})
        assert response.status_code == 303, (response.status_code, response.get_data(as_text=True)[:3000])
        response = self.get(response.location.split("#")[0])
        while response.status_code == 303:
            response = self.get(response.location)
        self.page, self.place = check_page(response), response.request.path
        return self.page

    def answer_all(self) -> str:
        """Go through to the end; gives the receipt."""
        self.open()
        self.send(OK="yes", CLASS="residential")
        self.send(Q1="7", Q2="8", Q3="dk", CH=["hall"])
        self.send(WHY="好 <b>&", DAY="2026-03-31", TOP__1="safety")
        return self.receipt()

    def receipt(self) -> str:
        assert self.section == "done", self.place
        return RECEIPT.search(self.page.select_one(".receipt").get_text())[0]

    def checked(self) -> set[tuple[str, str]]:
        """What is ticked on the open page."""
        return {(node["name"], node["value"]) for node in self.page.select("input[checked]")}


def query(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))
