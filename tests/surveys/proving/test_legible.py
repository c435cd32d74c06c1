"""Who writes into a SQLite file can put anything into a cell: the proof names it instead of failing."""

import pytest
from sqlalchemy import select, text

from surveys import audit
from surveys.collecting.submitting import submit
from surveys.models import AuditEntry
from surveys.proving import legible, restoring
from surveys.proving.begin import begin
from surveys.proving.findings import Kind
from surveys.proving.proof import prove
from tests.surveys.respondents import answer_all, start
from tests.surveys.tampering import kinds, tamper
from tests.surveys.worlds import NOW, make_wave

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CELLS = [
    ("audit_entry", "detail", "'no list'"),
    ("audit_entry", "detail", f"'{'[' * 100_000}'"),
    ("audit_entry", "at", "'yesterday'"),
    ("audit_entry", "at", "17"),
    ("audit_entry", "actor", "CAST(x'ff' AS TEXT)"),
    ("audit_entry", "hash", "CAST(x'ff' AS TEXT)"),
    ("wave", "opens_at", "'soon'"),
    ("version", "document", "'{'"),
    ("response", "answers", "'abc'"),
    ("response", "texts", "x'ff'"),
]  # fmt: skip


@pytest.fixture
def trail(session):
    begin(session, now=NOW, staff={})
    wave = make_wave(session)
    response = start(session, wave)
    answer_all(session, response)
    submit(session, response, NOW)
    audit.record(session, actor="Ann", action="wave.open", target=f"wave:{wave.code}", now=NOW)
    session.commit()
    assert kinds(session) == []
    return session


@pytest.mark.parametrize(("table", "column", "value"), CELLS)
def test_a_cell_that_cannot_be_read_is_named_with_its_row(trail, table, column, value):
    row = trail.scalar(text(f"SELECT max(id) FROM {table}"))
    tamper(trail, table, f"UPDATE {table} SET {column} = {value} WHERE id = {row}")
    proof = prove(trail)
    assert [each.kind for each in proof.findings] == [Kind.ILLEGIBLE]
    about = proof.findings[0].about
    assert (about["where"], about["n"]) == (f"{table}.{column}", 1)
    assert about["rows"].split("/")[-1] == str(row)
    assert f"{table}.{column}" in proof.findings[0].text("zh")


def test_rows_whose_owner_is_gone_are_named(trail):
    trail.commit()
    trail.execute(text("PRAGMA foreign_keys = OFF"))
    tamper(trail, "version", "DELETE FROM version")
    found = {each.about["where"] for each in prove(trail).findings}
    assert {"wave → version", "response → version"} <= found


def test_a_key_that_cannot_be_read_leaves_its_rows_without_names(trail):
    tamper(trail, "wave", "UPDATE wave SET code = CAST(x'ff' AS TEXT)", "UPDATE response SET id = 0.5")
    found = {each.about["where"]: each.about["rows"] for each in legible.illegible(trail)}
    assert found["wave.code"] == "1"


@pytest.mark.parametrize("detail", ["[]", "5", "null", '"checkpoint"', '{"checkpoint": []}'])
@pytest.mark.parametrize("action", ["wave.open", audit.EMPTIED, audit.CHECKPOINT, audit.RESTORED])
def test_a_list_where_a_mapping_should_stand_is_an_altered_entry(trail, detail, action):
    changed = f"UPDATE audit_entry SET detail = '{detail}', action = '{action}' WHERE id = 2"
    tamper(trail, "audit_entry", changed)
    assert kinds(trail) == ["entry"]


def test_what_stands_in_the_database_steers_no_screen(trail):
    tamper(trail, "audit_entry", "UPDATE audit_entry SET key = '9' || char(27) || '[2J' WHERE id = 2")
    said = [each.text(language) for each in prove(trail).unknown for language in ("en", "zh")]
    assert len(said) == 2
    assert all("\\x1b[2J" in each and "\x1b" not in each for each in said)


def test_the_trail_goes_on_and_a_restore_reads_what_it_needs(trail):
    before = restoring.heads(trail)
    tamper(trail, "audit_entry", "UPDATE audit_entry SET detail = 'x', at = 'x', actor = CAST(x'ff' AS TEXT)")
    assert restoring.heads(trail) == before
    entry = audit.record(trail, actor="Ann", action="a", target="t", now=NOW)
    trail.commit()
    assert (entry.number, entry.previous_hash) == (len(before) + 1, before[len(before)])
    assert legible.read(trail, select(AuditEntry)) is None
    assert legible.read(trail, select(AuditEntry).where(AuditEntry.id == entry.id)) == [entry]
