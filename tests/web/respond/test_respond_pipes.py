"""Texts that say what was answered, written or filed before, in the language that is read."""

import copy
import json

import pytest

from surveys.collecting import waves
from surveys.collecting.invitations import issue_invitations
from surveys.document import loading
from surveys.errors import Problem, SurveyError
from surveys.findings.listing import findings_of_file
from tests.surveys.worlds import make_customers, published_unchecked, text
from tests.web.answering import NOW, Respondent


def both(english, chinese):
    return {"en": english, "zh": chinese}


HOLES = "{times} | {hours} | {day} | {other} | {class} | {rate} | {office} | {tier} | {kind}"
DOCUMENT = {
    "format": "manyi/2",
    "code": "pipes",
    "title": text("Pipes"),
    "scales": {"five": {"low": 1, "high": 5}},
    "pipes": {
        "times": {"question": "OUT", "fallback": both("some", "几")},
        "hours": {"question": "HOURS", "fallback": both("many", "多")},
        "day": {"question": "WHEN", "fallback": both("that day", "那天")},
        "other": {"question": "CLASS.text", "fallback": both("other", "其他")},
        "class": {"question": "CLASS", "not_for": ["else"], "fallback": both("customers", "客户")},
        "rate": {"question": "R", "fallback": both("a rating", "评分")},
        "office": {"account": "unit", "fallback": both("your office", "供电所")},
        "tier": {"account": "tier", "not_for": ["base"], "fallback": both("customer", "用户")},
        "kind": {"account": "customer_class", "fallback": both("you", "您")},
    },
    "sections": [
        {"code": "P1", "title": text("One"), "questions": [
            {"type": "number", "code": "OUT", "text": text("Cuts")},
            {"type": "number", "code": "HOURS", "decimals": 1, "text": text("Hours")},
            {"type": "date", "code": "WHEN", "text": text("When")},
            {"type": "rating", "code": "R", "scale": "five", "text": text("Rate")},
            {"type": "single", "code": "CLASS", "text": text("Class"), "options": [
                {"code": "home", "value": 1, "text": both("Home", "居民")},
                {"code": "else", "value": 2, "text": text("Else"), "with_text": True}]}]},
        {"code": "P2", "title": text("Two"), "questions": [
            {"type": "long_text", "code": "WHY", "text": text(HOLES)}]},
    ],
}  # fmt: skip


def make_wave(session, **settings):
    version = published_unchecked(session, loading.load(DOCUMENT))
    wave = waves.create_wave(session, version, code="W", title="Wave", now=NOW, **settings)
    waves.open_wave(session, wave, NOW)
    session.commit()
    return wave


def said(person):
    return person.page.select_one("label.question").get_text().split(" | ")


def test_answers_are_said_in_the_language_that_is_read(app, session):
    person = Respondent(app, f"/s/{make_wave(session).public_key}")
    person.open()
    person.send(OUT="3", HOURS="2.5", WHEN="2026-03-05", R="4", CLASS="home")
    assert said(person) == [
        "3",
        "2.5",
        "5 March 2026",
        "other",
        "Home",
        "4",
        "your office",
        "customer",
        "you",
    ]
    person.send("lang:zh")
    assert said(person) == ["3", "2.5", "2026年3月5日", "其他", "居民", "4", "供电所", "用户", "您"]


def test_what_was_not_answered_is_said_by_the_fallback(app, session):
    person = Respondent(app, f"/s/{make_wave(session).public_key}")
    person.open()
    person.send(R="dk")
    assert said(person) == [
        "some", "many", "that day", "other", "customers", "a rating", "your office", "customer", "you",
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["<script>alert(1)</script>", "{times} {7*7} %s", "\x02c:x\x03", "'\"&"])
def test_own_words_are_words_and_nothing_else(app, session, written):
    person = Respondent(app, f"/s/{make_wave(session).public_key}")
    person.open()
    person.send(OUT="3", CLASS="else", CLASS__text=written)
    assert said(person)[3] == written.replace("\x02", "").replace("\x03", "")
    assert said(person)[4] == "customers"
    assert not person.page.select("label.question script")


def test_the_customer_file_is_said_in_words(app, session):
    [customer, *_] = make_customers(session)
    wave = make_wave(session, access="invited", anonymous=False)
    [token] = issue_invitations(session, wave, [customer], NOW)
    session.commit()
    person = Respondent(app, f"/i/{token}")
    person.open()
    person.send(OUT="1")
    office, tier, kind = said(person)[6:]
    assert office == customer.unit.name["en"]
    assert kind == {"residential": "residential customers", "industrial": "industrial customers",
                    "commercial": "commercial customers"}[customer.customer_class]  # fmt: skip
    assert tier != customer.tier


def changed(**pipe):
    plain = copy.deepcopy(DOCUMENT)
    plain["pipes"]["times"] = {"fallback": text("some")} | pipe
    return plain


@pytest.mark.parametrize(
    ("pipe", "problem"),
    [({"question": "NOBODY"}, Problem.LOGIC_UNKNOWN), ({"question": "OUT.text"}, Problem.LOGIC_UNKNOWN),
     ({"question": "OUT", "account": "tier"}, Problem.DOCUMENT_INVALID),
     ({"account": "phone"}, Problem.DOCUMENT_INVALID), ({"question": "OUT; drop"}, Problem.DOCUMENT_INVALID)],
)  # fmt: skip
def test_what_cannot_be_put_in_is_refused(pipe, problem):
    with pytest.raises(SurveyError) as refused:
        loading.load(changed(**pipe))
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("pipe", "finding"),
    [({"question": "NOBODY.text"}, "pipe-unknown"), ({"question": "OUT.text"}, "pipe-type"),
     ({"question": "WHY"}, ""), ({"account": "tier", "not_for": ["royal"]}, "account-value"),
     ({"question": "CLASS", "not_for": ["royal"]}, "pipe-option"), ({"question": "OUT"}, "")],
)  # fmt: skip
def test_findings_know_what_can_be_put_in(pipe, finding):
    found = findings_of_file(json.dumps(changed(**pipe)).encode())
    assert {each.code for each in found if each.place == "pipes.times"} - {"text-untranslated"} == (
        {finding} if finding else set()
    )
    forward = {each.code for each in found if each.place == "P2.WHY"}
    assert ("pipe-forward" in forward) == (pipe == {"question": "WHY"})
