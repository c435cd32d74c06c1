"""docs/method.md: every worked example is recomputed."""

import csv
import doctest
import re
from dataclasses import replace
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
