"""What belongs to another respondent or questionnaire is refused by every link, and nothing is changed."""

from contextlib import contextmanager

import pytest

from surveys.collecting.invitations import issue_invitations
from surveys.document import loading
from surveys.editing import publishing
from surveys.models.collection import Access
from tests.surveys.counting import asking
from tests.web.answering import NOW, Respondent, make_wave
from tests.web.standing import State
from web.extensions import db
from web.respond.app import create_app

# Every address of respondents that takes forms; each is tried below.
TAKING = {"respond.anew", "respond.answer", "kiosk.leave"}


@pytest.fixture
def links(session):
    """A public wave, two links of an invited one, and a public wave of another questionnaire."""
    wave, invited = make_wave(session), make_wave(session, code="I", access=Access.INVITED)
    other = publishing.publish(session, loading.load(asking()), "Test", NOW)
    elsewhere = make_wave(session, other, code="C")
    tokens = issue_invitations(session, invited, 2, NOW)
    session.commit()
    keys = wave.public_key, invited.public_key, elsewhere.public_key
    session.close()
    return keys, tokens


@pytest.fixture
def unchanged(site_url):
    @contextmanager
    def check():
        before = State.of(site_url.database)
        yield
        assert before.changed(State.of(site_url.database)) == []

    return check


def test_every_address_of_respondents_that_takes_forms_is_tried(app):
    with app.app_context():
        rules = create_app(app.config, db.sessionmaker).url_map.iter_rules()
    assert {rule.endpoint for rule in rules if "POST" in rule.methods} == TAKING


def begun(app, link):
    """Somebody who has sent the first page, and whose second is open."""
    one = Respondent(app, link)
    one.open()
    one.send(OK="yes", CLASS="residential")
    return one


SENT = {"Q1": "7", "Q2": "8", "Q3": "dk", "CH": ["hall"]}


def kinds(links):
    (public, _invited, _elsewhere), tokens = links
    yield f"/s/{public}", f"/s/{public}"
    yield f"/i/{tokens[0]}", f"/i/{tokens[1]}"


def test_a_page_is_taken_from_whose_it_is_alone(app, links, unchanged, site_url):
    (_public, invited, elsewhere), _tokens = links
    for own, far in kinds(links):
        one, other = begun(app, own), begun(app, far)
        with unchanged():
            assert one.post("rate", SENT | {"_t": other.mark}).status_code == 422, own
            assert one.post("rate", SENT | {"_t": ""}).status_code == 422, own
            assert one.post("who", {"SHOP": "yes"}).status_code == 404, "a page of another questionnaire"
            for key in (invited, elsewhere):
                sent = one.client.post(f"/s/{key}/rate", data=SENT | {"_t": one.mark})
                assert sent.status_code == 404, key
        before = State.of(site_url.database)
        assert one.post("rate", SENT).status_code == 303, "its own is taken"
        assert before.changed(State.of(site_url.database)) == ["response"]


def test_nobody_is_made_to_begin_anew_by_another_s_mark(app, links, unchanged):
    link = f"/s/{links[0][0]}"
    one, other = begun(app, link), begun(app, link)
    with unchanged():
        one.client.post(link, data={"_t": other.mark})
    assert one.open().select("[name=Q1]"), "it goes on where it was"
    one.client.post(link, data={"_t": one.mark})
    assert not one.open().select("[name=Q1]")


def test_a_seat_is_left_and_filled_by_whose_it_is_alone(app, links, unchanged, site_url):
    kiosk = f"/k/{links[0][0]}"
    seats = []
    for _each in range(2):
        one = Respondent(app, kiosk)
        one.open()
        one.link = one.place.rpartition("/")[0]
        one.send(OK="yes", CLASS="residential")
        seats.append(one)
    one, other = seats
    assert one.link != other.link
    with unchanged():
        assert one.post("rate", SENT | {"_t": other.mark}).status_code == 422
        one.post("leave", {"_t": other.mark})
    assert one.open("rate").select("[name=Q1]"), "it stands"
    before = State.of(site_url.database)
    one.post("leave", {})
    assert before.changed(State.of(site_url.database)) == ["response"]
