"""The simulated customers say what the questionnaire lets them say, and show what was planted."""

import ast

import numpy as np
import pytest
import yaml

from surveys import instruments
from surveys.asking.answers import Answers
from surveys.asking.router import Router
from web.demo import filling, planted, world

N = 4000


@pytest.fixture(scope="module")
def document():
    return instruments.load("utility_csi")


@pytest.fixture(scope="module")
def plan(document):
    return planted.load("utility_csi", document)


@pytest.fixture(scope="module")
def drawn(plan):
    return world.people(plan, N, world.office_effects(1), np.random.default_rng(5))


@pytest.fixture(scope="module")
def columns(plan, document, drawn):
    found = filling.answers(plan, document, drawn, 0, np.random.default_rng(6))
    assert found.decimals["E2"].min() > 0
    return found.columns


def test_everybody_is_asked_what_they_answered_and_nothing_more(document, columns):
    router = Router(document)
    assert set(columns) == {slot.code for slot in document.slots}
    for row in range(400):
        values = {code: int(column[row]) for code, column in columns.items()}
        way = router.way(Answers(values))
        assert way.leftovers().values == {}, row
        assert (way.stop, way.gap()) == (None, None), row


def test_expectation_rises_with_the_share_of_the_bill(document, columns, drawn):
    for code in ("EXP3", "EXP4"):
        given = columns[code] > 0
        means = [columns[code][given & (drawn.traits["D3"] == place)].mean() for place in range(5)]
        assert means == sorted(means), code
        assert means[-1] - means[0] > 0.8


def test_value_depends_on_what_electricity_is_held_against(plan, columns, drawn):
    places = list(plan.traits["E5"])
    given = columns["VAL3"] > 0

    def mean(name):
        return columns["VAL3"][given & (drawn.traits["E5"] == places.index(name))].mean()

    assert mean("coal") > mean("gas") + 0.5 > mean("pv") + 0.5
    assert mean("none") > mean("retailer") + 0.7


def test_nobody_ranks_what_they_were_not_offered(document, columns):
    values = {option.code: option.value for option in document.by_code["IMP"].offered()}
    ranked = np.array([columns[f"IMP.{place}"] for place in (1, 2, 3)])
    without = (columns["CATEGORY"] == 1) & (columns["E4.manager"] != 1)
    assert not (ranked[:, without] == values["PQV_MGR"]).any()
    assert (ranked == values["PQV_MGR"]).any()


@pytest.mark.parametrize(
    ("part", "wrong", "named"),
    [
        ("offsets", {"NEVER": 1.0}, "NEVER"),
        ("traits", {"CATEGORY": {"residential": 0.5, "cellar": 0.5}}, "CATEGORY.cellar"),
        ("groups", {"business": ["cellar"]}, "CATEGORY.cellar"),
        ("said", [{"how": "everybody", "question": "S1", "option": "perhaps"}], "S1.perhaps"),
        ("ranking", {"question": "IMP", "appeal": {"NEVER": 1.0}}, "IMP.NEVER"),
        ("constructs", {"NEVER": {"level": 5, "noise": 1}}, "NEVER"),
    ],
)
def test_what_is_planted_is_held_against_the_questionnaire(
    document, tmp_path, monkeypatch, part, wrong, named
):
    whole = yaml.safe_load((planted.FOLDER / "utility_csi.yaml").read_text(encoding="utf-8"))
    changed = wrong if isinstance(wrong, list) else {**whole[part], **wrong}
    (tmp_path / "utility_csi.yaml").write_text(yaml.safe_dump(whole | {part: changed}), encoding="utf-8")
    monkeypatch.setattr(planted, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=rf"do not agree on .*{named}"):
        planted.load("utility_csi", document)


def test_no_code_of_the_demo_names_a_question(document):
    """All that is planted stands in the file: no module holds a code of the questionnaire."""
    codes = {question.code for question in document.questions()} | set(document.by_code)
    codes |= {node.id for node in document.indicators.constructs}
    codes -= {code for code, *_ in world.DISTRICTS}  # of units
    for path in planted.FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert not {each for each in texts if isinstance(each, str)} & codes, path.name
