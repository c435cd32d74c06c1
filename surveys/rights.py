"""Rights on PostgreSQL: the site reads and writes rows, and owns nothing; the schema belongs to another role.

What needs an owner while the site runs (a wave's partitions, the rewriting of a closed wave) are functions
that run as theirs.
"""

from typing import Final

from psycopg import sql
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import ProgrammingError

from surveys.database import create_engine

GRANT_LATER: Final = (  # the partitions of waves to come
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
)
FUNCTIONS: Final = ("rewrite_wave(integer)",)


def grant(owner: URL, site: URL) -> None:
    """Let the role of the site work with the rows of the owner's tables; it is made where it is missing.

    Raises
    ------
    ValueError
        The role is the owner itself, or it is missing and the owner may not make it.
    """
    role = site.username or ""
    engine = create_engine(owner)
    try:
        with engine.begin() as connection:
            if role in {"", connection.scalar(text("SELECT current_user"))}:
                raise ValueError("the site's role is the owner of the tables; give the site one of its own")
            _make_role(connection, role, site.password)
            schema = str(connection.scalar(text("SELECT current_schema()")))
            for statement in (
                "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}",
                "GRANT USAGE ON SCHEMA {schema} TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
                "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
                GRANT_LATER,
                "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
                *(f"GRANT EXECUTE ON FUNCTION {each} TO {{role}}" for each in FUNCTIONS),
            ):
                _say(connection, statement, schema=sql.Identifier(schema), role=sql.Identifier(role))
    finally:
        engine.dispose()


def owned(connection: Connection) -> int:
    """Count the tables of the present schema that belong to the role of this connection."""
    query = (
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'MEMBER')"
    )
    return int(connection.scalar(text(query)) or 0)


def _make_role(connection: Connection, role: str, password: str | None) -> None:
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        return
    try:
        with connection.begin_nested():
            _say(
                connection,
                "CREATE ROLE {role} LOGIN PASSWORD {password}",
                role=sql.Identifier(role),
                password=sql.Literal(password),
            )
    except ProgrammingError:
        raise ValueError(f"there is no role {role}; make it: createuser {role} --pwprompt") from None


def _say(connection: Connection, statement: str, **names: sql.Composable) -> None:
    raw = connection.connection.driver_connection
    connection.exec_driver_sql(sql.SQL(statement).format(**names).as_string(raw).replace("%", "%%"))
