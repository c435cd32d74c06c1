"""What each response counts as: those that were sent by how much of what was asked is answered."""

import json
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

revision = "0017_dispositions"
down_revision = "0016_reviews"

NOT_ASKED, SKIPPED = -32768, -32767
AT_ONCE = 2_000
VERSIONS = sa.text("SELECT id, slots, document FROM version ORDER BY id")
SENT = sa.text(
    "SELECT wave_id, id, answers FROM response WHERE version_id = :version AND state = 'complete' "
    "ORDER BY wave_id, id"
)
SET = sa.text("UPDATE response SET disposition = :counts_as WHERE wave_id = :wave_id AND id = :id")


def upgrade() -> None:
    op.add_column("response", sa.Column("disposition", sa.String(length=16), nullable=True))
    op.execute("UPDATE response SET disposition = 'complete' WHERE state = 'complete'")
    op.execute("UPDATE response SET disposition = 'screened' WHERE state = 'screened'")
    op.execute("UPDATE response SET disposition = 'over_quota' WHERE ended_by LIKE 'quota:%'")
    connection = op.get_bind()
    for version, slots, document in connection.execute(VERSIONS).all():
        _judge(connection, version, _plain(slots), _plain(document))


def _plain(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored


def _judge(connection: Connection, version: int, slots: Any, document: Any) -> None:
    """Say of what was sent, and answered too little, that it is not complete."""
    places = {slot["code"]: place for place, slot in enumerate(slots)}
    system = document.get("indicators") or {}
    of_construct = {
        part["id"]: [code for each in part["dimensions"] for code in each["indicators"] if code in places]
        for part in system.get("constructs", ())
    }
    scored = [places[code] for codes in of_construct.values() for code in codes]
    scored = scored or [places[slot["code"]] for slot in slots if slot["kind"] == "rating"]
    satisfying = [places[code] for code in of_construct.get(system.get("index"), ())]
    rows = connection.execute(SENT, {"version": version})
    less: list[dict[str, Any]] = []
    while part := rows.fetchmany(AT_ONCE):
        for wave_id, ident, packed in part:
            answers = np.frombuffer(packed, dtype="<i2")
            counts_as = _counts_as(answers, scored, satisfying) if len(answers) == len(slots) else "complete"
            if counts_as != "complete":
                less.append({"wave_id": wave_id, "id": ident, "counts_as": counts_as})
    if less:
        connection.execute(SET, less)


def _counts_as(answers: Any, scored: list[int], satisfying: list[int]) -> str:
    asked, given = answers != NOT_ASKED, (answers != NOT_ASKED) & (answers != SKIPPED)
    if len(answers) and not given.any():
        return "blank"
    n_asked = asked[scored].sum()
    share = given[scored].sum() / n_asked if n_asked else 1.0
    if share >= 0.8 and (not asked[satisfying].any() or given[satisfying].any()):
        return "complete"
    return "partial" if share >= 0.5 else "break_off"


def downgrade() -> None:
    op.drop_column("response", "disposition")
