"""Quotas of a questionnaire: who belongs, when it is looked at, and that no more are counted than wanted."""

import json
import threading

import pytest
from sqlalchemy.orm import Session

from surveys.collecting import cells, waves
from surveys.collecting.page_turn import Sent, turn
from surveys.collecting.visit import find_visit, key_name
from surveys.document import loading
from surveys.editing import publishing
from surveys.errors import SurveyError
from surveys.findings.listing import findings_of, findings_of_file
from surveys.models import QuotaCell, Wave
from surveys.watching.standing import Outcome, standing
from tests.surveys.counting import asking
from tests.surveys.respondents import refused, together
from tests.surveys.worlds import NOW, make_wave, published_unchecked, text


@pytest.fixture
def wave(session):
    return counted(session)


def counted(session, code="W1", **settings):
    version = publishing.publish(session, loading.load(asking()), "Test", NOW)
    return make_wave(session, version, code=code, **settings)


class Person:
    """Somebody who answers page by page in one session."""

    def __init__(self, session, wave, key) -> None:
        self.session, self.wave, self.key = session, wave, f"{key} with a long enough key"

    def visit(self, session=None):
        keys = {key_name(self.wave): self.key}
        return find_visit(
            session or self.session, public_key=self.wave.public_key, keys=keys, language="en", now=NOW
        )

    def send(self, page, **form):
        sent = Sent(page, {name: [value] for name, value in form.items()}, "next", 2.0)
        came = turn(self.visit(), sent, NOW)
        self.session.commit()
        return came

    def shop(self, said):
        return self.send("who", SHOP=said)

    def cuts(self, number, hours=""):
        return self.send("cuts", OUT=number, **({"HOURS": hours} if hours else {}))

    def end(self):
        return self.send("last", AGAIN="yes")

    @property
    def state(self):
        response = self.visit().response
        self.session.refresh(response)
        return response.state, response.ended_by


def whole(session, wave, key, said="yes", number="2", hours="1"):
    person = Person(session, wave, key)
    person.shop(said)
    if person.visit().is_over:
        return person
    person.cuts(number, hours)
    if not person.visit().is_over:
        person.end()
    return person


def taken(session, wave):
    return {each.code: each.taken for each in cells.filled(session, wave)}


def test_only_complete_responses_that_belong_are_counted(session, wave):
    cells.set_limits(session, wave, {"SHOPS": 9, "CUT": 9})
    assert whole(session, wave, "1").state == ("complete", None)
    whole(session, wave, "2", "no")
    whole(session, wave, "3", "yes", "0")
    Person(session, wave, "4").shop("yes")
    assert taken(session, wave) == {"SHOPS": 2, "CUT": 1, "LONG": None}


def test_a_full_quota_is_told_by_the_page_that_decides_it_and_no_sooner(session, wave):
    cells.set_limits(session, wave, {"CUT": 0, "LONG": 0})
    person = Person(session, wave, "1")
    assert person.shop("yes").page == "cuts"
    assert person.state == ("open", None)
    assert person.cuts("3").question == "HOURS"  # what came up is asked first: the page is not done
    assert person.state == ("open", None)
    assert person.cuts("3", "9").page is None
    assert person.state == ("screened", "quota:CUT")
    other = Person(session, wave, "2")
    other.shop("no")
    other.cuts("3", "9")
    assert other.state == ("screened", "quota:LONG")
    # What is not asked belongs to nothing, and is decided too.
    last = Person(session, wave, "3")
    last.shop("no")
    assert last.cuts("0").page == "last"
    found = standing(session, wave)
    over, out = found.outcomes[Outcome.OVER_QUOTA], found.outcomes[Outcome.SCREENED]
    assert (over, out, found.open) == (2, 0, 1)


def test_what_fills_up_meanwhile_is_decided_at_the_end_over_all_quotas_together(session, wave):
    cells.set_limits(session, wave, {"SHOPS": 5, "CUT": 1})
    late = Person(session, wave, "late")
    late.shop("yes")
    late.cuts("2", "1")
    whole(session, wave, "first")
    assert taken(session, wave) == {"SHOPS": 1, "CUT": 1, "LONG": None}
    assert late.end().page is None
    assert late.state == ("screened", "quota:CUT")
    assert taken(session, wave)["SHOPS"] == 1  # counted in none where one is full
    with pytest.raises(SurveyError):  # what was ended stays ended
        late.end()
    session.rollback()


def test_a_change_of_mind_counts_by_what_stands(session, wave):
    cells.set_limits(session, wave, {"SHOPS": 3, "LONG": 3})
    person = Person(session, wave, "1")
    person.shop("yes")
    person.cuts("2", "9")
    person.shop("no")
    person.cuts("0", "9")  # the hours do not stand any more
    person.end()
    assert person.state == ("complete", None)
    assert taken(session, wave) == {"SHOPS": 0, "CUT": None, "LONG": 0}


def test_whoever_changes_into_a_full_quota_is_told_then(session, wave):
    cells.set_limits(session, wave, {"SHOPS": 0})
    person = Person(session, wave, "1")
    person.shop("no")
    person.cuts("0")
    assert person.shop("yes").page is None
    assert person.state == ("screened", "quota:SHOPS")


def test_a_stop_comes_before_a_quota(session):
    # Nobody can be of such a quota, and publishing would refuse it.
    changed = asking()
    changed["sections"][0]["stops"] = [{"code": "no_shops", "when": "SHOP == 'yes'", "text": text("Bye")}]
    wave = make_wave(session, published_unchecked(session, loading.load(changed)))
    cells.set_limits(session, wave, {"SHOPS": 0})
    assert whole(session, wave, "1").state == ("screened", "no_shops")


@pytest.mark.parametrize("limit", [1, 4])
def test_twenty_who_finish_at_once_are_counted_exactly(engine, session, wave, limit):
    cells.set_limits(session, wave, {"SHOPS": limit, "CUT": 100})
    people = [Person(session, wave, str(number)) for number in range(20)]
    for person in people:
        person.shop("yes")
        person.cuts("1", "1")
    wave_id, left, lock = wave.id, iter(people), threading.Lock()

    def send(own: Session):
        with lock:
            person = next(left)
        found = person.visit(own)
        assert own.get_one(Wave, wave_id).id == found.wave.id
        return turn(found, Sent("last", {"AGAIN": ["yes"]}, "next", 1.0), NOW).saved

    assert together(engine, 20, send) == [True] * 20
    session.expire_all()
    states = [person.state for person in people]
    assert states.count(("complete", None)) == limit
    assert states.count(("screened", "quota:SHOPS")) == 20 - limit
    assert taken(session, wave) == {"SHOPS": limit, "CUT": limit, "LONG": None}


def test_a_limit_set_late_counts_who_is_there_already(session, wave):
    for key in "12":
        whole(session, wave, key)
    whole(session, wave, "3", "no", "1", "9")
    cells.set_limits(session, wave, {"SHOPS": 2, "LONG": 8})
    assert taken(session, wave) == {"SHOPS": 2, "CUT": None, "LONG": 1}
    assert whole(session, wave, "4").state == ("screened", "quota:SHOPS")
    refused("QUOTA_BELOW", cells.set_limits, session, wave, {"SHOPS": 1})
    session.rollback()
    cells.set_limits(session, wave, {"SHOPS": None})
    assert [each.most for each in cells.filled(session, wave)] == [None, None, 8]


def test_a_pilot_counts_none(session):
    wave = counted(session, purpose="pilot")
    session.add(QuotaCell(wave_id=wave.id, quota="SHOPS", most=0, taken=0))
    session.commit()
    assert whole(session, wave, "1").state == ("complete", None)
    refused("QUOTA_PILOT", cells.set_limits, session, wave, {"SHOPS": 1})


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"NONE": 3}, "QUOTA_UNKNOWN"), ({"SHOPS": -1}, "WAVE_QUOTA"), ({"SHOPS": 2**31}, "WAVE_QUOTA"),
     ({"SHOPS": True}, "WAVE_QUOTA")],
)  # fmt: skip
def test_limits_that_are_refused(session, wave, limits, code):
    refused(code, cells.set_limits, session, wave, limits)


def test_a_closed_wave_keeps_its_limits(session, wave):
    waves.close_wave(session, wave, NOW)
    refused("WAVE_STATE", cells.set_limits, session, wave, {"SHOPS": 3})


FAULTS = [
    ({"when": "NOBODY == 1"}, "logic-unknown", "quotas.SHOPS"),
    ({"when": "SHOP == 3"}, "logic-type", "quotas.SHOPS"),
    ({"when": "SHOP == 'maybe'"}, "logic-option", "quotas.SHOPS"),
    ({"when": "OUT > 50"}, "logic-never", "quotas.SHOPS"),
    ({"when": "SHOP =="}, "logic-unreadable", "quotas.SHOPS"),
    ({"code": "CUT"}, "code-twice", "quotas.CUT"),
    ({"code": "cut"}, "code-case", "quotas.CUT"),
    ({"text": {"zh": "够了"}}, "text-missing", "quotas.SHOPS.text.en"),
    ({"more": 1}, "document-shape", "quotas.SHOPS"),
]


@pytest.mark.parametrize(("change", "code", "place"), FAULTS)
def test_faults_of_quotas_are_found_with_their_place(change, code, place):

    faulty = asking()
    faulty["quotas"][0] |= change
    found = findings_of_file(json.dumps(faulty).encode())
    assert (code, place) in [(each.code, each.place) for each in found]


def test_sound_quotas_have_no_findings_and_the_document_keeps_them():
    document = loading.load(asking())
    of_quotas = [each for each in findings_of(document) if each.place.startswith("quotas")]
    assert {each.code for each in of_quotas} <= {"text-untranslated"}
    assert loading.load(document.dump()) == document
    assert [quota.code for quota in document.quotas] == ["SHOPS", "CUT", "LONG"]
