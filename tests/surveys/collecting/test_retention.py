"""After 24 months nobody can tell which link led to which answers, nor reach whom no file names."""

from datetime import date, timedelta

from sqlalchemy import func, select

from surveys.collecting import links, retention, waves
from surveys.collecting.frame import import_customers
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.keys import keys_of
from surveys.models import AuditEntry, Contact, Invitation, Participation, Response
from surveys.proving.begin import begin
from surveys.watching.standing import parts, standing
from tests.surveys.respondents import start
from tests.surveys.sealed import LATER
from tests.surveys.tampering import kinds, tamper
from tests.surveys.worlds import NOW, make_customers, make_wave
from web.runs import clearing

LATE = LATER + timedelta(days=731)
ENDED = ("complete", "partial", "refused", "screened", "blank", "open", None)


def counts(session, wave):
    return standing(session, wave), parts(session, wave, "unit"), parts(session, wave, "customer_class")


def test_links_are_forgotten_and_the_rates_stay(session):
    begin(session, now=NOW, staff={})
    wave = make_wave(session, anonymous=False, access="invited")
    tokens = issue_invitations(session, wave, make_customers(session, len(ENDED)), NOW)
    for token, ended in zip(tokens, ENDED, strict=True):
        if ended is not None:
            response = start(session, wave, token, invitation=find_invitation(session, token))
            response.disposition = None if ended == "open" else ended
    set_outcome(session, find_invitation(session, tokens[-1]), "unreachable", NOW)
    waves.close_wave(session, wave, LATER)
    session.commit()
    before = counts(session, wave)

    assert retention.due_links(session, LATE - timedelta(days=2)) == []
    assert retention.due_links(session, LATE) == [wave]
    clearing.clear(session, LATE)
    assert retention.due_links(session, LATE) == []

    assert counts(session, wave) == before
    assert kinds(session) == []
    assert session.scalar(select(func.count()).select_from(Participation)) == 0
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "wave.links_end")).one()
    assert entry.target == f"wave:{wave.code}"
    # Neither by a moment that both had, nor by the key that made marks of links.
    used = select(Invitation.changed_at).where(Invitation.disposition.is_not(None))
    assert set(session.scalars(used)) == {None}
    assert not list(keys_of(session).folder.glob(f"wave-{wave.id}-*"))
    marks = {links.mark_of(session, wave, each) for each in session.scalars(select(Invitation))}
    assert not marks & set(session.scalars(select(Response.client_key)))
    tamper(session, "invitation", "UPDATE invitation SET state = 'refused'")
    assert kinds(session) == ["wave_changed"]


def test_nothing_is_forgotten_of_an_anonymous_wave_nor_of_one_that_does_not_match(session):
    begin(session, now=NOW, staff={})
    wave = make_wave(session)
    waves.close_wave(session, wave, LATER)
    known = make_wave(session, wave.version, code="W2", anonymous=False, access="invited")
    [token] = issue_invitations(session, known, make_customers(session, 1), NOW)
    start(session, known, token, invitation=find_invitation(session, token))
    waves.close_wave(session, known, LATER)
    session.commit()
    assert retention.due_links(session, LATE) == [known]
    tamper(session, "invitation", "UPDATE invitation SET state = 'refused'")
    clearing.clear(session, LATE)
    assert session.scalar(select(func.count()).select_from(Participation)) == 1


def test_contacts_go_24_months_after_the_last_import_that_gave_them(session):
    first, second, _ = make_customers(session)
    row = {
        "code": second.code,
        "unit": "C2-O1",
        "customer_class": "industrial",
        "tier": "key",
        "phone": "010-1",
    }
    import_customers(session, [row], today=date(2040, 1, 1))
    session.commit()
    limit = NOW + timedelta(days=731)
    assert retention.end_contacts(session, NOW + timedelta(days=729)) == 0
    assert retention.end_contacts(session, limit) == 2
    session.commit()
    assert list(session.scalars(select(Contact.customer_id))) == [second.id]
    assert first.contact is None
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.detail) == ("customers.contacts_end", {"n": 2})
    assert retention.end_contacts(session, limit) == 0
