"""Rules that the database keeps itself, tried with plain SQL past all our code."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from surveys import audit
from surveys.analysing import runs
from surveys.collecting import responses
from surveys.collecting.invitations import find_invitation, issue_invitations, token_hash
from surveys.models import Customer, Response, Unit
from tests.surveys.worlds import NOW, make_customers, make_units, make_wave


def refuse(session, statement: str, reason: str, **values) -> None:
    session.commit()
    with pytest.raises(DBAPIError, match=re.compile(reason, re.IGNORECASE)):
        session.execute(text(statement), values)
    session.rollback()


def test_a_published_version_stays(session):
    make_wave(session)
    refuse(session, "UPDATE version SET published_by = 'x'", "version cannot be changed")
    refuse(session, "DELETE FROM version", "version cannot be deleted")


def test_the_audit_trail_stays(session):
    audit.record(session, actor="a", action="b", target="c", now=NOW)
    refuse(session, "UPDATE audit_entry SET actor = 'x'", "audit trail cannot be changed")
    refuse(session, "DELETE FROM audit_entry", "audit trail cannot be deleted")


def test_a_finished_analysis_stays(session):
    wave = make_wave(session)
    run = runs.create(
        session, title="t", waves=[wave], specification={}, options={}, seed=1, code_version="1",
        staff_name="a", now=NOW,
    )  # fmt: skip
    refuse(session, "UPDATE analysis SET state = 'done'", "ck_analysis_result")
    runs.start(session, run, now=NOW)
    runs.finish(session, run, result={"a": 1}, data_fingerprint="f", n_respondents=1, now=NOW)
    refuse(session, "UPDATE analysis SET title = 'x'", "analysis cannot be changed")
    refuse(session, "DELETE FROM analysis", "analysis cannot be deleted")


def test_a_used_token_stays_used(session):
    wave = make_wave(session, access="invited")
    issue_invitations(session, wave, 1, NOW)
    session.execute(text("UPDATE invitation SET state = 'used'"))
    refuse(session, "UPDATE invitation SET state = 'issued'", "stays used")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("state = 'complete'", "ck_response_complete"),
        ("completed_at = '2026-03-05 00:00:00.000000'", "ck_response_complete"),
        ("state = 'done'", "ck_response_state"),
        ("started_at = '2026-03-05 09:41:00.000000'", "ck_response_anonymous_started_at"),
        ("state = 'complete', completed_at = '2026-03-05 10:00:00.000000'", "anonymous_completed_at"),
        ("anonymous = NOT anonymous", "foreign key"),
        ("wave_id = 77", "foreign key|no partition"),
    ],
)
def test_responses_keep_their_rules(session, change, reason):
    wave = make_wave(session)
    responses.open_response(session, wave, client_key="a", language="zh", now=NOW)
    if session.connection().dialect.name == "postgresql":
        change = change.replace(".000000'", "+00'")
    refuse(session, f"UPDATE response SET {change}", reason)


def test_one_response_a_key_and_one_a_token(session):
    people = make_customers(session)
    wave = make_wave(session, access="invited", anonymous=False)
    [token] = issue_invitations(session, wave, people[:1], NOW)
    invitation = find_invitation(session, token)
    responses.open_response(session, wave, client_key="a", language="zh", invitation=invitation, now=NOW)
    columns = [column.name for column in Response.__table__.columns]
    again = ", ".join("id + 1" if name == "id" else name for name in columns)
    copy = f"INSERT INTO response ({', '.join(columns)}) SELECT {again} FROM response"
    refuse(session, copy, "unique|uq_response_wave_id_client_key")
    columns = "token_hash, wave_id, anonymous, response_id"
    copy = f"INSERT INTO participation ({columns}) SELECT {columns} FROM participation"
    refuse(session, copy, "unique|pk_participation")


def test_anonymous_waves_can_hold_no_link(session):
    wave = make_wave(session, access="invited")
    [token] = issue_invitations(session, wave, 1, NOW)
    response = responses.open_response(
        session, wave, client_key="a", language="zh", now=NOW,
        invitation=find_invitation(session, token),
    )  # fmt: skip
    make_customers(session)
    insert = "INSERT INTO participation (token_hash, wave_id, anonymous, response_id) VALUES (:token, :wave, "
    values = {"token": token_hash(token), "wave": wave.id, "response": response.id}
    refuse(session, insert + "TRUE, :response)", "ck_participation_confidential", **values)
    refuse(session, insert + "FALSE, :response)", "foreign key", **values)
    customer = "UPDATE invitation SET customer_id = (SELECT min(id) FROM customer)"
    refuse(session, customer, "ck_invitation_anonymous_customer")
    at = "'2026-03-05 09:41:00.000000'"
    refuse(session, f"UPDATE invitation SET changed_at = {at}", "anonymous_changed_at")
    refuse(session, "UPDATE wave SET anonymous = FALSE", "foreign key")


def test_the_organisation_has_no_cycles(session):
    units = make_units(session)
    province, city, office = units["P"], units["C1"], units["C1-O1"]
    upward = "UPDATE unit SET parent_id = :parent, parent_level = :level WHERE id = :child"
    for parent, child in [(city, province), (office, city), (city, city)]:
        values = {"parent": parent.id, "level": parent.level, "child": child.id}
        refuse(session, upward, "ck_unit_parent_above", **values)
    lie = {"parent": office.id, "level": 0, "child": city.id}
    refuse(session, upward, "foreign key", **lie)
    refuse(session, "UPDATE unit SET level = 4 WHERE id = :id", "foreign key|parent_above", id=province.id)
    refuse(session, "DELETE FROM unit WHERE code = 'P'", "foreign key")


def test_codes_are_unique_and_classes_known(session):
    make_customers(session)
    refuse(session, "UPDATE customer SET code = 'A0' WHERE code = 'A1'", "unique")
    refuse(session, "UPDATE customer SET customer_class = 'rich'", "ck_customer_customer_class")
    refuse(session, "UPDATE customer SET unit_id = 999", "foreign key")
    refuse(session, "UPDATE unit SET code = 'P' WHERE code = 'C1'", "unique")


def test_contact_data_goes_with_its_customer(session):
    [customer, *_] = make_customers(session)
    assert session.get_one(Customer, customer.id).contact.email == "customer0@example.org"
    session.delete(customer)
    session.commit()
    assert session.scalar(text("SELECT count(*) FROM contact")) == 2
    assert session.query(Unit).count() == 8
