"""docs/method.md: every worked example is recomputed."""

import ast
import csv
import doctest
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

import csi_model
from csi_model import ModelSpec, Options, assess, document, estimate, prepare

METHOD = Path(__file__).parents[1] / "docs" / "method.md"


def test_every_worked_example_gives_what_it_says():
    blocks = re.findall(r"```python\n(.*?)```", METHOD.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 10
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    parser = doctest.DocTestParser()
    names: dict[str, object] = {}
    for number, block in enumerate(blocks):
        example = parser.get_doctest(block, names, f"block {number + 1}", str(METHOD), 0)
        runner.run(example, clear_globs=False)
        names = example.globs
    assert runner.tries >= 20
    assert runner.failures == 0


def test_options_that_the_text_names_are_there():
    text = re.sub(r"```.*?```", "", METHOD.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = {
        name for code in re.findall(r"`([^`]+)`", text) for name in re.findall(r"^([a-z_]+)=(?!=)", code)
    }
    assert {"benchmark", "group_weights", "likelihood"} <= named
    taken = {
        each.arg
        for path in (METHOD.parents[1] / "csi_model").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.arguments)
        for each in (*node.args, *node.kwonlyargs)
    }
    taken |= {field.name for field in fields(Options)}
    assert named <= taken


def test_the_judgements_that_are_printed_weigh_the_model_they_are_for():
    golden = Path(__file__).parent / "golden"
    (printed,) = re.findall(r"```yaml\n(# tree.yaml.*?)```", METHOD.read_text(encoding="utf-8"), re.DOTALL)
    spec = ModelSpec.from_yaml((golden / "model.yaml").read_text(encoding="utf-8"))
    plain = spec.to_mapping()
    for construct in plain["constructs"]:
        construct["tree"] = construct["id"] in {"SAT", "QUAL", "IMG"}
    spec = ModelSpec.from_mapping(plain)
    head, *rows = csv.reader((golden / "data.csv").read_text(encoding="utf-8").splitlines())
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    data = prepare(spec, {code: np.array(columns[code], dtype=float) for code in spec.indicator_ids})
    found = csi_model.tree_document(estimate(spec, data), csi_model.read_judgements(printed))
    # Geometric means of the two experts' cells, and the principal eigenvector of these.
    joined = np.sqrt(
        np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]) * [[1, 2, 4], [0.5, 1, 2], [0.25, 0.5, 1]]
    )
    values, vectors = np.linalg.eig(joined)
    right = np.abs(vectors[:, values.real.argmax()].real)
    weights = [found["weights"][name]["weight"] for name in ("SAT", "QUAL", "IMG")]
    np.testing.assert_allclose(weights, right / right.sum(), rtol=1e-6)
    parts = found["weights"]["QUAL"]["dimensions"]
    assert [round(parts[name]["weight"], 9) for name in ("QUAL_SUP", "QUAL_SRV")] == [0.8, 0.2]


def keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*map(keys, node.values()))
    return set().union(*map(keys, node)) if isinstance(node, list) else set()


def test_every_key_of_the_result_document_is_explained():
    golden = Path(__file__).parent / "golden"
    head, *rows = csv.reader((golden / "data.csv").read_text(encoding="utf-8").splitlines())
    columns = {name: np.array(column) for name, column in zip(head, zip(*rows, strict=True), strict=True)}
    spec = ModelSpec.from_yaml((golden / "model.yaml").read_text(encoding="utf-8"))
    data = prepare(spec, {code: columns[code].astype(float) for code in spec.indicator_ids})
    found = keys(document(estimate(spec, data, Options(bootstrap=20))))
    found |= keys(document(estimate(spec, data, Options(method="cbsem"))))
    for options in (Options(bootstrap=20), Options(method="cbsem", bootstrap=20)):
        found |= keys(assess(estimate(spec, data, options), data))
    weighted = replace(data, weights=np.linspace(0.5, 1.5, len(data.values)))
    found |= keys(document(estimate(spec, weighted)))
    own = {*spec.construct_ids, *spec.indicator_ids, *(node.id for _, node in spec.dimensions), "en", "zh"}
    section = METHOD.read_text(encoding="utf-8").partition("## The keys of the result document")[2]
    named = set(re.findall(r"`([a-z0-9_]+)`", section))
    named |= {f"{key}_ci" for key in named}
    assert found - own - named <= {"id", "name", "construct", "dimension", "source", "target"}


def test_each_function_of_the_package_is_found_from_the_table_and_the_table_from_the_package():
    text = METHOD.read_text(encoding="utf-8")
    table = text.partition("## The index")[0]
    rows = re.findall(r"^\| [^|]+ \| (`[^|]+) \| (.+) \|$", table, re.MULTILINE)
    named = {name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)}
    functions = {name for name in csi_model.__all__ if name.islower()}
    assert functions - {"estimate_groups"} <= named <= set(csi_model.__all__)
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert {anchor for _, cell in rows for anchor in re.findall(r"\(#([^)]+)\)", cell)} <= anchors


def test_each_function_of_the_table_has_an_example():
    text = METHOD.read_text(encoding="utf-8")
    examples = "\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    # These are run over whole surveys by the command line's examples.
    elsewhere = {"assess", "estimate_groups", "follow", "side_by_side", "effect_of_measure"}
    elsewhere |= {"changes_document", "comparison_document"}
    functions = {name for name in csi_model.__all__ if name.islower()} - elsewhere
    assert {name for name in functions if f"{name}(" not in examples} == set()
