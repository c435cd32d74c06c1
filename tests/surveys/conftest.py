"""What every test of surveys may use; refusals are told in the words of the program."""

from pathlib import Path

from surveys import words
from tests.databases import (  # noqa: F401
    cluster,
    database_url,
    empty_database_url,
    engine,
    migrated_sqlite,
    session,
)

words.use(Path(__file__).parents[2] / "web" / "translations")
