"""What every test of surveys may use."""

from tests.databases import (  # noqa: F401
    cluster,
    database_url,
    empty_database_url,
    engine,
    migrated_sqlite,
    session,
)
