"""docs/dev/house.md tells how long the way of an answer is and what growth touches: both are held here."""

import ast
import importlib.util
import re
from importlib import import_module
from pathlib import Path

import pytest

from surveys.questions import TYPES
from tests.web.demo_site import demo_file, site_url  # noqa: F401

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "dev" / "house.md").read_text(encoding="utf-8")
# What may come to the way before the page must be measured anew: a call or two, a tenth of all calls.
DEEPER, LONGER = 2, 1.1


@pytest.fixture(scope="module")
def way():
    found = importlib.util.spec_from_file_location("way", ROOT / "scripts" / "way.py")
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    return script


def written() -> dict[str, list[int]]:
    """Give what the page says of each stretch now: depth, calls, functions, files."""
    rows = re.findall(r"^\| (\w+ to \w+) \| [\d, ]+ \| ([\d, ]+) \|$", PAGE, re.MULTILINE)
    return {name: [int(each) for each in numbers.split(", ")] for name, numbers in rows}


def test_the_way_of_an_answer_is_no_longer_than_the_page_says(way, site_url, tmp_path):  # noqa: F811
    """`site_url` is the demo, in the folder of the test."""
    found, said = way.ways(tmp_path), written()
    assert found.keys() == said.keys()
    for name, stretch in found.items():
        deep, calls, functions, files = said[name]
        assert deep - DEEPER <= len(stretch.chain) <= deep + DEEPER, (name, stretch.chain)
        measured = (stretch.calls, stretch.functions, stretch.files)
        for number, limit in zip(measured, (calls, functions, files), strict=True):
            assert number <= LONGER * limit, (name, measured)


def test_what_is_counted_are_own_functions_inside_one_another(way):
    from surveys import words  # noqa: PLC0415  counted while it is called

    stretch = way.measured(words.spoken)
    assert stretch.chain[0] == "surveys/words.py:spoken"
    assert (stretch.functions, stretch.files) == (len(set(stretch.chain)), 1)
    assert way.measured(lambda: sorted([3, 1])) == ((), 0, 0, 0)


def test_a_type_of_question_is_imported_by_the_list_of_types_alone():
    types = set(TYPES.values())
    rooms = {"surveys.questions", *(each.__module__ for each in types)}
    for path in sorted((ROOT / "surveys").rglob("*.py")) + sorted((ROOT / "web").rglob("*.py")):
        if path == ROOT / "surveys" / "questions" / "__init__.py" or "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (
                node.module in rooms or node.module == "surveys.questions"
            ):
                named = [getattr(import_module(node.module), each.name, None) for each in node.names]
                assert not [each for each in named if isinstance(each, type) and each in types], (
                    f"{path.relative_to(ROOT)} imports a type of question"
                )


def test_the_name_of_a_type_stands_in_its_file_and_in_the_words_alone():
    for name, home in (("kano", "kano"), ("multiple", "multiple")):
        told = {
            str(path.relative_to(ROOT))
            for folder in ("surveys", "web")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".py", ".html", ".js", ".json"}
            and not {"node_modules", "vendor", "instruments", "cli"} & set(path.parts)
            and re.search(rf"[\"']{name}[\"']", path.read_text(encoding="utf-8"))
        }
        words = {f"web/translations/{tongue}/words.json" for tongue in ("en", "zh")}
        assert told == {f"surveys/questions/{home}.py", *words}
