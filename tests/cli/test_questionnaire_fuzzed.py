"""Whatever stands in a file, findings or a refusal that names the place come of it, never an exception."""

import copy
import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.findings.listing import findings_of_file
from tests.cli.faulty import BASE, found
from tests.surveys.every_type import DOCUMENT
from web.author.model import findings_of_model

DEEP = "not " * 10_000 + "OUT > 1"
NASTY = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2.5,
    10**30,
    float("nan"),
    float("inf"),
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\u202e\u2066",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "{alt}",
    "{",
    "}{",
    "not",
    "account",
    "account.tier",
    "__class__",
    "x" * 200_000,
    "停" * 50_000,
    "manyi/0",
    "manyi/3",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"zh": 3},
    {"zh": "\ud800", "en": "x"},
    {"\ud800": "x"},
    [1, "1", None],
    "S1 >= 9 and (",
    "1 == 1",
    DEEP,
    "(" * 10_000 + "OUT > 1" + ")" * 10_000,
    "OUT > 1 and " * 3000 + "OUT > 1",
    "OUT > " + "9" * 5000,
    "'hot' in MET",
    "Q1",
    "CLASS",
    "SATI",
    "QUALI",
    "consent",
    "grid",
    "multiple",
    "slider",
    "zh",
    "en",
    "fr-CA",
    "zh-",
]


def places(node, way=()):
    yield way
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, part in inside:
        yield from places(part, (*way, step))


@cache
def ways(number):
    return [way for way in places((BASE, DOCUMENT)[number]) if way]


@st.composite
def mutated(draw):
    """A sound document with up to four values replaced, taken out, moved or put in under a strange name."""
    number = draw(st.integers(0, 1))
    plain = copy.deepcopy((BASE, DOCUMENT)[number])
    for _ in range(draw(st.integers(1, 4))):
        way = draw(st.sampled_from(ways(number)))
        node = plain
        try:
            for step in way[:-1]:
                node = node[step]
            match draw(st.sampled_from(["put", "put", "put", "take", "twice", "name"])):
                case "put":
                    node[way[-1]] = draw(st.sampled_from(NASTY))
                case "take":
                    del node[way[-1]]
                case "twice" if isinstance(node, list):
                    node.append(copy.deepcopy(node[way[-1]]))
                case "name" if isinstance(node, dict):
                    node[draw(st.sampled_from(["\ud800", "", "show_if", "scale"]))] = node[way[-1]]
        except (LookupError, TypeError):
            continue
    return plain


def judged(source):
    every = findings_of_file(source, more=findings_of_model)
    for each in every:
        plain = {language: each.plain(language) for language in ("zh", "en")}
        assert json.dumps(plain, ensure_ascii=False).encode()
        assert each.severity in {"error", "warning"}
        assert each.place.isprintable()
        assert "\n" not in plain["en"]["message"]
        assert plain["en"]["message"]
        assert plain["en"]["remedy"]
    return every


@settings(max_examples=60, deadline=None)
@given(mutated())
def test_a_mutated_document_gives_findings(plain):
    judged(json.dumps(plain).encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 8000))
def test_a_file_with_strange_bytes_in_it_gives_findings(piece, at):
    source = json.dumps(BASE, ensure_ascii=False).encode()
    judged(source[:at] + piece + source[at + len(piece) :])


@pytest.mark.parametrize(
    ("source", "code", "place"),
    [
        (b'{"format": 2, "code": -Infinity}', "document-unreadable", ""),
        (b"[" * 200_000, "document-unreadable", ""),
        (b'{"a":' * 200_000, "document-unreadable", ""),
        (json.dumps(BASE, ensure_ascii=False).encode("gb18030"), "document-unreadable", ""),
        (b"", "document-unreadable", ""),
        (b"\x00" * 100, "document-unreadable", ""),
        (b'{"title": {}, "title": {}}', "document-key-twice", ""),
        (b'{"format": "manyi/0"}', "document-format", ""),
        (b'{"format": 3}', "document-format", ""),
        (b"null", "document-shape", ""),
    ],
    ids=range(10),
)
def test_a_broken_file_is_refused_with_its_reason(source, code, place):
    assert (code, "error", place) in found(source)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (DEEP, "logic-unreadable"),
        ("(" * 10_000 + "OUT > 1" + ")" * 10_000, "logic-unreadable"),
        ("OUT > 1 and " * 3000 + "OUT > 1", "logic-unreadable"),
        ("__import__('os').system('x') == 1", "logic-unreadable"),
        ("{{7*7}}", "logic-unreadable"),
        ("\ud800 == 1", "logic-unreadable"),
        (7, "document-shape"),
    ],
    ids=range(7),
)
def test_a_strange_condition_is_named_where_it_stands(value, code):
    plain = copy.deepcopy(BASE)
    plain["sections"][4]["questions"][2]["show_if"] = value
    assert (code, "error", "END.OPEN") in found(plain)


def test_a_text_of_a_million_characters_is_named():
    plain = copy.deepcopy(BASE)
    plain["thanks"]["en"] = "<b>" * 300_000 + "停" * 100_000
    assert ("text-long", "error", "thanks.en") in found(plain)
