"""Accounts by command: where others reach the site, a link that works once instead of a password."""

from urllib.parse import urlsplit

from surveys.models import AuditEntry
from tests.surveys.worlds import make_units
from tests.web.visiting import Visitor
from web.site import create_app

PUBLIC = "https://survey.example.org"


def test_a_link_sets_a_password_once(manyi, world, monkeypatch):
    assert manyi("user", "link", "ana@example.org")[0] == 1, "no address, no link"
    monkeypatch.setenv("MANYI_PUBLIC_URL", PUBLIC)
    code, out, _ = manyi("user", "add", "ana@example.org", "--role", "administrator")
    assert (code, out.startswith(f"{PUBLIC}/account/reset/"), len(out.split())) == (0, True, 1)
    again = manyi("user", "link", "Ana@example.org")[1]
    for wrong in ("bob@example.org", "", "ana@example.org\x00"):
        code, out_of_wrong, err = manyi("user", "link", wrong)
        assert (code, out_of_wrong, "has no account" in err) == (1, "", True)
    actions = [each.action for each in world.query(AuditEntry).order_by(AuditEntry.id)][-2:]
    assert actions == ["staff.add", "staff.set_up_link"]
    monkeypatch.delenv("MANYI_PUBLIC_URL")
    app = create_app()
    new = "a new unusual phrase"
    Visitor(app).submit(urlsplit(out.strip()).path, 302, password=new, password_confirm=new)
    for used in (out, again):  # the other link ended with the password that it was made beside
        assert Visitor(app).client.get(urlsplit(used.strip()).path).status_code == 302
    Visitor(app).log_in("ana@example.org", new)


def test_no_password_is_printed_where_others_reach_the_site(manyi, world, monkeypatch):
    del world
    monkeypatch.setenv("MANYI_HOST", "0.0.0.0")
    code, out, err = manyi("user", "add", "ana@example.org")
    assert (code, out) == (1, "")
    assert "Set MANYI_PUBLIC_URL" in err


def test_units_that_there_are_not_are_named(manyi, world):
    make_units(world)
    world.commit()
    code, _, err = manyi("user", "add", "ana@example.org", "--unit", "C1", "--unit", "NOPE")
    assert (code, err) == (
        1,
        "ana@example.org cannot belong to NOPE: there is no such unit. See manyi units list.\n",
    )
    assert manyi("user", "add", "ana@example.org", "--unit", "C1")[0] == 0
    code, _, err = manyi("user", "units", "ana@example.org", "--unit", "X1", "--unit", "A1")
    assert (code, "cannot belong to A1, X1" in err) == (1, True)
