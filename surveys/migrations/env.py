"""Alembic's entry: works on the connection handed over by surveys.migrating."""

import importlib.util

from alembic import context
from sqlalchemy import Connection

import surveys.models
from surveys.database import Base, create_engine

# Counters of bursts: beside the models, because SQLite keeps them in a file of their own.
APART = {"burst_counter"}
STAFF = {"staff", "role", "staff_role", "staff_session", "attempt"}
# Upgrading runs the steps alone; only a comparison needs every model, and those of accounts bring the site.
COMPARES = context.config.attributes.get("compares", True)
HAS_STAFF_MODELS = COMPARES and importlib.util.find_spec("web.accounts") is not None
if HAS_STAFF_MODELS:
    importlib.import_module("web.accounts.models")

assert surveys.models.Wave.metadata is Base.metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what has no model: partitions, counters, jobs, and accounts where there is no site.

    A reference to a partitioned table has one more for each partition, named by PostgreSQL.
    """
    if kind == "foreign_key_constraint" and name is not None:
        return name.startswith("fk_")
    if kind != "table" or name is None:
        return True
    if name.startswith(("response_wave_", "invitation_wave_", "huey_")) or name in APART:
        return False
    return HAS_STAFF_MODELS or name not in STAFF


def run(connection: Connection) -> None:
    """Run the migrations on this connection; the one who opened it commits."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    url = (
        context.config.get_main_option("sqlalchemy.url") or context.get_x_argument(as_dictionary=True)["url"]
    )
    with create_engine(url).begin() as opened:
        run(opened)
