"""The command line as a fixture."""

import pytest
from sqlalchemy.orm import Session

from surveys.database import create_engine
from tests.databases import cluster  # noqa: F401
from web import cli


@pytest.fixture
def manyi(monkeypatch, capsys, tmp_path):
    """Run the command line; gives exit code, standard output and standard error."""
    monkeypatch.setenv("MANYI_INSTANCE", str(tmp_path / "instance"))

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["manyi", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def world(manyi, tmp_path):
    """A session on an upgraded database of the instance."""
    assert manyi("db", "upgrade")[0] == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'manyi.db'}")
    with Session(engine) as opened:
        yield opened
    engine.dispose()
