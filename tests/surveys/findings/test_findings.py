"""Findings of small mutations of a sound questionnaire: each is named with its place."""

import copy
import json
import time
from random import Random

import pytest

from surveys import instruments
from surveys.findings import reach
from surveys.findings.listing import findings_of_file, judged
from tests.surveys import random_questionnaires

SOUND = instruments.load("utility_csi").dump()


def found(plain):
    source = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    return {(each.code, each.place) for each in findings_of_file(source)}


def question(plain, code):
    return next(each for part in plain["sections"] for each in part["questions"] if each["code"] == code)


@pytest.mark.parametrize(
    ("code", "key", "value", "finding"),
    [
        ("E2", "show_if", "E1 > 40000", "logic-never"),
        ("E5", "show_if", "E4 == 'hotline'", "logic-type"),
        ("E2", "show_if", "C1 == 1", "logic-forward"),
        ("E2", "show_if", "account.shoes == 1", "account-unknown"),
        ("E2", "show_if", "not " * 400 + "E1 > 0", "logic-unreadable"),
        ("E2", "low", 50000, "range-empty"),
        ("E2", "low", 1e30, "document-shape"),
        ("SAT_A", "show_if", "E1 > 0", "index-conditional"),
        ("S1", "required", False, "consent-optional"),
    ],
)
def test_a_fault_of_a_question_is_named(code, key, value, finding):
    plain = copy.deepcopy(SOUND)
    question(plain, code)[key] = value
    assert finding in {each for each, place in found(plain) if place.endswith(code)}


def test_a_role_that_nothing_plays_is_named():
    plain = copy.deepcopy(SOUND)
    plain["indicators"]["roles"]["loyalty"] = "FAITH"
    assert ("role-unknown", "indicators.roles.loyalty") in found(plain)


def test_a_stop_that_nobody_passes_is_a_dead_end():
    plain = copy.deepcopy(SOUND)
    plain["sections"][0]["stops"][0]["when"] = "S1 == 'yes' or S1 == 'no'"
    assert ("dead-end", "SCREEN.stops.consent") in found(plain)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b'{"code": NaN}', "document-unreadable"),
        (b'{"code": 1e999}', "document-unreadable"),
        (b"{", "document-unreadable"),
        (b"[" * 200_000, "document-unreadable"),
        ('{"code": "问卷"}'.encode("gb18030"), "document-unreadable"),
        (b'{"format": "manyi/3"}', "document-format"),
        (b'{"code": "a", "code": "b"}', "document-key-twice"),
        (b"[]", "document-shape"),
    ],
)
def test_a_broken_file_gives_findings(source, code):
    assert code in {each for each, _ in found(source)}


@pytest.mark.parametrize(
    ("source", "zh"),
    [
        (b'{\n"code": x', "文件不是 JSON：从第 2 行第 9 列起无法读取。"),
        (b'{"low": ' + b"9" * 5000 + b"}", "文件中有位数过多的数字。"),
    ],
)
def test_a_broken_file_is_told_of_in_the_words_of_the_reader(source, zh):
    assert [each.message("zh") for each in findings_of_file(source)] == [zh]


def test_many_keys_cost_as_many_steps():
    """A file of the size that is taken would have been read for an hour."""
    keys = ",".join(f'"{number}": 1' for number in range(20_000))
    began = time.process_time()
    assert ("document-key-twice", "") in found(f'{{{keys}, "7": 2}}'.encode())
    assert time.process_time() - began < 3  # nine seconds before, and by the square


def test_the_built_in_questionnaire_has_no_error():
    every = findings_of_file(json.dumps(SOUND).encode())
    assert [each for each in every if each.severity == "error"] == []


def test_what_is_kept_between_judgements_changes_no_finding():
    """A draft is judged again and again: verdicts kept of other states are those that are reached anew."""
    for seed in range(25):
        plain = random_questionnaires.make(Random(seed)).document
        kept = [each.line() for each in judged(plain).findings]
        reach._VERDICTS.clear()
        assert [each.line() for each in judged(plain).findings] == kept
        plain["sections"][-1]["questions"][0].pop("show_if", None)
        anew = [each.line() for each in judged(plain).findings]
        reach._VERDICTS.clear()
        assert [each.line() for each in judged(plain).findings] == anew
