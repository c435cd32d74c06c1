"""Nobody who holds files joins the links of an anonymous wave to its answers, as operations.md promises."""

import random
from contextlib import suppress
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from surveys.collecting import responses, waves
from surveys.collecting.invitations import issue_invitations, token_hash
from surveys.collecting.submitting import submit
from surveys.collecting.visit import ClosedError, find_visit
from surveys.keys import keys_of
from surveys.models import Invitation, Response, Wave
from surveys.models.marks import new_receipt
from tests.surveys import attackers
from tests.surveys.worlds import NOW, make_wave
from web.runs import ending

N = 200
CHANCE = 6  # of 200 pairs drawn at random one is right; more than six: once in ten thousand times


class Place:
    """A database whose files an attacker reads: all of them, and all of its log since the wave began."""

    def __init__(self, engine, session, cluster):
        self.engine, self.session, self.cluster = engine, session, cluster
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.logs, self.reader = [], None
        if self.is_sqlite:
            self.path = attackers.Path(engine.url.database)
            self._checkpoint()
            self.before = self.path.read_bytes()
            self.reader = attackers.keep_log(self.path)
        else:
            self._say("ALTER TABLE wave SET (autovacuum_enabled = off)")
            self.began = self._place()

    def _say(self, statement):
        with self.engine.connect() as connection:
            connection.execute(text(statement))
            connection.commit()

    def _place(self):
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")))

    def _checkpoint(self):
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def keep(self):
        """Keep the log as it is, and let the database begin a new one."""
        if self.is_sqlite:
            self.logs.append(self.path.with_name(self.path.name + "-wal").read_bytes())
            self.reader.close()

    def held(self):
        if self.is_sqlite:
            return attackers.hold_sqlite(self.before, self.path, self.logs)
        self._say("CHECKPOINT")
        with self.engine.connect() as connection:
            number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        data = attackers.Path(self.cluster.folder) / "data"
        return attackers.hold_postgres(data, number, self.began, self._place())


@pytest.fixture
def place(request, engine, session):
    cluster = None if engine.dialect.name == "sqlite" else request.getfixturevalue("cluster")
    made = Place(engine, session, cluster)
    yield made
    if made.reader is not None:
        made.reader.close()


@pytest.fixture
def people(session):
    """A wave, and tokens in the order in which their people come."""
    wave = make_wave(session, access="invited", anonymous=True)
    tokens = issue_invitations(session, wave, N + 20, NOW)
    session.commit()
    random.Random(4).shuffle(tokens)
    return SimpleNamespace(wave=wave, tokens=tokens[:N], truth={}, ids={})


def answer(session, people):
    """Everybody answers by the link alone, each request in a transaction of its own."""
    for number, token in enumerate(people.tokens):
        link = {"token": token, "keys": {}, "language": "zh", "now": NOW}
        response = find_visit(session, **link).open(NOW)
        responses.save_page(session, response, "supply", {"Q1": 1 + number % 10}, {}, 3, NOW)
        session.commit()
        found = find_visit(session, **link).response
        receipt = submit(session, found, NOW)
        session.commit()
        people.truth[token_hash(token)] = receipt.code
        people.ids[found.id] = receipt.code


def answer_as_before(session, people):
    """The transaction of the time before: the token is spent where the answers are completed."""
    for number, token in enumerate(people.tokens):
        response = responses.open_response(
            session, people.wave, client_key=f"browser {number} {'x' * 20}", language="zh", now=NOW,
            invitation=session.scalar(select(Invitation).where(Invitation.token_hash == token_hash(token))),
        )  # fmt: skip
        session.commit()
        receipt = new_receipt()
        session.execute(
            update(Invitation).where(Invitation.token_hash == token_hash(token)).values(state="used")
        )
        session.execute(
            update(Response)
            .where(Response.id == response.id)
            .values(state="complete", receipt=receipt, completed_at=people.wave.moment(NOW))
        )
        session.commit()
        people.truth[token_hash(token)] = receipt
        people.ids[response.id] = receipt


def scores(held, people, keys=None):
    """How many each attack joins rightly; what finds nothing to join has not run."""
    everything = b"".join(held.blobs)
    assert all(token.encode() in everything for token in people.truth), "could not run: no tokens"
    assert all(code.encode() in everything for code in people.truth.values()), "could not run: no responses"
    assert any(write.receipts for write in held.log), "could not run: no log"
    found = {
        "transaction": attackers.joined_by_transaction(held),
        "order of the log": attackers.joined_by_order(held.log),
        "order of the rows": attackers.joined_by_order(held.rows),
    }
    if keys is not None:
        found["keys"] = attackers.joined_by_keys(held, keys, list(people.truth), people.ids)
    return {name: attackers.right(pairs, people.truth) for name, pairs in found.items()}


def test_files_and_logs_join_no_link_to_its_answers(place, session, people):
    keys = keys_of(session).folder
    answer(session, people)
    before = scores(place.held(), people, keys)
    assert before.pop("keys") > 190, "with the keys, and before the settling: said, and this attack bites"
    assert max(before.values()) <= CHANCE, before

    ending.tend(session, NOW)
    assert session.get_one(Wave, people.wave.id).settled_at == NOW
    states = set(session.scalars(select(Invitation.state)))
    assert states == {"used", "issued"}, "reminders know who has answered"
    settled = scores(place.held(), people, keys)
    assert max(settled.values()) <= CHANCE, settled

    place.keep()
    waves.close_wave(session, people.wave, NOW)
    session.commit()
    ending.tend(session, NOW)
    assert session.get_one(Wave, people.wave.id).rewritten_at == NOW
    closed = place.held()
    said = scores(closed, people, keys)
    assert max(said.values()) <= CHANCE, said
    assert not list(keys.glob("wave-*")), "no key is left"
    came = [token_hash(token) for token in people.tokens]
    known = attackers.right(attackers.joined_by_order(closed.rows, came), people.truth)
    assert known <= CHANCE, "who knows who came when finds no order in the files"
    if place.is_sqlite:
        log = place.path.with_name(place.path.name + "-wal").read_bytes()
        assert not any(receipt.encode() in log for receipt in people.truth.values())


def test_the_attack_bites_on_the_transaction_of_the_time_before(place, session, people):
    answer_as_before(session, people)
    found = scores(place.held(), people)
    assert found["transaction"] > 190, found
    assert max(found["order of the log"], found["order of the rows"]) > 190, found


def test_a_link_leads_to_its_answers_until_the_settling_on_any_device(session, people):
    token = people.tokens[0]
    link = {"token": token, "language": "zh", "now": NOW}
    response = find_visit(session, keys={}, **link).open(NOW)
    session.commit()
    other = find_visit(session, keys={f"r_{people.wave.public_key}": "k" * 32}, **link)
    assert (other.response.id, other.is_new_key) == (response.id, False)
    stranger = find_visit(session, keys={}, **(link | {"token": people.tokens[1]}))
    assert stranger.response is None
    people.tokens = people.tokens[2:]
    answer(session, people)
    ending.tend(session, NOW)
    again = find_visit(session, keys={}, **link)
    assert again.response.id == response.id, "who has not ended goes on after the settling"
    submit(session, again.response, NOW)
    session.commit()
    assert find_visit(session, keys={}, **link).is_over
    waves.close_wave(session, people.wave, NOW)
    session.commit()
    with pytest.raises(ClosedError) as caught:
        find_visit(session, keys={}, **link)
    assert caught.value.has_answered


def test_without_its_keys_a_wave_goes_on(session, people):
    token = people.tokens[0]
    link = {"token": token, "keys": {}, "language": "zh", "now": NOW}
    begun = find_visit(session, **link).open(NOW).id
    session.commit()
    for path in keys_of(session).folder.glob("wave-*"):
        path.unlink()
    anew = find_visit(session, **link).open(NOW)
    session.commit()
    assert anew.id != begun, "a restore without keys: what was begun begins anew"


def test_few_answers_wait_for_more(session, people):
    people.tokens = people.tokens[:19]
    answer(session, people)
    ending.tend(session, NOW)
    assert session.get_one(Wave, people.wave.id).settled_at is None
    assert set(session.scalars(select(Invitation.state))) == {"issued"}


def test_whoever_opens_while_the_wave_is_settled_gets_one_response(engine, session, people):
    link = {"token": people.tokens[0], "keys": {}, "language": "zh", "now": NOW}
    first = find_visit(session, **link)
    assert first.response is None
    with Session(engine) as other:
        opened = find_visit(other, **link).open(NOW)
        submit(other, opened, NOW)
        other.commit()
        people.tokens = people.tokens[1:30]
        answer(other, people)
        ending.tend(other, NOW)
    with suppress(Exception):
        first.open(NOW)
    session.rollback()
    assert len(session.scalars(select(Response)).all()) == 30
