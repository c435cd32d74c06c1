"""A questionnaire with every type of question and every turn that a type has."""

from typing import Any


def both(words: str) -> dict[str, str]:
    return {"en": words, "zh": f"{words} 中"}


YES_NO = [
    {"code": "yes", "value": 1, "text": both("Yes")},
    {"code": "no", "value": 0, "text": both("No"), "with_text": True},
]
KANO = [{"code": f"k{place}", "value": place, "text": both(f"Kano {place}")} for place in range(1, 6)]
ANY = [
    {"code": "x", "value": 1, "text": both("x"), "exclusive": True},
    {"code": "y", "value": 2, "text": both("y"), "with_text": True},
]

DOCUMENT: dict[str, Any] = {
    "format": "manyi/1",
    "code": "kinds",
    "title": both("All types"),
    "intro": both("Hello {utility}"),
    "scales": {
        "ten": {"low": 1, "high": 10, "anchors": [both("low"), both("high")]},
        "eleven": {"low": 0, "high": 10},
    },
    "pipes": {"p": {"question": "ONE", "not_for": ["no"], "fallback": both("this")}},
    "sections": [
        {
            "code": "a",
            "title": both("A"),
            "intro": both("in"),
            "stops": [{"code": "s", "when": "OK == 0", "text": both("bye")}],
            "questions": [
                {"type": "consent", "code": "OK", "text": both("ok?"), "options": YES_NO, "required": True},
                {"type": "single", "code": "ONE", "text": both("one"), "hint": both("h"), "options": YES_NO},
                {"type": "dropdown", "code": "DROP", "text": both("drop"), "options": YES_NO,
                 "account": "tier", "show_if": "ONE == 'yes'"},
                {"type": "multiple", "code": "MANY", "text": both("many"), "most": 1, "options": ANY,
                 "show_if": "ONE in ['yes'] and OK == 1"},
                {"type": "ranking", "code": "RANK", "text": both("rank"), "most": 2, "options": YES_NO},
                {"type": "number", "code": "NUM", "text": both("num"), "low": -5, "high": 120,
                 "unit": both("min")},
                {"type": "short_text", "code": "SHORT", "text": both("short")},
                {"type": "long_text", "code": "LONG", "text": both("long {p}"), "limit": 77,
                 "required": True, "hint": both("hh")},
                {"type": "date", "code": "DAY", "text": both("day"),
                 "show_if": "not ('x' in MANY) or answered(RANK)"},
                {"type": "kano", "code": "KANO", "text": both("with"), "without": both("without"),
                 "options": KANO},
                {"type": "statement", "code": "STAT", "text": both("read <b>this</b>")},
            ],
        },
        {
            "code": "b",
            "title": both("B"),
            "show_if": "NUM > 3",
            "questions": [
                {"type": "grid", "code": "G", "text": both("grid"), "scale": "ten", "hint": both("gh"),
                 "show_if": "answered(SHORT) or answered(NUM)",
                 "rows": [
                     {"code": "G1", "text": both("first row")},
                     {"code": "G2", "text": both("second row"), "not_applicable": True, "dont_know": False,
                      "show_if": "NUM >= 3"},
                 ]},
                {"type": "rating", "code": "R", "text": both("rate"), "scale": "ten",
                 "anchors": [both("own low"), both("own high")], "not_applicable": True},
                {"type": "nps", "code": "N", "text": both("nps"), "scale": "eleven", "dont_know": False},
            ],
        },
    ],
}  # fmt: skip
