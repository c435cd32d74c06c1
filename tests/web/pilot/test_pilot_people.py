"""A pilot that asks customers of the file: drawn by lot or listed, by links that name nobody."""

import csv
import io

import pytest
from sqlalchemy import select

from surveys.models import Customer, Invitation, PilotPerson, Response, Wave
from surveys.models.collection import Access
from surveys.piloting import people
from tests.surveys.worlds import make_units
from tests.web.answering import Respondent
from tests.web.drafts import begin
from tests.web.noted import entries_but_log_ins
from tests.web.piloting import PILOT, TRIED

ONE = f"{PILOT}/1"


@pytest.fixture
def file(session):
    """Thirty customers of two classes, at one office and another."""
    units = make_units(session)
    offices = [unit for unit in units.values() if unit.level == max(each.level for each in units.values())]
    for number in range(30):
        session.add(
            Customer(
                code=f"C{number:02}",
                unit_id=offices[number % len(offices)].id,
                customer_class="residential" if number < 20 else "industrial",
                tier="base" if number % 2 else "resident",
            )
        )
    session.commit()
    return units


def upload(designer, data, status=422, **fields):
    """Send the form with a list."""
    page = designer.browse(PILOT)
    hidden = {each["name"]: each.get("value", "") for each in page.select("main form [type=hidden]")}
    form = hidden | {"who": "list", "days": "14", "list": (io.BytesIO(data), "people.csv")} | fields
    response = designer.client.post(
        PILOT, data=form, content_type="multipart/form-data", headers={"Accept-Language": "en"}
    )
    assert response.status_code == status, response.text[-2000:]
    return response


def links_of(designer, status=200):
    response = designer.submit(ONE, status, form="form[action$='/links']")
    assert response.headers["Cache-Control"] == "no-store"
    return {row["customer"]: row["link"] for row in csv.DictReader(io.StringIO(response.text))}


def test_customers_drawn_by_lot_answer_by_links_of_their_own(app, designer, session, file):
    begin(designer, TRIED)
    designer.submit(PILOT, 303, who="draw", drawn="12", customer_class="residential")
    wave = session.scalars(select(Wave)).one()
    assert (wave.access, wave.anonymous) == (Access.INVITED, True)
    asked = people.asked(session, wave.version)
    assert len(asked) == 12
    assert {each.customer_class for each in asked} == {"residential"}
    page = designer.browse(ONE)
    assert "12 customers of the customer file are asked" in page.get_text()
    assert not page.select("svg.qr"), "there is no link for everybody"
    assert app.test_client().get(f"/s/{wave.public_key}").status_code == 404
    found = links_of(designer)
    assert [*found] == [each.code for each in asked]
    assert session.scalars(select(Invitation.customer_id)).all() == [None] * 12, "no link names anybody"
    entry = session.scalars(entries_but_log_ins).all()[-1]
    assert (entry.action, entry.detail) == ("pilot.links", {"n_links": 12})
    first = next(iter(found.values())).removeprefix("http://localhost")
    one = Respondent(app, first)
    assert "This is a trial" in one.open().get_text()
    one.send(MET="none", S1="8", S2="7", S3="6", _s="30")
    session.rollback()
    assert len(session.scalars(select(Response)).all()) == 1
    again = links_of(designer)
    assert not set(again.values()) & set(found.values())
    second = [*found.values()][1].removeprefix("http://localhost")
    assert app.test_client().get(second).status_code == 404
    designer.submit(f"{ONE}/delete", 303)
    session.rollback()
    assert not session.scalars(select(Invitation)).all()
    assert len(session.scalars(select(PilotPerson)).all()) == 12, "that they were asked is not forgotten"
    designer.send(f"{ONE}/links", 404)
    more = designer.submit(PILOT, 422, who="draw", drawn="12", customer_class="residential")
    assert "Only 8 customers are there to draw 12 from" in more.text


def test_a_list_is_asked_as_it_stands_also_of_a_spreadsheet_in_chinese(designer, session, file):
    begin(designer, TRIED)
    rows = "".join(f"{code};供电所\n" for code in ("C03", *(f"C{n}" for n in range(10, 20))))
    upload(designer, f"Code;单位\n{rows}\n".encode("gb18030"), 303)
    wave = session.scalars(select(Wave)).one()
    assert [each.code for each in people.asked(session, wave.version)][:2] == ["C03", "C10"]
    rested = people.rested(
        session, wave.version.questionnaire_id, session.scalars(select(Customer)).all(), wave.created_at
    )
    assert len(rested) == 19, "the main sample leaves them out"


TEN = "".join(f"C{number}\n" for number in range(10, 20))


UNUSABLE = [
    (b"", "Choose a CSV file"),
    (b"\x00\x01\x02", "It is no CSV file"),
    (b"\xff\xfe\xff\xff", "It is no CSV file"),
    (b"x" * 200_001, "larger than 200 kilobytes"),
    (b"name\nA\n", "one of them code"),
    (b"code,code\nA,B\n", "one of them code"),
    (b'code\n"A\n', "It is no CSV file"),
    (b"code\nC10\n", "Ask 10 to 500 customers"),
    (f"code\n{TEN}C10\n".encode(), "Rows 2 and 12 name the same customer"),
    (f"code,x\n{TEN},y\n".encode(), "Row 12 has no code"),
    (f"code\n{TEN}<script>\n".encode(), "1 of the codes are not in the customer file: &lt;script&gt;"),
    ("code\n" + "".join(f"D{n}\n" for n in range(501)), "Ask 10 to 500 customers"),
    (f"code\n{TEN}{'9' * 9999}\n".encode(), "not in the customer file"),
]


def test_lists_that_cannot_be_used_say_why_and_freeze_nothing(designer, session, file):
    begin(designer, TRIED)
    for data, said in UNUSABLE:
        refused = upload(designer, data if isinstance(data, bytes) else data.encode())
        assert said in refused.text, data[:40]
    assert not session.scalars(select(Wave)).all()


NOBODY = [
    ({"drawn": "9"}, "Ask 10 to 500 customers"),
    ({"drawn": "501"}, "Ask 10 to 500 customers"),
    ({"drawn": ""}, "Ask 10 to 500 customers"),
    ({"drawn": "ten"}, "Ask 10 to 500 customers"),
    ({"drawn": "-20"}, "Ask 10 to 500 customers"),
    ({"drawn": "31"}, "Only 30 customers are there"),
    ({"drawn": "10", "unit": "nowhere"}, "nowhere"),
    ({"drawn": "10", "customer_class": "all"}, "Choose one of the entries"),
    ({"who": "everybody"}, "Choose one of the entries"),
    ({"drawn": "10", "days": "0"}, "Choose from 1 to 90 days"),
]


def test_what_draws_nobody_is_said_at_its_field(designer, session, file):
    begin(designer, TRIED)
    for fields, said in NOBODY:
        refused = designer.submit(PILOT, 422, **({"who": "draw"} | fields))
        assert said in refused.text, fields
    assert not session.scalars(select(Wave)).all()


def test_without_a_customer_file_or_the_right_nobody_is_drawn(designer, analyst, session):
    begin(designer, TRIED)
    assert designer.browse(PILOT).select_one("#who-draw").has_attr("disabled")
    assert "还没有客户档案" in designer.browse(f"{PILOT}?lang=zh").get_text()
    designer.submit(PILOT, 303)
    designer.send(f"{ONE}/links", 404)
    analyst.send(f"{ONE}/links", 403)
