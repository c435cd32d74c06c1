"""Frame, invitations, quotas and excluded responses by command: stored, audited, or refused whole."""

import json

import pytest
from sqlalchemy import func, select

from surveys.analysing import decisions
from surveys.analysing.decisions import Made
from surveys.collecting import responses
from surveys.collecting.invitations import find_invitation, issue_invitations
from surveys.collecting.submitting import submit
from surveys.models import AuditEntry, Customer, Invitation, Response, Unit, Wave
from surveys.models.decisions import DecisionKind
from surveys.proving.proof import prove
from tests.surveys.worlds import NOW, make_customers, make_wave

UNITS = "code,level,name_zh,name_en,parent\nC1,county,东城,East,TOP\nTOP,city,本市,City,\n"
CUSTOMERS = (
    "code;unit;customer_class;tier;phone;favourite\n0012;C1;industrial;key;0715 12;red\n13;C1;other;base;;\n"
)


@pytest.fixture
def written(tmp_path):
    """Write a text to a file and give its path."""

    def write(text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def trail(world):
    """The last entry of an unbroken audit trail since the upgrade: who, what, to what, how."""
    assert prove(world).findings == ()
    made = AuditEntry.action.not_in({"database.upgrade", "trail.begin", "wave.seal"})
    wanted = select(AuditEntry).where(made)
    entry = world.scalar(wanted.order_by(AuditEntry.id.desc()))
    return entry and (entry.actor, entry.action, entry.target, entry.detail)


def count(world, table):
    return world.scalar(select(func.count()).select_from(table))


def test_units_then_customers_come_from_lists(manyi, world, written):
    units, people = written(UNITS, "units.csv"), written(CUSTOMERS, "people.csv")
    assert manyi("units", "import", units, "--dry-run")[0] == 0
    assert count(world, Unit) == 0
    assert manyi("units", "import", units)[0] == 0
    assert trail(world) == ("command line", "units.add", "frame", {"units": ["C1", "TOP"]})
    found = world.scalars(select(Unit).where(Unit.code == "C1")).one()
    assert (found.parent.code, found.name) == ("TOP", {"zh": "东城", "en": "East"})
    assert manyi("customers", "import", people, "--dry-run")[2] == "2 customers would be added, 0 changed.\n"
    assert count(world, Customer) == 0
    code, out, _ = manyi("customers", "import", people, "--json", "-")
    assert (code, json.loads(out)) == (0, {"created": 2, "changed": 0, "stored": True})
    assert trail(world) == ("command line", "customers.import", "frame", {"created": 2, "changed": 0})
    world.rollback()
    stored = world.scalars(select(Customer).where(Customer.code == "0012")).one()
    assert (stored.unit.code, stored.customer_class, stored.contact.phone) == ("C1", "industrial", "0715 12")
    assert "0 customers added, 2 changed" in manyi("customers", "import", people)[2]


def test_one_unit_is_added_and_listed(manyi, world):
    assert manyi("units", "add", "TOP", "--level", "group", "--name", "集团")[0] == 0
    below = ("--level", "county", "--name", "东城", "--name-en", "East", "--parent", "TOP")
    assert manyi("units", "add", "C1", *below)[0] == 0
    assert trail(world)[3] == {"units": ["C1"]}
    _, out, _ = manyi("units", "list")
    assert [line.split() for line in out.splitlines()] == [
        ["code", "level", "parent", "zh", "en"],
        ["TOP", "group", "集团", "集团"],
        ["C1", "county", "TOP", "东城", "East"],
    ]


@pytest.mark.parametrize(
    ("arguments", "text", "said", "status"),
    [
        (("units", "add", "X", "--level", "village", "--name", "x"), "", "--level", 2),
        (("units", "add", "X", "--level", "city"), "", "--name", 2),
        (("units", "add", "X", "--level", "city", "--name", " "), "", "The unit X has no name", 1),
        (("units", "add", " ", "--level", "city", "--name", "x"), "", "cannot be a unit's code", 1),
        (
            ("units", "add", "X", "--level", "city", "--name", "x", "--parent", "N"),
            "",
            "There is no unit N",
            1,
        ),
        (("units", "import"), "code,level\nX,city\n", "has no column of names", 1),
        (("units", "import"), UNITS.replace("county", "village"), "row 1: level must be one of", 1),
        (("units", "import"), UNITS.replace("East,TOP", "East,N"), "row 1: There is no unit N", 1),
        (("units", "import"), UNITS + "C1,county,x,x,TOP\n", "row 3: There is a unit C1 already", 1),
        (("units", "import"), "", "is empty", 1),
        (("customers", "import"), CUSTOMERS, "row 1: unit 'C1' is unknown; add it first", 1),
        (("customers", "import"), "code,unit,tier\n1,C1,key\n", "has no column customer_class", 1),
        (("customers", "import", "absent.csv"), "", "is not there", 1),
    ],
)
def test_a_frame_that_cannot_be_used_stores_nothing(manyi, world, written, arguments, text, said, status):
    file = () if len(arguments) > 2 else (written(text),)
    code, out, err = manyi(*arguments, *file)
    assert (code, out) == (status, "")
    assert said in err
    assert (count(world, Unit), count(world, Customer), trail(world)) == (0, 0, None)


def test_many_wrong_customers_are_named_up_to_twenty(manyi, world, written):
    rows = "".join(f"{number},N,other,base\n" for number in range(25))
    code, _, err = manyi("customers", "import", written(f"code,unit,customer_class,tier\n{rows}"))
    assert (code, len(err.splitlines())) == (1, 22)
    assert err.endswith("and 5 rows more\n")
    assert count(world, Customer) == 0


def issue(manyi, tmp_path, *arguments, output="links.csv"):
    return manyi("invitations", "issue", "W1", *arguments, "-o", tmp_path / output)


def test_links_for_customers_are_written_once_and_kept_as_fingerprints(
    manyi, world, written, tmp_path, monkeypatch
):
    people = make_customers(world, 12)
    make_wave(world, anonymous=False, access="invited")
    monkeypatch.setenv("MANYI_PUBLIC_URL", "https://survey.example.org")
    listed = written("name,code\nx,A3\ny,A0\n", "sample.csv")
    assert issue(manyi, tmp_path, "--customers", listed)[0] == 0
    rows = (tmp_path / "links.csv").read_text().splitlines()
    assert (rows[0], [row.split(",")[0] for row in rows[1:]]) == ("customer,link", ["A3", "A0"])
    assert (tmp_path / "links.csv").stat().st_mode & 0o777 == 0o600
    link = rows[1].split(",")[1]
    assert link.startswith("https://survey.example.org/i/")
    assert find_invitation(world, link.rpartition("/")[2]).customer is people[3]
    assert trail(world) == ("command line", "wave.issue_links", "wave:W1", {"n_links": 2})
    code, _, err = issue(manyi, tmp_path, "--unit", "C1-O1", output="more.csv")
    assert (code, err) == (1, "Customer A0 has a link for this wave already.\n")
    assert issue(manyi, tmp_path, "--unit", "C2", output="more.csv")[0] == 1  # A3
    make_wave(world, code="HIDDEN", access="invited", version=find_invitation(world, link[-24:]).wave.version)
    hidden = ("invitations", "issue", "HIDDEN", "-o", tmp_path / "hidden.csv")
    assert manyi(*hidden, "--unit", "C1")[0] == 1  # six are too few
    assert manyi(*hidden, "--unit", "G")[0] == 0
    world.rollback()
    token = (tmp_path / "hidden.csv").read_text().split()[-1][-24:]
    found = find_invitation(world, token)
    assert (found.customer, found.segment.label) == (None, "G||||")


def test_links_that_cannot_be_made_are_refused_and_store_nothing(manyi, world, tmp_path, monkeypatch):
    make_customers(world, 12)
    make_wave(world, anonymous=False, access="invited")
    assert "Set MANYI_PUBLIC_URL" in issue(manyi, tmp_path, "--unit", "G")[2]
    monkeypatch.setenv("MANYI_PUBLIC_URL", "https://survey.example.org")
    for arguments, said in (
        ((), "Say who is invited: --customers or --unit."),
        (("--unit", "G", "--customers", "sample.csv"), "Say who is invited"),
        (("--unit", "NOWHERE"), "NOWHERE"),
        (("--unit", "A\x00"), "A"),
        (("--customers", tmp_path / "missing.csv"), "missing.csv is not there"),
    ):
        code, _, err = issue(manyi, tmp_path, *arguments)
        assert code in {1, 2}
        assert said in err
    make_wave(world, code="W2", version=world.scalars(select(Wave)).one().version)
    assert "has a public link" in manyi("invitations", "issue", "W2", "--unit", "G", "-o", tmp_path / "x")[2]
    (tmp_path / "links.csv").write_text("in use")
    assert "is there already" in issue(manyi, tmp_path, "--unit", "G")[2]
    assert (tmp_path / "links.csv").read_text() == "in use"
    world.rollback()
    assert count(world, Invitation) == 0


def test_outcomes_of_invitations(manyi, world):
    people = make_customers(world, 3)
    wave = make_wave(world, anonymous=False, access="invited")
    tokens = issue_invitations(world, wave, people, NOW)
    world.commit()
    whose = ("--customer", people[0].code, "--token", tokens[1])
    assert manyi("invitations", "outcome", "W1", "refused", *whose)[0] == 0
    states = [find_invitation(world, token).state for token in tokens]
    assert states == ["refused", "refused", "issued"]
    detail = {"state": "refused", "n_invitations": 2}
    assert trail(world) == ("command line", "invitations.outcome", "wave:W1", detail)
    submit(
        world,
        responses.open_response(
            world, wave, client_key="k", language="zh", invitation=find_invitation(world, tokens[2]), now=NOW
        ),
        NOW,
    )
    world.commit()
    both = ("--token", tokens[0], "--customer", people[2].code)
    code, _, err = manyi("invitations", "outcome", "W1", "withdrawn", *both)
    assert (code, err) == (1, "This link cannot be used any more.\n")
    world.rollback()
    assert find_invitation(world, tokens[0]).state == "refused"


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (("W1", "refused"), "Say whose invitation", 2),
        (("W1", "used", "--token", "x"), "'used' is not one of", 2),
        (("NEVER", "refused", "--token", "x"), "NEVER", 1),
        (("W1", "refused", "--token", "x"), "x is no link of W1", 1),
        (("W1", "refused", "--customer", "A0"), "W1 is anonymous", 1),
        (("W2", "refused", "--customer", "A0"), "Customer A0 has no invitation to W2", 1),
        (("W2", "refused", "--customer", "nobody"), "nobody", 1),
    ],
)
def test_outcomes_that_are_refused(manyi, world, arguments, said, status):
    make_customers(world, 1)
    wave = make_wave(world)
    make_wave(world, wave.version, code="W2", anonymous=False, access="invited")
    world.commit()
    code, _, err = manyi("invitations", "outcome", *arguments)
    assert code == status
    assert said in err
    assert trail(world) is None


def answered(world, wave, number, **segment):
    """Complete responses of a segment."""
    for place in range(number):
        response = responses.open_response(
            world, wave, client_key=f"{segment} {place}", language="zh", segment=segment, now=NOW
        )
        submit(world, response, NOW)
    world.commit()


def test_excluded_responses_are_listed_with_their_reasons(manyi, world, tmp_path):
    wave = make_wave(world)
    answered(world, wave, 2)
    first = world.scalars(select(Response).order_by(Response.id)).first()
    made = [
        Made(first.id, kind, "speeder+straightline") for kind in (DecisionKind.FLAG, DecisionKind.EXCLUDED)
    ]
    decisions.add(world, wave, made, actor="rules", now=NOW)
    world.commit()
    file = tmp_path / "excluded.csv"
    code, out, err = manyi("responses", "excluded", "W1", "--csv", file, "--json", "-")
    flags = ["speeder", "straightline"]
    assert (code, json.loads(out)) == (
        0,
        {"wave": "W1", "excluded": [{"response": first.id, "flags": flags}]},
    )
    assert err.startswith("1 responses of W1 are excluded.\n")
    assert file.read_text(encoding="utf-8") == f"response,flags\n{first.id},speeder straightline\n"
    assert manyi("responses", "excluded", "NEVER")[0] == 1
    assert manyi("responses", "excluded", "W1", "--csv", tmp_path / "none" / "x.csv")[0] == 1
