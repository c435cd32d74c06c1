"""Random numbers come from one place, and streams keep the numbers that stored runs were drawn by."""

import ast
from pathlib import Path

import numpy as np
import pytest

import csi_model
from csi_model.inference import seeds

SOURCES = ("default_rng", "SeedSequence", "RandomState", "PCG64")


def test_no_room_has_a_source_of_its_own():
    """Pages and commands neither; the demo's people are made up, not estimated."""
    root = Path(csi_model.__file__).parents[1]
    found = {
        f"{path.relative_to(root)}:{node.lineno}"
        for path in (*root.glob("csi_model/**/*.py"), *root.glob("web/*/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in SOURCES
        and path.name != "seeds.py"
        and path.parent.name != "demo"
    }
    assert found == set()


def test_no_stream_is_asked_for_by_a_bare_number():
    root = Path(csi_model.__file__).parent
    bare = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("seeds.generator")
        if any(isinstance(each, ast.Constant) for each in node.args)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("stream", "number"),
    {
        "MOMENTS": 1,
        "PARTS": 2,
        "FOLDS": 3,
        "TOGETHER": 3,
        "WHAT_IF": 4,
        "SEGMENTS": 4,
        "FIGURES": 4,
        "WHOLE_MODEL": 5,
        "MICOM": 6,
    }.items(),
)
def test_a_stream_never_changes(stream, number):
    assert getattr(seeds, stream) == number
    drawn = seeds.generator(7, getattr(seeds, stream)).random(3)
    assert drawn.tolist() == np.random.default_rng([7, number]).random(3).tolist()


def test_the_whole_is_drawn_by_the_seed_and_a_part_by_its_column_and_name():
    assert seeds.generator(7).random() == np.random.default_rng(7).random()
    first, *_ = seeds.spawned(7, 3)
    assert (
        seeds.of_child(first).random()
        == np.random.default_rng(np.random.SeedSequence(7).spawn(1)[0]).random()
    )
    written = [7, 2, *b"unit\nnorth"]
    assert seeds.of_part(7, ("unit",), "north") == np.random.SeedSequence(written).generate_state(1)[0]
    assert csi_model.seed_of_group(7, "unit", "north") == seeds.of_part(7, ("unit",), "north")
    assert seeds.of_part(7, ("wave",), "north") != seeds.of_part(7, ("unit",), "north")
