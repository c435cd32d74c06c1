"""Whoever was asked to try a draft is not invited to the questionnaire for a while."""

from datetime import UTC, datetime, timedelta

from surveys.models import PilotPerson
from tests.surveys.worlds import make_customers, make_wave


def test_customers_who_were_asked_to_try_a_draft_are_left_out_for_a_year(manyi, world, tmp_path, monkeypatch):
    people = make_customers(world, 3)
    wave = make_wave(world, anonymous=False, access="invited")
    monkeypatch.setenv("MANYI_PUBLIC_URL", "https://survey.example.org")
    today = datetime.now(UTC).date()
    for person, days in ((people[0], 30), (people[1], 400)):
        asked = today - timedelta(days=days)
        world.add(PilotPerson(version_id=wave.version_id, customer_id=person.id, asked_on=asked))
    world.commit()
    code, _, err = manyi("invitations", "issue", "W1", "--unit", "G", "-o", tmp_path / "links.csv")
    assert code == 0
    assert "1 left out: they were asked to try this questionnaire within a year." in err
    rows = (tmp_path / "links.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["A1", "A2"]
