"""Ten kills while somebody edits: no acknowledged change is missing, and none stands twice.

`make chaos` does the same to the whole site over HTTP; here a process that only edits is killed.
"""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.editing import drafting
from surveys.editing.assembling import assembled
from surveys.editing.nodes import ROOT
from surveys.models import DraftChange
from tests.surveys.drafts import DOCUMENT, NOW, written

KILLS = 10


def edit(url, begin, told):
    """Make one change after another, and tell the number of each when it is acknowledged."""
    with Session(create_engine(url)) as session:
        draft = drafting.find(session, "small")
        section = next(each.id for each in drafting.nodes_of(session, draft) if each.code == "A")
        for number in range(begin, 10_000):
            operations = [
                {"op": "set", "id": ROOT, "field": "title/en", "value": f"Title {number}"},
                {"op": "add", "kind": "question", "parent": section, "place": "k",
                 "fields": {"code": f"N{number}", "type": "rating"}},
            ]  # fmt: skip
            wanted = drafting.Change(draft.number, b"t" * 16, number.to_bytes(16), operations)
            drafting.change(session, draft, wanted, staff_name="ann", now=NOW)
            session.commit()
            told.send(number)


def test_ten_kills_lose_nothing_and_double_nothing(migrated_sqlite, tmp_path):
    path = tmp_path / "manyi.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    url, chance, acknowledged = f"sqlite:///{path}", random.Random(22), 0
    fork = multiprocessing.get_context("fork")
    engine = create_engine(url)
    with Session(engine) as session:
        drafting.begin(session, "small", DOCUMENT, staff_name="ann", now=NOW)
        session.commit()
    engine.dispose()
    for _ in range(KILLS):
        heard, told = fork.Pipe(duplex=False)
        # What had no answer is sent again under its own mark.
        editor = fork.Process(target=edit, args=(url, acknowledged + 1, told), daemon=True)
        editor.start()
        told.close()
        assert heard.poll(30), "it edits"
        time.sleep(chance.uniform(0, 0.08))
        os.kill(editor.pid, signal.SIGKILL)
        editor.join()
        try:
            while heard.poll():
                acknowledged = heard.recv()
        except EOFError:
            pass
        with Session(create_engine(url)) as session:
            draft = drafting.find(session, "small")
            nodes = drafting.nodes_of(session, draft)
            codes = Counter(each.code for each in nodes if each.code.startswith("N"))
            log = Counter(session.scalars(select(DraftChange.client)))
            assert acknowledged <= len(codes) <= acknowledged + 1, "one may be stored and not yet told"
            assert set(codes.values()) | set(log.values()) == {1}
            assert draft.number == len(log) == len(codes)
            assert nodes.root.fields["title/en"] == f"Title {draft.number}", "all of a change or nothing"
            replayed = drafting.nodes_at(session, draft, draft.number)
            assert written(assembled(replayed)) == written(assembled(nodes))
    assert acknowledged > KILLS
