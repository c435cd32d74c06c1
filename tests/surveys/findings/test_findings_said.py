"""What has not the shape of its kind is told in the words of the reader, and in none of a library."""

import copy
import re

import pytest

from surveys.findings.shape import shaped
from tests.surveys.findings.test_findings_kinds import SOUND, part


@pytest.mark.parametrize(
    ("where", "key", "value", "zh", "en"),
    [
        ((), "colour", 1, "此处没有 colour 这一项。", "colour is not known here."),
        ((), "title", "T", "title 应为花括号内的键和值。", "title has to hold keys and values in braces."),
        ((), "sections", {}, "sections 应为列表。", "sections has to be a list."),
        (
            ("START", "OUT"),
            "low",
            "0",
            "low 应为数字，不加引号。",
            "low has to be a number, without quotation marks.",
        ),
        (("START", "OUT"), "decimals", 1.5, "decimals 应为整数。", "decimals has to be a whole number."),
        (("START", "OUT"), "decimals", 7, "decimals 不得大于 6。", "decimals may not be more than 6."),
        (("START", "OUT"), "decimals", -1, "decimals 不得小于 0。", "decimals may not be less than 0."),
        (
            ("START", "OUT"),
            "decimals",
            "9" * 5000,
            "decimals 是无法保存的数字。",
            "decimals is a number that cannot be kept.",
        ),
        (
            ("START", "MET"),
            "order",
            "up",
            "order 应为以下之一：'random'。",
            "order has to be one of these: 'random'.",
        ),
        (
            ("START", "MET", "hot"),
            "with_text",
            "maybe",
            "with_text 应为以下之一：true / false / 'required'。",
            "with_text has to be one of these: true / false / 'required'.",
        ),
        (
            ("START", "MET"),
            "code",
            "1a",
            "code 须以字母开头，",
            "code has to begin with a letter, ",
        ),
        (("START", "MET", "hot"), "code", "a b", "code 只能有", "code has to hold letters without accents"),
        (
            ("START", "MET"),
            "text",
            {f"x{number}": "" for number in range(21)},
            "text 最多 20 项。",
            "text may hold 20 at most.",
        ),
        (
            ("START", "OUT"),
            "origin",
            {"source": "module:kano", "code": "x" * 65, "day": "2026-01-01"},
            "code 最多 64 个字符。",
            "code may have 64 characters at most.",
        ),
        (
            ("START", "OUT"),
            "origin",
            {"source": "elsewhere", "day": "2026-01-01"},
            "source 过长，或含有不允许的字符。",
            "source is too long, or has signs that cannot stand there.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_reader(where, key, value, zh, en):
    plain = copy.deepcopy(SOUND)
    (part(plain, *where) if where else plain)[key] = value
    said = [each for each in shapes(plain) if each.message("zh").startswith(zh)]
    assert said, [each.message("zh") for each in shapes(plain)]
    assert said[0].message("en").startswith(en)


def shapes(plain):
    return [each for each in shaped(plain).findings if each.code == "document-shape"]


@pytest.mark.parametrize(
    "value",
    ["maybe", {}, {"x": 1}, [], [[]], 7, -1, 1.5, None, True, 10**30, "长" * 30_000],
    ids=lambda value: f"{value!r:.9}",
)
def test_no_word_of_a_library_stands_in_a_chinese_sentence(value):
    """Each key of each kind of part is given what it cannot be."""
    wheres = [(), ("START",), ("START", "OUT"), ("START", "MET"), ("START", "MET", "hot"), ("RATING", "RATE")]
    tried = 0
    for where in wheres:
        model = shaped(SOUND).document
        for name, code in zip(("sections", "questions", "options"), where, strict=False):
            model = next(each for each in getattr(model, name) if each.code == code)
        for key in type(model).model_fields:
            plain = copy.deepcopy(SOUND)
            (part(plain, *where) if where else plain)[key] = copy.deepcopy(value)
            for each in shapes(plain):
                own = each.message("zh")
                for quoted in ("known", "type", "key"):
                    own = own.replace(str(each.about.get(quoted, "-")), "") if each.about.get(quoted) else own
                assert re.findall("[A-Za-z]{2,}", own) in ([], ["true", "false"]), each.message("zh")
                tried += 1
    assert tried, "something was refused"
