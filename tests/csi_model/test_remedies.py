"""Every caution of the package says what to do about it."""

import ast
from functools import cache
from pathlib import Path

import csi_model
from csi_model.remedies import NOTHING, REMEDIES
from tests.csi_model import test_remedies_of_groups, test_remedies_of_models, test_remedies_tried
from tests.csi_model.estimation import test_edits

PACKAGE = Path(csi_model.__file__).parent


@cache
def given() -> list[ast.Call]:
    """Find every `Caution(...)` in the package's source."""
    return [
        node
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Caution"
    ]


def given_codes() -> set[str]:
    """Give the code of each."""
    calls = given()
    codes = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(codes) > 30
    assert all(isinstance(call.args[0], ast.Constant) for call in calls), "a code must be a plain string"
    return codes


def test_each_caution_has_a_remedy_and_each_remedy_a_caution() -> None:
    assert given_codes() == set(REMEDIES)


def test_remedies_are_sentences() -> None:
    assert all(text[0].isupper() and text.endswith(".") for text in REMEDIES.values())


def tried() -> set[str]:
    """Give the codes whose remedy a test carries out; several cases of one are told apart after a comma."""
    cases = [*test_edits.WORLDS, *test_remedies_tried.TRIED, "workers-ended", "mixture-open"]
    cases += [*test_remedies_of_models.TRIED, *test_remedies_of_groups.TRIED]
    return {case.partition(",")[0] for case in cases}


def test_each_remedy_is_tried_or_says_that_nothing_needs_doing() -> None:
    only_tell = {code for code, remedy in REMEDIES.items() if remedy.startswith(NOTHING)}
    assert given_codes() - tried() <= only_tell
    assert tried() <= given_codes()


def test_each_caution_names_its_place() -> None:
    nameless = [ast.unparse(call) for call in given() if "about" not in {each.arg for each in call.keywords}]
    assert not nameless
