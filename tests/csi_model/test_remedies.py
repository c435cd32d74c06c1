"""Every caution of the package says what to do about it."""

import ast
from pathlib import Path

import csi_model
from csi_model.remedies import REMEDIES

PACKAGE = Path(csi_model.__file__).parent


def given_codes() -> set[str]:
    """Find the code of every `Caution(...)` in the package's source."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Caution"
    ]
    codes = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(codes) > 30
    assert all(isinstance(call.args[0], ast.Constant) for call in calls), "a code must be a plain string"
    return codes


def test_each_caution_has_a_remedy_and_each_remedy_a_caution() -> None:
    assert given_codes() == set(REMEDIES)


def test_remedies_are_sentences() -> None:
    assert all(text[0].isupper() and text.endswith(".") for text in REMEDIES.values())
