"""Serving from the command line: a taken port, settings that cannot be used, and help with examples."""

import re
import signal
import socket
import subprocess
import sys
from functools import partial

import click
import pytest

from tests.cli.conftest import COMMAND, prepared, status, until
from web.cli import COMMANDS
from web.cli import manyi as group


def every_command(command=group, path=()):
    """The names of all commands and groups."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from every_command(command.get_command(context, name), (*path, name))


@pytest.mark.parametrize("words", list(every_command()), ids=lambda words: " ".join(words) or "manyi")
def test_help_of_every_command_has_an_example(manyi, words):
    code, out, err = manyi(*words, "--help")
    assert (code, err) == (0, "")
    example = re.search(r"Example: (MANYI_\w+=\S+ )?manyi ([a-z-]+)", out)
    assert example is not None, out
    assert example[2] in COMMANDS
    assert not words or example[2] == words[0]


def test_the_list_of_commands_is_told_without_loading_them():
    heavy = {"numpy", "scipy", "flask", "sqlalchemy", "pydantic", "csi_model"}
    asked = f"""
import sys
from web import cli
sys.argv = ["manyi", "--help"]
try:
    cli.main()
finally:
    print("loaded", sorted({heavy} & set(sys.modules)))
"""
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert told.endswith("loaded []\n")
    assert all(f"  {name}  " in told for name in COMMANDS)


@pytest.mark.parametrize("command", ["serve", "start"])
def test_a_taken_port_is_a_message(manyi, monkeypatch, tmp_path, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("MANYI_PORT", str(port))
        code, out, err = manyi(command)
    assert (code, out) == (1, "")
    assert f"Port {port} cannot be used" in err
    assert "MANYI_PORT=" in err
    assert "Traceback" not in err
    assert not (tmp_path / "instance" / "manyi.db").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [("PORT", "x"), ("HTTPS", "perhaps"), ("LANGUAGE", "fr"), ("CONFIG", "/nowhere/manyi.conf")],
)
def test_a_setting_that_cannot_be_used_is_named(manyi, monkeypatch, name, text):
    monkeypatch.setenv(f"MANYI_{name}", text)
    code, _, err = manyi("serve")
    assert code == 1
    assert f"MANYI_{name}" in err
    assert "Traceback" not in err


def test_wrong_usage_has_exit_code_2(manyi):
    for words in (["never"], ["serve", "--never"], ["backup"], ["user", "add"], ["demo", "--waves", "0"]):
        code, out, err = manyi(*words)
        assert (code, out) == (2, ""), words
        assert err


def test_the_site_starts_says_where_it_is_and_ends(tmp_path):
    port, environment = prepared(tmp_path, workers=1)
    server = subprocess.Popen(
        [*COMMAND, "serve", "--no-worker"], env=environment, stdout=subprocess.PIPE, text=True
    )

    answers = partial(status, port)
    try:
        assert until(answers) == 200
        server.send_signal(signal.SIGTERM)
        written, _ = server.communicate(timeout=30)
    finally:
        server.kill()
    assert f"http://127.0.0.1:{port}/" in written
