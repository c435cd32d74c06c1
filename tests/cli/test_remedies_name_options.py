"""What is said with options can be done: the command that is named, or that says it, has each of them."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import csi_model
from web import cli, languages
from web.cli import COMMANDS

ENGINE, SITE = Path(csi_model.__file__).parent, Path(cli.__file__).parent
WORDS = re.compile(r"\bmanyi((?: [a-z][a-z-]+)+)|(?<![\w-])(--[a-z]+(?:-[a-z]+)*)")
HELP = {"--help", "--version"}

GAPS = ["estimate", "compare", "trend", "evaluate", "segments"]

# What the engine says without naming a command, and the commands that can come to say it.
SPOKEN = {
    "Take the weights of another wave (--base": ["trend"],
    "the wave out of the series (--order": ["trend"],
    "Choose --missing em, which takes every answer given.": GAPS,
    "Choose --missing em and ML or MLR": ["estimate", "compare"],
    "answered everything (--missing listwise)": ["segments"],
    "都作答者的细分群体比较（--missing listwise）": ["segments"],
    "或将该期从序列中去掉（--order）": ["trend"],
    "one process (--jobs 1)": ["estimate", "trend"],
    "只用一个进程（--jobs 1）": ["estimate", "trend"],
    "without correction (--method pls)": ["estimate", "compare"],
    "不作校正的 PLS（--method pls）": ["estimate", "compare"],
    "--missing {}": ["estimate", "compare"],
}  # fmt: skip


def command(path: list[str]) -> click.Command | None:
    """Give the command that words name, as far as they do; what follows are arguments."""
    found: click.Command = cli.manyi
    for word in path:
        if not isinstance(found, click.Group):
            break
        inner = found.get_command(click.Context(found), word)
        if inner is None:
            return None
        found = inner
    return found


def options(path: list[str]) -> set[str]:
    found = command(path)
    assert found is not None, path
    return {name for each in found.params for name in (*each.opts, *each.secondary_opts)} | HELP


def strings(path: Path) -> Iterator[str]:
    """Give a module's texts; what is put into one stands as {}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(each) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(e.value) if isinstance(e, ast.Constant) else "{}" for e in node.values)


def missing(text: str, speakers: list[list[str]] | None) -> Iterator[str]:
    """Name the options in a text that its command has not; without speakers one must be named."""
    among = speakers
    for found in WORDS.finditer(text):
        if found[1]:
            words = found[1].split()
            if words[0] in COMMANDS:
                among = [words]
        elif among is None:
            yield f"{found[2]} of no command: {text}"
        else:
            yield from (
                f"{found[2]} of manyi {' '.join(e)}: {text}" for e in among if found[2] not in options(e)
            )


def engine_texts() -> list[str]:
    zh = json.loads((languages.FOLDER / "zh" / "words.json").read_text(encoding="utf-8"))
    told = [*zh["caution_remedies"].values(), *zh["cautions"].values()]
    return told + [text for path in sorted(ENGINE.rglob("*.py")) for text in strings(path)]


def test_remedies_of_the_engine_name_options_that_the_command_has():
    texts, used, wrong = engine_texts(), set(), []
    for text in texts:
        key = next((each for each in SPOKEN if each in text), None)
        used.add(key)
        wrong += missing(text, None if key is None else [[each] for each in SPOKEN[key]])
    assert not wrong
    assert set(SPOKEN) <= used, set(SPOKEN) - used
    assert sum("manyi " in each and "--" in each for each in texts) >= 8


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_speaks_of_its_own_options_or_names_the_command(name):
    module = SITE / f"{COMMANDS[name][0].rpartition('.')[2]}.py"
    own = [each for each, (where, *_) in COMMANDS.items() if where == COMMANDS[name][0]]
    all_of = set().union(*(options(path) for each in own for path in paths([each])))
    wrong = [
        said
        for text in strings(module)
        for said in missing(text, None)
        if " of no command" not in said or said.split()[0] not in all_of
    ]
    assert not wrong


def paths(path: list[str]) -> Iterator[list[str]]:
    found = command(path)
    if isinstance(found, click.Group):
        for name in found.list_commands(click.Context(found)):
            yield from paths([*path, name])
    else:
        yield path


def test_a_lost_option_would_be_found():
    assert not list(missing("Use manyi estimate --method cbsem --group X.", None))
    assert list(missing("Use manyi trend --method cbsem.", None))
    assert list(missing("Use --method cbsem.", None))
    assert list(missing("Use --method cbsem.", [["estimate"], ["trend"]]))
