"""Kinds of faults of which a file needs one to be wrong: each with its code, how grave it is and where."""

import copy
import json

import pytest

from surveys.findings.listing import findings_of_file


def both(zh, en):
    return {"zh": zh, "en": en}


def option(code, value, zh, en, **more):
    return {"code": code, "value": value, "text": both(zh, en)} | more


CONSENT = {
    "code": "OK",
    "type": "consent",
    "required": True,
    "text": both("您同意参加吗？", "Do you agree to take part?"),
    "options": [option("yes", 1, "同意", "Yes"), option("no", 0, "不同意", "No")],
}
MET = {
    "code": "MET",
    "type": "multiple",
    "text": both("用过哪些服务？", "Which services did you use?"),
    "options": [
        option("hot", 1, "热线", "Hotline"),
        option("hall", 2, "营业厅", "Service hall"),
        option("none", 3, "都没有", "None of these", exclusive=True),
    ],
}
OUT = {
    "code": "OUT",
    "type": "number",
    "low": 0,
    "high": 366,
    "text": both("停电几次？", "How many power cuts?"),
}
RATE = {
    "code": "RATE",
    "type": "grid",
    "scale": "s10",
    "text": both("请打分。", "Please rate."),
    "rows": [
        {"code": "Q1", "text": both("电压稳定", "Stable voltage")},
        {"code": "Q2", "text": both("账单清楚", "Clear bills")},
    ],
}
SOUND = {
    "format": "manyi/2",
    "code": "kinds",
    "languages": ["zh", "en"],
    "title": both("供电服务", "Electricity service"),
    "thanks": both("谢谢！", "Thank you!"),
    "scales": {
        "s10": {"low": 1, "high": 10, "anchors": [both("很差", "Very poor"), both("很好", "Very good")]}
    },
    "pipes": {"times": {"question": "OUT", "fallback": both("几", "some")}},
    "sections": [
        {
            "code": "START",
            "title": both("开始", "Start"),
            "questions": [CONSENT, MET, OUT],
            "stops": [
                {"code": "refused", "when": "OK == 'no'", "text": both("谢谢您。", "Thanks all the same.")}
            ],
        },
        {"code": "RATING", "title": both("评价", "Rating"), "questions": [RATE]},
        {
            "code": "END",
            "title": both("最后", "Finally"),
            "questions": [
                {
                    "code": "WHY",
                    "type": "long_text",
                    "text": both("停电{times}次后有何建议？", "After {times} cuts?"),
                }
            ],
        },
    ],
    "indicators": {
        "index": "SAT",
        "name": both("指数", "Index"),
        "constructs": [
            {
                "id": "SAT",
                "name": both("满意", "Satisfaction"),
                "dimensions": [{"id": "D", "name": both("满意", "Satisfaction"), "indicators": ["Q1", "Q2"]}],
            }
        ],
    },
}


def found(plain):
    return {(each.code, each.severity, each.place) for each in findings_of_file(json.dumps(plain).encode())}


def part(plain, *codes):
    """Give a section, a question of it, and a row or option of that."""
    node = plain
    for name, code in zip(("sections", "questions", "rows options"), codes, strict=False):
        listed = next(node[each] for each in name.split() if each in node)
        node = next(each for each in listed if each["code"] == code)
    return node


def test_the_questionnaire_that_they_are_made_of_has_none():
    assert found(SOUND) == set()


@pytest.mark.parametrize(
    ("where", "fields", "finding"),
    [
        # What stands there is of another kind than it has to be.
        (("START", "MET", "hot"), {"with_text": "maybe"}, ("document-shape", "error", "START.MET.hot")),
        (("START", "MET", "hot"), {"with_text": {}}, ("document-shape", "error", "START.MET.hot")),
        (("START", "MET", "hot"), {"with_text": "yes"}, ("document-shape", "error", "START.MET.hot")),
        (("START", "MET", "hot"), {"value": "1"}, ("document-shape", "error", "START.MET.hot")),
        (("START", "OUT"), {"required": "often"}, ("document-shape", "error", "START.OUT")),
        (("START", "OUT"), {"required": 1}, ("document-shape", "error", "START.OUT")),
        (("START", "OUT"), {"low": "0"}, ("document-shape", "error", "START.OUT")),
        (("START", "OUT"), {"high": True}, ("document-shape", "error", "START.OUT")),
        (("RATING", "RATE"), {"rows_from": "MET"}, ("document-shape", "error", "RATING.RATE")),
        (("RATING", "RATE"), {"order": "descending"}, ("document-shape", "error", "RATING.RATE")),
        # What is taken from another question, and what stands in random order.
        (("RATING", "RATE"), {"rows_from": {"question": "GONE"}}, ("logic-unknown", "error", "RATING.RATE")),
        (("RATING", "RATE"), {"rows_from": {"question": "MET"}}, ("for-nothing", "warning", "RATING.RATE")),
        (("START", "MET", "hot"), {"fixed": True}, ("order-nothing", "warning", "START.MET.hot")),
        (("RATING",), {"shuffle": "middle"}, ("order-nothing", "warning", "RATING")),
        # What cannot be otherwise, and what nobody sees.
        (
            ("END", "WHY"),
            {"show_if": "Q1 >= 1 or not answered(Q1)"},
            ("logic-always", "warning", "END.WHY"),
        ),
        (
            ("START", "MET", "hall"),
            {"show_if": "OK == 'yes' and OK == 'no'"},
            ("option-unreachable", "error", "START.MET.hall"),
        ),
    ],
)
def test_a_part_that_is_wrong_is_named(where, fields, finding):
    plain = copy.deepcopy(SOUND)
    part(plain, *where).update(fields)
    assert finding in found(plain)


def quota_called_as_a_stop(plain):
    plain["quotas"] = [{"code": "Refused", "when": "OUT > 9", "text": both("够了", "We have enough.")}]


def word_left_out_of_a_number(plain):
    plain["pipes"]["times"]["not_for"] = ["none"]


def ends_that_read_alike(plain):
    plain["scales"]["s10"]["anchors"] = [both("好", "Good"), both("很好", "good")]


def points_that_read_alike(plain):
    del plain["scales"]["s10"]["anchors"]
    plain["scales"]["s10"]["labels"] = {
        "1": both("差", "Poor"),
        "5": both("中", "Fair"),
        "10": both("差", "Good"),
    }


def consent_behind_a_question(plain):
    questions = plain["sections"][0]["questions"]
    questions.append(questions.pop(0))


def all_rows_keep_their_place(plain):
    part(plain, "RATING", "RATE")["order"] = "random"
    for row in part(plain, "RATING", "RATE")["rows"]:
        row["fixed"] = True


def rows_taken_from(plain, code, *options):
    grid = part(plain, "RATING", "RATE")
    grid["rows_from"] = {"question": code}
    for row, option in zip(grid["rows"], options, strict=False):
        row["for"] = option


def rows_of_a_question_that_is_gone(plain):
    rows_taken_from(plain, "GONE", "hot", "hall")


def rows_of_a_question_that_comes_later(plain):
    later = copy.deepcopy(MET) | {"code": "LATER"}
    plain["sections"][-1]["questions"].append(later)
    rows_taken_from(plain, "LATER", "hot", "hall")


def rows_of_a_number(plain):
    rows_taken_from(plain, "OUT", "hot", "hall")


def row_of_an_option_that_is_gone(plain):
    rows_taken_from(plain, "MET", "fax", "hall")


def row_of_the_index_that_not_all_are_asked(plain):
    rows_taken_from(plain, "MET", "hot")


def word_of_the_customer_file_that_is_not_there(plain):
    plain["pipes"]["times"] = {"account": "shoe_size", "fallback": both("几", "some")}


def scale_that_is_a_word(plain):
    plain["scales"]["s10"] = "ten points"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (quota_called_as_a_stop, ("code-case", "error", "quotas.Refused")),
        (word_left_out_of_a_number, ("pipe-option", "error", "pipes.times")),
        (ends_that_read_alike, ("label-twice", "error", "scales.s10")),
        (points_that_read_alike, ("label-twice", "error", "scales.s10")),
        (consent_behind_a_question, ("consent-late", "warning", "START.OK")),
        (all_rows_keep_their_place, ("order-nothing", "warning", "RATING.RATE")),
        (scale_that_is_a_word, ("document-shape", "error", "scales.s10")),
        (rows_of_a_question_that_is_gone, ("logic-unknown", "error", "RATING.RATE")),
        (rows_of_a_question_that_comes_later, ("logic-forward", "error", "RATING.RATE")),
        (rows_of_a_number, ("logic-type", "error", "RATING.RATE")),
        (row_of_an_option_that_is_gone, ("logic-option", "error", "RATING.RATE.Q1")),
        (row_of_the_index_that_not_all_are_asked, ("index-conditional", "error", "RATING.RATE.Q1")),
        (word_of_the_customer_file_that_is_not_there, ("account-unknown", "error", "pipes.times")),
    ],
)
def test_parts_that_are_wrong_together_are_named(change, finding):
    plain = copy.deepcopy(SOUND)
    change(plain)
    assert finding in found(plain)


@pytest.mark.parametrize("value", ["maybe", {}, [], 7, None, 1.5, "\u202e"])
@pytest.mark.parametrize(
    "key", ["required", "text", "code", "type", "options", "show_if", "order", "account"]
)
def test_whatever_stands_in_a_file_something_is_said(key, value):
    plain = copy.deepcopy(SOUND)
    plain["sections"] = [
        {"code": "START", "title": both("开始", "Start"), "questions": [copy.deepcopy(CONSENT)]}
    ]
    plain["sections"][0]["questions"][0][key] = value
    said = {each for each in found(plain) if each[1] == "error"}
    may_be = value is None and key in {"show_if", "order", "account"}
    assert said or may_be, "a file that is no questionnaire is never found sound"


def test_what_cannot_be_read_is_not_blamed_on_what_holds_it():
    plain = copy.deepcopy(SOUND)
    part(plain, "RATING", "RATE")["order"] = "descending"
    assert found(plain) == {("document-shape", "error", "RATING.RATE")}
    plain = copy.deepcopy(SOUND)
    scale_that_is_a_word(plain)
    assert not {each for each in found(plain) if each[0] == "scale-unknown"}
