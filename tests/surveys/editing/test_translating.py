"""How far the translation of a draft is, and what is taken of one that comes back."""

import pytest

from surveys.editing import translating
from surveys.editing.assembling import disassembled
from surveys.editing.operations import LONGEST_TEXT, Applying
from surveys.editing.translating import Entry
from tests.surveys.every_type import DOCUMENT


def plain():
    found = {**DOCUMENT, "format": "manyi/2", "languages": ["en", "zh", "ug"]}
    found["scales"] = {
        "ten": DOCUMENT["scales"]["ten"],
        "s3": {"low": 1, "high": 3, "labels": {str(each): {"en": f"point {each}"} for each in (1, 2, 3)}},
    }
    return found


@pytest.fixture
def nodes():
    return disassembled(plain())


def all_texts(value, language):
    """Every text of a document in a language, found by looking at its shape alone."""
    if isinstance(value, dict):
        if isinstance(value.get(language), str) and set(value) <= {"en", "zh", "ug"}:
            yield value[language]
        else:
            for each in value.values():
                yield from all_texts(each, language)
    elif isinstance(value, list):
        for each in value:
            yield from all_texts(each, language)


def test_every_text_of_a_document_is_there(nodes):
    texts = list(translating.texts_of(nodes, "en", "ug"))
    assert sorted(text.source for text in texts) == sorted(all_texts(plain(), "en"))
    assert {"labels/1", "anchors/0", "without", "unit", "fallback", "title", "intro", "hint", "text"} <= {
        text.path for text in texts
    }
    assert {text.state for text in texts} == {"missing"}
    assert len({text.context for text in texts}) == len(texts)
    assert all(translating.CONTEXT.fullmatch(text.context) for text in texts)


def change(nodes, number, *operations):
    doing = Applying(nodes, number)
    for node, field, value in operations:
        doing.do({"op": "set", "id": node.id, "field": field, "value": value})


def test_a_translation_is_stale_once_its_source_is_younger(nodes):
    def state():
        return next(text.state for text in translating.texts_of(nodes, "en", "zh") if text.node is root)

    root = nodes.root
    assert state() == "done"
    change(nodes, 1, (root, "title/en", "Other types"))
    assert state() == "changed"
    change(nodes, 2, (root, "title/zh", "其他类型"))
    assert state() == "done"
    change(nodes, 3, (root, "title/en", "Both"), (root, "title/zh", "都改"))
    assert state() == "done"
    change(nodes, 4, (root, "title/zh", "Both"))
    assert state() == "same"
    change(nodes, 5, (root, "title/zh", None))
    assert state() == "missing"


def judged(nodes, *entries):
    found = translating.taken(nodes, "en", "zh", entries)
    return [each["value"] for each in found.operations], [each.why for each in found.skipped]


def test_only_what_fits_is_taken(nodes):
    text = next(each for each in translating.texts_of(nodes, "en", "zh") if each.pipes == ("p",))
    key, source = text.context, text.source
    assert judged(nodes, Entry(key, source, "很长{p}")) == (["很长{p}"], [])
    assert judged(nodes, Entry(key, f" {source}\r\n", " 很长{p}\r\n再")) == (["很长{p}\n再"], [])
    assert judged(nodes, Entry(key, source, ""), Entry(key, "old", text.target)) == ([], [])
    for entry, why in (
        (Entry(key, source, "很长"), "pipe"),
        (Entry(key, source, "很长{p}{q}"), "pipe"),
        (Entry(key, "reworded", "很长{p}"), "changed"),
        (Entry("9999:text", source, "很长{p}"), "unknown"),
        (Entry("", source, "很长{p}"), "unknown"),
        (Entry("1:title/../x", source, "很长{p}"), "unknown"),
        (Entry(f"{text.node.id}:code", source, "很长{p}"), "unknown"),
        (Entry(key, source, "{p}" + "长" * LONGEST_TEXT), "long"),
        (Entry(key, source, "{p}\ud800"), "sign"),
        (Entry(key, source, "{p}\x00"), "sign"),
        (Entry(key, source, "", is_formula=True), "formula"),
    ):
        assert judged(nodes, entry) == ([], [why]), entry
    twice = Entry(key, source, "甲{p}"), Entry(key, source, "乙{p}"), Entry(key, source, "甲{p}")
    assert judged(nodes, *twice) == (["甲{p}"], ["twice"])
